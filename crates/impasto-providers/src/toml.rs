//! Reads TOML by way of one dynamic value.

use impasto_types::Table;
use serde_json::Value;

/// The table that `text` says; else what is wrong with it, in a sentence.
///
/// Each type that is read straight from TOML costs a copy of the TOML reader in every program that links this crate,
/// 700 KB in all; the detour by one dynamic value costs microseconds.
pub(crate) fn read(text: &str) -> Result<Table, String> {
    let value: Value = basic_toml::from_str(text).map_err(|error| error.to_string())?;
    Table::new(value).map_err(|error| error.to_string())
}
