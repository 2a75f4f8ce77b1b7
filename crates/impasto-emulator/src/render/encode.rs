//! Encoders: PNG as fast as it goes, JPEG, lossless WebP, animated GIF.

use std::time::Duration;

use image::codecs::gif::{GifEncoder, Repeat};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::{Delay, ExtendedColorType, Frame, ImageEncoder, RgbaImage};

use super::canvas::Canvas;
use super::{Format, Picture};
use crate::ids::Random;

/// The note inside every file that can carry one.
const NOTE: &str = "Emulated image: rendered by the impasto emulator, not made by any model";

/// A picture that cannot be encoded.
#[derive(Debug, thiserror::Error)]
#[error("cannot encode the picture: {0}")]
pub(crate) struct EncodeError(String);

impl EncodeError {
    /// The inputs of an edit could not be decoded.
    pub(crate) fn inputs(reason: &str) -> Self {
        Self(reason.to_owned())
    }
}

impl From<image::ImageError> for EncodeError {
    fn from(error: image::ImageError) -> Self {
        Self(error.to_string())
    }
}

impl From<png::EncodingError> for EncodeError {
    fn from(error: png::EncodingError) -> Self {
        Self(error.to_string())
    }
}

/// Encodes a still picture.
pub(crate) fn still(canvas: &Canvas, picture: &Picture) -> Result<Vec<u8>, EncodeError> {
    match picture.format {
        Format::Jpeg => jpeg(canvas, picture.compression),
        Format::WebP => webp(canvas),
        Format::Png | Format::Gif | Format::Svg => png(canvas, picture),
    }
}

fn png(canvas: &Canvas, picture: &Picture) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::with_capacity(canvas.data.len() / 2);
    let mut encoder = png::Encoder::new(&mut bytes, canvas.width, canvas.height);
    encoder.set_color(if canvas.has_alpha() { png::ColorType::Rgba } else { png::ColorType::Rgb });
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fastest);
    encoder.add_text_chunk("Software".into(), "impasto-emulator".into())?;
    encoder.add_text_chunk("Comment".into(), NOTE.into())?;
    encoder.add_itxt_chunk("Description".into(), picture.prompt.chars().take(1000).collect())?;
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&canvas.data)?;
    writer.finish()?;
    if bytes.len() + CHUNK_FRAME < picture.weight {
        pad(&mut bytes, picture.weight)?;
    }
    Ok(bytes)
}

/// What a chunk adds to its data: length, type and checksum.
const CHUNK_FRAME: usize = 12;

/// Puts a private chunk of incompressible bytes before the last chunk.
fn pad(png: &mut Vec<u8>, weight: usize) -> Result<(), EncodeError> {
    let end = png.split_off(png.len() - CHUNK_FRAME);
    let length = weight - png.len() - end.len() - CHUNK_FRAME;
    let mut random = Random::new(weight as u64);
    let noise: Vec<u8> =
        (0..length.div_ceil(8)).flat_map(|_| random.next_u64().to_le_bytes()).take(length).collect();
    let mut chunk = Vec::with_capacity(length + 64);
    // A writer that has only written a header and this chunk: the chunk is what follows the header.
    let mut writer = png::Encoder::new(&mut chunk, 1, 1).write_header()?;
    writer.write_chunk(png::chunk::ChunkType(*b"imPd"), &noise)?;
    drop(writer);
    let header = 8 + CHUNK_FRAME + 13;
    png.extend_from_slice(&chunk[header..header + length + CHUNK_FRAME]);
    png.extend_from_slice(&end);
    Ok(())
}

fn jpeg(canvas: &Canvas, quality: u8) -> Result<Vec<u8>, EncodeError> {
    let flat = canvas.flattened();
    let mut bytes = Vec::with_capacity(flat.data.len() / 6);
    JpegEncoder::new_with_quality(&mut bytes, quality.clamp(1, 100)).write_image(
        &flat.data,
        flat.width,
        flat.height,
        ExtendedColorType::Rgb8,
    )?;
    Ok(with_jpeg_comment(&bytes))
}

/// Puts a comment segment after the start-of-image marker.
fn with_jpeg_comment(jpeg: &[u8]) -> Vec<u8> {
    let (start, rest) = jpeg.split_at(2.min(jpeg.len()));
    let length = u16::try_from(NOTE.len() + 2).unwrap_or(2).to_be_bytes();
    [start, &[0xff, 0xfe], &length, NOTE.as_bytes(), rest].concat()
}

fn webp(canvas: &Canvas) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::with_capacity(canvas.data.len() / 3);
    let color = if canvas.has_alpha() { ExtendedColorType::Rgba8 } else { ExtendedColorType::Rgb8 };
    WebPEncoder::new_lossless(&mut bytes).write_image(&canvas.data, canvas.width, canvas.height, color)?;
    Ok(bytes)
}

/// Encodes an endless animation.
pub(crate) fn gif(frames: &[Canvas], frame_ms: u32) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::new();
    {
        let mut encoder = GifEncoder::new_with_speed(&mut bytes, 30);
        encoder.set_repeat(Repeat::Infinite)?;
        for canvas in frames {
            let canvas = canvas.clone().with_alpha();
            let image = RgbaImage::from_raw(canvas.width, canvas.height, canvas.data)
                .ok_or_else(|| EncodeError("the frame has the wrong size".into()))?;
            let delay = Delay::from_saturating_duration(Duration::from_millis(u64::from(frame_ms)));
            encoder.encode_frame(Frame::from_parts(image, 0, 0, delay))?;
        }
    }
    Ok(bytes)
}
