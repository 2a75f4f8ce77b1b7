//! What was made when, of what, and at which price: a record of each run, for people to look back at and to repeat.
//!
//! A [`RunRecord`] never holds a key. It stands in a [`History`], and beside each image as a
//! [`Sidecar`](crate::sidecar::Sidecar).

mod files;
mod inputs;
mod making;

use std::path::PathBuf;

use impasto_pricing::Money;
use impasto_types::{
    BillingOutcome, ImageFacts, ImageFormat, ImageRequest, ModelId, SvgUsage, Usage, Warning,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::Error;

pub use files::{History, HistoryListing};

/// The version of the form that this program writes.
pub(crate) const VERSION: u32 = 1;

/// One run: a request, who answered, what came and what it cost.
///
/// Fields that a later version adds are kept in `extra`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RunRecord {
    /// The version of this form, 1.
    pub version: u32,
    /// The id of the run; it begins with its time.
    pub id: String,
    /// The program that wrote it.
    pub software: String,
    /// When it was over, in seconds since 1970.
    pub at: u64,
    /// How long it took, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elapsed_ms: Option<u64>,
    /// The seller's id.
    pub provider: String,
    /// The base URL, without secrets.
    pub base_url: String,
    /// Whether an emulator answered, so that it cost nothing.
    #[serde(default)]
    pub emulated: bool,
    /// The model as the seller spells it.
    pub model: ModelId,
    /// The model the seller says it used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_model: Option<ModelId>,
    /// The request in neutral words; [`RunRecord::request`] reads it.
    pub request: Value,
    /// The input images of an edit, in order, the mask and the markup behind them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<InputRecord>,
    /// What the seller says of what it made.
    #[serde(default)]
    pub reply: ReplyRecord,
    /// What it was estimated to cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<PriceRange>,
    /// What it cost, all calls together; nothing where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<CostRecord>,
    /// The seller's ids of the exchanges.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub request_ids: Vec<String>,
    /// The seller's ids of its tasks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub task_ids: Vec<String>,
    /// How often something was sent that costs money.
    #[serde(default)]
    pub attempts: u32,
    /// What was worth knowing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<WarningRecord>,
    /// The images, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<ImageRecord>,
    /// What failed; other images may have come all the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<FailureRecord>,
    /// What a later version says besides.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl RunRecord {
    /// The request, to be sent again.
    ///
    /// # Errors
    /// When it cannot be: an input was in memory, a URL had a secret in it that was not kept, or a later version wrote
    /// it in words that this one does not know.
    pub fn request(&self) -> Result<ImageRequest, Error> {
        inputs::read(&self.request)
    }

    /// How many images were asked for.
    #[must_use]
    pub fn images_asked(&self) -> u64 {
        self.request.get("n").and_then(Value::as_u64).unwrap_or(1)
    }

    /// The prompt.
    #[must_use]
    pub fn prompt(&self) -> &str {
        self.request.get("prompt").and_then(Value::as_str).unwrap_or_default()
    }
}

/// One image of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImageRecord {
    /// Which image of the request it is, from 0.
    pub index: usize,
    /// Its file: absolute in a history, beside it in a sidecar.
    pub file: PathBuf,
    /// Its format by content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Its width in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Its height in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Its length in bytes.
    pub bytes: u64,
    /// The SHA-256 of its bytes, in lower-case hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The prompt the seller used instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revised_prompt: Option<String>,
}

/// One input image of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InputRecord {
    /// `image`, `mask` or `markup`.
    pub role: String,
    /// Its file, the beginning of its URL, or its id.
    pub label: String,
    /// Its format by content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<ImageFormat>,
    /// Its header, where it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<ImageFacts>,
    /// The SHA-256 of its bytes, where they were at hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// What the seller says of what it made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ReplyRecord {
    /// When it was made, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<u64>,
    /// The size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<String>,
    /// The quality.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<String>,
    /// The background.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<String>,
    /// The file format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_format: Option<String>,
    /// What was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// The second bill of an svg.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub svg_usage: Option<SvgUsage>,
    /// What the seller says it charged, as it wrote it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prices: Vec<String>,
}

/// What a run was estimated to cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PriceRange {
    /// The least.
    pub low: Money,
    /// The likely.
    pub expected: Money,
    /// The most.
    pub high: Money,
}

/// What a run cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CostRecord {
    /// How much.
    pub total: Money,
    /// Where it is known from, one word for each call, as [`ActualSource`](crate::ActualSource) has them.
    pub sources: Vec<String>,
}

impl CostRecord {
    /// Whether the seller said nothing of some call, so that the true cost may be less.
    #[must_use]
    pub fn is_upper_bound(&self) -> bool {
        self.sources.iter().any(|source| source == crate::ActualSource::EstimateUpperBound.as_str())
    }
}

/// Something that was worth knowing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WarningRecord {
    /// What it is about.
    pub kind: String,
    /// The field, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// A sentence for people.
    pub message: String,
}

impl From<&Warning> for WarningRecord {
    fn from(warning: &Warning) -> Self {
        let kind = serde_json::to_value(warning.kind).ok();
        let kind = kind.as_ref().and_then(Value::as_str).unwrap_or("other").to_owned();
        Self { kind, field: warning.field.clone(), message: warning.message.clone() }
    }
}

/// Something that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FailureRecord {
    /// The kind, as [`ErrorKind`](crate::ErrorKind) has them.
    pub kind: String,
    /// A sentence for people.
    pub message: String,
    /// Whether it was paid for.
    pub billing: BillingOutcome,
}

impl FailureRecord {
    /// A failure of `kind`.
    pub fn new(kind: impl Into<String>, message: impl Into<String>, billing: BillingOutcome) -> Self {
        Self { kind: kind.into(), message: message.into(), billing }
    }
}
