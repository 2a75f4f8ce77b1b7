//! Colours: for terminals that want them, and nothing else.

use std::io::IsTerminal as _;

use impasto::env;

/// Whether and how to colour.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    on: bool,
}

impl Style {
    /// Colours for stderr: only on a terminal, and only where `NO_COLOR` is not set (<https://no-color.org>).
    pub(super) fn of_stderr() -> Self {
        let dumb = env::read("TERM").is_some_and(|term| term == "dumb");
        Self { on: std::io::stderr().is_terminal() && env::read("NO_COLOR").is_none() && !dumb }
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.on { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    pub(super) fn red(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    pub(super) fn yellow(self, text: &str) -> String {
        self.paint("1;33", text)
    }

    pub(super) fn cyan(self, text: &str) -> String {
        self.paint("36", text)
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }
}
