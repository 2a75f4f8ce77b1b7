//! The arguments of `emulate`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

/// What `emulate` takes.
#[derive(Debug, Args)]
pub(crate) struct EmulateArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, short, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:4010")]
    pub(crate) listen: SocketAddr,
    /// The seed of pictures, ids and random faults
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub(crate) seed: u64,
    /// How long each step of a stream or a task takes, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub(crate) step_delay: u64,
    /// Modes or faults for every request, as in /with/…; the page at / lists them
    #[arg(long, value_name = "NAMES")]
    pub(crate) with: Option<String>,
    /// Let faults strike by this plan, a file in TOML or JSON; the page at / shows one
    #[arg(long, value_name = "FILE")]
    pub(crate) fault_plan: Option<PathBuf>,
    /// Strike requests that are charged with one of these faults, at random by the seed
    #[arg(long, value_name = "NAMES", requires = "fault_probability")]
    pub(crate) random_faults: Option<String>,
    /// How likely a random fault is, from 0 to 1
    #[arg(long, value_name = "PROBABILITY", requires = "random_faults")]
    pub(crate) fault_probability: Option<f64>,
    /// An Azure deployment and the model behind it; repeat it for more
    #[arg(long, value_name = "NAME=MODEL")]
    pub(crate) azure_deployment: Vec<String>,
    /// Refuse models that OpenAI has shut down
    #[arg(long)]
    pub(crate) life_cycle: bool,
    /// How many seconds the URLs of results and uploads live [default: for ever]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) url_lifetime: Option<u64>,
    /// Let every reply show this Unix time in seconds
    #[arg(long, value_name = "UNIX")]
    pub(crate) fixed_time: Option<u64>,
    /// Keep this many MiB of rendered pictures [default: 256]
    #[arg(long, value_name = "MIB")]
    pub(crate) cache: Option<usize>,
}
