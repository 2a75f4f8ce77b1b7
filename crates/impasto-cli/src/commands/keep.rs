//! What is left of a call: a sidecar beside each image, and a line in the history.

use std::time::Duration;

use impasto::history::{FailureRecord, RunRecord};
use impasto::sidecar::Sidecar;
use impasto::{Client, Generation, ImageRequest};

use crate::args::OutputArgs;
use crate::config;
use crate::failure::Failure;
use crate::term::Term;

/// What is kept of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keep {
    sidecar: bool,
    history: bool,
}

impl Default for Keep {
    /// Everything.
    fn default() -> Self {
        Self { sidecar: true, history: true }
    }
}

impl Keep {
    /// As it was typed or set.
    pub(crate) fn of(args: &OutputArgs) -> Self {
        Self { sidecar: !args.no_sidecar, history: !args.no_history }
    }
}

/// A call that is over, however it ended.
#[derive(Debug)]
pub(super) struct Over<'a> {
    pub(super) client: &'a Client,
    pub(super) request: &'a ImageRequest,
    pub(super) outcome: Result<&'a Generation, &'a Failure>,
    pub(super) emulated: bool,
    pub(super) elapsed: Duration,
}

/// Keeps what is wanted. What cannot be written is told and fails nothing: the images are there and paid for.
pub(super) async fn keep(over: Over<'_>, keep: Keep, term: &Term) {
    if !keep.sidecar && !keep.history {
        return;
    }
    let Over { client, request, outcome, emulated, elapsed } = over;
    let begun = RunRecord::begin(client, request).await;
    let mut run = match outcome {
        Ok(generation) => begun.with_generation(generation).await,
        // Nothing was sent, so there is nothing to look back at.
        Err(failure) if failure.attempts == 0 && failure.images.is_empty() => return,
        Err(failure) => {
            let mut run = begun.with_images(&failure.images).await;
            run.attempts = failure.attempts;
            run.request_ids.extend(failure.request_id.clone());
            run.task_ids.extend(failure.task_id.clone());
            run.failures = vec![FailureRecord::new(failure.kind, failure.sentence(), failure.billing)];
            run
        }
    };
    run.emulated = emulated;
    run.elapsed_ms = u64::try_from(elapsed.as_millis()).ok();
    if keep.sidecar
        && let Err(error) = Sidecar::write_all(&run)
    {
        term.say(format_args!("no sidecar was written: {error}"));
    }
    let history = config::history().filter(|_| keep.history);
    if let Some(history) = history
        && let Err(error) = history.add(&run).await
    {
        term.say(format_args!("the run is not in the history: {}: {error}", history.directory().display()));
    }
}
