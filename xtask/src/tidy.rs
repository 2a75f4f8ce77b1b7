//! `cargo xtask tidy`: the rules of the house that no compiler knows, each a small function over the files.

pub mod generated;
pub mod links;
pub mod manifests;
pub mod rust;
pub mod secrets;
pub mod text;

use crate::findings::{Findings, count};
use crate::mode::Mode;
use crate::repository::Repository;

/// Checks the rules no compiler knows: headers, marks, links, manifests, secrets. Mends stray whitespace.
#[derive(clap::Args)]
pub struct Args {
    /// Mends nothing, only reports.
    #[arg(long)]
    check: bool,
}

const ADVICE: &str = "The rules and their reasons stand in docs/style.md. Mend the places above, then run \
    `cargo xtask tidy` (it mends stray whitespace itself).";

/// Runs the command.
///
/// # Errors
///
/// When a rule is broken, or the files cannot be read.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let repository = Repository::open()?;
    text::mend_whitespace(&repository, Mode::from_check(args.check))?;
    check()?;
    println!("tidy: {} in order", count(repository.files.len(), "text file"));
    Ok(())
}

/// Runs every check of this command over the repository this program was built from.
///
/// # Errors
///
/// When a rule is broken, or the files cannot be read.
pub fn check() -> anyhow::Result<()> {
    check_files(&Repository::open()?).conclude(ADVICE)
}

/// Runs every rule over these files.
pub fn check_files(repository: &Repository) -> Findings {
    let mut findings = Findings::default();
    for file in &repository.files {
        text::check(file, &mut findings);
        text::check_machine_paths(file, &repository.root, &mut findings);
        secrets::check(file, &mut findings);
        generated::check(file, &mut findings);
    }
    for file in repository.with_extension("rs") {
        rust::check(file, &mut findings);
    }
    links::check(repository, &mut findings);
    manifests::check(repository, &mut findings);
    findings
}
