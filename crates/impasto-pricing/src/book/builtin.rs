//! The sheets that come with the crate.

use std::sync::{Arc, LazyLock};

use serde_json::{Map, Value};

use crate::sheet::Sheet;

/// Each seller's sheet by its file's name, as `cargo xtask data` makes them from `sheets/*.toml`.
const BUILTIN: &str = include_str!("../../carried/sheets.json");

/// The built-in sheets, read once.
pub(super) fn sheets() -> &'static [Arc<Sheet>] {
    static PARSED: LazyLock<Vec<Arc<Sheet>>> = LazyLock::new(|| match read() {
        Ok(sheets) => sheets,
        // Part of the program's text, read by its tests: a mistake here never leaves the repository.
        Err(why) => panic!("the built-in price sheets are broken: {why}"),
    });
    &PARSED
}

fn read() -> Result<Vec<Arc<Sheet>>, String> {
    let files: Map<String, Value> = serde_json::from_str(BUILTIN).map_err(|error| error.to_string())?;
    let mut sheets = Vec::with_capacity(files.len());
    for (name, file) in files {
        let sheet = Sheet::read(file).map_err(|error| format!("{name}: {error}"))?;
        sheets.push(Arc::new(sheet));
    }
    Ok(sheets)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use crate::sheet::Sheet;

    #[test]
    fn the_carried_sheets_are_those_of_the_files() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sheets");
        let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let sheets = super::sheets();
        assert_eq!(sheets.len(), paths.len(), "run `cargo xtask data`");
        for (sheet, path) in sheets.iter().zip(paths) {
            let name = path.file_stem().unwrap().to_str().unwrap();
            let written = Sheet::parse(&fs::read_to_string(&path).unwrap()).unwrap();
            assert_eq!(**sheet, written, "{name}: run `cargo xtask data`");
            assert_eq!(sheet.seller, name);
            assert!(!sheet.prices.is_empty() || !sheet.unknown.is_empty(), "{name}");
        }
    }
}
