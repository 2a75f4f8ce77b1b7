//! Earlier runs: as JSON, and as a list for people.

use std::path::Path;

use impasto::Date;
use impasto::history::{FailureRecord, ImageRecord, RunRecord, WarningRecord};
use serde::Serialize;
use serde_json::Value;

use super::again::command_of;
use crate::term::{Term, plain};

/// The object printed by `history --json`.
#[derive(Debug, Serialize)]
pub(crate) struct HistoryReport {
    ok: bool,
    runs: Vec<RunView>,
}

/// One run. Fields that are not known are null.
#[derive(Debug, Serialize)]
pub(super) struct RunView {
    pub(super) id: String,
    pub(super) at: u64,
    pub(super) elapsed_ms: Option<u64>,
    pub(super) software: String,
    pub(super) provider: String,
    pub(super) base_url: String,
    pub(super) emulated: bool,
    pub(super) model: String,
    pub(super) reported_model: Option<String>,
    pub(super) operation: Option<String>,
    pub(super) prompt: String,
    /// The request in neutral words.
    pub(super) request: Value,
    pub(super) images: Vec<KeptImage>,
    pub(super) estimate: Option<Value>,
    pub(super) cost: Option<Value>,
    pub(super) attempts: u32,
    pub(super) request_ids: Vec<String>,
    pub(super) task_ids: Vec<String>,
    pub(super) warnings: Vec<WarningRecord>,
    pub(super) failures: Vec<FailureRecord>,
    /// The command that makes it once more.
    pub(super) command: String,
    /// What it cost, for people.
    #[serde(skip)]
    pub(super) words: Option<String>,
}

/// One image of a run.
#[derive(Debug, Serialize)]
pub(super) struct KeptImage {
    pub(super) index: usize,
    pub(super) path: String,
    /// Whether the file is still there.
    pub(super) exists: bool,
    pub(super) format: Option<String>,
    pub(super) width: Option<u32>,
    pub(super) height: Option<u32>,
    pub(super) bytes: u64,
    pub(super) sha256: Option<String>,
    pub(super) revised_prompt: Option<String>,
}

impl HistoryReport {
    pub(crate) fn new(runs: &[RunRecord]) -> Self {
        Self { ok: true, runs: runs.iter().map(RunView::new).collect() }
    }

    /// The same for people: two lines a run.
    pub(crate) fn text(&self, term: &Term) -> String {
        if self.runs.is_empty() {
            return "no run is in the history".to_owned();
        }
        let lines = self.runs.iter().map(|run| {
            let head = format!("{}  {}", run.id, short(&run.prompt, 60));
            let mut facts = vec![minute(run.at), format!("{} at {}", run.model, run.provider)];
            facts.extend(run.words.clone());
            if let Some(failure) = run.failures.first() {
                facts.push(format!("failed: {} ({})", failure.kind, failure.billing));
            }
            facts.extend(run.files());
            format!("{}\n  {}", term.heading(&head), facts.join(", "))
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

impl RunView {
    pub(super) fn new(run: &RunRecord) -> Self {
        let word = |name: &str| run.request.get(name).and_then(Value::as_str).map(str::to_owned);
        Self {
            id: run.id.clone(),
            at: run.at,
            elapsed_ms: run.elapsed_ms,
            software: run.software.clone(),
            provider: run.provider.clone(),
            base_url: run.base_url.clone(),
            emulated: run.emulated,
            model: run.model.to_string(),
            reported_model: run.reported_model.as_ref().map(ToString::to_string),
            operation: word("operation"),
            prompt: run.prompt().to_owned(),
            request: run.request.clone(),
            images: run.images.iter().map(|image| KeptImage::new(&image.file, image)).collect(),
            estimate: run.estimate.as_ref().map(|range| {
                serde_json::json!({
                    "low": range.low.amount_text(),
                    "expected": range.expected.amount_text(),
                    "high": range.high.amount_text(),
                    "currency": range.high.currency().code(),
                })
            }),
            cost: run.cost.as_ref().map(|cost| {
                serde_json::json!({
                    "amount": cost.total.amount_text(),
                    "currency": cost.total.currency().code(),
                    "sources": cost.sources,
                })
            }),
            attempts: run.attempts,
            request_ids: run.request_ids.clone(),
            task_ids: run.task_ids.clone(),
            warnings: run.warnings.clone(),
            failures: run.failures.clone(),
            command: command_of(run),
            words: run.cost.as_ref().map(|cost| {
                let most = if cost.is_upper_bound() { "at most " } else { "" };
                let would = if run.emulated { "emulated, would have " } else { "" };
                format!("{would}cost {most}{}", cost.total)
            }),
        }
    }

    fn files(&self) -> Option<String> {
        let (first, others) = self.images.split_first()?;
        let gone = if first.exists { "" } else { " (gone)" };
        let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
        Some(format!("{}{gone}{more}", first.path))
    }
}

impl KeptImage {
    pub(super) fn new(path: &Path, image: &ImageRecord) -> Self {
        Self {
            index: image.index,
            path: near(path),
            exists: path.exists(),
            format: image.format.clone(),
            width: image.width,
            height: image.height,
            bytes: image.bytes,
            sha256: image.sha256.clone(),
            revised_prompt: image.revised_prompt.clone(),
        }
    }
}

/// A path as it is typed from here.
pub(super) fn near(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let below = here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
    plain(below.as_deref().unwrap_or(path)).to_string()
}

/// `2026-11-21 08:30 UTC`.
pub(crate) fn minute(at: u64) -> String {
    format!("{} {:02}:{:02} UTC", Date::from_unix(at), at / 3_600 % 24, at / 60 % 60)
}

/// A text in one line of at most so many characters. Control characters never reach the terminal.
pub(super) fn short(text: &str, most: usize) -> String {
    let flat: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if flat.chars().count() <= most {
        return flat;
    }
    let mut cut: String = flat.chars().take(most.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::{minute, short};

    #[test]
    fn texts_and_times_are_short() {
        assert_eq!(short("a fox\u{1b}[31m\nin red", 40), "a fox [31m in red");
        assert_eq!(short("abcdef", 4), "abc…");
        assert_eq!(minute(1_795_242_612), "2026-11-21 06:30 UTC");
    }
}
