//! Whether an attempt was paid for.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How an attempt ended for the purse. Every attempt ends in exactly one of these.
///
/// Only [`BillingOutcome::NotBilled`] may be repeated without asking anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a fourth outcome would be a change of promise, not an addition")]
pub enum BillingOutcome {
    /// Surely not paid: never sent, or refused before any work.
    NotBilled,
    /// Paid.
    Billed,
    /// Sent, and nobody can tell: a timeout, a reset, a cut body, a 5xx after work.
    Unknown,
}

impl BillingOutcome {
    /// The word used in JSON and in messages: `not_billed`, `billed` or `unknown`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotBilled => "not_billed",
            Self::Billed => "billed",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for BillingOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NotBilled => "not billed",
            Self::Billed => "billed",
            Self::Unknown => "unknown",
        })
    }
}
