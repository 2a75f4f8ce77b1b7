//! What a check found, and how it tells the person who must mend it.

use std::fmt;

/// One thing found, with the place it was found at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file, relative to the root of the repository, or the name of a crate.
    pub place: String,
    /// The line, counted from 1, where the finding has one.
    pub line: Option<usize>,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.place, self.message),
            None => write!(f, "{}: {}", self.place, self.message),
        }
    }
}

/// Everything one command found: errors fail it, warnings are only printed.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// What fails the command.
    pub errors: Vec<Finding>,
    /// What deserves a look.
    pub warnings: Vec<Finding>,
}

impl Findings {
    /// Adds an error.
    pub fn error(&mut self, place: &str, line: Option<usize>, message: impl Into<String>) {
        self.errors.push(Finding { place: place.to_owned(), line, message: message.into() });
    }

    /// Adds a warning.
    pub fn warning(&mut self, place: &str, line: Option<usize>, message: impl Into<String>) {
        self.warnings.push(Finding { place: place.to_owned(), line, message: message.into() });
    }

    /// Prints the warnings and turns errors into one failure that ends with `advice`: the command to run.
    ///
    /// # Errors
    ///
    /// When there is at least one error.
    pub fn conclude(self, advice: &str) -> anyhow::Result<()> {
        for warning in &self.warnings {
            eprintln!("warning: {warning}");
        }
        if self.errors.is_empty() {
            return Ok(());
        }
        let listed: Vec<String> = self.errors.iter().map(ToString::to_string).collect();
        anyhow::bail!("{} found:\n  {}\n\n{advice}", count(listed.len(), "problem"), listed.join("\n  "))
    }
}

/// A number with its noun, in the plural where it needs one.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
