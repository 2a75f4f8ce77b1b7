//! The JSON that comes back whole.

use crate::options::{Background, OutputFormat, Quality};
use crate::usage::{SvgUsage, Usage};
use crate::wire::lenient::reply_object;

reply_object! {
    /// The reply of both operations. Only `created` is documented as required, and even that is missing at some
    /// sellers; so everything is optional.
    #[derive(Clone, Debug, Default, PartialEq)]
    #[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
    pub struct ImagesResponse {
        /// When it was made, in seconds since 1970.
        pub created: Option<u64>,
        /// The images.
        pub data: Option<Vec<ImageData>>,
        /// The background that was made.
        pub background: Option<Background>,
        /// The format of the files.
        pub output_format: Option<OutputFormat>,
        /// The quality that was used, also when `auto` was sent.
        pub quality: Option<Quality>,
        /// The size that was made; with `auto` it may break the rules for sizes.
        pub size: Option<String>,
        /// The tokens of the whole request.
        pub usage: Option<Usage>,
        /// The second bill of an svg.
        pub svg_usage: Option<SvgUsage>,
        /// The hashed id of the end user, echoed.
        pub safety_identifier: Option<String>,
    }
}

reply_object! {
    /// One item of `data`: an image, a URL, or at some sellers an error.
    #[derive(Clone, Debug, Default, PartialEq)]
    #[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
    pub struct ImageData {
        /// The image in base64; some sellers write a `data:` URI.
        pub b64_json: Option<String>,
        /// Where the image can be fetched for a while. Never from OpenAI's gpt-image models.
        pub url: Option<String>,
        /// The prompt that was used instead.
        pub revised_prompt: Option<String>,
    }
}
