//! The user's own files: sellers as data, and the jobs under way.

use std::path::{Path, PathBuf};

use impasto::journal::FileJournal;
use impasto::{Sellers, env};

use crate::failure::Failure;

/// Where people keep settings; Windows has its own place for it.
const CONFIG_HOME: &str = if cfg!(windows) { "APPDATA" } else { "XDG_CONFIG_HOME" };

/// Where programs keep what outlives them; Windows has its own place for it.
const STATE_HOME: &str = if cfg!(windows) { "LOCALAPPDATA" } else { "XDG_STATE_HOME" };

/// The folder of jobs that are under way: `$XDG_STATE_HOME/impasto/jobs`, by default in `~/.local/state`.
pub(crate) fn jobs() -> Option<FileJournal> {
    let home = || Some(PathBuf::from(env::read("HOME")?).join(".local").join("state"));
    let state = env::read(STATE_HOME).map(PathBuf::from).or_else(home)?;
    Some(FileJournal::new(state.join("impasto").join("jobs")))
}

/// The folder of the user's own sellers: `$XDG_CONFIG_HOME/impasto/sellers`, by default in `~/.config`.
pub(crate) fn sellers_folder() -> Option<PathBuf> {
    let home = || Some(PathBuf::from(env::read("HOME")?).join(".config"));
    let config = env::read(CONFIG_HOME).map(PathBuf::from).or_else(home)?;
    Some(config.join("impasto").join("sellers"))
}

/// The built-in sellers and the user's own, which win.
pub(crate) fn sellers() -> Result<Sellers, Failure> {
    let mut sellers = Sellers::builtin().map_err(impasto::Error::from)?;
    let Some(folder) = sellers_folder().filter(|folder| folder.is_dir()) else { return Ok(sellers) };
    for path in toml_files(&folder).map_err(|error| Failure::io("sellers", folder.display(), &error))? {
        let text =
            std::fs::read_to_string(&path).map_err(|error| Failure::io("sellers", path.display(), &error))?;
        sellers.add_toml(&path.to_string_lossy(), &text).map_err(impasto::Error::from)?;
    }
    Ok(sellers)
}

/// The files of the folder in order of name, so that which of two wins does not depend on the disk.
fn toml_files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
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
