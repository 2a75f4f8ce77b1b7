//! A dry run: the exact requests, and where the images would go.

use std::fmt::Write as _;

use impasto::sink::Files;
use impasto::transport::RedactedUrl;
use impasto::{Client, ImageRequest, Preview};
use serde::Serialize;

use super::cost::EstimateView;
use super::delivered::WarningView;

/// The object printed by `--dry-run --json`.
#[derive(Debug, Serialize)]
pub(crate) struct DryRun {
    ok: bool,
    #[serde(rename = "dry_run")]
    is_dry: bool,
    provider: String,
    model: String,
    base_url: String,
    /// The first request of each call as canonical HTTP text.
    requests: Vec<String>,
    /// Where the images would go, if they come in the format that was asked for.
    outputs: Vec<String>,
    /// The request in neutral words, everything filled in.
    request: ImageRequest,
    /// What it may cost; null where no price is known.
    pub(crate) estimate: Option<EstimateView>,
    /// Why no price is known.
    pub(crate) estimate_unknown: Option<String>,
    warnings: Vec<WarningView>,
}

impl DryRun {
    pub(crate) fn new(
        client: &Client,
        preview: &Preview,
        files: &Files,
        estimate: Option<EstimateView>,
        estimate_unknown: Option<String>,
    ) -> Self {
        Self {
            ok: true,
            is_dry: true,
            provider: preview.provider.clone(),
            model: preview.model.to_string(),
            base_url: RedactedUrl::new(client.base_url()).to_string(),
            requests: preview.requests.clone(),
            outputs: files
                .expected_paths(&preview.request)
                .iter()
                .map(|path| crate::term::plain(path).to_string())
                .collect(),
            request: preview.request.clone(),
            estimate,
            estimate_unknown,
            warnings: preview.warnings.iter().map(WarningView::new).collect(),
        }
    }

    /// The same for people.
    pub(crate) fn text(&self) -> String {
        let mut text = self.requests.join("\n");
        if !text.ends_with('\n') {
            text.push('\n');
        }
        for output in &self.outputs {
            let _ = write!(text, "\n-> {output}");
        }
        text
    }
}
