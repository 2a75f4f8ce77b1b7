//! The arguments of `history`, `show`, `regenerate` and `usage`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ImageArgs, OutputArgs, SellerArgs};

/// What `history` takes.
#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    /// Only runs whose prompt, id or file name has this in it
    #[arg(value_name = "TEXT")]
    pub(crate) text: Option<String>,
    /// Only runs at this seller
    #[arg(long, short, value_name = "ID", visible_alias = "seller")]
    pub(crate) provider: Option<String>,
    /// Only runs with this model
    #[arg(long, short, value_name = "MODEL")]
    pub(crate) model: Option<String>,
    /// Only runs since a day (2026-11-21) or of so many days (7d), the last included
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<String>,
    /// At most so many runs
    #[arg(long, short, value_name = "COUNT", default_value_t = 20)]
    pub(crate) limit: usize,
}

/// What `show` takes.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// An image, or its sidecar
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
}

/// What `regenerate` takes.
#[derive(Debug, Args)]
pub(crate) struct RegenerateArgs {
    /// A run of the history by its id, or an image that has a sidecar
    #[arg(value_name = "ID|FILE")]
    pub(crate) run: String,
    /// Another prompt
    #[arg(long, value_name = "PROMPT", help_heading = "Image")]
    pub(crate) prompt: Option<String>,
    #[command(flatten)]
    pub(crate) image: ImageArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) seller: SellerArgs,
}

/// What `usage` takes.
#[derive(Debug, Args)]
pub(crate) struct UsageArgs {
    /// Since a day (2026-11-21) or of so many days (7d), the last included
    #[arg(long, value_name = "WHEN", default_value = "30d")]
    pub(crate) since: String,
    /// Only at this seller
    #[arg(long, short, value_name = "ID", visible_alias = "seller")]
    pub(crate) provider: Option<String>,
    /// Only with this model
    #[arg(long, short, value_name = "MODEL")]
    pub(crate) model: Option<String>,
    /// Group by this alone
    #[arg(long, value_name = "WHAT")]
    pub(crate) by: Option<UsageBy>,
    /// What emulators answered instead, which cost nothing
    #[arg(long)]
    pub(crate) emulated: bool,
}

/// By what spending is grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum UsageBy {
    /// Days of UTC
    Day,
    /// Sellers
    Seller,
    /// Models
    Model,
}
