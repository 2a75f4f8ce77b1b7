//! What was delivered: as JSON, and as one line for people.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use impasto::transport::RedactedUrl;
use impasto::{Client, Generation, Image, SvgUsage, Usage, Warning, WarningKind};
use serde::Serialize;

use super::cost::{CostView, EstimateView};
use super::failed::ErrorView;
use crate::commands::Seen;
use crate::failure::Failure;

/// The object printed when images were delivered. Fields that are not known are null.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    ok: bool,
    provider: String,
    model: String,
    reported_model: Option<String>,
    base_url: String,
    emulated: bool,
    images: Vec<ImageView>,
    partial_images: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    partials: Vec<PartialView>,
    created: Option<u64>,
    size: Option<String>,
    quality: Option<String>,
    background: Option<String>,
    output_format: Option<String>,
    usage: Option<Usage>,
    svg_usage: Option<SvgUsage>,
    /// What it was estimated to cost before it was sent.
    estimate: Option<EstimateView>,
    /// Why no price was known before.
    estimate_unknown: Option<String>,
    /// What it cost, as far as that is known.
    cost: Option<CostView>,
    prices: Vec<String>,
    request_ids: Vec<String>,
    task_ids: Vec<String>,
    warnings: Vec<WarningView>,
    failures: Vec<FailureView>,
    /// The first of the failures, so that whoever sees `ok: false` finds an error in the usual place.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorView>,
    attempts: u32,
    elapsed_ms: u64,
}

/// One image. Fields that are not known are null.
#[derive(Debug, Serialize)]
pub(crate) struct ImageView {
    index: usize,
    path: Option<String>,
    format: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    bytes: u64,
    revised_prompt: Option<String>,
}

/// A sketch that was saved.
#[derive(Debug, Serialize)]
struct PartialView {
    index: usize,
    partial_index: u32,
    path: String,
}

#[derive(Debug, Serialize)]
pub(super) struct WarningView {
    kind: WarningKind,
    field: Option<String>,
    message: String,
}

/// A part of the request that failed while others were delivered.
#[derive(Debug, Serialize)]
struct FailureView {
    /// The images that are missing for it, from 0.
    indexes: Vec<usize>,
    error: ErrorView,
}

impl Report {
    pub(crate) fn new(
        client: &Client,
        generation: &Generation,
        seen: &Seen,
        emulated: bool,
        elapsed: Duration,
    ) -> Self {
        let error_of = |error| ErrorView::new(&Failure::from(error));
        let partials = seen.partials.iter().filter_map(|(partial_index, image)| {
            Some(PartialView {
                index: image.index,
                partial_index: *partial_index,
                path: shown(image.path()?),
            })
        });
        let failures = generation.failures.iter().map(|failure| FailureView {
            indexes: failure.indexes.clone().collect(),
            error: error_of(&failure.error),
        });
        Self {
            ok: generation.failures.is_empty(),
            provider: generation.provider.clone(),
            model: generation.model.to_string(),
            reported_model: generation.reported_model.as_ref().map(ToString::to_string),
            base_url: RedactedUrl::new(client.base_url()).to_string(),
            emulated,
            images: generation.images.iter().map(ImageView::new).collect(),
            partial_images: seen.partials.len(),
            partials: partials.collect(),
            created: generation.created,
            size: generation.size.as_ref().map(ToString::to_string),
            quality: generation.quality.as_ref().map(ToString::to_string),
            background: generation.background.as_ref().map(ToString::to_string),
            output_format: generation.output_format.as_ref().map(ToString::to_string),
            usage: generation.usage.clone(),
            svg_usage: generation.svg_usage.clone(),
            estimate: EstimateView::sum(&generation.estimates),
            estimate_unknown: seen.unpriced.clone(),
            cost: CostView::of(generation),
            prices: generation.prices.clone(),
            request_ids: generation.request_ids.clone(),
            task_ids: generation.task_ids.clone(),
            warnings: generation.warnings.iter().map(WarningView::new).collect(),
            failures: failures.collect(),
            error: generation.failures.first().map(|failure| error_of(&failure.error)),
            attempts: generation.attempts,
            elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

impl ImageView {
    pub(super) fn new(image: &Image) -> Self {
        Self {
            index: image.index,
            path: image.path().map(shown),
            format: image.facts.map(|facts| facts.format.to_string()),
            width: image.facts.map(|facts| facts.width),
            height: image.facts.map(|facts| facts.height),
            bytes: image.stored.len(),
            revised_prompt: image.revised_prompt.clone(),
        }
    }
}

impl WarningView {
    pub(super) fn new(warning: &Warning) -> Self {
        Self { kind: warning.kind, field: warning.field.clone(), message: warning.message.clone() }
    }
}

fn shown(path: &Path) -> String {
    crate::term::plain(path).to_string()
}

/// What was delivered, in one line.
pub(crate) fn summary(report: &Report) -> String {
    let mut line = match report.images.len() {
        1 => "1 image".to_owned(),
        count => format!("{count} images"),
    };
    if let Some(ImageView { format: Some(format), width: Some(width), height: Some(height), .. }) =
        report.images.first()
    {
        let _ = write!(line, ", {width}x{height} {format}");
    }
    let bytes: u64 = report.images.iter().map(|image| image.bytes).sum();
    let _ = write!(line, ", {}, {} at {}", size_of(bytes), report.model, report.provider);
    if report.emulated {
        line.push_str(" (emulated)");
    }
    let tenths = report.elapsed_ms / 100;
    let _ = write!(line, ", {}.{} s", tenths / 10, tenths % 10);
    if let Some(tokens) = report.usage.as_ref().and_then(|usage| usage.output_tokens) {
        let _ = write!(line, ", {tokens} output tokens");
    }
    match &report.cost {
        Some(cost) if report.emulated => {
            let _ = write!(line, ", would have cost {}", cost.words());
        }
        Some(cost) => {
            let _ = write!(line, ", cost {}", cost.words());
        }
        None => line.push_str(", cost unknown"),
    }
    line
}

/// A number of bytes as people read it.
fn size_of(bytes: u64) -> String {
    match bytes {
        0..=9_999 => format!("{bytes} bytes"),
        10_000..=999_999 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::size_of;

    #[test]
    fn sizes_are_short() {
        let shown = [0, 9_999, 10_000, 999_999, 1_000_000, 12_345_678].map(size_of);
        assert_eq!(shown, ["0 bytes", "9999 bytes", "10 kB", "999 kB", "1.0 MB", "12.3 MB"]);
    }
}
