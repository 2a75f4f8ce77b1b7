//! A record of every attempt that could cost money.

#[cfg(feature = "journal")]
mod budget;
#[cfg(feature = "journal")]
mod files;

use std::fmt;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use impasto_pricing::{Actual, Estimate};
use impasto_types::{BillingOutcome, ModelId, Operation};
use serde::{Deserialize, Serialize};

#[cfg(any(feature = "journal", feature = "records"))]
pub use crate::monthly::DamagedLine;
#[cfg(feature = "journal")]
pub use budget::{FileBudget, LimitState, Period, SpendingLimit};
#[cfg(feature = "journal")]
pub use files::{FileLedger, LedgerListing};

/// Keeps a record of every job that could cost money.
#[async_trait]
pub trait Ledger: Send + Sync + fmt::Debug {
    /// Keeps one entry. What goes wrong here must not fail the call, whose images are paid for.
    async fn record(&self, entry: LedgerEntry);
}

/// One job, when it was over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LedgerEntry {
    /// When, in seconds since 1970.
    pub at: u64,
    /// The id of the job.
    pub job: String,
    /// The seller's id.
    pub provider: String,
    /// The model as the seller spells it.
    pub model: ModelId,
    /// Generate or edit.
    pub operation: Operation,
    /// How many images were asked for.
    pub asked: u32,
    /// How many were delivered.
    pub delivered: u32,
    /// How often something was sent that costs money.
    pub attempts: u32,
    /// Whether it was paid for.
    pub billing: BillingOutcome,
    /// What it was estimated to cost; nothing where no price is known.
    pub estimate: Option<Estimate>,
    /// What it cost; nothing where that is not known.
    pub actual: Option<Actual>,
    /// The seller's id of the exchange.
    pub request_id: Option<String>,
    /// The seller's id of its task.
    pub task_id: Option<String>,
    /// The kind of the failure, if it failed.
    pub failure: Option<String>,
    /// Whether an emulator answered, so that it cost nothing.
    #[serde(default)]
    pub emulated: bool,
}

/// A ledger in memory.
#[derive(Debug, Default)]
pub struct MemoryLedger {
    entries: Mutex<Vec<LedgerEntry>>,
}

impl MemoryLedger {
    /// An empty ledger.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Every entry so far, oldest first.
    #[must_use]
    pub fn entries(&self) -> Vec<LedgerEntry> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Ledger for MemoryLedger {
    async fn record(&self, entry: LedgerEntry) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }
}
