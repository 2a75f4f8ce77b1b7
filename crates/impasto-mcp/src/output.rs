//! What the tools answer: the structured half, whose schema each tool declares.
//!
//! Every field but the first few may be left out, because a failure answers in the same shape.
#![expect(clippy::doc_markdown, reason = "documentation of fields is what assistants read, as it stands")]

mod image;
mod money;

use impasto::BillingOutcome;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use image::ImageView;
pub(crate) use money::{BudgetView, CostView, LineView, RangeView};

use crate::error::Error;

/// A job: images that were made, are being made, or could not be made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct JobView {
    /// succeeded, partial (some images are there, others failed), running, failed, cancelled, interrupted (an earlier
    /// process ended first; wait_for_job may take it up), or dry_run.
    pub(crate) status: String,
    /// The id to ask for with get_job and wait_for_job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) job_id: Option<String>,
    /// The tool that started it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tool: Option<String>,
    /// The beginning of the prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) prompt: Option<String>,
    /// The seller's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) provider: Option<String>,
    /// The model, as the seller spells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) model: Option<String>,
    /// True: the built-in emulator answered. The images are placeholders and nothing was paid.
    #[serde(default)]
    pub(crate) emulated: bool,
    /// True: this idempotency_key was used before, and these are the images of that time; nothing new was paid.
    #[serde(default)]
    pub(crate) replayed: bool,
    /// not_billed, billed or unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) billing: Option<String>,
    /// The images that are there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) images: Vec<ImageView>,
    /// Where the images are to go, while they are not there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) expected_paths: Vec<String>,
    /// What it was estimated to cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) estimate: Option<RangeView>,
    /// What it cost, as far as that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cost: Option<CostView>,
    /// The server's budget, now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) budget: Option<BudgetView>,
    /// What is worth knowing: fields that nobody has verified, differences between request and delivery.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) warnings: Vec<String>,
    /// The seller's ids of the exchanges, for its support.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) request_ids: Vec<String>,
    /// The seller's ids of its tasks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) task_ids: Vec<String>,
    /// What happened last, while it is running.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) progress: Option<String>,
    /// The exact requests of a dry run, the key redacted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) requests: Vec<String>,
    /// What to do next, where there is something to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) next_step: Option<String>,
    /// Why it failed, or why some of it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<ErrorView>,
}

/// Why a tool failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ErrorView {
    /// The machine code, such as invalid_request, over_budget or timeout.
    pub(crate) code: String,
    /// A sentence.
    pub(crate) message: String,
    /// The argument at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<String>,
    /// not_billed, billed or unknown.
    pub(crate) billing: String,
    /// What to do next.
    pub(crate) next_step: String,
    /// The HTTP status of the seller's reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    /// The seller's own code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) seller_code: Option<String>,
    /// The seller's id of the exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) request_id: Option<String>,
}

impl From<&Error> for ErrorView {
    fn from(error: &Error) -> Self {
        Self {
            code: error.code().to_owned(),
            message: error.message().to_owned(),
            field: error.field().map(str::to_owned),
            billing: billing_word(error.billing()).to_owned(),
            next_step: error.next_step(),
            status: error.status(),
            seller_code: error.seller_code().map(str::to_owned),
            request_id: error.request_id().map(str::to_owned),
        }
    }
}

/// A warning as a sentence.
pub(crate) fn sentence(field: Option<&str>, message: &str) -> String {
    match field {
        Some(field) => format!("{field}: {message}"),
        None => message.to_owned(),
    }
}

/// The word for an outcome.
pub(crate) fn billing_word(billing: BillingOutcome) -> &'static str {
    match billing {
        BillingOutcome::NotBilled => "not_billed",
        BillingOutcome::Billed => "billed",
        BillingOutcome::Unknown => "unknown",
    }
}

/// The outcome of a word; what is not known counts as unknown.
pub(crate) fn billing_of(word: &str) -> BillingOutcome {
    match word {
        "not_billed" => BillingOutcome::NotBilled,
        "billed" => BillingOutcome::Billed,
        _ => BillingOutcome::Unknown,
    }
}

/// A price before paying.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct EstimateView {
    /// ok or failed.
    pub(crate) status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) provider: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) model: Option<String>,
    /// What it may cost, in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) estimate: Option<RangeView>,
    /// What the total is made of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) lines: Vec<LineView>,
    /// What was taken for granted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) assumptions: Vec<String>,
    /// Whether the high end fits into what is left of the budget.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fits_budget: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) budget: Option<BudgetView>,
    /// The day the oldest price used was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prices_read: Option<String>,
    /// True: prices are older than they should be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stale: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<ErrorView>,
}

/// The same request at every seller.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct CompareView {
    /// ok or failed.
    pub(crate) status: String,
    /// The offers, cheapest first; those without a known price last.
    pub(crate) offers: Vec<OfferView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<ErrorView>,
}

/// One way to have a request done.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct OfferView {
    pub(crate) provider: String,
    pub(crate) model: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) estimate: Option<RangeView>,
    /// Why no price is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unpriced: Option<String>,
    /// What would be different from the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) changes: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<String>,
}

/// The models of a seller.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct ModelsView {
    /// ok or failed.
    pub(crate) status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) provider: Option<String>,
    /// The model that is used when none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) default_model: Option<String>,
    pub(crate) models: Vec<ModelView>,
    /// All sellers there are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) providers: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<ErrorView>,
}

/// A model as its seller sells it.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct ModelView {
    /// The id to ask for.
    pub(crate) id: String,
    pub(crate) about: String,
    /// generate, edit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) operations: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) sizes: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) qualities: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) output_formats: Vec<String>,
    /// Whether it takes a mask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mask: Option<bool>,
    /// The most input images of an edit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_images: Option<u32>,
    /// The day it is shut down, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shutdown: Option<String>,
    /// Every rule with its source, when the model was asked for by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rules: Option<serde_json::Value>,
}

/// The jobs there are.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct JobsView {
    /// ok or failed.
    pub(crate) status: String,
    /// The jobs of this server, newest first, and then those that an earlier process left behind.
    pub(crate) jobs: Vec<JobView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<ErrorView>,
}

/// A file stored at a seller.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct UploadView {
    /// ok or failed.
    pub(crate) status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) provider: Option<String>,
    /// Its address, to be given as one of the images of edit_image. Sellers delete uploads after a while.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) filename: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<ErrorView>,
}

/// The budget.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct BudgetAnswer {
    /// ok or failed.
    pub(crate) status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) budget: Option<BudgetView>,
    /// True: the built-in emulator answers, so that the amounts are not really paid.
    pub(crate) emulated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<ErrorView>,
}
