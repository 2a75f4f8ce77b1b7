//! The sheets that come with the crate.

use std::sync::{Arc, LazyLock};

use crate::sheet::Sheet;

/// Each seller's sheet, as text.
const SHEETS: &[(&str, &str)] = &[
    ("openai", include_str!("../../sheets/openai.toml")),
    ("azure", include_str!("../../sheets/azure.toml")),
    ("atlas", include_str!("../../sheets/atlas.toml")),
    ("modelverse", include_str!("../../sheets/modelverse.toml")),
    ("yescale", include_str!("../../sheets/yescale.toml")),
    ("laozhang", include_str!("../../sheets/laozhang.toml")),
    ("apiyi", include_str!("../../sheets/apiyi.toml")),
    ("aimlapi", include_str!("../../sheets/aimlapi.toml")),
    ("cometapi", include_str!("../../sheets/cometapi.toml")),
    ("together", include_str!("../../sheets/together.toml")),
];

/// The built-in sheets, read once.
pub(super) fn sheets() -> &'static [Arc<Sheet>] {
    static PARSED: LazyLock<Vec<Arc<Sheet>>> = LazyLock::new(|| {
        let read = |(name, toml): &(&str, &str)| match Sheet::parse(toml) {
            Ok(sheet) => Arc::new(sheet),
            // Part of the program's text, read by its tests: a mistake here never leaves the repository.
            Err(error) => panic!("the built-in price sheet {name} is broken: {error}"),
        };
        SHEETS.iter().map(read).collect()
    });
    &PARSED
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_built_in_sheet_is_the_one_its_name_says() {
        let sheets = super::sheets();
        assert_eq!(sheets.len(), super::SHEETS.len());
        for (sheet, (name, _)) in sheets.iter().zip(super::SHEETS) {
            assert_eq!(sheet.seller, *name);
            assert!(!sheet.prices.is_empty() || !sheet.unknown.is_empty(), "{name}");
        }
    }
}
