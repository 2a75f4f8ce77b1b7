//! Exit codes. They are a promise: scripts branch on them.

use std::process::ExitCode;

/// How the command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything that was asked for is there.
    Ok = 0,
    /// The seller or the network failed.
    Failure = 1,
    /// Refused before anything was sent: a bad argument, a file that cannot be read or written.
    Usage = 2,
    /// No key, or a setting that cannot be right.
    Setup = 3,
    /// The price is over the limit that was set, or not known.
    OverBudget = 4,
    /// Sent, and nobody can tell whether it was billed.
    Unknown = 5,
    /// Some images are there, others failed.
    Partial = 6,
    /// Ctrl-C.
    Interrupted = 130,
}

/// The exit codes as a table, for help pages.
macro_rules! codes {
    () => {
        "\
Exit codes:
  0    everything asked for is there
  1    the seller or the network failed
  2    refused before anything was sent: a bad argument, an unreadable or unwritable file
  3    no key, or a wrong setting
  4    over the price limit, or the price is not known
  5    sent, and not known whether it was billed
  6    some images are there, others failed
  130  interrupted"
    };
}
pub(crate) use codes;

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
