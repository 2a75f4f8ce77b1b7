//! A failure as JSON.

use serde::Serialize;

use super::delivered::ImageView;
use crate::failure::Failure;

/// The object printed when nothing was delivered.
#[derive(Debug, Serialize)]
pub(crate) struct ErrorReport {
    ok: bool,
    error: ErrorView,
    /// Images that had arrived before it failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    images: Vec<ImageView>,
}

/// The error itself. Fields that are not known are null, so that the shape is always the same.
#[derive(Debug, Serialize)]
pub(crate) struct ErrorView {
    kind: &'static str,
    message: String,
    field: Option<String>,
    code: Option<String>,
    status: Option<u16>,
    request_id: Option<String>,
    task_id: Option<String>,
    billing: &'static str,
    attempts: u32,
    retry_after_seconds: Option<f64>,
    hint: Option<String>,
    provider: Option<String>,
}

impl ErrorReport {
    pub(crate) fn new(failure: &Failure) -> Self {
        Self {
            ok: false,
            error: ErrorView::new(failure),
            images: failure.images.iter().map(ImageView::new).collect(),
        }
    }
}

impl ErrorView {
    pub(super) fn new(failure: &Failure) -> Self {
        Self {
            kind: failure.kind,
            message: failure.message.clone(),
            field: failure.field.clone(),
            code: failure.code.clone(),
            status: failure.status,
            request_id: failure.request_id.clone(),
            task_id: failure.task_id.clone(),
            billing: failure.billing.as_str(),
            attempts: failure.attempts,
            retry_after_seconds: failure.retry_after.map(|after| after.as_secs_f64()),
            hint: failure.hint.clone(),
            provider: failure.provider.clone(),
        }
    }
}
