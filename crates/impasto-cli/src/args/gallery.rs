//! The arguments of `gallery`.

use std::path::PathBuf;

use clap::Args;

/// What `gallery` takes.
#[derive(Debug, Args)]
pub(crate) struct GalleryArgs {
    /// The folder whose images are shown; those with a sidecar, and those below it
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// Write the page here [default: gallery.html in DIR]
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// The heading of the page
    #[arg(long, value_name = "TEXT", default_value = "Gallery")]
    pub(crate) title: String,
    /// Overwrite a file that this command did not write
    #[arg(long)]
    pub(crate) force: bool,
}
