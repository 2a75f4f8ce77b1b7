//! WebP: the three kinds of first chunk, and the EXIF chunk behind the pixels.

use super::{Draft, exif};
use crate::error::Error;
use crate::source::{Reader, Stop};

const EXIF_MAX: usize = 64 * 1024;

pub(super) fn read(source: &mut Reader<'_>, draft: &mut Draft) -> Result<(), Stop> {
    let kind: [u8; 4] = source.take(12)?;
    match &kind {
        b"VP8 " => {
            let [_, _, _, sync @ .., w0, w1, h0, h1] = source.take::<10>(20)?;
            if sync != [0x9d, 0x01, 0x2a] {
                return Err(Error::malformed("a WebP whose first frame is no key frame").into());
            }
            draft.alpha = Some(false);
            // The two high bits of each are a hint for scaling.
            let (width, height) = (u16::from_le_bytes([w0, w1]), u16::from_le_bytes([h0, h1]));
            draft.set_dimensions((width & 0x3fff).into(), (height & 0x3fff).into())
        }
        b"VP8L" => {
            let [sign, bits @ ..] = source.take::<5>(20)?;
            if sign != 0x2f {
                return Err(Error::malformed("a lossless WebP without its signature").into());
            }
            let bits = u32::from_le_bytes(bits);
            draft.alpha = Some(bits >> 28 & 1 == 1);
            draft.set_dimensions((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1)
        }
        b"VP8X" => {
            let [flags, _, _, _, w0, w1, w2, h0, h1, h2] = source.take(20)?;
            draft.alpha = Some(flags & 0x10 != 0);
            let width = u32::from_le_bytes([w0, w1, w2, 0]) + 1;
            let height = u32::from_le_bytes([h0, h1, h2, 0]) + 1;
            draft.set_dimensions(width, height)?;
            if flags & 0x08 != 0 {
                draft.orientation = find_orientation(source)?;
            }
            Ok(())
        }
        _ => Err(Error::malformed("a WebP whose first chunk is none of VP8, VP8L and VP8X").into()),
    }
}

fn find_orientation(source: &mut Reader<'_>) -> Result<Option<u8>, Stop> {
    let mut at: u64 = 12;
    loop {
        let [n0, n1, n2, n3, len @ ..] = source.take::<8>(at)?;
        let len = u64::from(u32::from_le_bytes(len));
        if [n0, n1, n2, n3] == *b"EXIF" {
            let len = usize::try_from(len).unwrap_or(EXIF_MAX).min(EXIF_MAX);
            return Ok(exif::orientation(&source.up_to(at + 8, len)?));
        }
        // Chunks are padded to an even length.
        at += 8 + len + len % 2;
    }
}
