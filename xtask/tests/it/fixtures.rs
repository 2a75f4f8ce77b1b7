//! The fixtures are what the adapters send and read; whatever makes them differ is named.

mod coverage;
mod files;
mod pictures;
mod recording;

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use xtask::fixtures;
use xtask::fixtures::case::Case;
use xtask::mode::Mode;
use xtask::repository;

#[test]
fn the_fixtures_are_in_order() {
    if let Err(error) = fixtures::check() {
        panic!("{error}");
    }
}

/// Every case of the repository.
fn cases() -> Vec<Case> {
    let root = repository::root();
    let folders = fixtures::folders(&root, "").unwrap();
    folders.iter().map(|folder| Case::read(&root, folder).unwrap()).collect()
}

/// A repository that holds copies of these cases only.
fn copy_of(folders: &[&str]) -> TempDir {
    let copy = TempDir::new().unwrap();
    for folder in folders {
        let (from, to) = (repository::root().join(folder), copy.path().join(folder));
        fs::create_dir_all(&to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
    copy
}

/// What `--check` says of a repository; empty when it is content.
fn complaint(root: &Path) -> String {
    fixtures::settle(root, "", Mode::Check).map_or_else(|error| format!("{error:#}"), |_| String::new())
}
