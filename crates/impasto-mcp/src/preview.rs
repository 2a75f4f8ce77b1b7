//! Small copies for the conversation: an assistant can look at them, and they do not fill its memory.

use std::path::PathBuf;

use base64_simd::STANDARD;
use rmcp::model::ContentBlock;

use crate::output::ImageView;

/// The longest side of a preview, in pixels.
const SIDE: u32 = 512;
/// The most that all previews of one result may take as base64 text.
const ALL: usize = 26_000;
/// Of more images than this only the first are shown.
const MOST: usize = 4;
/// Larger files are not decoded for a preview.
const LARGEST: u64 = 64 << 20;

/// Previews of the first images. What cannot be shown (a gif, an svg, a damaged file) is left out: the paths tell of it.
pub(crate) async fn of(images: &[ImageView]) -> Vec<ContentBlock> {
    let shown: Vec<PathBuf> = images
        .iter()
        .filter(|image| image.bytes <= LARGEST)
        .take(MOST)
        .map(|image| PathBuf::from(&image.path))
        .collect();
    // Four characters of base64 for three bytes.
    let most = ALL / shown.len().max(1) / 4 * 3;
    let blocks =
        tokio::task::spawn_blocking(move || shown.iter().filter_map(|path| one(path, most)).collect());
    // A codec that fails on a damaged file must not cost the result, which is paid for.
    blocks.await.unwrap_or_default()
}

fn one(path: &PathBuf, most: usize) -> Option<ContentBlock> {
    let bytes = std::fs::read(path).ok()?;
    let preview = impasto_pixels::preview(&bytes, SIDE, most).ok()?;
    let text = STANDARD.encode_to_string(&preview.bytes);
    Some(ContentBlock::image(text, preview.format.media_type()))
}
