//! The jobs of this server. A call may stop waiting for its job; the job goes on and can be asked for.

mod follow;
mod keys;
mod left;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use impasto::CancelHandle;
use impasto::GenerationStream;
use impasto::transport::{Entropy as _, OsEntropy};
use serde_json::Value;
use tokio::sync::watch;

pub(crate) use follow::{Ordered, Records};
pub(crate) use keys::{Asked, Claim, Keys, fingerprint};
pub(crate) use left::Left;

use crate::output::JobView;

/// Of more jobs than this, those that are over are forgotten, oldest first.
const MOST: usize = 500;

/// One job.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) id: String,
    /// Where its images go, as the destination describes it.
    pub(crate) destination: Value,
    /// What is known of it from its start.
    begun: JobView,
    cancel: CancelHandle,
    /// How many calls that may cancel it are waiting for it.
    owners: AtomicUsize,
    status: watch::Sender<Status>,
}

/// How far a job is.
#[derive(Clone, Debug)]
pub(crate) enum Status {
    Running(Step),
    Over(Arc<JobView>),
}

/// Something that happened on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Step {
    /// How much happened before.
    pub(crate) count: u32,
    /// A sentence.
    pub(crate) message: String,
}

impl Job {
    fn new(begun: JobView, destination: Value, cancel: CancelHandle) -> Arc<Self> {
        let id = format!("job-{:012x}", OsEntropy::new().u64() & 0xffff_ffff_ffff);
        let begun = JobView { job_id: Some(id.clone()), ..begun };
        let status = watch::Sender::new(Status::Running(Step::default()));
        Arc::new(Self { id, destination, begun, cancel, owners: AtomicUsize::new(0), status })
    }

    /// A job that was over before it was asked for.
    pub(crate) fn over(view: JobView) -> Arc<Self> {
        let job = Self::new(view.clone(), Value::Null, CancelHandle::new());
        job.finish(view);
        job
    }

    /// What is known of it now.
    pub(crate) fn view(&self) -> JobView {
        match &*self.status.borrow() {
            Status::Over(view) => JobView::clone(view),
            Status::Running(step) => {
                let progress = (!step.message.is_empty()).then(|| step.message.clone());
                JobView { status: "running".to_owned(), progress, ..self.begun.clone() }
            }
        }
    }

    /// Changes of its status.
    pub(crate) fn subscribe(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    /// Waits until it is over.
    pub(crate) async fn ended(&self) {
        let mut statuses = self.subscribe();
        // The sender is here, so that waiting ends with the job.
        let _ = statuses.wait_for(|status| matches!(status, Status::Over(_))).await;
    }

    fn step(&self, message: String) {
        self.status.send_modify(|status| {
            if let Status::Running(step) = status {
                *step = Step { count: step.count + 1, message };
            }
        });
    }

    fn finish(&self, view: JobView) {
        let view = JobView { job_id: Some(self.id.clone()), ..view };
        self.status.send_replace(Status::Over(Arc::new(view)));
    }

    /// Counts a call that waits for the job and may cancel it.
    pub(crate) fn owned(self: &Arc<Self>) -> Owner {
        self.owners.fetch_add(1, Ordering::Relaxed);
        Owner(Arc::clone(self))
    }
}

/// A call that waits for a job and may cancel it.
#[derive(Debug)]
pub(crate) struct Owner(Arc<Job>);

impl Owner {
    /// Ends the job, unless another call waits for it too.
    pub(crate) fn cancel(&self) {
        if self.0.owners.load(Ordering::Relaxed) == 1 {
            self.0.cancel.cancel();
        }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.owners.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Every job of this server.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    jobs: Mutex<Vec<Arc<Job>>>,
}

impl Jobs {
    /// The job with this id.
    pub(crate) fn find(&self, id: &str) -> Option<Arc<Job>> {
        self.with(|jobs| jobs.iter().find(|job| job.id == id).cloned())
    }

    /// What is known of each, newest first.
    pub(crate) fn views(&self) -> Vec<JobView> {
        self.with(|jobs| jobs.iter().rev().map(|job| job.view()).collect())
    }

    /// Those that are still running.
    pub(crate) fn running(&self) -> Vec<Arc<Job>> {
        let runs = |job: &&Arc<Job>| matches!(*job.status.borrow(), Status::Running(_));
        self.with(|jobs| jobs.iter().filter(runs).cloned().collect())
    }

    /// Starts a job; it runs on its own.
    pub(crate) fn start(&self, ordered: Ordered, stream: GenerationStream) -> Arc<Job> {
        let cancel = stream.cancel_handle();
        let job = Job::new(ordered.begun(), ordered.destination.clone(), cancel);
        self.keep(&job);
        tokio::spawn(follow::run(Arc::clone(&job), ordered, stream));
        job
    }

    /// Remembers a job.
    pub(crate) fn keep(&self, job: &Arc<Job>) {
        self.with(|jobs| {
            if jobs.iter().any(|known| known.id == job.id) {
                return;
            }
            jobs.push(Arc::clone(job));
            if jobs.len() > MOST
                && let Some(at) = jobs.iter().position(|job| matches!(*job.status.borrow(), Status::Over(_)))
            {
                jobs.remove(at);
            }
        });
    }

    fn with<T>(&self, work: impl FnOnce(&mut Vec<Arc<Job>>) -> T) -> T {
        // A panic elsewhere leaves a whole list behind.
        work(&mut self.jobs.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
