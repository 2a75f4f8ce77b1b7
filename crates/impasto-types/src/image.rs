//! What a file of image bytes is, by its own header.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The format of image bytes, told by their content and never by a file name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ImageFormat {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    WebP,
    /// GIF.
    Gif,
    /// SVG.
    Svg,
    /// AVIF.
    Avif,
    /// HEIC, as phones write it.
    Heic,
    /// Windows bitmap.
    Bmp,
    /// TIFF.
    Tiff,
    /// A JPEG that holds several pictures (MPO), as some phones write under `.jpg`. OpenAI refuses it.
    Mpo,
}

impl ImageFormat {
    /// The media type, such as `image/png`.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
            Self::Svg => "image/svg+xml",
            Self::Avif => "image/avif",
            Self::Heic => "image/heic",
            Self::Bmp => "image/bmp",
            Self::Tiff => "image/tiff",
            Self::Mpo => "image/mpo",
        }
    }

    /// The usual file extension, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::WebP => "webp",
            Self::Gif => "gif",
            Self::Svg => "svg",
            Self::Avif => "avif",
            Self::Heic => "heic",
            Self::Bmp => "bmp",
            Self::Tiff => "tiff",
            Self::Mpo => "mpo",
        }
    }

    /// The name used in messages and JSON, such as `png`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            other => other.extension(),
        }
    }

    /// The format a media type names, if it is a known one.
    #[must_use]
    pub fn from_media_type(media_type: &str) -> Option<Self> {
        let essence = media_type.split(';').next().unwrap_or(media_type).trim().to_ascii_lowercase();
        Some(match essence.as_str() {
            "image/png" => Self::Png,
            "image/jpeg" | "image/jpg" => Self::Jpeg,
            "image/webp" => Self::WebP,
            "image/gif" => Self::Gif,
            "image/svg+xml" => Self::Svg,
            "image/avif" => Self::Avif,
            "image/heic" | "image/heif" => Self::Heic,
            "image/bmp" => Self::Bmp,
            "image/tiff" => Self::Tiff,
            "image/mpo" => Self::Mpo,
            _ => return None,
        })
    }

    /// The format a file name's extension promises, if it is a known one.
    #[must_use]
    pub fn from_extension(extension: &str) -> Option<Self> {
        Some(match extension.to_ascii_lowercase().as_str() {
            "png" => Self::Png,
            "jpg" | "jpeg" => Self::Jpeg,
            "webp" => Self::WebP,
            "gif" => Self::Gif,
            "svg" => Self::Svg,
            "avif" => Self::Avif,
            "heic" | "heif" => Self::Heic,
            "bmp" => Self::Bmp,
            "tif" | "tiff" => Self::Tiff,
            "mpo" => Self::Mpo,
            _ => return None,
        })
    }
}

impl fmt::Display for ImageFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What the header of an image says, without decoding its pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImageFacts {
    /// The format, by content.
    pub format: ImageFormat,
    /// Pixels from left to right, as stored.
    pub width: u32,
    /// Pixels from top to bottom, as stored.
    pub height: u32,
    /// Whether pixels can be see-through: an alpha channel or a transparent colour. Unknown for some formats.
    pub alpha: Option<bool>,
    /// The EXIF orientation, 1 to 8, where the file has one; 5 to 8 swap width and height on display.
    pub orientation: Option<u8>,
    /// The length of the file in bytes.
    pub bytes: u64,
}

impl ImageFacts {
    /// Facts of an image of `format`, `width` by `height` pixels, in a file of `bytes` bytes.
    #[must_use]
    pub const fn new(format: ImageFormat, width: u32, height: u32, bytes: u64) -> Self {
        Self { format, width, height, alpha: None, orientation: None, bytes }
    }

    /// Sets whether pixels can be see-through.
    #[must_use]
    pub const fn with_alpha(mut self, alpha: bool) -> Self {
        self.alpha = Some(alpha);
        self
    }

    /// Sets the EXIF orientation.
    #[must_use]
    pub const fn with_orientation(mut self, orientation: u8) -> Self {
        self.orientation = Some(orientation);
        self
    }

    /// Width and height as stored.
    #[must_use]
    pub const fn dimensions(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// Width and height as shown, after the EXIF orientation.
    #[must_use]
    pub const fn shown_dimensions(&self) -> (u32, u32) {
        match self.orientation {
            Some(5..=8) => (self.height, self.width),
            _ => (self.width, self.height),
        }
    }
}
