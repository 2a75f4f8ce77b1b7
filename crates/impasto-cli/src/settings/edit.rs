//! Changes of the settings' file that leave the rest of it, comments included, as it stands.

use std::path::Path;

use toml_edit::{DocumentMut, Item, Value};

use super::{Setting, parse, read};
use crate::failure::Failure;
use crate::whole;

/// Writes a setting into the file, which is made if it is not there.
pub(crate) fn set(path: &Path, setting: &Setting, value: &str) -> Result<(), Failure> {
    setting.check(value)?;
    let mut document = open(path)?;
    let trimmed = value.trim();
    let written: Value = match (setting.is_bare(), trimmed.parse::<i64>()) {
        (true, Ok(number)) => number.into(),
        (true, Err(_)) => super::table::truth(trimmed).unwrap_or(true).into(),
        (false, _) => trimmed.into(),
    };
    match document.get_mut(setting.key).and_then(Item::as_value_mut) {
        // What stands around the value, a comment behind it above all, stays.
        Some(old) => {
            let decor = old.decor().clone();
            *old = written;
            *old.decor_mut() = decor;
        }
        None => drop(document.insert(setting.key, Item::Value(written))),
    }
    write(path, &document)
}

/// Takes a setting out of the file; says whether it was there.
pub(crate) fn unset(path: &Path, setting: &Setting) -> Result<bool, Failure> {
    let mut document = open(path)?;
    if document.remove(setting.key).is_none() {
        return Ok(false);
    }
    write(path, &document)?;
    Ok(true)
}

fn open(path: &Path) -> Result<DocumentMut, Failure> {
    let text = read(path)?.unwrap_or_default();
    let shown = path.display().to_string();
    // A file that is wrong elsewhere is not made worse.
    parse(&text).map_err(|failure| failure.at(&shown))?;
    text.parse()
        .map_err(|error: toml_edit::TomlError| Failure::setup(format!("{shown}: {}", error.message())))
}

fn write(path: &Path, document: &DocumentMut) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::io("config", path.display(), &error);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    // A file that is a link elsewhere stays one: its content is replaced, not its name.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    whole::write(&target, document.to_string().as_bytes()).map_err(failed)
}
