//! The settings there are.

use impasto::env::{self, Variable};

use crate::failure::Failure;
use crate::plan;
use crate::term::PreviewKind;

/// One setting.
#[derive(Debug)]
pub(crate) struct Setting {
    /// Its name in the file.
    pub(crate) key: &'static str,
    /// Its variable, which says what it does.
    pub(crate) variable: Variable,
    /// The flag that goes before both.
    pub(crate) flag: &'static str,
    /// What holds where nothing is set, in words.
    pub(crate) default: &'static str,
    kind: Kind,
}

/// What a value of a setting has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Size,
    Truth,
    Dollars,
    Limits,
    Preview,
    /// A whole number of at least so much.
    Number(u64),
}

const fn setting(
    key: &'static str,
    variable: Variable,
    flag: &'static str,
    default: &'static str,
    kind: Kind,
) -> Setting {
    Setting { key, variable, flag, default, kind }
}

/// All of them, in the order they are shown in.
pub(crate) const SETTINGS: &[Setting] = &[
    setting("provider", env::PROVIDER, "--provider", "the first seller whose key is set", Kind::Text),
    setting("model", env::MODEL, "--model", "the seller's own", Kind::Text),
    setting("size", env::command::SIZE, "--size", "the model's own", Kind::Size),
    setting("quality", env::command::QUALITY, "--quality", "the model's own", Kind::Text),
    setting("output_format", env::command::OUTPUT_FORMAT, "--output-format", "the model's own", Kind::Text),
    setting("out_dir", env::command::OUT_DIR, "--out-dir", "the current directory", Kind::Text),
    setting("max_cost", env::command::MAX_COST, "--max-cost", "no limit", Kind::Dollars),
    setting("budget", env::command::BUDGET, "none", "no limit", Kind::Limits),
    setting("timeout", env::command::TIMEOUT, "--timeout", "600", Kind::Number(1)),
    setting("retries", env::command::RETRIES, "--retries", "2", Kind::Number(0)),
    setting("price_wait", env::command::PRICE_WAIT, "--price-wait", "0", Kind::Number(0)),
    setting("sidecar", env::command::SIDECAR, "--no-sidecar", "true", Kind::Truth),
    setting("history", env::command::HISTORY, "--no-history", "true", Kind::Truth),
    setting("preview", env::command::PREVIEW, "--preview", "auto", Kind::Preview),
];

/// The setting of this name.
pub(crate) fn find(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

/// Whether a word means yes; nothing for a word that means neither.
pub(super) fn truth(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

impl Setting {
    /// Whether this can be its value.
    pub(crate) fn check(&self, value: &str) -> Result<(), Failure> {
        let wrong = |message: String| Failure::usage(self.key, message);
        if value.trim().is_empty() {
            return Err(wrong("may not be empty".to_owned())
                .with_hint(format!("`impasto config unset {}` takes it away", self.key)));
        }
        match self.kind {
            Kind::Text => Ok(()),
            Kind::Size => {
                value.parse::<impasto::Size>().map(drop).map_err(|error| impasto::Error::from(error).into())
            }
            Kind::Truth => match truth(value) {
                Some(_) => Ok(()),
                None => Err(wrong(format!("{value} is neither true nor false"))),
            },
            Kind::Dollars => plan::dollars(value).map(drop),
            Kind::Limits => plan::limits(value).map(drop),
            Kind::Preview => PreviewKind::parse(value).map(drop).ok_or_else(|| {
                wrong(format!("{value} is none of auto, kitty, iterm2, sixel, blocks and none"))
            }),
            Kind::Number(least) => match value.trim().parse::<u64>() {
                Ok(number) if (least..=86_400).contains(&number) => Ok(()),
                _ => Err(wrong(format!("{value} is not a whole number from {least} to 86400"))),
            },
        }
    }

    /// Whether the file writes it without quotes.
    pub(super) fn is_bare(&self) -> bool {
        matches!(self.kind, Kind::Truth | Kind::Number(_))
    }
}
