//! What was typed.
#![expect(clippy::doc_markdown, reason = "documentation of arguments is their help, shown as it stands")]

mod emulate;
mod image;
mod jobs;
mod models;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};

pub(crate) use emulate::EmulateArgs;
pub(crate) use image::{EditArgs, EstimateArgs, GenerateArgs, ImageArgs, OutputArgs, PromptArgs, SellerArgs};
pub(crate) use jobs::{JobsAction, JobsArgs, ResumeArgs};
pub(crate) use models::ModelsArgs;

use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::term::Term;

/// Generate and edit images with the gpt-image models, wherever they are sold.
///
/// Without a key it uses its built-in emulator, so everything can be tried for nothing.
#[derive(Debug, Parser)]
#[command(name = "impasto", version, after_help = exit::HELP, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) output: Talk,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// How the command talks.
#[derive(Debug, Args)]
pub(crate) struct Talk {
    /// Print one JSON object on stdout instead of text (see docs/cli-json.md)
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Say nothing on stderr but errors
    #[arg(long, global = true)]
    pub(crate) quiet: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make images from a prompt
    Generate(Box<GenerateArgs>),
    /// Change images by a prompt
    Edit(Box<EditArgs>),
    /// Say what generate or edit would cost, line by line; no key, nothing is sent
    ///
    /// Takes the very flags of generate and edit, so that one word changes the one into the other; those that say
    /// where images go and how to wait for them mean nothing here. Over --max-cost the exit code is 4.
    ///
    /// Your own price sheets are TOML files in $XDG_CONFIG_HOME/impasto/prices (~/.config/impasto/prices where the
    /// variable is not set); they are laid over the built-in ones.
    Estimate(Box<EstimateArgs>),
    /// Price the same request at every seller and model that can do it, cheapest first
    ///
    /// Takes the very flags of generate and edit. With --provider or --model only those are compared. What a seller
    /// does not take is changed where it is still the same picture, and told; other keys, addresses and limits mean
    /// nothing here.
    #[command(mut_args(image::without_seller))]
    Compare(Box<EstimateArgs>),
    /// List jobs that were cut off, and take them up again without paying twice
    Jobs(JobsArgs),
    /// Serve an emulator of every seller's API on this machine
    Emulate(EmulateArgs),
    /// List the models and what they can do, with sources
    Models(ModelsArgs),
    /// List the sellers, whether their keys are set, and where their data came from
    ///
    /// Your own sellers are TOML files in $XDG_CONFIG_HOME/impasto/sellers (~/.config/impasto/sellers where the
    /// variable is not set). A file with the id of a built-in seller replaces it.
    Providers,
}

/// Shows what could not be read; help and version are no failures.
pub(crate) fn refuse(error: &clap::Error) -> Exit {
    let help = matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    // A reader that went away is no reason to fail.
    let _ = error.print();
    if help {
        return if error.exit_code() == 0 { Exit::Ok } else { Exit::Usage };
    }
    // Nothing was parsed, so the arguments are asked directly; whoever wants JSON gets it for this, too.
    if std::env::args_os().any(|argument| argument == "--json") {
        let rendered = error.to_string();
        let first = rendered.lines().next().unwrap_or_default();
        let sentence = first.strip_prefix("error: ").unwrap_or(first);
        Term::new(true, true).print_failure(&Failure::usage("arguments", sentence));
    }
    Exit::Usage
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        super::Cli::command().debug_assert();
    }
}
