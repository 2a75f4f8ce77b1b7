//! The user's own files: sellers and prices as data, and the jobs under way.

use std::path::{Path, PathBuf};

use impasto::journal::FileJournal;
use impasto::{PriceBook, Sellers, env};

use crate::failure::Failure;

/// Where people keep settings; Windows has its own place for it.
const CONFIG_HOME: &str = if cfg!(windows) { "APPDATA" } else { "XDG_CONFIG_HOME" };

/// Where programs keep what outlives them; Windows has its own place for it.
const STATE_HOME: &str = if cfg!(windows) { "LOCALAPPDATA" } else { "XDG_STATE_HOME" };

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
    for (path, text) in toml_files("prices", folder("prices"))? {
        prices = prices.with_sheet(&text).map_err(|error| Failure::setup(format!("{path}: {error}")))?;
    }
    Ok(prices)
}

/// Where jobs that are under way are written down: `$XDG_STATE_HOME/impasto/jobs`, by default in `~/.local/state`.
pub(crate) fn jobs() -> Option<FileJournal> {
    let state = home(STATE_HOME, &[".local", "state"])?;
    Some(FileJournal::new(state.join("impasto").join("jobs")))
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
    named.or_else(|| Some(usual.iter().fold(PathBuf::from(env::read("HOME")?), |path, part| path.join(part))))
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
