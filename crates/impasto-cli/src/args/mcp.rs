//! The arguments of `mcp`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::image::SellerArgs;

/// What `mcp` takes.
#[derive(Debug, Args)]
pub(crate) struct McpArgs {
    /// Serve streamable HTTP here instead of stdin and stdout: an address of this machine; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) http: Option<SocketAddr>,
    /// A folder that files may be read from and written to; repeat it for more [default: the folders that the client
    /// announces, or the current directory]
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Vec<PathBuf>,
    /// Where images go that were given no path; assistants may use this folder, too [default: the first root]
    #[arg(long, value_name = "DIR")]
    pub(crate) out_dir: Option<PathBuf>,
    /// What may be spent: 5USD while this server runs, 5USD/day or 20USD/month by all that share the ledger
    #[arg(long, value_name = "AMOUNT", default_value = "2USD")]
    pub(crate) budget: String,
    /// The model of calls that name none; the seller's default where it has one
    #[arg(long, short, value_name = "MODEL")]
    pub(crate) model: Option<String>,
    #[command(flatten)]
    pub(crate) seller: SellerArgs,
}
