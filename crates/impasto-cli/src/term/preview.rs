//! The image itself on the terminal, in whatever way the terminal can show one.

mod blocks;
mod detect;
mod escapes;
mod sixel;

use std::io::Write as _;

use impasto::Image;

use crate::picture::shrink;

/// How wide an image is shown, in columns, if the terminal is that wide.
const COLUMNS: u32 = 60;

/// No side is sent with more pixels than this.
const PIXELS: u32 = 720;

/// A way to show images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PreviewKind {
    /// Whichever the terminal can.
    Auto,
    /// The protocol of kitty.
    Kitty,
    /// The protocol of iTerm2.
    Iterm2,
    /// Six rows of pixels at a time, as DEC's terminals had it.
    Sixel,
    /// Coloured half blocks.
    Blocks,
    /// Not at all.
    None,
}

impl PreviewKind {
    /// The way of this name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "auto" => Some(Self::Auto),
            "kitty" => Some(Self::Kitty),
            "iterm2" => Some(Self::Iterm2),
            "sixel" => Some(Self::Sixel),
            "blocks" => Some(Self::Blocks),
            "none" => Some(Self::None),
            _ => None,
        }
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Kitty => "kitty",
            Self::Iterm2 => "iterm2",
            Self::Sixel => "sixel",
            Self::Blocks => "blocks",
            Self::None => "none",
        }
    }

    /// The way this terminal can, by its environment.
    pub(crate) fn of_terminal() -> Self {
        detect::kind(impasto::env::read)
    }
}

/// Shows images on stderr, or nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Preview(Option<PreviewKind>);

impl Preview {
    /// Shows images in this way; nothing where there is none.
    pub(super) fn new(kind: Option<PreviewKind>) -> Self {
        let kind = match kind {
            Some(PreviewKind::Auto) => Some(PreviewKind::of_terminal()),
            other => other,
        };
        Self(kind.filter(|kind| *kind != PreviewKind::None))
    }

    /// Whether anything is shown.
    pub(crate) fn is_shown(self) -> bool {
        self.0.is_some()
    }

    /// Shows an image that arrived.
    pub(crate) async fn show(self, image: &Image) {
        if let Some(kind) = self.0
            && let Ok(bytes) = image.bytes().await
        {
            write(kind, &bytes);
        }
    }

    /// Shows a sketch, if its bytes are at hand.
    pub(crate) fn sketch(self, image: &Image) {
        let bytes = match &image.stored {
            impasto::Stored::Memory(bytes) => Some(bytes.to_vec()),
            _ => image.path().and_then(|path| std::fs::read(path).ok()),
        };
        if let (Some(kind), Some(bytes)) = (self.0, bytes) {
            write(kind, &bytes);
        }
    }
}

/// An image that this build cannot decode (a gif, an svg) is not shown; its file is there all the same.
fn write(kind: PreviewKind, bytes: &[u8]) {
    let columns = terminal_size::terminal_size_of(std::io::stderr());
    let columns = columns.map_or(80, |(width, _)| u32::from(width.0));
    if let Some(text) = encode(kind, bytes, columns) {
        let mut stderr = std::io::stderr().lock();
        let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
    }
}

/// The escape sequences that show an image on a terminal of so many columns.
fn encode(kind: PreviewKind, bytes: &[u8], columns: u32) -> Option<String> {
    let columns = columns.saturating_sub(1).clamp(1, COLUMNS);
    let pixels = image::load_from_memory(bytes).ok()?.into_rgba8();
    match kind {
        PreviewKind::Auto | PreviewKind::None => None,
        PreviewKind::Kitty => escapes::kitty(&shrink(&pixels, PIXELS), columns),
        PreviewKind::Iterm2 => escapes::iterm2(&shrink(&pixels, PIXELS), columns),
        PreviewKind::Sixel => Some(sixel::encode(&shrink(&pixels, PIXELS.min(columns * 8)))),
        PreviewKind::Blocks => Some(blocks::encode(&shrink(&pixels, columns))),
    }
}

#[cfg(test)]
mod tests {
    use super::{PreviewKind, encode};
    use image::{ImageFormat, Rgba, RgbaImage};
    use std::io::Cursor;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let pixels = RgbaImage::from_pixel(width, height, Rgba([255, 0, 0, 255]));
        let mut bytes = Vec::new();
        pixels.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
        bytes
    }

    #[test]
    fn every_way_begins_and_ends_as_it_should() {
        let check = |kind: PreviewKind, begin: &str, end: &str| {
            let text = encode(kind, &png(1536, 1024), 80).unwrap();
            assert!(text.starts_with(begin) && text.ends_with(end), "{kind:?}");
            assert!(text.len() < 200_000, "{kind:?}: {}", text.len());
        };
        check(PreviewKind::Kitty, "\u{1b}_Ga=T,f=100,q=2,c=60,m=", "\u{1b}\\\n");
        check(PreviewKind::Iterm2, "\u{1b}]1337;File=inline=1;", "\u{7}\n");
        check(PreviewKind::Sixel, "\u{1b}P0;1;0q\"1;1;480;320", "\u{1b}\\\n");
        check(PreviewKind::Blocks, "\u{1b}[", "\u{1b}[0m\n");
        assert_eq!(encode(PreviewKind::None, &png(8, 8), 80), None);
        assert_eq!(encode(PreviewKind::Blocks, b"no image", 80), None);
    }

    #[test]
    fn names_come_back() {
        for name in ["auto", "kitty", "iterm2", "sixel", "blocks", "none"] {
            assert_eq!(PreviewKind::parse(name).map(PreviewKind::name), Some(name));
        }
        assert_eq!(PreviewKind::parse("big"), None);
    }
}
