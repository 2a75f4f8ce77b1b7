//! What was looked at on this machine: as JSON, and as a list for people.

use serde::Serialize;

use crate::term::Term;

/// The object printed by `doctor --json`.
#[derive(Debug, Serialize)]
pub(crate) struct DoctorReport {
    ok: bool,
    checks: Vec<Check>,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub(crate) struct Check {
    name: &'static str,
    /// `fine`, `note` or `wrong`.
    state: &'static str,
    message: String,
}

impl Check {
    /// As it should be.
    pub(crate) fn fine(name: &'static str, message: impl Into<String>) -> Self {
        Self { name, state: "fine", message: message.into() }
    }

    /// Worth knowing.
    pub(crate) fn note(name: &'static str, message: impl Into<String>) -> Self {
        Self { name, state: "note", message: message.into() }
    }

    /// Not as it should be.
    pub(crate) fn wrong(name: &'static str, message: impl Into<String>) -> Self {
        Self { name, state: "wrong", message: message.into() }
    }
}

impl DoctorReport {
    pub(crate) fn new(checks: Vec<Check>) -> Self {
        Self { ok: checks.iter().all(|check| check.state != "wrong"), checks }
    }

    /// Whether nothing is amiss.
    pub(crate) fn is_well(&self) -> bool {
        self.ok
    }

    /// The same for people.
    pub(crate) fn text(&self, term: &Term) -> String {
        let mut lines: Vec<String> = Vec::new();
        for Check { name, state, message } in &self.checks {
            let state = match *state {
                "wrong" => term.alarming("wrong"),
                other => format!("{other:<5}"),
            };
            lines.push(format!("{state}  {name:<8}  {message}"));
        }
        lines.push(if self.ok { "nothing is amiss" } else { "something is amiss" }.to_owned());
        lines.join("\n")
    }
}
