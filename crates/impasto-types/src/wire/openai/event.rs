//! The events of a stream.

use crate::open_enum::open_enum;
use crate::options::{Background, OutputFormat, Quality};
use crate::usage::{SvgUsage, Usage};
use crate::wire::lenient::reply_object;

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

reply_object! {
    /// The data of one event. With `n` above 1 no field tells which image it is; completed events count up.
    #[derive(Clone, Debug, Default, PartialEq)]
    #[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
    pub struct ImageEvent {
        /// The type.
        pub kind as "type": Option<EventKind>,
        /// The image in base64.
        pub b64_json: Option<String>,
        /// Where the image can be fetched, at sellers that answer so.
        pub url: Option<String>,
        /// When it was made, in seconds since 1970.
        pub created_at: Option<u64>,
        /// The size; may be `auto` here.
        pub size: Option<String>,
        /// The quality; may be `auto` here.
        pub quality: Option<Quality>,
        /// The background; may be `auto` here.
        pub background: Option<Background>,
        /// The format of the image.
        pub output_format: Option<OutputFormat>,
        /// Which unfinished image this is, from 0.
        pub partial_image_index: Option<u64>,
        /// The tokens used; with the completed event, without output details.
        pub usage: Option<Usage>,
        /// The second bill of an svg.
        pub svg_usage: Option<SvgUsage>,
    }
}
