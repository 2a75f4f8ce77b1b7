//! Jobs that are not over.

use impasto::journal::{JobRecord, Listing, RecordState};
use serde::Serialize;

use super::delivered::Report;
use super::failed::ErrorReport;

/// How much of a prompt is shown in a list, in characters.
const PROMPT: usize = 48;

/// The object printed by `jobs --json`.
#[derive(Debug, Serialize)]
pub(crate) struct JobsReport {
    ok: bool,
    jobs: Vec<JobView>,
}

#[derive(Debug, Serialize)]
struct JobView {
    id: String,
    task_id: Option<String>,
    provider: String,
    base_url: String,
    model: String,
    operation: String,
    prompt: String,
    /// `running`; or, when its process is gone, `preparing`, `waiting`, `sending` or `stopped`.
    state: &'static str,
    /// Why it stopped.
    message: Option<String>,
    /// Whether it was paid for, where it stopped.
    billing: Option<&'static str>,
    /// Whether `jobs resume` can finish it.
    resumable: bool,
    /// Seconds since 1970.
    created: u64,
    updated: u64,
    #[serde(skip)]
    age: String,
}

impl JobsReport {
    /// The list as of the second `now` since 1970.
    pub(crate) fn new(listing: &Listing, now: u64) -> Self {
        let view = |record: &JobRecord| JobView::new(record, listing.running.contains(record.id()), now);
        Self { ok: true, jobs: listing.records.iter().map(view).collect() }
    }

    /// The same for people.
    pub(crate) fn text(&self) -> String {
        if self.jobs.is_empty() {
            return "no jobs: everything that was begun is over".to_owned();
        }
        let blocks: Vec<String> = self.jobs.iter().map(JobView::text).collect();
        blocks.join("\n")
    }
}

impl JobView {
    fn new(record: &JobRecord, running: bool, now: u64) -> Self {
        let job = &record.job;
        let (state, message, billing) = match &record.state {
            _ if running => ("running", None, None),
            RecordState::Preparing => ("preparing", None, None),
            RecordState::Sending => ("sending", None, None),
            RecordState::Stopped { message, billing, .. } => {
                ("stopped", Some(message.clone()), Some(billing.as_str()))
            }
            _ => ("waiting", None, None),
        };
        Self {
            id: record.id().to_owned(),
            task_id: job.task.as_ref().map(|task| task.id.clone()),
            provider: job.seller.clone(),
            base_url: impasto::transport::RedactedUrl::new(&record.address.base_url).to_string(),
            model: job.model.to_string(),
            operation: job.request.operation.to_string(),
            prompt: job.request.prompt.clone(),
            state,
            message,
            billing,
            resumable: record.is_resumable() && !running,
            created: record.created,
            updated: record.updated,
            age: age(now.saturating_sub(record.updated)),
        }
    }

    fn text(&self) -> String {
        let mut prompt: String = self.prompt.chars().take(PROMPT).collect();
        if prompt.len() < self.prompt.len() {
            prompt.push('…');
        }
        let what = match (self.state, &self.message) {
            ("sending", _) => {
                "sent, or about to be, when the program ended: look at the seller's usage page".to_owned()
            }
            ("preparing", _) => "the program ended before anything was sent".to_owned(),
            (_, Some(message)) => format!("stopped: {message}"),
            (state, None) => state.to_owned(),
        };
        let task = self.task_id.as_ref().map_or_else(String::new, |id| format!(", task {id}"));
        let next = match (self.state, self.resumable) {
            ("running", _) => String::new(),
            (_, true) => format!("\n  impasto jobs resume {}", self.id),
            (_, false) => format!("\n  impasto jobs forget {}", self.id),
        };
        format!(
            "{}  {} {} at {}, {} ago: {}\n  {what}{task}{next}",
            self.id,
            self.operation,
            self.model,
            self.provider,
            self.age,
            prompt.replace('\n', " "),
        )
    }
}

/// A stretch of time as people say it.
fn age(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds / 60),
        7_200..=172_799 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// The object printed by `jobs resume --json`.
#[derive(Debug, Serialize)]
pub(crate) struct ResumedReports {
    ok: bool,
    jobs: Vec<ResumedReport>,
}

/// One job that was taken up, and what came of it.
#[derive(Debug, Serialize)]
pub(crate) struct ResumedReport {
    id: String,
    result: Resumed,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Resumed {
    Delivered(Box<Report>),
    Failed(Box<ErrorReport>),
}

impl ResumedReport {
    pub(crate) fn delivered(id: String, report: Report) -> Self {
        Self { id, result: Resumed::Delivered(Box::new(report)) }
    }

    pub(crate) fn failed(id: String, report: ErrorReport) -> Self {
        Self { id, result: Resumed::Failed(Box::new(report)) }
    }

    pub(crate) fn all(ok: bool, jobs: Vec<Self>) -> ResumedReports {
        ResumedReports { ok, jobs }
    }
}

/// The object printed by `jobs forget --json`.
#[derive(Debug, Serialize)]
pub(crate) struct ForgottenReport {
    ok: bool,
    forgotten: Vec<String>,
}

impl ForgottenReport {
    pub(crate) fn new(forgotten: Vec<String>) -> Self {
        Self { ok: true, forgotten }
    }
}

#[cfg(test)]
mod tests {
    use super::age;

    #[test]
    fn ages_are_short() {
        let shown = [0, 119, 120, 7_199, 7_200, 172_800].map(age);
        assert_eq!(shown, ["0 s", "119 s", "2 min", "119 min", "2 h", "2 days"]);
    }
}
