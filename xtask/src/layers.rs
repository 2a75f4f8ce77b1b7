//! `cargo xtask layers`: who may depend on whom, what stays out of whose tree, and which compiler that needs.
//!
//! Three questions, in order of cost: what the manifests ask for ([`table`]), what that resolves to ([`trees`]),
//! and whether the promised compiler is the one that the tree needs ([`msrv`]).

pub mod msrv;
pub mod table;
pub mod trees;

use crate::cargo;
use crate::findings::Findings;

/// Checks the layers: who depends on whom, what stays out of whose tree, the minimum compiler.
#[derive(clap::Args)]
pub struct Args {
    /// Accepted for symmetry: this command never writes.
    #[arg(long)]
    check: bool,
    /// Also counts the crates of a hello program on the facade's default features; fails above the limit.
    #[arg(long)]
    count: bool,
}

const ADVICE: &str = "The table stands in xtask/src/layers/table.rs, its reasons in docs/architecture.md. \
    A new edge is a design decision: change both, or drop the edge. Then run `cargo xtask layers`.";

/// Runs the command.
///
/// # Errors
///
/// When a rule is broken, or cargo cannot answer.
pub fn run(args: &Args) -> anyhow::Result<()> {
    // Nothing to write, so nothing that `--check` could forbid.
    let Args { check: _, count } = args;
    check()?;
    if *count {
        let names = trees::hello_program()?;
        for name in &names {
            println!("{name}");
        }
        println!("{} crates in a hello program; at most {}", names.len(), trees::HELLO_LIMIT);
    }
    println!("layers: in order");
    Ok(())
}

/// Runs every check of this command.
///
/// # Errors
///
/// When a rule is broken, or cargo cannot answer.
pub fn check() -> anyhow::Result<()> {
    let mut findings = Findings::default();
    table::check(&cargo::workspace()?, &mut findings);
    trees::check(&mut findings)?;
    msrv::check(&cargo::resolved()?, &mut findings);
    findings.conclude(ADVICE)
}
