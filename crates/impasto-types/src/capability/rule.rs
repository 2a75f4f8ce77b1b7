//! A rule with its source.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::read::Allowed;
use crate::date::Date;
use crate::error::Error;
use crate::table::Table;

/// How sure a rule is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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

/// What stands beside what a rule allows. One reader serves the rules of all fields.
/// A rule whose `allowed` is not read yet.
struct Raw {
    allowed: Value,
    /// What stands before the name of a field in it.
    place: String,
    standing: Standing,
    source: String,
    checked: Date,
    note: Option<String>,
}

impl Raw {
    fn take(rules: &mut Table, field: &str) -> Result<Option<Self>, Error> {
        let Some(mut table) = rules.table(field)? else { return Ok(None) };
        let standings = [
            ("documented", Standing::Documented),
            ("observed", Standing::Observed),
            ("unverified", Standing::Unverified),
        ];
        let raw = Self {
            allowed: table.needed("allowed")?,
            place: table.place_of(""),
            standing: table.word("standing", &standings)?.unwrap_or_default(),
            source: table.needed_text("source")?,
            checked: table.needed_date("checked")?,
            note: table.text("note")?,
        };
        table.end()?;
        Ok(Some(raw))
    }
}

/// Takes the rule that stands under `field` out of `rules`, if there is one.
pub(super) fn take<T: Allowed>(rules: &mut Table, field: &str) -> Result<Option<Arc<Rule<T>>>, Error> {
    let Some(Raw { allowed, place, standing, source, checked, note }) = Raw::take(rules, field)? else {
        return Ok(None);
    };
    match T::read(allowed) {
        Ok(allowed) => Ok(Some(Arc::new(Rule { allowed, standing, source, checked, note }))),
        Err(error) => Err(placed(&place, &error)),
    }
}

fn placed(place: &str, error: &Error) -> Error {
    Error::malformed(format!("{place}{}", error.field()), error.message().to_owned())
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
