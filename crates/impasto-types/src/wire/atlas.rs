//! Atlas Cloud's media API: `/model/generateImage`, `/model/prediction/{id}`, `/model/uploadMedia`, `/models`.
//!
//! Sources: atlascloud-mcp 1.7.0 (`types.d.ts`), the Atlas Cloud documentation (errors, predictions, webhooks,
//! data retention) and its pages of the gpt-image models, all read on 2026-11-21. Bodies that are sent are flat;
//! replies come in an envelope or bare, and both are read.

mod history;
mod models;
mod reply;
mod request;
mod webhook;

pub use history::{History, HistoryItem};
pub use models::{ModelEntry, ModelPrice, PriceTag};
pub use reply::{Envelope, Prediction, UploadedMedia};
pub use request::SubmitBody;
pub use webhook::{WebhookEvent, WebhookKey, WebhookKeys, WebhookPayload};
