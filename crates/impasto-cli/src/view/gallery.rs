//! A gallery that was written: as JSON, and in a few words.

use std::path::Path;

use serde::Serialize;

use super::history::near;
use crate::gallery::Found;

/// The object printed by `gallery --json`.
#[derive(Debug, Serialize)]
pub(crate) struct GalleryReport {
    ok: bool,
    path: String,
    /// How many images it shows.
    count: usize,
    /// How long the page is.
    bytes: usize,
    /// Images without a sidecar, which it does not show.
    without_sidecar: usize,
    left_out: Vec<LeftOut>,
}

#[derive(Debug, Serialize)]
struct LeftOut {
    path: String,
    message: String,
}

impl GalleryReport {
    pub(crate) fn new(out: &Path, found: &Found, bytes: usize) -> Self {
        let left_out = found.left_out.iter();
        Self {
            ok: true,
            path: near(out),
            count: found.pieces.len(),
            bytes,
            without_sidecar: found.without,
            left_out: left_out
                .map(|(path, message)| LeftOut { path: near(path), message: message.clone() })
                .collect(),
        }
    }

    /// What is worth knowing besides.
    pub(crate) fn remarks(&self) -> Vec<String> {
        let images = if self.count == 1 { "image" } else { "images" };
        let mut lines = vec![format!("{} {images}, {} kB", self.count, self.bytes.div_ceil(1_000))];
        if self.without_sidecar > 0 {
            lines.push(format!("{} without a sidecar are not in it", self.without_sidecar));
        }
        lines.extend(self.left_out.iter().map(|one| format!("left out: {}: {}", one.path, one.message)));
        lines
    }
}
