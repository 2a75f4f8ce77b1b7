//! PNG: the header chunk, and what stands before the pixels.

use super::{Draft, exif};
use crate::error::Error;
use crate::source::{Reader, Stop};

/// A chunk of orientation data this long is as long as any that makes sense.
const EXIF_MAX: usize = 64 * 1024;

pub(super) fn read(source: &mut Reader<'_>, draft: &mut Draft) -> Result<(), Stop> {
    let head: [u8; 26] = source.take(0)?;
    let [_, _, _, _, _, _, _, _, 0, 0, 0, 13, b'I', b'H', b'D', b'R', rest @ ..] = head else {
        return Err(Error::malformed("a PNG whose first chunk is not IHDR").into());
    };
    let [w0, w1, w2, w3, h0, h1, h2, h3, _depth, colour] = rest;
    draft.set_dimensions(u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3]))?;
    // Colour types 4 and 6 carry alpha; the others are opaque unless a tRNS chunk follows.
    draft.alpha = Some(matches!(colour, 4 | 6));

    let mut at: u64 = 8;
    loop {
        let [l0, l1, l2, l3, name @ ..] = source.take::<8>(at)?;
        let len = u64::from(u32::from_be_bytes([l0, l1, l2, l3]));
        match &name {
            b"tRNS" => draft.alpha = Some(true),
            b"eXIf" => {
                let len = usize::try_from(len).unwrap_or(EXIF_MAX).min(EXIF_MAX);
                draft.orientation = exif::orientation(&source.up_to(at + 8, len)?);
            }
            b"IDAT" | b"IEND" => return Ok(()),
            _ => {}
        }
        at += len + 12;
    }
}
