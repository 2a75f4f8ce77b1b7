//! Input images: what is accepted, what is refused and with which code.
//!
//! Codes: `unsupported_file_mimetype`, `invalid_image_file` and `invalid_mask_image_format` as observed on the API in
//! 2026, the others from the vocabulary that openai-python 3.52.0 lists for image inputs.

use std::io::Cursor;

use bytes::Bytes;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::api_error::{ApiError, ApiResult};
use crate::form::FilePart;
use crate::ids::digest;
use crate::render::region::Region;
use crate::seller::Uploads;

/// The largest input image in bytes (OpenAI: less than 50 MB each).
pub(crate) const MAX_IMAGE_BYTES: usize = 50 * 1024 * 1024;
/// The most input images of one edit.
pub(crate) const MAX_IMAGES: usize = 16;
/// The most pixels that are decoded.
const MAX_IMAGE_PIXELS: u64 = 100_000_000;

/// An input image whose header was understood.
#[derive(Debug, Clone)]
pub(crate) struct InputImage {
    pub(crate) bytes: Bytes,
    pub(crate) width: u32,
    pub(crate) height: u32,
    format: ImageFormat,
    has_alpha: bool,
}

/// Where an image came from, for messages: `image[0]`, `mask`, …
#[derive(Debug, Clone)]
pub(crate) struct Origin<'a> {
    /// The parameter to blame.
    pub(crate) param: &'a str,
    /// As the message names the file.
    pub(crate) name: String,
    /// Its number from 1.
    pub(crate) number: usize,
}

impl InputImage {
    /// Checks a multipart file.
    pub(crate) fn from_file(file: &FilePart, uploads: Uploads, origin: &Origin<'_>) -> ApiResult<Self> {
        let declared = match uploads {
            Uploads::ByExtension => Some(mime_of_extension(&file.filename).to_owned()),
            Uploads::ByContentType | Uploads::PngJpegOnly => file.content_type.clone(),
        };
        if let Some(declared) = declared {
            let declared = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            let webp = declared == "image/webp" && uploads != Uploads::PngJpegOnly;
            if !webp && !matches!(declared.as_str(), "image/png" | "image/jpeg" | "image/jpg") {
                return Err(ApiError::invalid(
                    "unsupported_file_mimetype",
                    origin.param,
                    format!(
                        "Invalid file '{}': unsupported mimetype ('{declared}'). Supported file formats are \
                         'image/jpeg', 'image/png', and 'image/webp'.",
                        origin.name
                    ),
                ));
            }
        }
        Self::from_bytes(file.bytes.clone(), origin)
    }

    /// Checks an image by its content, whatever it was called.
    pub(crate) fn from_bytes(bytes: Bytes, origin: &Origin<'_>) -> ApiResult<Self> {
        if bytes.is_empty() {
            return Err(refuse(origin, "empty_image_file", "the file is empty."));
        }
        if bytes.len() >= MAX_IMAGE_BYTES {
            return Err(refuse(origin, "image_file_too_large", "the file must be smaller than 50 MB."));
        }
        let reader =
            ImageReader::new(Cursor::new(&bytes)).with_guessed_format().map_err(|_| not_an_image(origin))?;
        let format = reader
            .format()
            .filter(|format| matches!(format, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP))
            .ok_or_else(|| not_an_image(origin))?;
        if format == ImageFormat::Jpeg && is_multi_picture(&bytes) {
            return Err(not_an_image(origin));
        }
        let mut decoder = reader.into_decoder().map_err(|_| not_an_image(origin))?;
        let (width, height) = match decoder.orientation() {
            Ok(turned) if lies_on_its_side(turned) => (decoder.dimensions().1, decoder.dimensions().0),
            _ => decoder.dimensions(),
        };
        let has_alpha = decoder.color_type().has_alpha();
        drop(decoder);
        if u64::from(width) * u64::from(height) > MAX_IMAGE_PIXELS {
            return Err(refuse(origin, "image_too_large", "the image has too many pixels."));
        }
        Ok(Self { bytes, width, height, format, has_alpha })
    }

    /// Whether it is a PNG.
    pub(crate) fn is_png(&self) -> bool {
        self.format == ImageFormat::Png
    }

    /// What identifies the content.
    pub(crate) fn digest(&self) -> [u8; 32] {
        digest([self.bytes.as_ref()])
    }

