//! `cargo xtask`: one command per thing the repository derives or checks.
//!
//! A new command is a module with `Args` and `run`, one variant here and one arm in `main`.

#![expect(clippy::print_stderr, reason = "a command-line tool talks to its caller")]

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::{bench, ci, data, docs, faults, fixtures, layers, package, prices, tidy, weigh};

/// Regenerates and checks what the repository derives.
///
/// Every command takes `--check`: it then writes nothing, and fails naming the command that mends things.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Xtask {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Bench(bench::Args),
    Ci(ci::Args),
    Data(data::Args),
    Docs(docs::Args),
    Faults(faults::Args),
    Fixtures(fixtures::Args),
    Layers(layers::Args),
    Package(package::Args),
    Prices(prices::Args),
    Tidy(tidy::Args),
    Weigh(weigh::Args),
}

fn main() -> ExitCode {
    match package::api::stand_in() {
        Ok(None) => {}
        Ok(Some(code)) => return code,
        Err(error) => return failure(&error),
    }
    let outcome = match Xtask::parse().command {
        Command::Bench(args) => bench::run(&args),
        Command::Ci(args) => ci::run(&args),
        Command::Data(args) => data::run(&args),
        Command::Docs(args) => docs::run(&args),
        Command::Faults(args) => faults::run(&args),
        Command::Fixtures(args) => fixtures::run(&args),
        Command::Layers(args) => layers::run(&args),
        Command::Package(args) => package::run(&args),
        Command::Prices(args) => prices::run(&args),
        Command::Tidy(args) => tidy::run(&args),
        Command::Weigh(args) => weigh::run(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure(&error),
    }
}

/// Says what failed: the chain and no backtrace, for the cause is in the repository, not in here.
fn failure(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {error:#}");
    ExitCode::FAILURE
}
