//! A tool's result: words, the same as structure, small previews, and links to the originals.

use rmcp::model::{CallToolResult, ContentBlock};
use serde::Serialize;
use serde_json::Value;

use crate::error::Error;
use crate::output::{ErrorView, JobView, sentence};
use crate::preview;

/// A result of words and structure.
pub(crate) fn plain(words: String, structure: &impl Serialize) -> CallToolResult {
    let mut result = CallToolResult::success(vec![ContentBlock::text(words)]);
    result.structured_content = serde_json::to_value(structure).ok();
    result
}

/// A failure, in the shape that every tool's schema allows.
pub(crate) fn failed(error: &Error, mut structure: Value) -> CallToolResult {
    let view = ErrorView::from(error);
    let words = explained(&view);
    structure["status"] = "failed".into();
    structure["error"] = serde_json::to_value(&view).unwrap_or_default();
    let mut result = CallToolResult::error(vec![ContentBlock::text(words)]);
    result.structured_content = Some(structure);
    result
}

fn explained(error: &ErrorView) -> String {
    let sentence = sentence(error.field.as_deref(), &error.message);
    let paid = match error.billing.as_str() {
        "not_billed" => "nothing was billed",
        "billed" => "it was billed",
        _ => "it is not known whether it was billed",
    };
    format!("Failed ({}): {sentence}\nBilling: {paid}.\nNext: {}", error.code, error.next_step)
}

/// A job, as far as it is.
pub(crate) async fn job(view: &JobView, with_previews: bool) -> CallToolResult {
    let mut content = vec![ContentBlock::text(words(view))];
    if with_previews {
        content.extend(preview::of(&view.images).await);
    }
    content.extend(view.images.iter().map(crate::output::ImageView::link));
    let mut result = CallToolResult::success(content);
    let failed = matches!(view.status.as_str(), "failed" | "cancelled" | "interrupted");
    result.is_error = Some(failed);
    result.structured_content = serde_json::to_value(view).ok();
    result
}

fn words(view: &JobView) -> String {
    let mut lines = Vec::new();
    let id = view.job_id.as_deref().unwrap_or_default();
    match view.status.as_str() {
        "running" => {
            let so_far = view.progress.as_deref().unwrap_or("begun");
            lines.push(format!("Still being made: job {id}, {so_far}."));
        }
        "dry_run" => lines.push("Dry run: nothing was sent and nothing was paid.".to_owned()),
        "interrupted" => lines.push(format!("Job {id} was cut off when an earlier process ended.")),
        _ if view.replayed => {
            lines.push("Made earlier under this idempotency_key; nothing new was paid.".to_owned());
        }
        _ => {}
    }
    lines.extend(view.images.iter().map(|image| format!("Saved {}", image.words())));
    if let Some(error) = &view.error {
        lines.push(explained(error));
    }
    if view.error.is_none() && !view.expected_paths.is_empty() {
        lines.push(format!("To be saved as {}", view.expected_paths.join(", ")));
    }
    if let (Some(model), Some(provider)) = (&view.model, &view.provider) {
        lines.push(format!("Model: {model} at {provider}"));
    }
    if view.emulated {
        lines.push(EMULATED.to_owned());
    }
    match (&view.cost, &view.estimate) {
        (Some(cost), _) => {
            let how = if cost.is_estimate { " at most (an estimate: the seller did not say)" } else { "" };
            lines.push(format!("Cost: {} {}{how}", cost.amount, cost.currency));
        }
        (None, Some(estimate)) => lines.push(format!("Estimate: {estimate}")),
        (None, None) => {}
    }
    if let Some(budget) = &view.budget {
        lines.push(format!("Budget: {budget}"));
    }
    lines.extend(view.warnings.iter().map(|warning| format!("Warning: {warning}")));
    lines.extend(view.requests.iter().map(|request| format!("Request:\n{request}")));
    if let Some(next) = view.next_step.as_ref().filter(|_| view.error.is_none()) {
        lines.push(format!("Next: {next}"));
    }
    lines.join("\n")
}

/// Said with everything that the emulator answered.
pub(crate) const EMULATED: &str =
    "Emulated: no key was found, so the built-in emulator drew a placeholder. Nothing was really paid.";
