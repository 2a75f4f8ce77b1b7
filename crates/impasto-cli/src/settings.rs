//! Settings: what is typed, else a variable, else the settings' file, else the default.

mod apply;
mod edit;
mod table;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use impasto::env;
use toml_edit::{DocumentMut, Value};

pub(crate) use edit::{set, unset};
pub(crate) use table::{SETTINGS, Setting, find};

use crate::config;
use crate::failure::Failure;

/// The settings' file, as far as there is one, over the environment.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    /// Where the file is, or would be.
    path: Option<PathBuf>,
    /// Whether it is there.
    present: bool,
    file: BTreeMap<&'static str, String>,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A variable.
    Environment(&'static str),
    /// The settings' file.
    File,
    /// Nothing was set.
    Default,
}

impl Settings {
    /// Reads the file; without one everything comes from the environment.
    pub(crate) fn load() -> Result<Self, Failure> {
        let path = place();
        let Some(text) = path.as_deref().map(read).transpose()?.flatten() else {
            return Ok(Self { path, ..Self::default() });
        };
        let shown = path.as_deref().unwrap_or(Path::new("")).display().to_string();
        let file = parse(&text).map_err(|failure| failure.at(&shown))?;
        Ok(Self { path, present: true, file })
    }

    /// Where the file is, or would be.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Whether there is a file.
    pub(crate) fn is_present(&self) -> bool {
        self.present
    }

    /// The value of a setting where nothing is typed, and where it comes from.
    pub(crate) fn value(&self, setting: &Setting) -> (Option<String>, Origin) {
        if let Some(value) = env::read(setting.variable.name) {
            return (Some(value), Origin::Environment(setting.variable.name));
        }
        match self.file.get(setting.key) {
            Some(value) => (Some(value.clone()), Origin::File),
            None => (None, Origin::Default),
        }
    }

    /// The value of the setting of this name, checked.
    pub(crate) fn get(&self, key: &str) -> Result<Option<String>, Failure> {
        let Some(setting) = find(key) else { return Ok(None) };
        let (value, origin) = self.value(setting);
        let Some(value) = value else { return Ok(None) };
        setting.check(&value).map_err(|failure| match origin {
            Origin::Environment(name) => failure.at(name),
            _ => failure,
        })?;
        Ok(Some(value))
    }

    /// Whether a setting that is yes or no is yes; it is unless set otherwise.
    pub(crate) fn is_on(&self, key: &str) -> Result<bool, Failure> {
        Ok(self.get(key)?.is_none_or(|value| table::truth(&value).unwrap_or(true)))
    }
}

impl Failure {
    /// The same failure, with the place of what is wrong before it; it is then one of the settings, not of what was
    /// typed.
    fn at(self, place: &str) -> Self {
        let hint = self.hint.clone();
        let moved = Self::setup(format!("{place}: {}", self.sentence()));
        match hint {
            Some(hint) => moved.with_hint(hint),
            None => moved,
        }
    }
}

/// Where the file is: where `IMPASTO_CONFIG` says, or in the folder of the user's own files.
pub(crate) fn place() -> Option<PathBuf> {
    env::read(env::command::CONFIG.name).map(PathBuf::from).or_else(config::settings_file)
}

/// The text of the file. One that was named has to be there.
fn read(path: &Path) -> Result<Option<String>, Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::setup(format!("{}: {error}", path.display()))),
    }
}

/// The settings of a file. A name that is none is refused: a slip of the pen must not pass unseen.
fn parse(text: &str) -> Result<BTreeMap<&'static str, String>, Failure> {
    let document: DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| Failure::setup(error.message()))?;
    let mut values = BTreeMap::new();
    for (key, item) in document.iter() {
        let setting = find(key).ok_or_else(|| unknown(key))?;
        let value = item.as_value().and_then(plain).ok_or_else(|| {
            Failure::setup(format!("{key}: write it as a text in quotes, a whole number, true or false"))
        })?;
        setting.check(&value)?;
        values.insert(setting.key, value);
    }
    Ok(values)
}

/// A setting that there is not.
pub(crate) fn unknown(key: &str) -> Failure {
    let known: Vec<&str> = SETTINGS.iter().map(|setting| setting.key).collect();
    let failure = Failure::usage("config", format!("{key} is no setting; there are {}", known.join(", ")));
    let lower = key.to_lowercase();
    if ["key", "token", "secret", "password"].iter().any(|word| lower.contains(word)) {
        return failure.with_hint("keys are never written into a file: set the seller's variable instead");
    }
    failure
}

/// A value as text; nothing where it is of another kind.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.value().clone()),
        Value::Integer(number) => Some(number.value().to_string()),
        Value::Boolean(truth) => Some(truth.value().to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        let failure = parse(text).unwrap_err();
        assert!(failure.sentence().contains(expected), "{}", failure.sentence());
    }

    #[test]
    fn a_file_is_read_and_its_slips_are_told() {
        let values = parse("# mine\nprovider = \"atlas\"\nretries = 0\nsidecar = false\n").unwrap();
        assert_eq!(values.len(), 3);
        assert_eq!((values["retries"].as_str(), values["sidecar"].as_str()), ("0", "false"));
        refused("qality = \"low\"", "qality is no setting");
        refused("max_cost = 0.5", "in quotes");
        refused("max_cost = \"five\"", "amount of US dollars");
        refused("budget = \"5 USD/year\"", "is not a limit");
        refused("sidecar = \"perhaps\"", "neither true nor false");
        refused("timeout = 0", "whole number");
        refused("provider =", "string");
        let secret = parse("openai_api_key = \"x\"").unwrap_err();
        assert!(secret.hint.as_deref().unwrap_or_default().contains("never written"), "{:?}", secret.hint);
    }
}
