//! A rule with its source.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::date::Date;

/// How sure a rule is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Standing {
    /// The seller's documents say so.
    #[default]
    Documented,
    /// Seen in real answers.
    Observed,
    /// Guessed, or contradicted elsewhere: breaking it warns and does not refuse.
    Unverified,
}

/// A rule: what is allowed, who says so, and when that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "AnyRule", bound(deserialize = "T: DeserializeOwned"))]
#[non_exhaustive]
pub struct Rule<T> {
    /// What is allowed.
    pub allowed: T,
    /// How sure it is.
    pub standing: Standing,
    /// Where it stands: a document and its version.
    pub source: String,
    /// The day the source was read.
    pub checked: Date,
    /// What else is worth knowing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A rule as it is read, whatever it allows: one reader serves the rules of all fields, where a reader for each would
/// take 200 KB of every program.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnyRule {
    allowed: Value,
    #[serde(default)]
    standing: Standing,
    source: String,
    checked: Date,
    note: Option<String>,
}

impl<T: DeserializeOwned> TryFrom<AnyRule> for Rule<T> {
    type Error = serde_json::Error;

    fn try_from(rule: AnyRule) -> Result<Self, serde_json::Error> {
        let AnyRule { allowed, standing, source, checked, note } = rule;
        Ok(Self { allowed: serde_json::from_value(allowed)?, standing, source, checked, note })
    }
}

impl<T> Rule<T> {
    /// A documented rule.
    pub fn new(allowed: T, source: impl Into<String>, checked: Date) -> Self {
        Self { allowed, standing: Standing::Documented, source: source.into(), checked, note: None }
    }

    /// Sets how sure it is.
    #[must_use]
    pub fn with_standing(mut self, standing: Standing) -> Self {
        self.standing = standing;
        self
    }
}
