//! The arguments of `models`.
#![expect(clippy::doc_markdown, reason = "documentation of arguments is their help, shown as it stands")]

use clap::Args;

/// What `models` takes.
#[derive(Debug, Args)]
pub(crate) struct ModelsArgs {
    /// Show every rule of this model, with its source
    #[arg(value_name = "MODEL")]
    pub(crate) model: Option<String>,
    /// As this seller sells them [default: IMPASTO_PROVIDER, or openai]
    #[arg(long, short, value_name = "ID")]
    pub(crate) provider: Option<String>,
}
