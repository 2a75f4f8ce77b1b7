//! A ledger in a folder: JSON lines, one file a month, safe with several processes.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use impasto_pricing::Money;
use serde::{Deserialize, Serialize};

use super::{Ledger, LedgerEntry};
use crate::aside::aside;
use crate::monthly::{DamagedLine, MonthlyLines};

/// A ledger in a folder. Lines are only ever added; one that a crash tore is left out and told.
///
/// Of estimates and costs the totals are kept, not the lines they are made of.
///
/// ```
/// use impasto::ledger::FileLedger;
///
/// # let folder = tempfile::tempdir().unwrap();
/// let ledger = FileLedger::new(folder.path());
/// assert!(ledger.read(0)?.entries.is_empty());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct FileLedger {
    pub(super) lines: MonthlyLines,
    emulated: Arc<AtomicBool>,
    trouble: Arc<Mutex<Option<String>>>,
}

/// What a ledger holds.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct LedgerListing {
    /// The entries, oldest first.
    pub entries: Vec<LedgerEntry>,
    /// Lines that could not be read.
    pub damaged: Vec<DamagedLine>,
}

/// One line of a ledger's file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(super) enum Line {
    /// A job that is over.
    Job(Box<LedgerEntry>),
    /// Money set aside for a job.
    Reserved { id: String, at: u64, amount: Money },
    /// A job that cost this.
    Settled { id: String, at: u64, amount: Money },
    /// A job that cost nothing.
    Released { id: String, at: u64 },
    /// What a later version writes.
    #[serde(other)]
    Other,
}

impl FileLedger {
    /// A ledger in `directory`, which is made when it is first written to.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        let lines = MonthlyLines::new(directory.into(), "ledger");
        Self { lines, emulated: Arc::default(), trouble: Arc::default() }
    }

    /// A flag that is up while an emulator answers, who charges nothing. It is read when an entry is written, so it may
    /// be raised when the reply is seen.
    #[must_use]
    pub fn with_emulated(mut self, flag: Arc<AtomicBool>) -> Self {
        self.emulated = flag;
        self
    }

    pub(super) fn is_emulated(&self) -> bool {
        self.emulated.load(Ordering::Relaxed)
    }

    /// Where it is.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.lines.directory()
    }

    /// Every entry since `since`, in seconds since 1970, oldest first.
    ///
    /// # Errors
    /// When a file cannot be read. Lines that make no sense are no error: they are listed as damaged.
    pub fn read(&self, since: u64) -> io::Result<LedgerListing> {
        let mut listing = LedgerListing::default();
        let first = self.lines.file_of(since);
        for path in self.lines.files()?.into_iter().filter(|path| since == 0 || *path >= first) {
            let entries = &mut listing.entries;
            MonthlyLines::read(&path, &mut listing.damaged, |line| {
                if let Line::Job(entry) = line
                    && entry.at >= since
                {
                    entries.push(*entry);
                }
            })?;
        }
        listing.entries.sort_by_key(|entry| entry.at);
        Ok(listing)
    }

    /// Why the last entry could not be written, if it could not: the call it belongs to went on without.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds a line, off the asynchronous threads.
    pub(super) async fn add(&self, at: u64, line: Line) -> io::Result<()> {
        let lines = self.lines.clone();
        aside(move || lines.append(at, &line, true)).await.flatten()
    }

    pub(super) fn note(&self, error: &io::Error) {
        let message = format!("{}: {error}", self.directory().display());
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(message);
    }
}

#[async_trait]
impl Ledger for FileLedger {
    async fn record(&self, mut entry: LedgerEntry) {
        entry.emulated |= self.is_emulated();
        if let Some(estimate) = &mut entry.estimate {
            estimate.lines.clear();
            estimate.assumptions.clear();
        }
        if let Some(actual) = &mut entry.actual {
            actual.lines.clear();
        }
        if let Err(error) = self.add(entry.at, Line::Job(Box::new(entry))).await {
            self.note(&error);
        }
    }
}
