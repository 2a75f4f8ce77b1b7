//! No snapshot is left over: each recorded file is one that a test of this run compared with.
//!
//! insta appends every snapshot it looks at to the file named by [`VARIABLE`]; what git lists beyond that belongs
//! to no test any more.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::findings::Findings;
use crate::repository::{File, Repository};

/// Where insta writes down the snapshots it compared with.
pub const VARIABLE: &str = "INSTA_SNAPSHOT_REFERENCES_FILE";

const ADVICE: &str = "Delete the files above, or give them their test back; then run \
    `cargo xtask ci test snapshots`.";

/// The file for this run: the caller's, or one beside this program.
pub fn references() -> OsString {
    std::env::var_os(VARIABLE).unwrap_or_else(|| {
        let program = std::env::current_exe().unwrap_or_default();
        program.with_file_name("xtask-snapshot-references").into_os_string()
    })
}

/// Forgets earlier runs.
///
/// # Errors
///
/// When the file cannot be emptied.
pub fn forget() -> anyhow::Result<()> {
    fs::write(references(), "").context("empty the list of snapshots in use")
}

/// Checks that every recorded snapshot was used by the last `test` step.
///
/// # Errors
///
/// When one was not, or no test step has run.
pub fn check() -> anyhow::Result<()> {
    let listed = fs::read_to_string(references())
        .context("no list of snapshots in use; run `cargo xtask ci test snapshots`")?;
    let used: BTreeSet<PathBuf> = listed.lines().filter_map(|path| fs::canonicalize(path).ok()).collect();
    let repository = Repository::open()?;
    let mut findings = Findings::default();
    for File { path, .. } in repository.with_extension("snap") {
        let full = fs::canonicalize(repository.root.join(path))?;
        if !used.contains(&full) {
            findings.error(path, None, "no test compares with this snapshot");
        }
    }
    findings.conclude(ADVICE)
}
