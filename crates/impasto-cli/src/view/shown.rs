//! How an image was made: as JSON, and for people.

use std::fmt::Write as _;
use std::path::Path;

use impasto::ImageFacts;
use impasto::history::InputRecord;
use impasto::sidecar::{Sidecar, Verdict};
use serde::Serialize;
use serde_json::Value;

use super::history::{KeptImage, RunView, minute, near};
use crate::term::Term;

/// The object printed by `show --json`.
#[derive(Debug, Serialize)]
pub(crate) struct ShowReport {
    ok: bool,
    images: Vec<ShownImage>,
}

/// One image, and what is known of it.
#[derive(Debug, Serialize)]
pub(crate) struct ShownImage {
    path: String,
    /// Whether there is a sidecar; without one only the header's facts are known.
    sidecar: bool,
    /// `same`, `changed` or `unknown`: the image against the hash in its sidecar.
    hash: &'static str,
    image: KeptImage,
    run: Option<RunView>,
    inputs: Vec<InputRecord>,
    /// What the seller says of what it made.
    reply: Option<Value>,
}

impl ShowReport {
    pub(crate) fn new(images: Vec<ShownImage>) -> Self {
        let ok = !images.iter().any(ShownImage::is_changed);
        Self { ok, images }
    }

    /// Whether an image is another than its sidecar tells of.
    pub(crate) fn is_changed(&self) -> bool {
        !self.ok
    }

    /// The same for people.
    pub(crate) fn text(&self, term: &Term) -> String {
        let texts: Vec<String> = self.images.iter().map(|image| image.text(term)).collect();
        texts.join("\n\n")
    }
}

impl ShownImage {
    /// An image with its sidecar.
    pub(crate) fn with_sidecar(path: &Path, sidecar: &Sidecar, verdict: Verdict) -> Self {
        let reply = serde_json::to_value(&sidecar.run.reply).ok();
        Self {
            path: near(path),
            sidecar: true,
            hash: verdict.as_str(),
            image: KeptImage::new(path, &sidecar.image),
            run: Some(RunView::new(&sidecar.run)),
            inputs: sidecar.run.inputs.clone(),
            reply,
        }
    }

    /// An image alone.
    pub(crate) fn bare(path: &Path, facts: ImageFacts) -> Self {
        let image = KeptImage {
            index: 0,
            path: near(path),
            exists: true,
            format: Some(facts.format.to_string()),
            width: Some(facts.width),
            height: Some(facts.height),
            bytes: facts.bytes,
            sha256: None,
            revised_prompt: None,
        };
        Self {
            path: near(path),
            sidecar: false,
            hash: Verdict::Unknown.as_str(),
            image,
            run: None,
            inputs: Vec::new(),
            reply: None,
        }
    }

    fn is_changed(&self) -> bool {
        self.hash == Verdict::Changed.as_str()
    }

    fn text(&self, term: &Term) -> String {
        let mut text = term.heading(&self.path);
        let mut line = |name: &str, value: &str| {
            // What others wrote may hold sequences that a terminal would obey.
            let value: String =
                value.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect();
            let _ = write!(text, "\n  {name:<9} {}", value.replace('\n', "\n            "));
        };
        let image = &self.image;
        if let (Some(format), Some(width), Some(height)) = (&image.format, image.width, image.height) {
            line("image", &format!("{width}x{height} {format}, {} bytes", image.bytes));
        }
        let Some(run) = &self.run else {
            line("sidecar", "none: only the image itself can be asked");
            return text;
        };
        line("prompt", &run.prompt);
        if let Some(revised) = &image.revised_prompt {
            line("revised", revised);
        }
        let used = run.reported_model.as_ref().filter(|used| **used != run.model);
        let used = used.map(|used| format!(" (the seller says {used})")).unwrap_or_default();
        line("model", &format!("{}{used} at {}", run.model, run.provider));
        line("made", &format!("{}, by {}", minute(run.at), run.software));
        for input in &self.inputs {
            line(&input.role, &input.label);
        }
        let cost = run.words.as_deref().unwrap_or("unknown");
        line("cost", cost.strip_prefix("cost ").unwrap_or(cost));
        if let Some(Value::String(most)) = run.estimate.as_ref().and_then(|estimate| estimate.get("high")) {
            let currency = run.estimate.as_ref().and_then(|one| one["currency"].as_str()).unwrap_or_default();
            line("estimate", &format!("at most {most} {currency}"));
        }
        for warning in &run.warnings {
            line("warning", &warning.message);
        }
        for id in &run.request_ids {
            line("request", id);
        }
        for id in &run.task_ids {
            line("task", id);
        }
        let run_id = run.id.clone();
        line("run", &run_id);
        line("again", &run.command);
        let hash = match self.hash {
            "same" => "the image is the one that was made".to_owned(),
            "changed" => term.alarming("the image was changed since it was made"),
            _ => "the image cannot be compared with what was made".to_owned(),
        };
        let _ = write!(text, "\n  {:<9} {hash}", "hash");
        text
    }
}
