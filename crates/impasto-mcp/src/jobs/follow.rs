//! Follows a job to its end, whoever still waits for it.

use std::path::PathBuf;
use std::sync::Arc;

use impasto::history::{FailureRecord, History, RunRecord};
use impasto::sidecar::Sidecar;
use impasto::{BillingOutcome, ErrorKind, Event, Generation, GenerationStream};

use serde_json::Value;

use super::{Claim, Job};
use crate::error::Error;
use crate::output::{CostView, ErrorView, JobView, RangeView, billing_word, sentence};

/// A job as it was ordered.
#[derive(Debug)]
pub(crate) struct Ordered {
    /// The tool that ordered it.
    pub(crate) tool: &'static str,
    /// The record of the run, begun.
    pub(crate) run: RunRecord,
    /// Where its images are to go.
    pub(crate) expected: Vec<PathBuf>,
    /// The same as the destination describes it.
    pub(crate) destination: Value,
    /// Whether the emulator answers.
    pub(crate) emulated: bool,
    /// The key it was ordered under.
    pub(crate) claim: Option<Claim>,
    /// What is kept of it besides.
    pub(crate) records: Records,
}

/// What is kept of a run besides its images.
#[derive(Clone, Debug, Default)]
pub(crate) struct Records {
    pub(crate) history: Option<History>,
    pub(crate) sidecars: bool,
}

impl Records {
    /// Keeps what is wanted. The images are there: what cannot be written does not make them fewer.
    async fn keep(self, mut run: RunRecord, emulated: bool) {
        // Of what was never sent there is nothing to look back at.
        if run.attempts == 0 && run.images.is_empty() {
            return;
        }
        run.emulated = emulated;
        if let Some(history) = &self.history {
            let _ = history.add(&run).await;
        }
        if self.sidecars {
            let _ = tokio::task::spawn_blocking(move || Sidecar::write_all(&run)).await;
        }
    }
}

impl Ordered {
    /// What is known before it begins.
    pub(crate) fn begun(&self) -> JobView {
        let paths = self.expected.iter().map(|path| path.to_string_lossy().into_owned());
        JobView {
            tool: Some(self.tool.to_owned()),
            prompt: Some(beginning(self.run.prompt())),
            provider: Some(self.run.provider.clone()),
            model: Some(self.run.model.to_string()).filter(|model| !model.is_empty()),
            emulated: self.emulated,
            expected_paths: paths.collect(),
            ..JobView::default()
        }
    }
}

/// The beginning of a prompt.
pub(crate) fn beginning(prompt: &str) -> String {
    let mut short: String = prompt.chars().take(80).collect();
    if short.len() < prompt.len() {
        short.push('…');
    }
    short
}

/// Runs the job and keeps what became of it.
pub(super) async fn run(job: Arc<Job>, ordered: Ordered, stream: GenerationStream) {
    let followed = tokio::spawn(follow(Arc::clone(&job), stream)).await;
    let begun = ordered.begun();
    let Ordered { run, claim, records, emulated, .. } = ordered;
    let (run, error) = match followed {
        Ok(Ok(generation)) => {
            let error = generation.failures.first().map(|failure| told(&job, &failure.error));
            (run.with_generation(&generation).await, error)
        }
        Ok(Err(error)) => {
            let told = told(&job, &error);
            let mut run = run.with_images(error.salvaged()).await;
            run.attempts = error.attempts();
            run.request_ids.extend(error.request_id().map(str::to_owned));
            run.task_ids.extend(error.job().and_then(|job| job.task.as_ref()).map(|task| task.id.clone()));
            run.failures = vec![FailureRecord::new(told.code(), told.to_string(), told.billing())];
            (run, Some(told))
        }
        Err(_) => {
            let broken = Error::new("internal", "the job ended without a word");
            (run, Some(broken.with_billing(BillingOutcome::Unknown)))
        }
    };
    let view = over(begun, &run, error.as_ref());
    // The key's receipt comes first: a retry that hears of the end must find it.
    if let Some(claim) = claim {
        claim.settle(&view).await;
    }
    records.keep(run, emulated).await;
    job.finish(view);
}

/// An error of the facade, with the job to wait for where the seller's task runs on.
fn told(job: &Job, error: &impasto::Error) -> Error {
    let ours = Error::from(error);
    let resumable = error.billing() == BillingOutcome::Unknown
        && error.job().is_some_and(|job| job.task.is_some())
        && error.seller().is_none_or(|seller| !seller.is_final());
    if resumable { ours.with_job(&job.id) } else { ours }
}

/// The end of a job.
fn over(begun: JobView, run: &RunRecord, error: Option<&Error>) -> JobView {
    let some = !run.images.is_empty();
    let status = match error {
        None => "succeeded",
        Some(_) if some => "partial",
        Some(error) if error.code() == ErrorKind::Cancelled.as_str() => "cancelled",
        Some(_) => "failed",
    };
    let billing = match error {
        _ if some => BillingOutcome::Billed,
        None => BillingOutcome::Billed,
        Some(error) => error.billing(),
    };
    JobView {
        status: status.to_owned(),
        model: Some(run.model.to_string()).filter(|model| !model.is_empty()),
        billing: Some(billing_word(billing).to_owned()),
        images: run.images.iter().map(Into::into).collect(),
        expected_paths: Vec::new(),
        estimate: run.estimate.as_ref().map(RangeView::from),
        cost: run.cost.as_ref().map(CostView::from),
        warnings: run
            .warnings
            .iter()
            .map(|warning| sentence(warning.field.as_deref(), &warning.message))
            .collect(),
        request_ids: run.request_ids.clone(),
        task_ids: run.task_ids.clone(),
        next_step: error.map(Error::next_step),
        error: error.map(ErrorView::from),
        ..begun
    }
}

/// Reads the events to the end.
async fn follow(job: Arc<Job>, mut stream: GenerationStream) -> Result<Generation, impasto::Error> {
    loop {
        match stream.next().await {
            Some(Ok(Event::Done(generation))) => return Ok(*generation),
            Some(Ok(event)) => {
                if let Some(words) = words(&event) {
                    job.step(words);
                }
            }
            Some(Err(error)) => return Err(error),
            // Nothing comes after the end, and the end returns above: the stream says so itself.
            None => return stream.finish().await,
        }
    }
}

/// What an event says, for people.
fn words(event: &Event) -> Option<String> {
    Some(match event {
        Event::Estimate(estimate) => {
            format!("may cost {}", RangeView::new(&estimate.low, &estimate.expected, &estimate.high))
        }
        Event::Sent { attempt: 1 } => "sent".to_owned(),
        Event::Sent { attempt } => format!("sent, attempt {attempt}"),
        Event::Uploaded { index } => format!("input image {} is uploaded", index + 1),
        Event::Accepted { task_id } => format!("accepted as task {task_id}"),
        Event::Status { status, polls } => format!("{status} (asked {polls} times)"),
        Event::Retrying { attempt, after, reason, .. } => {
            format!("not billed: {reason}; attempt {attempt} in {} s", after.as_secs_f32())
        }
        Event::Partial { partial_index, image } => {
            format!("sketch {} of image {}: {} bytes", partial_index + 1, image.index + 1, image.stored.len())
        }
        Event::Image(image) => format!("image {} is there: {} bytes", image.index + 1, image.stored.len()),
        _ => return None,
    })
}
