//! What a seller delivered, in neutral words.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::ModelId;
use crate::options::{Background, OutputFormat, Quality};
use crate::size::Size;
use crate::usage::{SvgUsage, Usage};

/// A seller's answer as an adapter read it. The image bytes are elsewhere: they went to their sink while the
/// reply was read, and stand here as [`ImageContent::Blob`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Delivery {
    /// The images, in the seller's order.
    pub images: Vec<DeliveredImage>,
    /// When it was made, in seconds since 1970, as the seller says.
    pub created: Option<u64>,
    /// The model the seller says it used.
    pub model: Option<ModelId>,
    /// The size the seller says it made.
    pub size: Option<Size>,
    /// The quality the seller says it used.
    pub quality: Option<Quality>,
    /// The background the seller says it made.
    pub background: Option<Background>,
    /// The format the seller says it delivered.
    pub output_format: Option<OutputFormat>,
    /// What the seller says was used.
    pub usage: Option<Usage>,
    /// The second bill of an svg.
    pub svg_usage: Option<SvgUsage>,
    /// What the seller says it charged, as the decimal text it wrote, in the currency its price sheet names.
    pub price: Option<String>,
    /// The seller's id of the exchange, for support.
    pub request_id: Option<String>,
    /// The id of the seller's task, where there was one.
    pub task_id: Option<String>,
    /// The reply's JSON without the image bytes.
    pub raw: Value,
}

/// One image of a [`Delivery`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeliveredImage {
    /// Where the image is.
    pub content: ImageContent,
    /// The prompt the seller used instead, where it says so.
    pub revised_prompt: Option<String>,
    /// Fields of the item that have no place of their own.
    pub extra: Map<String, Value>,
}

impl DeliveredImage {
    /// An image of the given content.
    #[must_use]
    pub fn new(content: ImageContent) -> Self {
        Self { content, revised_prompt: None, extra: Map::new() }
    }
}

/// Where a delivered image is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ImageContent {
    /// It came with the reply; the number names the blob.
    Blob(u32),
    /// It waits behind a URL, which expires.
    Url(String),
    /// This one failed, its siblings may not have.
    Failed {
        /// The seller's code.
        code: Option<String>,
        /// The seller's words.
        message: String,
    },
}

/// What a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WarningKind {
    /// A field or a value that nobody has verified for this seller and model.
    Unverified,
    /// The model's life cycle: deprecated, shut down, soon to be.
    LifeCycle,
    /// The delivery differs from the request.
    Downgrade,
    /// A field was changed or left out on the way to the seller.
    Adapted,
    /// Something about the price.
    Price,
    /// Something about the reply that had to be worked around.
    Reply,
}

/// Something the caller should know, though the work goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Warning {
    /// What it is about.
    pub kind: WarningKind,
    /// The field by its wire name, where there is one.
    pub field: Option<String>,
    /// A sentence for people.
    pub message: String,
}

impl Warning {
    /// A warning of `kind` about `field`.
    pub fn new(kind: WarningKind, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind, field: Some(field.into()), message: message.into() }
    }

    /// A warning of `kind` about no field in particular.
    pub fn general(kind: WarningKind, message: impl Into<String>) -> Self {
        Self { kind, field: None, message: message.into() }
    }
}
