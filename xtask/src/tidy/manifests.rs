//! Every crate's manifest inherits what the workspace decides, and says what a package registry asks for.

use std::collections::BTreeSet;

use toml::{Table, Value};

use crate::findings::Findings;
use crate::repository::{File, Repository};

/// The manifest of the workspace.
const ROOT: &str = "Cargo.toml";
/// Fields of `[package]` that every crate inherits.
const INHERITED: &[&str] = &["edition", "rust-version", "license"];
/// Fields that every published crate inherits too.
const INHERITED_WHEN_PUBLISHED: &[&str] = &["version", "keywords", "categories"];
/// Files that a published crate carries with it.
const CARRIED: &[&str] = &["README.md", "LICENSE-APACHE", "LICENSE-MIT"];

/// Checks the manifests of all crates of the workspace.
pub fn check(repository: &Repository, findings: &mut Findings) {
    let manifests = repository
        .files
        .iter()
        .filter(|file| file.path.ends_with("/Cargo.toml"))
        .filter(|file| file.path.starts_with("crates/") || file.path.starts_with("xtask/"));
    let mut asked_for = BTreeSet::new();
    for file in manifests {
        match file.text.parse::<Table>() {
            // A workspace of its own inherits nothing from ours.
            Ok(manifest) if manifest.contains_key("workspace") => {}
            Ok(manifest) => {
                check_manifest(repository, file, &manifest, findings);
                asked_for.extend(dependencies(&manifest).into_iter().map(|(_, name, _)| name.clone()));
            }
            Err(error) => findings.error(&file.path, None, error.message()),
        }
    }
    if let Some(file) = repository.file(ROOT) {
        check_all_used(file, &asked_for, findings);
    }
}

/// Checks that some crate asks for each dependency whose version the workspace decides.
fn check_all_used(file: &File, asked_for: &BTreeSet<String>, findings: &mut Findings) {
    let root: Table = match file.text.parse() {
        Ok(root) => root,
        Err(error) => return findings.error(&file.path, None, toml::de::Error::message(&error)),
    };
    let decided = root.get("workspace").and_then(|workspace| workspace.get("dependencies"));
    for (name, _) in decided.and_then(Value::as_table).into_iter().flatten() {
        if !asked_for.contains(name) {
            let message = format!("no crate asks for {name}: remove it from [workspace.dependencies]");
            findings.error(&file.path, None, message);
        }
    }
}

fn check_manifest(repository: &Repository, file: &File, manifest: &Table, findings: &mut Findings) {
    let package = manifest.get("package").and_then(Value::as_table).cloned().unwrap_or_default();
    let published = package.get("publish").and_then(Value::as_bool) != Some(false);
    let folder = file.folder();

    let when_published: &[&str] = if published { INHERITED_WHEN_PUBLISHED } else { &[] };
    for field in INHERITED.iter().chain(when_published).filter(|field| !inherits(package.get(**field))) {
        findings.error(&file.path, None, format!("write `{field}.workspace = true` in [package]"));
    }
    if !inherits(manifest.get("lints")) {
        findings.error(&file.path, None, "write `[lints]` with `workspace = true`");
    }
    if package.get("description").and_then(Value::as_str).is_none_or(str::is_empty) {
        findings.error(&file.path, None, "write a `description`: one line on what the crate is");
    }
    if let Some(name) = package.get("name").and_then(Value::as_str)
        && folder.rsplit('/').next() != Some(name)
    {
        findings.error(&file.path, None, format!("the folder of {name} must have its name"));
    }
    if published {
        for name in CARRIED.iter().filter(|name| !repository.has(&format!("{folder}/{name}"))) {
            findings.error(
                &file.path,
                None,
                format!("{folder}/{name} is missing: a package carries its own"),
            );
        }
    }
    for (table, name, value) in dependencies(manifest) {
        // The crate itself, for features that its tests need: with a version it could never be published.
        let itself = table == "dev-dependencies" && value.get("path").and_then(Value::as_str) == Some(".");
        if !inherits(Some(value)) && !itself {
            let message = format!("{name} in [{table}]: its version belongs into [workspace.dependencies]");
            findings.error(&file.path, None, message);
        }
    }
}

/// Whether a field says `workspace = true`.
fn inherits(value: Option<&Value>) -> bool {
    value.and_then(|value| value.get("workspace")).and_then(Value::as_bool) == Some(true)
}

/// Every dependency of a manifest, with the table it stands in.
fn dependencies(manifest: &Table) -> Vec<(String, &String, &Value)> {
    const TABLES: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];
    let mut found = Vec::new();
    for name in TABLES {
        let here = manifest.get(*name).and_then(Value::as_table).into_iter().flatten();
        found.extend(here.map(|(key, value)| ((*name).to_owned(), key, value)));
        for (target, tables) in manifest.get("target").and_then(Value::as_table).into_iter().flatten() {
            let there = tables.get(*name).and_then(Value::as_table).into_iter().flatten();
            found.extend(there.map(|(key, value)| (format!("target.{target}.{name}"), key, value)));
        }
    }
    found
}
