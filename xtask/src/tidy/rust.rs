//! Rules for Rust files: the header line, the length, what may not be left behind, where tests lie.

use crate::findings::Findings;
use crate::repository::File;

/// Above this many lines, tests aside, a file is probably two rooms.
const SOFT_LINES: usize = 400;
/// Above this many lines, tests aside, it is.
const HARD_LINES: usize = 700;

/// Files that are long because they are tables, each with the table it holds.
const TABLES: &[(&str, &str)] = &[];

/// What must not stand at the beginning of a line, and why not.
const NOT_AT_LINE_START: &[(&str, &str)] = &[
    (concat!("#[ign", "ore"), "a test that does not run proves nothing: mend it or remove it"),
    (
        concat!("#[all", "ow("),
        "use #[expect(lint, reason = \"...\")]: it reports when it is no longer needed",
    ),
    (
        concat!("#![all", "ow("),
        "use #![expect(lint, reason = \"...\")]: it reports when it is no longer needed",
    ),
    (concat!("//! ```ign", "ore"), "an example that does not compile misleads: let it run, or say `text`"),
    (concat!("/// ```ign", "ore"), "an example that does not compile misleads: let it run, or say `text`"),
];

/// What must not stand anywhere, spelt so that this file does not carry it.
const NOWHERE: &[&str] = &[concat!("to", "do!("), concat!("unimple", "mented!(")];

/// Checks one Rust file.
pub fn check(file: &File, findings: &mut Findings) {
    // The front page of a library is its README.
    let front_page = "#![doc = include_str!(\"../README.md\")]";
    let has_header = file.text.starts_with("//! ")
        || (file.path.ends_with("/src/lib.rs") && file.text.starts_with(front_page));
    if !has_header {
        findings.error(&file.path, Some(1), "must begin with a `//!` line that says what the file is for");
    }
    if file.path.ends_with("/mod.rs") {
        findings.error(&file.path, None, "name it after its module: `foo.rs` beside `foo/`");
    }
    if let Some((crate_, test)) = file.path.split_once("/tests/")
        && !test.contains('/')
    {
        let message = format!("integration tests are modules of one binary: move it into {crate_}/tests/it/");
        findings.error(&file.path, None, message);
    }
    check_length(file, findings);
    for (line, text) in file.lines() {
        let start = text.trim_start();
        for (unwanted, why) in NOT_AT_LINE_START {
            if start.starts_with(unwanted) {
                findings.error(&file.path, Some(line), *why);
            }
        }
        for unwanted in NOWHERE.iter().filter(|unwanted| text.contains(*unwanted)) {
            findings.error(&file.path, Some(line), format!("{unwanted}..): finish it"));
        }
    }
}

fn check_length(file: &File, findings: &mut Findings) {
    let is_test = file.path.contains("/tests/") || file.path.ends_with("/tests.rs");
    if is_test || TABLES.iter().any(|(path, _)| *path == file.path) {
        return;
    }
    let lines = file.lines().take_while(|(_, text)| !text.starts_with("#[cfg(test)]")).count();
    if lines > HARD_LINES {
        let message = format!("{lines} lines, at most {HARD_LINES}: split it by subject");
        findings.error(&file.path, None, message);
    } else if lines > SOFT_LINES {
        let message = format!("{lines} lines, better under {SOFT_LINES}");
        findings.warning(&file.path, None, message);
    }
}
