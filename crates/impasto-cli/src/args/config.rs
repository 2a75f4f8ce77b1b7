//! The arguments of `config`.

use clap::{Args, Subcommand};

/// What `config` takes.
#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    pub(crate) action: Option<ConfigAction>,
}

/// What can be done with settings; without one of these they are shown.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigAction {
    /// Show every setting, its value and where that comes from (what `impasto config` alone does)
    Show,
    /// Print the value of one setting that holds where no flag is typed
    Get {
        /// The setting, such as budget
        #[arg(value_name = "SETTING")]
        key: String,
    },
    /// Write a setting into the file
    Set {
        /// The setting, such as budget
        #[arg(value_name = "SETTING")]
        key: String,
        /// Its value, such as "5 USD/day"
        #[arg(value_name = "VALUE", allow_hyphen_values = true)]
        value: String,
    },
    /// Take a setting out of the file
    Unset {
        /// The setting
        #[arg(value_name = "SETTING")]
        key: String,
    },
    /// Print where the file is, or would be
    Path,
}
