//! The images of a folder and of those below it, newest first.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use impasto::sidecar::Sidecar;

/// How deep folders are looked into.
const DEPTH: usize = 16;

/// An image and what its sidecar tells.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) path: PathBuf,
    pub(crate) sidecar: Sidecar,
}

/// What a folder holds.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) pieces: Vec<Piece>,
    /// Sidecars without their image, and files that look like sidecars and are none.
    pub(crate) left_out: Vec<(PathBuf, String)>,
    /// Images without a sidecar.
    pub(crate) without: usize,
}

/// Looks through the folder.
pub(crate) fn collect(folder: &Path) -> io::Result<Found> {
    let mut found = Found::default();
    walk(folder, DEPTH, &mut found)?;
    found.pieces.sort_by(|a, b| {
        let key = |piece: &Piece| std::cmp::Reverse((piece.sidecar.run.at, piece.sidecar.run.id.clone()));
        key(a).cmp(&key(b)).then(a.sidecar.image.index.cmp(&b.sidecar.image.index)).then(a.path.cmp(&b.path))
    });
    Ok(found)
}

fn walk(folder: &Path, depth: usize, found: &mut Found) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, kind) = (entry.path(), entry.file_type()?);
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if kind.is_dir() {
            // A folder that may not be read hides its images, not those of its siblings.
            if depth > 0
                && let Err(error) = walk(&path, depth - 1, found)
            {
                found.left_out.push((path, error.to_string()));
            }
        } else if is_image(&path) {
            take(path, found);
        } else if is_image(&path.with_extension("")) && path.extension().is_some_and(|end| end == "json") {
            let image = path.with_extension("");
            if !image.exists() {
                found.left_out.push((path, "its image is gone".to_owned()));
            }
        }
    }
    Ok(())
}

fn take(path: PathBuf, found: &mut Found) {
    if !Sidecar::path_of(&path).exists() {
        found.without += 1;
        return;
    }
    match Sidecar::read(&path) {
        Ok(sidecar) => found.pieces.push(Piece { path, sidecar }),
        Err(error) => found.left_out.push((path, error.to_string())),
    }
}

fn is_image(path: &Path) -> bool {
    let endings = ["png", "jpg", "jpeg", "webp", "gif", "svg"];
    path.extension().is_some_and(|end| endings.iter().any(|known| end.eq_ignore_ascii_case(known)))
}
