//! What earlier processes left in the journal: jobs that were cut off, and can be taken up without paying twice.

use impasto::journal::{FileJournal, JobRecord, RecordState};
use impasto::sink::Files;
use serde_json::Value;

use super::follow::beginning;
use crate::error::Error;
use crate::output::{JobView, billing_word};
use crate::roots::Roots;

/// The records of a journal whose images go to places that may be written to.
#[derive(Debug)]
pub(crate) struct Left {
    records: Vec<JobRecord>,
}

impl Left {
    /// Reads the journal. Records in `busy` places are this process's own.
    pub(crate) async fn read(
        journal: Option<&FileJournal>,
        roots: &Roots,
        busy: Vec<Value>,
    ) -> Result<Self, Error> {
        let Some(journal) = journal.cloned() else { return Ok(Self { records: Vec::new() }) };
        let listing = tokio::task::spawn_blocking(move || journal.list()).await;
        let listing = listing.unwrap_or_else(|error| Err(std::io::Error::other(error)));
        let listing = listing
            .map_err(|error| Error::new("io", format!("the journal of jobs cannot be read: {error}")))?;
        let running = listing.running;
        let is_left = |record: &JobRecord| {
            !running.contains(record.id()) && !busy.contains(&record.destination) && allowed(record, roots)
        };
        Ok(Self { records: listing.records.into_iter().filter(is_left).collect() })
    }

    /// The record with this id, or with a task of this id.
    pub(crate) fn find(mut self, id: &str) -> Option<JobRecord> {
        let is = |record: &JobRecord| {
            record.id() == id || record.job.task.as_ref().is_some_and(|task| task.id == id)
        };
        let at = self.records.iter().position(is)?;
        Some(self.records.swap_remove(at))
    }

    /// The records whose images go to this place.
    pub(crate) fn at(self, destination: &Value) -> Vec<JobRecord> {
        self.records.into_iter().filter(|record| record.destination == *destination).collect()
    }

    /// Where the images of a record go.
    pub(crate) fn files_of(record: &JobRecord) -> Option<Files> {
        serde_json::from_value(record.destination.clone()).ok()
    }

    /// What is known of each.
    pub(crate) fn views(&self) -> impl Iterator<Item = JobView> + '_ {
        self.records.iter().map(view)
    }
}

fn allowed(record: &JobRecord, roots: &Roots) -> bool {
    let Some(files) = Left::files_of(record) else { return false };
    let paths = files.expected_paths(&record.job.request);
    !paths.is_empty() && paths.iter().all(|path| roots.contains(path))
}

fn view(record: &JobRecord) -> JobView {
    let id = record.id().to_owned();
    let request = &record.job.request;
    let resumable = record.is_resumable();
    let (billing, why) = match &record.state {
        RecordState::Stopped { billing, message, .. } => (Some(*billing), Some(message.clone())),
        _ => (None, None),
    };
    let next = if resumable {
        format!(
            "Call wait_for_job with job_id {id}: it takes the job up where it stood, without paying twice."
        )
    } else {
        "It cannot be taken up, and may have been billed. Tell the user; do not send the request a second time \
         unless they agree to pay for it once more."
            .to_owned()
    };
    JobView {
        status: "interrupted".to_owned(),
        job_id: Some(id),
        prompt: Some(beginning(&request.prompt)),
        provider: Some(record.address.seller.clone()),
        model: Some(record.job.model.to_string()),
        billing: Some(billing.map_or("unknown", billing_word).to_owned()),
        expected_paths: Left::files_of(record)
            .map(|files| files.expected_paths(request))
            .unwrap_or_default()
            .iter()
            .map(|path| path.to_string_lossy().into_owned())
            .collect(),
        task_ids: record.job.task.iter().map(|task| task.id.clone()).collect(),
        progress: why,
        next_step: Some(next),
        ..JobView::default()
    }
}
