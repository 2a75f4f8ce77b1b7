//! Keeps a job's record true while the job runs.

use std::path::PathBuf;
use std::sync::Arc;

use impasto_providers::Job;
use impasto_transport::Clock;
use impasto_types::BillingOutcome;

use crate::error::Error;
use crate::journal::{Claim, JobRecord, Journal, RecordState, StoredImage};

/// The record of one job, and where it is kept.
#[derive(Debug)]
pub(crate) struct Keeper {
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) record: JobRecord,
    /// Keeps others away from the job while it runs.
    pub(crate) _claim: Claim,
}

impl Keeper {
    /// Writes the record down; what cannot be written down is not sent.
    pub(crate) async fn write(&mut self, job: &Job, state: RecordState) -> Result<(), Error> {
        self.record.job.clone_from(job);
        self.record.state = state;
        self.record.updated = self.clock.unix().as_secs();
        self.journal.write(&self.record).await.map_err(|error| {
            Error::io("the job could not be written down", error)
                .with_hint("nothing was sent; free some space, or turn the journal off")
        })
    }

    /// An image is in its place: it need not be fetched again.
    pub(crate) fn stored(&mut self, index: usize, path: PathBuf) {
        self.record.stored.push(StoredImage { index, path });
    }

    /// Everything is delivered.
    pub(crate) async fn done(&self) {
        // The images are there; a record that stays is only taken up again and found done.
        let _ = self.journal.remove(self.record.id()).await;
    }

    /// The job stopped. What costs nothing to forget is forgotten; the rest stays, to be taken up or looked into.
    pub(crate) async fn stopped(&mut self, job: &Job, error: &Error) {
        let nothing_lost = error.billing() == BillingOutcome::NotBilled && job.task.is_none();
        if nothing_lost {
            let _ = self.journal.remove(self.record.id()).await;
            return;
        }
        let over = error.seller().is_some_and(impasto_providers::Error::is_final);
        let stopped = RecordState::Stopped { message: error.to_string(), billing: error.billing(), over };
        let _ = self.write(job, stopped).await;
    }
}
