//! The events of a stream.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::open_enum::open_enum;
use crate::options::{Background, OutputFormat, Quality};
use crate::usage::{SvgUsage, Usage};
use crate::wire::lenient;

open_enum! {
    /// The type of an event, in its `event:` line and its `type` field.
    EventKind {
        /// An unfinished image of a generation.
        GenerationPartial = "image_generation.partial_image",
        /// A finished image of a generation.
        GenerationCompleted = "image_generation.completed",
        /// An unfinished image of an edit.
        EditPartial = "image_edit.partial_image",
        /// A finished image of an edit.
        EditCompleted = "image_edit.completed",
        /// A finished image, as Volcengine and its kin name it.
        GenerationPartialSucceeded = "image_generation.partial_succeeded",
        /// A failed image, as Volcengine and its kin name it.
        GenerationPartialFailed = "image_generation.partial_failed",
        /// The stream failed.
        Error = "error",
    }
}

/// The data of one event. With `n` above 1 no field tells which image it is; completed events count up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
pub struct ImageEvent {
    /// The type.
    #[serde(
        default,
        rename = "type",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::value"
    )]
    pub kind: Option<EventKind>,
    /// The image in base64.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub b64_json: Option<String>,
    /// Where the image can be fetched, at sellers that answer so.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub url: Option<String>,
    /// When it was made, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::u64")]
    pub created_at: Option<u64>,
    /// The size; may be `auto` here.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub size: Option<String>,
    /// The quality; may be `auto` here.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::value")]
    pub quality: Option<Quality>,
    /// The background; may be `auto` here.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::value")]
    pub background: Option<Background>,
    /// The format of the image.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::value")]
    pub output_format: Option<OutputFormat>,
    /// Which unfinished image this is, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::u64")]
    pub partial_image_index: Option<u64>,
    /// The tokens used; with the completed event, without output details.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::value")]
    pub usage: Option<Usage>,
    /// The second bill of an svg.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::value")]
    pub svg_usage: Option<SvgUsage>,
    /// Fields this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
