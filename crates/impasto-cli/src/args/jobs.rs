//! The arguments of `jobs`.

use clap::{Args, Subcommand, value_parser};

/// What `jobs` takes.
#[derive(Debug, Args)]
pub(crate) struct JobsArgs {
    #[command(subcommand)]
    pub(crate) action: Option<JobsAction>,
}

/// What can be done with jobs; without one of these they are listed.
#[derive(Debug, Subcommand)]
pub(crate) enum JobsAction {
    /// List the jobs that are not over (what `impasto jobs` alone does)
    List,
    /// Take up jobs again: ask after their tasks, fetch and save their images; nothing is paid twice
    Resume(ResumeArgs),
    /// Forget jobs; what runs at a seller runs on
    Forget {
        /// The ids of jobs or of their tasks
        #[arg(value_name = "ID", required = true)]
        ids: Vec<String>,
    },
}

/// What `jobs resume` takes.
#[derive(Debug, Args)]
pub(crate) struct ResumeArgs {
    /// The ids of jobs or of their tasks; without one every job that can be taken up
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// Every job that can be taken up, as without an ID
    #[arg(long, conflicts_with = "ids")]
    pub(crate) all: bool,
    /// Read the key from this environment variable instead of the seller's own
    #[arg(long, value_name = "VARIABLE")]
    pub(crate) api_key_env: Option<String>,
    /// Give up on a job after this many seconds; it can be taken up again [default: 600]
    #[arg(long, value_name = "SECONDS", value_parser = value_parser!(u64).range(1..=86_400))]
    pub(crate) timeout: Option<u64>,
    /// Ask after a task every so many seconds, such as 0.5 [default: the seller's pace]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) poll_interval: Option<f64>,
}
