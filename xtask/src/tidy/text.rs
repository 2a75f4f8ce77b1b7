//! Rules for every text file: whitespace, marks of unfinished work, places that exist on one machine only.

use std::path::Path;

use crate::findings::Findings;
use crate::mode::Mode;
use crate::repository::{File, Repository};

/// Marks of unfinished work, spelt so that this file does not carry them.
const MARKS: &[&str] = &[concat!("FIX", "ME"), concat!("XX", "X")];

/// Hosts of package registries. People build behind mirrors; the tools' own defaults know the way.
const REGISTRIES: &[&str] = &[
    concat!("crates", ".io"),
    concat!("pypi", ".org"),
    concat!("npmjs", ".org"),
    concat!("npmjs", ".com"),
    concat!("rubygems", ".org"),
    concat!("proxy.golang", ".org"),
];

/// Folders that exist on somebody's machine, not in the repository.
const MACHINE_FOLDERS: &[&str] =
    &[concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/Us", "ers/"), concat!("shar", "ed/")];

/// Checks one file.
pub fn check(file: &File, findings: &mut Findings) {
    if is_verbatim(file) {
        return;
    }
    if mended(&file.text) != file.text {
        let line = file.lines().find(|(_, line)| line.ends_with([' ', '\t', '\r'])).map(|(line, _)| line);
        findings.error(&file.path, line, "has trailing whitespace or no single newline at its end");
    }
    for (line, text) in file.lines() {
        for mark in MARKS.iter().filter(|mark| has_word(text, mark)) {
            findings.error(&file.path, Some(line), format!("{mark}: finish it or write an issue"));
        }
        for host in REGISTRIES.iter().filter(|host| text.contains(*host)) {
            findings.error(&file.path, Some(line), format!("names a package registry ({host})"));
        }
    }
}

/// Checks that a file names no folder of one machine: not the usual ones, and not this checkout's own.
pub fn check_machine_paths(file: &File, root: &Path, findings: &mut Findings) {
    let root = root.to_string_lossy();
    // A checkout at `/app` would forbid a word that documents may well use.
    let checkout = Some(root.as_ref()).filter(|root| root.matches(['/', '\\']).count() > 1);
    for (line, text) in file.lines() {
        for folder in MACHINE_FOLDERS.iter().copied().chain(checkout) {
            if text.match_indices(folder).any(|(at, _)| starts_a_path(text, at)) {
                findings.error(&file.path, Some(line), format!("names {folder}, which no reader has"));
            }
        }
    }
}

/// Removes trailing whitespace wherever [`check`] would report it.
///
/// # Errors
///
/// When a file cannot be written.
pub fn mend_whitespace(repository: &Repository, mode: Mode) -> anyhow::Result<()> {
    if mode == Mode::Check {
        return Ok(());
    }
    let mut findings = Findings::default();
    for file in repository.files.iter().filter(|file| !is_verbatim(file)) {
        let text = mended(&file.text);
        mode.settle(&repository.root, &file.path, text.as_bytes(), &mut findings)?;
    }
    findings.conclude("Run `cargo xtask tidy`.")
}

/// Files whose bytes are somebody else's: recorded traffic, snapshots, licences, the lock file.
fn is_verbatim(file: &File) -> bool {
    file.path.starts_with("fixtures/")
        || file.path.starts_with("LICENSE")
        || file.path.contains("/LICENSE")
        || file.path.contains("/tests/data/")
        || file.path.contains("/corpus/")
        || file.is("snap")
        || file.is("lock")
}

fn mended(text: &str) -> String {
    let trimmed: Vec<&str> = text.lines().map(str::trim_end).collect();
    let mended = trimmed.join("\n");
    let mended = mended.trim_end();
    if mended.is_empty() { String::new() } else { format!("{mended}\n") }
}

/// Whether `text` holds `word` with nothing word-like on either side.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part))
}

/// Whether what stands at `at` begins a path, or continues one that climbs out of its folder.
fn starts_a_path(text: &str, at: usize) -> bool {
    let before = &text[..at];
    before.ends_with("../")
        || !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | '.' | '}' | ':'))
}
