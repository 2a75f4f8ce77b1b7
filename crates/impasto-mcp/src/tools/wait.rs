//! Waits for a job, within bounds: clients give up on a call after about a minute.

use std::sync::Arc;
use std::time::Duration;

use rmcp::model::CallToolResult;

use crate::answer;
use crate::error::Error;
use crate::jobs::{Job, Status};
use crate::output::JobView;
use crate::progress::Progress;
use crate::server::Call;

/// The wait when none is asked for, in seconds.
const USUAL: u32 = 45;
/// The longest wait, in seconds.
const LONGEST: u32 = 50;

/// The wait that was asked for.
pub(super) fn bounded(seconds: Option<u32>) -> Result<Duration, Error> {
    let seconds = seconds.unwrap_or(USUAL);
    if seconds > LONGEST {
        let message = format!("{seconds} is more than {LONGEST} seconds");
        return Err(Error::argument("wait", message)
            .with_hint("Wait less; a job goes on by itself and can be waited for again with wait_for_job."));
    }
    Ok(Duration::from_secs(seconds.into()))
}

/// Waits for a job and tells how far it is. A call that ordered the job ends it when it is cancelled; one that only
/// waits does not.
pub(super) async fn wait(call: &Call<'_>, job: &Arc<Job>, limit: Duration, orders: bool) -> JobView {
    if limit.is_zero() {
        return job.view();
    }
    let owner = orders.then(|| job.owned());
    let mut progress = Progress::new(call.context);
    let mut statuses = job.subscribe();
    let timer = call.shared.settings.clock.sleep(limit);
    tokio::pin!(timer);
    let mut cancelled = false;
    loop {
        let status = statuses.borrow_and_update().clone();
        match status {
            Status::Over(_) => break,
            Status::Running(step) => progress.tell(&step).await,
        }
        tokio::select! {
            changed = statuses.changed() => {
                if changed.is_err() {
                    break;
                }
            }
            () = &mut timer => break,
            () = call.cancelled.of(&call.context.id), if !cancelled => {
                let Some(owner) = &owner else { break };
                // The job says at once what was billed.
                owner.cancel();
                cancelled = true;
            }
        }
    }
    job.view()
}

/// A job as a result, with what is left of the budget and what to do next.
pub(super) async fn answer(call: &Call<'_>, mut view: JobView, previews: bool) -> CallToolResult {
    view.budget = Some(call.shared.budget().await);
    if view.status == "running"
        && let Some(id) = &view.job_id
    {
        view.billing.get_or_insert_with(|| "unknown".to_owned());
        view.next_step = Some(format!(
            "It was accepted and may be billed, and goes on by itself: call wait_for_job with job_id {id}. Do not \
             send the request a second time."
        ));
    }
    answer::job(&view, previews).await
}
