//! The data files that the crate carries, as JSON.

use impasto_types::Table;
use serde_json::{Map, Value};

use crate::error::{Error, ErrorKind};

/// The files in `json`, by their names.
pub(crate) fn files(json: &str) -> Result<Vec<(String, Table)>, Error> {
    let broken = |why: String| Error::new(ErrorKind::Configuration, format!("built-in data: {why}"));
    let files: Map<String, Value> = serde_json::from_str(json).map_err(|error| broken(error.to_string()))?;
    let mut tables = Vec::with_capacity(files.len());
    for (name, file) in files {
        let table = Table::new(file).map_err(|error| broken(format!("{name}: {error}")))?;
        tables.push((name, table));
    }
    Ok(tables)
}
