//! The `impasto` binary: reads what was typed, does it, and says by its exit code how it went.

mod args;
mod commands;
mod config;
mod exit;
mod failure;
mod plan;
mod term;
mod view;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Cli, Command};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::term::Term;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return args::refuse(&error).into(),
    };
    let term = Term::new(cli.output.json, cli.output.quiet);
    run(&cli.command, &term).unwrap_or_else(|failure| term.fail(&failure)).into()
}

fn run(command: &Command, term: &Term) -> Result<Exit, Failure> {
    match command {
        Command::Generate(args) => commands::generate::run(args, term),
        Command::Edit(args) => commands::edit::run(args, term),
        Command::Estimate(args) => commands::estimate::run(args, term),
        Command::Compare(args) => commands::compare::run(args, term),
        Command::Jobs(args) => commands::jobs::run(args, term),
        Command::Emulate(args) => commands::emulate::run(args, term),
        Command::Models(args) => commands::models::run(args, term),
        Command::Providers => commands::providers::run(term),
    }
}
