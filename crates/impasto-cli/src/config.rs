//! The user's own files: settings, sellers and prices as data, the jobs under way, what was made and what was spent.

use std::path::{Path, PathBuf};

use impasto::history::History;
use impasto::journal::FileJournal;
use impasto::ledger::FileLedger;
use impasto::{PriceBook, Sellers, env};

use crate::failure::Failure;

/// Where people keep settings; Windows has its own place for it.
const CONFIG_HOME: &str = if cfg!(windows) { "APPDATA" } else { env::shared::XDG_CONFIG_HOME.name };

/// Where programs keep what outlives them; Windows has its own place for it.
const STATE_HOME: &str = if cfg!(windows) { "LOCALAPPDATA" } else { env::shared::XDG_STATE_HOME.name };

/// The built-in sellers and the user's own, which win.
pub(crate) fn sellers() -> Result<Sellers, Failure> {
    let mut sellers = Sellers::builtin().map_err(impasto::Error::from)?;
    for (path, text) in toml_files("sellers", sellers_folder())? {
        sellers.add_toml(&path, &text).map_err(impasto::Error::from)?;
    }
    Ok(sellers)
}

/// The built-in prices and the user's own sheets laid over them.
pub(crate) fn prices() -> Result<PriceBook, Failure> {
    let mut prices = PriceBook::builtin();
    for (path, text) in toml_files("prices", prices_folder())? {
        prices = prices.with_sheet(&text).map_err(|error| Failure::setup(format!("{path}: {error}")))?;
    }
    Ok(prices)
}

/// Where jobs that are under way are written down: `$XDG_STATE_HOME/impasto/jobs`, by default in `~/.local/state`.
pub(crate) fn jobs() -> Option<FileJournal> {
    Some(FileJournal::new(state("jobs")?))
}

/// What was spent: `$XDG_STATE_HOME/impasto/ledger`.
pub(crate) fn ledger() -> Option<FileLedger> {
    Some(FileLedger::new(state("ledger")?))
}

/// What was made: `$XDG_STATE_HOME/impasto/history`.
pub(crate) fn history() -> Option<History> {
    Some(History::new(state("history")?))
}

/// A folder of what outlives the command.
pub(crate) fn state(name: &str) -> Option<PathBuf> {
    Some(home(STATE_HOME, &[".local", "state"])?.join("impasto").join(name))
}

/// The settings' file: `$XDG_CONFIG_HOME/impasto/config.toml`, by default in `~/.config`.
pub(crate) fn settings_file() -> Option<PathBuf> {
    folder("config.toml")
}

/// The folder of the user's own price sheets.
pub(crate) fn prices_folder() -> Option<PathBuf> {
    folder("prices")
}

/// The folder of the user's own sellers: `$XDG_CONFIG_HOME/impasto/sellers`, by default in `~/.config`.
pub(crate) fn sellers_folder() -> Option<PathBuf> {
    folder("sellers")
}

fn folder(name: &str) -> Option<PathBuf> {
    Some(home(CONFIG_HOME, &[".config"])?.join("impasto").join(name))
}

/// The folder that a variable names, or its usual place in the user's home.
fn home(variable: &str, usual: &[&str]) -> Option<PathBuf> {
    let named = env::read(variable).map(PathBuf::from);
    named.or_else(|| {
        Some(
            usual
                .iter()
                .fold(PathBuf::from(env::read(env::shared::HOME.name)?), |path, part| path.join(part)),
        )
    })
}

/// Path and text of the TOML files of a folder, in order of name, so that which of two wins does not depend on the
/// disk. A folder that is not there holds none.
fn toml_files(field: &str, folder: Option<PathBuf>) -> Result<Vec<(String, String)>, Failure> {
    let Some(folder) = folder.filter(|folder| folder.is_dir()) else { return Ok(Vec::new()) };
    let paths = toml_paths(&folder).map_err(|error| Failure::io(field, folder.display(), &error))?;
    let read = |path: PathBuf| {
        let text =
            std::fs::read_to_string(&path).map_err(|error| Failure::io(field, path.display(), &error))?;
        Ok((path.to_string_lossy().into_owned(), text))
    };
    paths.into_iter().map(read).collect()
}

fn toml_paths(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
