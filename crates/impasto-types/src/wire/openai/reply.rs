//! The JSON that comes back whole.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::options::{Background, OutputFormat, Quality};
use crate::usage::{SvgUsage, Usage};
use crate::wire::lenient;

/// The reply of both operations. Only `created` is documented as required, and even that is missing at some
/// sellers; so everything is optional.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
pub struct ImagesResponse {
    /// When it was made, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::u64")]
    pub created: Option<u64>,
    /// The images.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::list")]
    pub data: Option<Vec<ImageData>>,
    /// The background that was made.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::value")]
    pub background: Option<Background>,
    /// The format of the files.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::value")]
    pub output_format: Option<OutputFormat>,
    /// The quality that was used, also when `auto` was sent.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::value")]
    pub quality: Option<Quality>,
    /// The size that was made; with `auto` it may break the rules for sizes.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub size: Option<String>,
    /// The tokens of the whole request.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::value")]
    pub usage: Option<Usage>,
    /// The second bill of an svg.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::value")]
    pub svg_usage: Option<SvgUsage>,
    /// The hashed id of the end user, echoed.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub safety_identifier: Option<String>,
    /// Fields this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One item of `data`: an image, a URL, or at some sellers an error.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
pub struct ImageData {
    /// The image in base64; some sellers write a `data:` URI.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub b64_json: Option<String>,
    /// Where the image can be fetched for a while. Never from OpenAI's gpt-image models.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub url: Option<String>,
    /// The prompt that was used instead.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub revised_prompt: Option<String>,
    /// Fields this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
