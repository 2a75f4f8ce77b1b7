//! Test pictures of an exact number of bytes.

use std::io;

/// The side of every test picture, in pixels.
pub const SIDE: u32 = 1024;

/// What a chunk adds to its data: length, type and checksum.
const CHUNK_FRAME: usize = 12;

/// A valid PNG of [`SIDE`] by [`SIDE`] pixels and exactly `len` bytes: nearly all of it is noise in a private chunk.
///
/// # Errors
/// When `len` is too small for a picture of this size.
pub fn of_length(len: usize) -> io::Result<Vec<u8>> {
    let bare = write(0)?;
    let noise = len
        .checked_sub(bare.len())
        .ok_or_else(|| io::Error::other(format!("a picture has at least {} bytes", bare.len())))?;
    write(noise)
}

fn write(noise: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(noise + 4096);
    let mut encoder = png::Encoder::new(&mut bytes, SIDE, SIDE);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    encoder.set_compression(png::Compression::High);
    let mut writer = encoder.write_header()?;
    writer.write_chunk(png::chunk::ChunkType(*b"imPd"), &self::noise(noise))?;
    writer.write_image_data(&vec![0; (SIDE * SIDE / 8) as usize])?;
    writer.finish()?;
    debug_assert!(bytes.len() > noise + CHUNK_FRAME);
    Ok(bytes)
}

/// An input image of about 4 MB: noise in every pixel, which does not compress.
///
/// # Errors
/// Never, but the encoder's signature has one.
pub fn input() -> io::Result<Vec<u8>> {
    let pixels = noise((SIDE * SIDE * 4) as usize);
    encode_rgba(&pixels, png::Compression::NoCompression)
}

/// A mask of about 1 MB: the left half may change.
///
/// # Errors
/// Never, but the encoder's signature has one.
pub fn mask() -> io::Result<Vec<u8>> {
    let side = SIDE as usize;
    let mut pixels = noise(side * side * 4);
    for (index, pixel) in pixels.chunks_exact_mut(4).enumerate() {
        // A quarter of the rows keeps its noise, so that the file has the size of a painted mask.
        if index / side >= side / 3 {
            pixel[..3].fill(0);
        }
        pixel[3] = if index % side < side / 2 { 0 } else { 255 };
    }
    encode_rgba(&pixels, png::Compression::Fast)
}

fn encode_rgba(pixels: &[u8], compression: png::Compression) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(pixels.len() + 4096);
    let mut encoder = png::Encoder::new(&mut bytes, SIDE, SIDE);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(compression);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(bytes)
}

/// Bytes that no compression makes smaller, the same each time.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.wrapping_mul(0x2545_f491_4f6c_dd1d).to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}
