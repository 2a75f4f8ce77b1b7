//! Talk: data on stdout, everything else on stderr, colours only for people who look.

mod preview;
mod progress;
mod style;

use std::fmt::Display;
use std::io::{IsTerminal as _, Write as _};

use impasto::ledger::DamagedLine;
use impasto::{BillingOutcome, Warning};
use serde::Serialize;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::view::ErrorReport;

pub(crate) use preview::{Preview, PreviewKind};
pub(crate) use progress::Progress;
use style::Style;

/// Where the command talks, and how.
#[derive(Debug)]
pub(crate) struct Term {
    json: bool,
    quiet: bool,
    style: Style,
    /// The same for stdout, which may go elsewhere.
    stdout: Style,
}

impl Term {
    /// Talk as the arguments want it.
    pub(crate) fn new(json: bool, quiet: bool) -> Self {
        Self {
            json,
            quiet,
            style: Style::of(std::io::stderr().is_terminal()),
            stdout: Style::of(std::io::stdout().is_terminal()),
        }
    }

    /// Whether stdout gets one JSON object instead of text.
    pub(crate) fn wants_json(&self) -> bool {
        self.json
    }

    /// Progress on stderr; nothing where nobody looks.
    pub(crate) fn progress(&self) -> Progress {
        Progress::new(!self.quiet && std::io::stderr().is_terminal())
    }

    /// Pictures on the terminal, by this name; nothing where nobody looks.
    pub(crate) fn preview(&self, named: Option<&str>) -> Preview {
        let visible = !self.quiet && !self.json && std::io::stderr().is_terminal();
        Preview::new(named.and_then(PreviewKind::parse).filter(|_| visible))
    }

    /// A line for people.
    pub(crate) fn say(&self, line: impl Display) {
        if !self.quiet {
            to_stderr(line);
        }
    }

    /// Lines of the history or of the ledger that could not be read.
    pub(crate) fn tell_damaged(&self, damaged: &[DamagedLine]) {
        for DamagedLine { path, line, problem, .. } in damaged {
            self.say(format_args!("{}, line {line}, is left out: {problem}", path.display()));
        }
    }

    /// Something worth knowing, though the work goes on.
    pub(crate) fn warn(&self, warning: &Warning) {
        self.say(self.warning(warning));
    }

    /// The line of a warning.
    pub(crate) fn warning(&self, warning: &Warning) -> String {
        let word = self.style.yellow("warning:");
        match &warning.field {
            Some(field) => format!("{word} {field}: {}", warning.message),
            None => format!("{word} {}", warning.message),
        }
    }

    /// Tells of a failure, on stderr and where wanted as JSON on stdout.
    pub(crate) fn fail(&self, failure: &Failure) -> Exit {
        self.explain(failure);
        if self.json {
            self.print_failure(failure);
        } else {
            // What had arrived is paid for, so its whereabouts are data like any other image's.
            for path in failure.paths() {
                self.print(plain(&path));
            }
        }
        failure.exit
    }

    /// A failure in words.
    pub(crate) fn explain(&self, failure: &Failure) {
        to_stderr(format_args!("{} {}", self.style.red("error:"), failure.sentence()));
        match failure.billing {
            BillingOutcome::NotBilled => {}
            BillingOutcome::Billed => to_stderr("billing: this was billed"),
            BillingOutcome::Unknown => {
                to_stderr("billing: it is not known whether this was billed; it was not repeated");
            }
        }
        if let Some(hint) = &failure.hint {
            to_stderr(format_args!("{} {hint}", self.style.cyan("hint:")));
        }
        if let Some(id) = &failure.request_id {
            to_stderr(self.style.dim(&format!("request id: {id}")));
        }
        if let Some(id) = &failure.task_id {
            to_stderr(self.style.dim(&format!("task id: {id}")));
        }
    }

    /// A failure as JSON on stdout.
    pub(crate) fn print_failure(&self, failure: &Failure) {
        self.print_json(&ErrorReport::new(failure));
    }

    /// A line of data on stdout.
    #[expect(clippy::unused_self, reason = "all output goes through the terminal")]
    pub(crate) fn print(&self, line: impl Display) {
        // A reader that went away has all it wanted.
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    }

    /// Bytes of data on stdout, as they are. A reader that went away has all it wanted.
    #[expect(clippy::unused_self, reason = "all output goes through the terminal")]
    pub(crate) fn print_bytes(&self, bytes: &[u8]) -> std::io::Result<()> {
        let mut stdout = std::io::stdout().lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }

    /// The JSON object on stdout.
    pub(crate) fn print_json(&self, value: &impl Serialize) {
        match serde_json::to_string_pretty(value) {
            Ok(text) => self.print(text),
            Err(error) => to_stderr(format_args!("error: the result cannot be written as JSON: {error}")),
        }
    }

    /// The JSON object in one line, for whoever waits for it.
    pub(crate) fn print_json_line(&self, value: &impl Serialize) {
        match serde_json::to_string(value) {
            Ok(text) => self.print(text),
            Err(error) => to_stderr(format_args!("error: the result cannot be written as JSON: {error}")),
        }
    }

    /// What wants to be seen, on stdout.
    pub(crate) fn alarming(&self, text: &str) -> String {
        self.stdout.yellow(text)
    }

    /// A heading on stdout.
    pub(crate) fn heading(&self, text: &str) -> String {
        self.stdout.bold(text)
    }
}

/// A path as people write it: without the `./` that stands for here.
pub(crate) fn plain(path: &std::path::Path) -> std::path::Display<'_> {
    path.strip_prefix("./").unwrap_or(path).display()
}

fn to_stderr(line: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
