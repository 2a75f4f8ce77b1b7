//! `cargo xtask data`: the sellers, the book and the price sheets as the crates carry them.
//!
//! People write TOML, with comments; programs carry JSON, because they link a JSON reader anyway and would link a
//! TOML reader for nothing else (docs/adr/0011-data-is-carried-as-json.md).

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::Value;

use crate::findings::Findings;
use crate::mode::Mode;
use crate::repository;

/// Turns the data files into what the crates carry: sellers, the book of models, price sheets.
#[derive(clap::Args)]
pub struct Args {
    /// Writes nothing, and fails naming each file that is out of date.
    #[arg(long)]
    check: bool,
}

const ADVICE: &str = "These files are made from the TOML beside them. Run `cargo xtask data`, then \
    `cargo xtask docs` for the pages that show them.";

/// A folder of TOML files, and the JSON that holds them all.
const CARRIED: &[(&str, &str)] = &[
    ("crates/impasto-providers/sellers", "crates/impasto-providers/carried/sellers.json"),
    ("crates/impasto-providers/book", "crates/impasto-providers/carried/book.json"),
    ("crates/impasto-pricing/sheets", "crates/impasto-pricing/carried/sheets.json"),
];

/// Runs the command.
///
/// # Errors
///
/// When a file is not TOML, or one is out of date in check mode.
pub fn run(args: &Args) -> anyhow::Result<()> {
    settle(&repository::root(), Mode::from_check(args.check))?;
    println!("data: in order");
    Ok(())
}

/// Writes or compares what the crates carry.
///
/// # Errors
///
/// When a file is not TOML, or one is out of date in check mode.
pub fn settle(root: &Path, mode: Mode) -> anyhow::Result<()> {
    let mut findings = Findings::default();
    for (folder, carried) in CARRIED {
        let json = carry(&root.join(folder))?;
        mode.settle(root, carried, json.as_bytes(), &mut findings)?;
    }
    findings.conclude(ADVICE)
}

/// One JSON object of all the files in a folder, by their names; each on a line of its own, so that a difference shows
/// which file changed.
fn carry(folder: &Path) -> anyhow::Result<String> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        paths.push(entry?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let lines = paths.iter().map(line).collect::<anyhow::Result<Vec<String>>>()?;
    Ok(format!("{{\n{}\n}}\n", lines.join(",\n")))
}

fn line(path: &PathBuf) -> anyhow::Result<String> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let value: Value = toml::from_str(&text).with_context(|| path.display().to_string())?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(format!("{}:{value}", Value::from(name)))
}
