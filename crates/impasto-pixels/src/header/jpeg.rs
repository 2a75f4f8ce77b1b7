//! JPEG: the frame header, the EXIF orientation, and whether the file holds several pictures.

use impasto_types::ImageFormat;

use super::Draft;
use super::exif::{self, Order};
use crate::error::Error;
use crate::source::{Reader, Stop};

const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
/// The version attribute of a gain map, which makes an HDR photo of a JPEG.
const GAIN_MAP: &[u8] = b"hdrgm:Version=";

pub(super) fn read(source: &mut Reader<'_>, draft: &mut Draft) -> Result<(), Stop> {
    let mut pictures = 1;
    let mut gain_map = false;
    let mut at: u64 = 2;
    draft.alpha = Some(false);
    loop {
        let [first, marker] = source.take(at)?;
        if first != 0xff {
            return Err(
                Error::malformed(format!("a JPEG with no marker where one should be (byte {at})")).into()
            );
        }
        match marker {
            // A fill byte, then markers that stand alone.
            0xff => {
                at += 1;
                continue;
            }
            0x01 | 0xd0..=0xd8 => {
                at += 2;
                continue;
            }
            0xd9 | 0xda => return Err(Error::malformed("a JPEG with no frame before its pixels").into()),
            _ => {}
        }
        let body = at + 4;
        let len = u16::from_be_bytes(source.take(at + 2)?).checked_sub(2).map(usize::from);
        let Some(len) = len else {
            return Err(Error::malformed(format!("a JPEG with an impossible segment (byte {at})")).into());
        };
        match marker {
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let [_precision, h0, h1, w0, w1] = source.take(body)?;
                let (width, height) = (u16::from_be_bytes([w0, w1]), u16::from_be_bytes([h0, h1]));
                return draft.set_dimensions(width.into(), height.into());
            }
            0xe1 => {
                let sign = source.up_to(body, XMP.len().min(len))?;
                if sign.starts_with(b"Exif\0\0") && draft.orientation.is_none() {
                    draft.orientation = exif::orientation(&source.up_to(body, len)?);
                } else if sign == XMP {
                    gain_map |= contains(&source.up_to(body, len)?, GAIN_MAP);
                }
            }
            0xe2 if source.up_to(body, len.min(4))? == b"MPF\0" => {
                pictures = number_of_pictures(&source.up_to(body + 4, len - 4)?).unwrap_or(2);
            }
            _ => {}
        }
        // A gain map is a second picture too, but every reader takes such a file for the JPEG that it is.
        if pictures > 1 && !gain_map {
            draft.format = Some(ImageFormat::Mpo);
        } else {
            draft.format = Some(ImageFormat::Jpeg);
        }
        at = body + len as u64;
    }
}

/// Tag 0xB001 of the multi-picture index (CIPA DC-007, 5.2.3).
fn number_of_pictures(index: &[u8]) -> Option<u32> {
    let order = Order::of(index)?;
    let first = usize::try_from(order.u32(index, 4)?).ok()?;
    let count = order.u16(index, first)?;
    (0..usize::from(count)).find_map(|entry| {
        let entry = first.checked_add(2 + 12 * entry)?;
        (order.u16(index, entry)? == 0xb001).then_some(())?;
        order.u32(index, entry.checked_add(8)?)
    })
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}
