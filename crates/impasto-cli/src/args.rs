//! What was typed.
#![expect(clippy::doc_markdown, reason = "documentation of arguments is their help, shown as it stands")]

mod call;
mod config;
mod emulate;
mod first_page;
mod gallery;
mod history;
mod image;
mod jobs;
mod machine;
#[cfg(feature = "mcp")]
mod mcp;
mod models;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};

pub(crate) use call::{CallArgs, UploadArgs};
pub(crate) use config::{ConfigAction, ConfigArgs};
pub(crate) use emulate::EmulateArgs;
pub(crate) use gallery::GalleryArgs;
pub(crate) use history::{HistoryArgs, RegenerateArgs, ShowArgs, UsageArgs, UsageBy};
pub(crate) use image::{EditArgs, EstimateArgs, GenerateArgs, ImageArgs, OutputArgs, PromptArgs, SellerArgs};
pub(crate) use jobs::{JobsAction, JobsArgs, ResumeArgs};
pub(crate) use machine::{CompletionsArgs, DoctorArgs, ManArgs};
#[cfg(feature = "mcp")]
pub(crate) use mcp::McpArgs;
pub(crate) use models::ModelsArgs;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::term::Term;

/// Generate and edit images with the gpt-image models, wherever they are sold.
///
/// Without a key it uses its built-in emulator, so everything can be tried for nothing.
#[derive(Debug, Parser)]
#[command(name = "impasto", version, max_term_width = 100, override_help = first_page::TEXT)]
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
    /// Make the images of an earlier run once more, which is a new charge
    ///
    /// The same request goes to the same seller, except for what is typed anew; the price is told before it is sent.
    /// Look with --dry-run first.
    Regenerate(Box<RegenerateArgs>),
    /// List earlier runs, newest first
    #[command(visible_alias = "ls")]
    History(HistoryArgs),
    /// Show how an image was made, from the sidecar beside it
    ///
    /// Without a sidecar it shows what the image itself tells. The image is compared with the hash in the sidecar; if it
    /// was changed since, the exit code is 1.
    Show(ShowArgs),
    /// Show what was spent, by day, seller and model
    ///
    /// It is added up from the ledger on this machine, in days of UTC. Amounts in different currencies are never added.
    Usage(UsageArgs),
    //HOLD    /// Write a web page of the images of a folder, with prompts and prices
    //HOLD    Gallery(GalleryArgs),
    /// Write a web page of the images of a folder, with prompts and prices
    ///
    /// It shows the images that have a sidecar, here and in the folders below, and links to the originals. The page is
    /// one file, loads nothing from elsewhere, and can be moved together with the folder.
    Gallery(GalleryArgs),
    /// List jobs that were cut off, and take them up again without paying twice
    Jobs(JobsArgs),
    //HOLD    /// Give files to the seller, for edits and other calls to name
    //HOLD    Upload(UploadArgs),
    //HOLD    /// Call any other endpoint of a seller with its key, such as GET /models
    //HOLD    Call(CallArgs),
    /// Give files to the seller, for edits and other calls to name
    ///
    /// Prints their addresses, one a line. Sellers keep such files for a while only.
    Upload(UploadArgs),
    /// Call any other endpoint of a seller with its key
    ///
    /// For instance `impasto call GET /models`, or a task of another kind: `impasto call POST /model/generateVideo
    /// --body @video.json --poll`.
    Call(CallArgs),
    /// Show and change the settings
    ///
    /// What is typed goes before a variable, a variable before the file, that before the default. Keys are never
    /// settings: they stay in the sellers' variables.
    Config(ConfigArgs),
    /// Look for what is amiss: keys, settings, folders, the terminal
    ///
    /// Prints no key. The exit code is 3 when something is amiss.
    Doctor(DoctorArgs),
    /// Serve an emulator of every seller's API on this machine
    Emulate(EmulateArgs),
    /// Serve image tools to assistants, over the Model Context Protocol
    ///
    /// Put `impasto` with the argument `mcp` into the mcpServers of a client; docs/mcp.md shows how. Without a key the
    /// built-in emulator answers, so that it can be tried for nothing.
    #[cfg(feature = "mcp")]
    Mcp(Box<McpArgs>),
    /// List the models and what they can do, with sources
    Models(ModelsArgs),
    /// List the sellers, whether their keys are set, and where their data came from
    ///
    /// Your own sellers are TOML files in $XDG_CONFIG_HOME/impasto/sellers (~/.config/impasto/sellers where the
    /// variable is not set). A file with the id of a built-in seller replaces it.
    Providers,
    /// Print what completes commands and flags in a shell
    ///
    /// For bash: impasto completions bash > ~/.local/share/bash-completion/completions/impasto
    Completions(CompletionsArgs),
    /// Print the manual page, or write a page for every command
    Man(ManArgs),
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

    #[test]
    fn the_first_page_names_every_command() {
        for command in super::Cli::command().get_subcommands().filter(|command| !command.is_hide_set()) {
            let name = command.get_name();
            let named = super::first_page::TEXT.split([' ', ',', '\n']).any(|word| word == name);
            assert!(named, "{name} is missing");
        }
    }
}