    /// The pixels, turned as EXIF says.
    pub(crate) fn decode(&self, origin: &Origin<'_>) -> ApiResult<DynamicImage> {
        let mut reader = ImageReader::with_format(Cursor::new(&self.bytes), self.format);
        let mut limits = Limits::default();
        limits.max_alloc = Some(1024 * 1024 * 1024);
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(|_| not_an_image(origin))?;
        let orientation = decoder.orientation().ok();
        let mut image = DynamicImage::from_decoder(decoder).map_err(|_| not_an_image(origin))?;
        if let Some(orientation) = orientation {
            image.apply_orientation(orientation);
        }
        Ok(image)
    }

    /// Checks that this is a mask for `first`: a PNG with alpha of the same size.
    pub(crate) fn check_mask(&self, first: &Self, origin: &Origin<'_>) -> ApiResult<()> {
        let refuse = |reason: &str| {
            Err(ApiError::user(
                "invalid_mask_image_format",
                origin.param,
                format!("Invalid mask image format - {reason}"),
            ))
        };
        if self.format != ImageFormat::Png {
            return refuse("mask must be a PNG file");
        }
        if !self.has_alpha {
            return refuse("mask must have an alpha channel");
        }
        if (self.width, self.height) != (first.width, first.height) {
            return refuse("mask size does not match image size");
        }
        Ok(())
    }

    /// Checks that this is markup for `first`: a PNG with alpha of the same size.
    pub(crate) fn check_markup(&self, first: &Self, origin: &Origin<'_>) -> ApiResult<()> {
        if self.format != ImageFormat::Png || !self.has_alpha {
            return Err(refuse(origin, "invalid_image_format", "markup must be a transparent PNG."));
        }
        if (self.width, self.height) != (first.width, first.height) {
            return Err(refuse(origin, "invalid_image_format", "markup size does not match image size."));
        }
        Ok(())
    }
}

/// How a mask marks what may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MaskMeaning {
    /// Alpha 0 may change, whatever its colour (OpenAI).
    Alpha,
    /// Alpha 0 may change if there is any transparency, else white may (both readings of Atlas Cloud's pages).
    AlphaElseWhite,
}

/// Reads a mask.
pub(crate) fn region(mask: &DynamicImage, meaning: MaskMeaning) -> Region {
    let pixels = mask.to_rgba8();
    let by_alpha = meaning == MaskMeaning::Alpha || pixels.pixels().any(|pixel| pixel.0[3] < 255);
    let editable = pixels
        .pixels()
        .map(|pixel| {
            let [r, g, b, a] = pixel.0;
            let white = u16::from(r) + u16::from(g) + u16::from(b) >= 384;
            u8::from(if by_alpha { a == 0 } else { white })
        })
        .collect();
    Region::new(pixels.width(), pixels.height(), editable)
}

/// The type that a gateway makes of a file name.
fn mime_of_extension(filename: &str) -> &'static str {
    match filename.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).as_deref() {
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("webp") => "image/webp",
        _ => "application/octet-stream",
    }
}

/// Whether width and height change places when the picture is shown.
const fn lies_on_its_side(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}

/// Whether a JPEG is a phone's multi-picture file, which the API refuses.
fn is_multi_picture(jpeg: &[u8]) -> bool {
    let mut position = 2;
    while let Some([0xff, marker, high, low]) = jpeg.get(position..position + 4) {
        if *marker == 0xda || !(0xc0..=0xfe).contains(marker) {
            return false;
        }
        if *marker == 0xe2 && jpeg.get(position + 4..position + 8) == Some(b"MPF\0") {
            return true;
        }
        position += 2 + usize::from(u16::from_be_bytes([*high, *low]));
    }
    false
}

fn not_an_image(origin: &Origin<'_>) -> ApiError {
    let what = match origin.param {
        "image" | "images" => format!("image {}", origin.number),
        param => param.to_owned(),
    };
    let message = format!("Invalid image file or mode for {what}, please check your image file.");
    ApiError::user("invalid_image_file", origin.param, message)
}

fn refuse(origin: &Origin<'_>, code: &'static str, reason: &str) -> ApiError {
    ApiError::invalid(code, origin.param, format!("Invalid file '{}': {reason}", origin.name))
}
