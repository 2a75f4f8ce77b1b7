//! How a caller, or whoever started the emulator, asks for unusual behaviour: modes that last.

use crate::request::Location;
use hyper::header::HeaderMap;

/// Names that were asked for with one request: `/with/a,b/…`, `x-emulator-mode`, `x-emulator-fault`, and the query
/// parameters `emulator_mode` and `emulator_fault`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Directives {
    /// Each as it was written: `name` or `name;argument`.
    pub(crate) entries: Vec<String>,
}

impl Directives {
    /// Collects everything a request asks for, after the emulator's own modes.
    pub(crate) fn of(location: &Location, headers: &HeaderMap, standing: &[String]) -> Self {
        let mut entries = standing.to_vec();
        let mut add = |list: &str| {
            entries
                .extend(list.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned));
        };
        if let Some(with) = &location.with {
            add(with);
        }
        for name in ["x-emulator-mode", "x-emulator-fault"] {
            for value in headers.get_all(name) {
                add(value.to_str().unwrap_or_default());
            }
        }
        for (name, value) in &location.query {
            if matches!(name.as_str(), "emulator_mode" | "emulator_fault") {
                add(value);
            }
        }
        Self { entries }
    }

    /// Whether a mode is on.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry == name)
    }
}
