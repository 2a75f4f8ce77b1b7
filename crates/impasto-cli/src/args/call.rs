//! The arguments of `call` and `upload`.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, value_parser};

use super::SellerArgs;

/// What `call` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
Only the seller's own origin is asked, and the key goes nowhere else.
GET and HEAD are repeated freely, anything else only when it was surely not billed.
Nothing is priced beforehand, and neither budget nor ledger know of it.")]
pub(crate) struct CallArgs {
    /// GET, POST, PUT, PATCH, DELETE or HEAD
    #[arg(value_name = "METHOD")]
    pub(crate) method: String,
    /// The path below the base URL, such as /models or /model/prediction/ID, with its query
    #[arg(value_name = "PATH")]
    pub(crate) path: String,
    /// The body as JSON: itself, @FILE, or @- for stdin
    #[arg(long, short, value_name = "JSON|@FILE|@-")]
    pub(crate) body: Option<String>,
    /// Ask after the task that the reply names, until it is over
    #[arg(long)]
    pub(crate) poll: bool,
    /// Write the reply's bytes into FILE
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Overwrite FILE
    #[arg(long)]
    pub(crate) force: bool,
    /// Print the exact request, the key redacted; send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) seller: CallSellerArgs,
}

/// Which seller is called.
#[derive(Debug, Args)]
#[command(next_help_heading = "Seller")]
pub(crate) struct CallSellerArgs {
    /// The seller (see `impasto providers`) [default: the first whose key is set]
    #[arg(long, short, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) provider: Option<String>,
    /// Another base URL
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) base_url: Option<String>,
    /// Read the key from this environment variable instead of the seller's own
    #[arg(long, value_name = "VARIABLE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) api_key_env: Option<String>,
    /// Give up after this many seconds [default: 600]
    #[arg(long, value_name = "SECONDS", value_parser = value_parser!(u64).range(1..=86_400))]
    pub(crate) timeout: Option<u64>,
    /// Ask after a task every so many seconds [default: the seller's pace]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) poll_interval: Option<f64>,
    /// Repeat this often what may be repeated [default: 2]
    #[arg(long, value_name = "COUNT")]
    pub(crate) retries: Option<u32>,
}

impl CallSellerArgs {
    /// The same as generate and edit take it.
    pub(crate) fn as_seller(&self) -> SellerArgs {
        SellerArgs {
            provider: self.provider.clone(),
            base_url: self.base_url.clone(),
            api_key_env: self.api_key_env.clone(),
            option: Vec::new(),
            timeout: self.timeout,
            poll_interval: self.poll_interval,
            retries: self.retries,
            price_wait: None,
            max_cost: None,
            unchecked: false,
        }
    }
}

/// What `upload` takes.
#[derive(Debug, Args)]
pub(crate) struct UploadArgs {
    /// The files
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) seller: CallSellerArgs,
}
