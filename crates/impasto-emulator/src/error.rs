//! What can go wrong when an emulator is started.

use std::net::SocketAddr;

/// Why an emulator could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmulatorError {
    /// The address is taken, or not one of this machine's.
    #[error("cannot listen on {addr}: {source}")]
    Listen {
        /// The address that was asked for.
        addr: SocketAddr,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// A fault plan could not be read.
    #[error("the fault plan is not usable: {0}")]
    Plan(String),
    /// A mode or fault name is not known.
    #[error("{0}")]
    Directive(String),
}
