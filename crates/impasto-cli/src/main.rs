//! The `impasto` binary: reads what was typed, does it, and says by its exit code how it went.

mod args;
mod commands;
mod config;
mod exit;
mod failure;
mod gallery;
mod picture;
mod plan;
mod settings;
mod term;
mod view;
mod whole;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Cli, Command};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::term::Term;

fn main() -> ExitCode {
    let mut cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return args::refuse(&error).into(),
    };
    let term = Term::new(cli.output.json, cli.output.quiet);
    run(&mut cli.command, &term).unwrap_or_else(|failure| term.fail(&failure)).into()
}

fn run(command: &mut Command, term: &Term) -> Result<Exit, Failure> {
    if command.takes_settings() {
        Settings::load()?.apply(command)?;
    }
    match command {
        Command::Generate(args) => commands::generate::run(args, term),
        Command::Edit(args) => commands::edit::run(args, term),
        Command::Estimate(args) => commands::estimate::run(args, term),
        Command::Compare(args) => commands::compare::run(args, term),
        Command::Regenerate(args) => commands::regenerate::run(args, term),
        Command::History(args) => commands::history::run(args, term),
        Command::Show(args) => commands::show::run(args, term),
        Command::Usage(args) => commands::usage::run(args, term),
        //HOLD        Command::Gallery(args) => commands::gallery::run(args, term),
        Command::Gallery(args) => commands::gallery::run(args, term),
        Command::Jobs(args) => commands::jobs::run(args, term),
        //HOLD        Command::Upload(args) => commands::upload::run(args, term),
        //HOLD        Command::Call(args) => commands::call::run(args, term),
        Command::Upload(args) => commands::upload::run(args, term),
        Command::Call(args) => commands::call::run(args, term),
        Command::Config(args) => commands::config::run(args, term),
        Command::Doctor(args) => commands::doctor::run(args, term),
        Command::Emulate(args) => commands::emulate::run(args, term),
        #[cfg(feature = "mcp")]
        Command::Mcp(args) => commands::mcp::run(args, term),
        Command::Models(args) => commands::models::run(args, term),
        Command::Providers => commands::providers::run(term),
        Command::Completions(args) => commands::shell::completions(args, term),
        Command::Man(args) => commands::shell::man(args, term),
    }
}
