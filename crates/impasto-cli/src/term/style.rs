//! Colours: for terminals that want them, and nothing else.

use impasto::env;

/// Whether and how to colour.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    on: bool,
}

impl Style {
    /// Colours for a terminal that wants them: `NO_COLOR` (<https://no-color.org>) turns them off everywhere,
    /// `CLICOLOR_FORCE` (<https://bixense.com/clicolors>) on everywhere.
    pub(super) fn of(terminal: bool) -> Self {
        let forced = env::read(env::shared::CLICOLOR_FORCE.name).is_some_and(|value| value != "0");
        let dumb = env::read(env::shared::TERM.name).is_some_and(|term| term == "dumb");
        let refused = env::read(env::shared::NO_COLOR.name).is_some();
        Self { on: !refused && (forced || terminal && !dumb) }
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
