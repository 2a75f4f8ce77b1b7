//! The commands, each a function from its arguments to an exit code.

pub(crate) mod call;
pub(crate) mod compare;
pub(crate) mod config;
pub(crate) mod doctor;
pub(crate) mod edit;
pub(crate) mod emulate;
pub(crate) mod estimate;
pub(crate) mod gallery;
pub(crate) mod generate;
pub(crate) mod history;
mod images;
pub(crate) mod jobs;
mod keep;
#[cfg(feature = "mcp")]
pub(crate) mod mcp;
pub(crate) mod models;
pub(crate) mod providers;
pub(crate) mod regenerate;
pub(crate) mod shell;
pub(crate) mod show;
mod sketches;
pub(crate) mod upload;
pub(crate) mod usage;
mod watch;

use std::future::Future;

use tokio::runtime::Builder;

pub(crate) use watch::Seen;

use crate::exit::Exit;
use crate::failure::Failure;

/// Runs a command that asks once and ends: one thread is enough for it, and starts faster.
fn block_on(future: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    let runtime = Builder::new_current_thread().enable_all().build().map_err(no_runtime)?;
    let outcome = runtime.block_on(future);
    // A file that is still being written to a slow disk shall not hold up a command that is over.
    runtime.shutdown_background();
    outcome
}

#[expect(clippy::needless_pass_by_value, reason = "as map_err wants it")]
fn no_runtime(error: std::io::Error) -> Failure {
    Failure::own(format!("the asynchronous runtime did not start: {error}"))
}
