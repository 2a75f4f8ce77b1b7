//! Jobs written down before each step that costs money, so that a crash loses nothing and pays nothing twice.
//!
//! A record says how far its job is. Before the paid request leaves, the record says [`RecordState::Sending`]; once
//! the reply is read, it says where the job stands. A process that dies in between leaves `Sending`, whose outcome
//! nobody knows: it is reported and never sent again on its own. A job that runs is claimed, so that it is not taken up
//! beside its own process.

#[cfg(feature = "journal")]
mod files;

use std::fmt;
use std::io;
use std::path::PathBuf;

use async_trait::async_trait;
use impasto_providers::{Address, Job, Phase};
use impasto_types::BillingOutcome;
use serde::{Deserialize, Serialize};

#[cfg(feature = "journal")]
pub use files::{FileJournal, Listing, SetAside};

/// Where jobs are written down.
#[async_trait]
pub trait Journal: Send + Sync + fmt::Debug {
    /// Writes a record in place of any earlier one of the same job. When this returns, it survives a crash.
    ///
    /// # Errors
    /// When it could not be made durable; then nothing that costs money is sent.
    async fn write(&self, record: &JobRecord) -> io::Result<()>;

    /// Forgets a job that is over.
    ///
    /// # Errors
    /// When the record cannot be removed.
    async fn remove(&self, id: &str) -> io::Result<()>;

    /// Takes a job for this process, until the claim is dropped or the process ends, however it ends. A job is taken
    /// before its record is first written, and before it is taken up again.
    ///
    /// # Errors
    /// Of kind [`WouldBlock`](io::ErrorKind::WouldBlock) when somebody has it, in this process or another.
    async fn claim(&self, id: &str) -> io::Result<Claim>;

    /// The record of a job as it stands; nothing when it was forgotten.
    ///
    /// # Errors
    /// When it cannot be read.
    async fn read(&self, id: &str) -> io::Result<Option<JobRecord>>;

    /// Stores the bytes of an input image that is only in memory, and returns the file they are in.
    ///
    /// # Errors
    /// When they cannot be stored.
    async fn spool(&self, id: &str, name: &str, bytes: &[u8]) -> io::Result<PathBuf>;
}

/// The right to run a job, given back when it is dropped.
pub struct Claim {
    /// What is dropped with it; nothing at a journal that cannot tell who runs what.
    _held: Option<Box<dyn Send + Sync>>,
}

impl Claim {
    /// A claim that lasts as long as `held` is not dropped.
    pub fn of(held: impl Send + Sync + 'static) -> Self {
        Self { _held: Some(Box::new(held)) }
    }

    /// A claim that keeps nobody away.
    #[must_use]
    pub fn none() -> Self {
        Self { _held: None }
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim").finish_non_exhaustive()
    }
}

/// One job as it is written down. Holds no key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobRecord {
    /// The version of this form, 1.
    pub version: u32,
    /// The job.
    pub job: Job,
    /// Where its seller is reached.
    pub address: Address,
    /// How far it is.
    pub state: RecordState,
    /// The index of its first image within the call it is part of.
    pub offset: usize,
    /// How many images the call asks for.
    pub count: usize,
    /// Where its images go, as the destination says; empty when only the caller knows.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub destination: serde_json::Value,
    /// Images that are in their place already, by index within the job.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stored: Vec<StoredImage>,
    /// When the record was first written, in seconds since 1970.
    pub created: u64,
    /// When it was last written, in seconds since 1970.
    pub updated: u64,
}

impl JobRecord {
    /// The id of the job.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.job.id
    }

    /// Whether taking it up again is safe: nothing is under way whose outcome nobody knows.
    #[must_use]
    pub fn is_resumable(&self) -> bool {
        match self.state {
            RecordState::Ready => true,
            RecordState::Preparing | RecordState::Sending => false,
            RecordState::Stopped { over, .. } => {
                !over && (self.job.task.is_some() || self.job.phase == Phase::Fetch)
            }
        }
    }
}

/// An image that is in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StoredImage {
    /// Which image of the job, from 0.
    pub index: usize,
    /// Its file.
    pub path: PathBuf,
}

/// How far a recorded job is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
#[non_exhaustive]
pub enum RecordState {
    /// Its input images are being stored; nothing was sent. The record names none of them yet, it only owns their files.
    Preparing,
    /// Nothing is under way: its next step can be taken.
    Ready,
    /// The request that costs money was about to leave, or has left.
    Sending,
    /// It stopped with a failure.
    Stopped {
        /// Why, in a sentence.
        message: String,
        /// Whether it was paid for.
        billing: BillingOutcome,
        /// Whether the seller's task itself is over: asking after it again tells nothing new.
        #[serde(default)]
        over: bool,
    },
}
