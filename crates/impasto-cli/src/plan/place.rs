//! Where the images go.

use std::path::{Path, PathBuf};

use impasto::sink::Files;

use crate::args::OutputArgs;
use crate::failure::Failure;

/// The destination of a request with this prompt.
pub(crate) fn place(args: &OutputArgs, prompt: &str) -> Result<Files, Failure> {
    let directory = args.out_dir.clone().unwrap_or_else(|| PathBuf::from("."));
    if directory.exists() && !directory.is_dir() {
        return Err(Failure::usage("out_dir", format!("{} is a file, not a folder", directory.display()))
            .with_hint("--out names a file, --out-dir the folder it goes to"));
    }
    let files = match &args.out {
        Some(out) if !names_folder(out) => {
            Files::at(if args.out_dir.is_some() { directory.join(out) } else { out.clone() })
        }
        // A folder given as --out is meant as one.
        Some(folder) => Files::named_after(directory.join(folder), prompt, args.force)?,
        None => Files::named_after(directory, prompt, args.force)?,
    };
    Ok(files.with_force(args.force).with_partials(args.save_partials))
}

fn names_folder(path: &Path) -> bool {
    path.is_dir() || path.to_string_lossy().ends_with(std::path::is_separator)
}
