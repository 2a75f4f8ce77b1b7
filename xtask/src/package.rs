//! `cargo xtask package`: every published crate packages with its own README, licences and metadata, and its public
//! API is the listed one.

pub mod api;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use crate::cargo::{self, Package};
use crate::findings::{Findings, count};
use crate::mode::Mode;
use crate::repository;

/// Lists the public API of every published crate in docs/api, and packages it, after checking that it is complete.
#[derive(clap::Args)]
pub struct Args {
    /// Only checks what would be packaged, and that the public API is the listed one; builds no archives.
    #[arg(long)]
    check: bool,
    /// Lists or compares the public API, and does nothing else.
    #[arg(long)]
    api: bool,
}

const ADVICE: &str = "Complete the crates above, then run `cargo xtask package --check`.";

const ADVICE_API: &str = "The public API is not the listed one. If that is meant, run `cargo xtask package --api`, read \
    the difference, and tell users in CHANGELOG.md.";

/// Files without which a package is not complete.
const REQUIRED: &[&str] = &["Cargo.toml", "README.md", "LICENSE-APACHE", "LICENSE-MIT"];

/// The largest package that the default registry takes, in bytes.
const SIZE_LIMIT: u64 = 10 * 1024 * 1024;

/// Runs the command.
///
/// # Errors
///
/// When a crate is incomplete, its API is not the listed one in check mode, or cargo cannot package it.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let mode = Mode::from_check(args.check);
    let workspace = cargo::workspace()?;
    let published: Vec<&Package> =
        workspace.packages.iter().filter(|package| package.is_publishable()).collect();
    if !args.api {
        complete(&published)?;
    }
    let mut findings = Findings::default();
    let listed = api::settle(&published, mode, &mut findings)?;
    findings.conclude(ADVICE_API)?;
    if !args.check && !args.api {
        archive()?;
    }
    println!("package: {} in order, {} listed", count(published.len(), "crate"), count(listed, "public API"));
    Ok(())
}

/// Checks every published crate.
///
/// # Errors
///
/// When a crate is incomplete, its API is not the listed one, or cargo cannot list it.
pub fn check() -> anyhow::Result<()> {
    run(&Args { check: true, api: false })
}

fn complete(published: &[&Package]) -> anyhow::Result<()> {
    let mut findings = Findings::default();
    for package in published {
        check_metadata(package, &mut findings);
        let folder = repository::root().join("crates").join(&package.name);
        check_contents(package, &folder, &mut findings)?;
    }
    findings.conclude(ADVICE)
}

/// Builds the archives, without building what is in them: that is tested already.
fn archive() -> anyhow::Result<()> {
    let mut archive = Command::new(cargo::program());
    archive.current_dir(repository::root()).args(["package", "--workspace", "--exclude", "xtask"]);
    let status = archive.args(["--no-verify", "--allow-dirty"]).status().context("run cargo package")?;
    anyhow::ensure!(status.success(), "cargo package failed");
    Ok(())
}

/// Checks what a registry asks of a manifest.
pub fn check_metadata(package: &Package, findings: &mut Findings) {
    let mut demand = |present: bool, what: &str| {
        if !present {
            findings.error(&package.name, None, what);
        }
    };
    demand(package.license.is_some(), "needs a `license`");
    demand(package.description.as_ref().is_some_and(|text| !text.is_empty()), "needs a `description`");
    demand(package.readme.is_some(), "needs a `readme`");
    demand(package.rust_version.is_some(), "needs a `rust-version`");
    demand((1..=5).contains(&package.keywords.len()), "needs one to five `keywords`");
    demand(package.keywords.iter().all(|word| word.len() <= 20), "has a keyword of more than 20 characters");
}

fn check_contents(package: &Package, folder: &Path, findings: &mut Findings) -> anyhow::Result<()> {
    let listed = cargo::package_list(&package.name)?;
    for required in REQUIRED.iter().filter(|required| !listed.iter().any(|path| path == *required)) {
        findings.error(&package.name, None, format!("would be packaged without {required}"));
    }
    let mut size = 0;
    for path in &listed {
        // Cargo adds files of its own to the list, such as the lock file.
        let full = folder.join(path);
        let Ok(metadata) = fs::metadata(&full) else { continue };
        size += metadata.len();
        if path.starts_with("src/") && path.to_lowercase().ends_with(".rs") {
            check_includes(package, path, &fs::read_to_string(&full)?, findings);
        }
    }
    if size > SIZE_LIMIT {
        let files = count(listed.len(), "file");
        findings.error(&package.name, None, format!("{size} bytes in {files}: at most {SIZE_LIMIT} bytes"));
    }
    Ok(())
}

/// Checks that a source file embeds nothing from outside its crate: the package would not build.
pub fn check_includes(package: &Package, path: &str, text: &str, findings: &mut Findings) {
    let depth = path.matches('/').count();
    for (index, line) in text.lines().enumerate() {
        let Some((_, rest)) = line.split_once("include_") else { continue };
        let Some(embedded) = rest.split('"').nth(1) else { continue };
        if embedded.split('/').take_while(|part| *part == "..").count() > depth {
            let place = format!("{}/{path}", package.name);
            let message =
                format!("embeds {embedded} from outside the crate: it would not build once packaged");
            findings.error(&place, Some(index + 1), message);
        }
    }
}
