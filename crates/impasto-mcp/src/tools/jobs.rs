//! `get_job`, `wait_for_job` and `list_jobs`.

use std::sync::Arc;

use impasto::history::RunRecord;
use impasto::journal::JobRecord;
use rmcp::model::CallToolResult;

use super::wait;
use crate::answer;
use crate::args::{JobArgs, WaitArgs};
use crate::error::Error;
use crate::jobs::{Claim, Job, Left, Ordered};
use crate::output::{JobView, JobsView};
use crate::server::Call;

/// How far a job is.
pub(crate) async fn get(call: &Call<'_>) -> Result<CallToolResult, Error> {
    let args: JobArgs = call.read.part()?;
    let view = if let Some(job) = call.shared.jobs.find(&args.job_id) {
        job.view()
    } else {
        let left = left(call).await?;
        let view = left.views().find(|view| view.job_id.as_ref() == Some(&args.job_id));
        view.ok_or_else(|| unknown(&args.job_id))?
    };
    let mut result = wait::answer(call, view, args.preview.unwrap_or(true)).await;
    // Looking worked, whatever became of the job.
    result.is_error = Some(false);
    Ok(result)
}

/// Waits for a job; one that an earlier process left behind is taken up.
pub(crate) async fn wait(call: &Call<'_>) -> Result<CallToolResult, Error> {
    let args: JobArgs = call.read.part()?;
    let limit: WaitArgs = call.read.part()?;
    let limit = wait::bounded(limit.wait)?;
    let record = match call.shared.jobs.find(&args.job_id) {
        Some(job) => left_by(call, &job).await?.ok_or(job),
        None => Ok(left(call).await?.find(&args.job_id).ok_or_else(|| unknown(&args.job_id))?),
    };
    let job = match record {
        Ok(record) => take_up(call, record, None).await?,
        Err(job) => job,
    };
    let view = wait::wait(call, &job, limit, false).await;
    Ok(wait::answer(call, view, args.preview.unwrap_or(true)).await)
}

/// Every job.
pub(crate) async fn list(call: &Call<'_>) -> Result<CallToolResult, Error> {
    let mut jobs = call.shared.jobs.views();
    jobs.extend(left(call).await?.views());
    let words = if jobs.is_empty() {
        "No jobs.".to_owned()
    } else {
        jobs.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    let answer = JobsView { status: "ok".to_owned(), jobs, error: None };
    Ok(answer::plain(words, &answer))
}

fn line(view: &JobView) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut paths: Vec<&str> = view.images.iter().map(|image| image.path.as_str()).collect();
    if paths.is_empty() {
        paths = view.expected_paths.iter().map(String::as_str).collect();
    }
    let billing = view.billing.as_ref().map_or_else(String::new, |word| format!(", billing {word}"));
    format!("{} {}{billing}: {} -> {}", text(&view.job_id), view.status, text(&view.prompt), paths.join(", "))
}

fn unknown(id: &str) -> Error {
    Error::new("unknown_job", format!("there is no job {id}")).with_field("job_id")
}

/// What earlier processes left behind.
pub(super) async fn left(call: &Call<'_>) -> Result<Left, Error> {
    let busy = call.shared.jobs.running().iter().map(|job| job.destination.clone()).collect();
    Left::read(call.shared.settings.journal.as_ref(), &call.roots, busy).await
}

/// What a job of this process that stopped left to be taken up, if anything.
async fn left_by(call: &Call<'_>, job: &Arc<Job>) -> Result<Option<JobRecord>, Error> {
    let stopped = matches!(job.view().status.as_str(), "failed" | "cancelled");
    if !stopped || job.destination.is_null() {
        return Ok(None);
    }
    let records = left(call).await?.at(&job.destination);
    Ok(records.into_iter().find(JobRecord::is_resumable))
}

/// Takes up a job that was written down. What may have been paid is never sent again.
pub(super) async fn take_up(
    call: &Call<'_>,
    record: JobRecord,
    claim: Option<Claim>,
) -> Result<Arc<Job>, Error> {
    let settings = &call.shared.settings;
    let client = settings.clients.client_of(&record)?;
    let ordered = Ordered {
        tool: call.tool,
        run: RunRecord::begin(&client, &record.job.request).await,
        expected: Left::files_of(&record)
            .map(|files| files.expected_paths(&record.job.request))
            .unwrap_or_default(),
        destination: record.destination.clone(),
        emulated: call.shared.emulated(),
        claim,
        records: call.shared.records(),
    };
    let stream = client.resume(record, None);
    Ok(call.shared.jobs.start(ordered, stream))
}
