//! AVIF and HEIC: the item properties of their metadata box.
//!
//! Best effort: the largest spatial extent is taken for the image's own, since thumbnails and tiles are smaller,
//! and any clean aperture (what is shown of a picture padded for its codec) and rotation for those of the whole.

use super::Draft;
use crate::error::Error;
use crate::source::{Reader, Stop};

/// More boxes than any sane file has at one level.
const MANY: usize = 4096;

const ALPHA: [&[u8]; 2] = [b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1"];

pub(super) fn read(source: &mut Reader<'_>, draft: &mut Draft) -> Result<(), Stop> {
    let meta = find(source, 0, u64::MAX, *b"meta")?;
    // A full box: four bytes of version and flags stand before its children.
    let properties = find(source, meta.body + 4, meta.end, *b"iprp")?;
    let container = find(source, properties.body, properties.end, *b"ipco")?;

    let (mut stored, mut shown) = ((0, 0), (0, 0));
    let (mut alpha, mut orientation) = (false, None);
    let mut at = container.body;
    for _ in 0..MANY {
        if at >= container.end {
            break;
        }
        let property = Span::read(source, at)?;
        match &property.name {
            b"ispe" => {
                let [_, width, height] = numbers(source, property.body)?;
                stored = larger(stored, (width, height));
            }
            b"clap" => {
                let [width, per_width, height, per_height] = numbers(source, property.body)?;
                let aperture = width.checked_div(per_width).zip(height.checked_div(per_height));
                shown = larger(shown, aperture.unwrap_or_default());
            }
            b"auxC" => {
                let len = usize::try_from(property.end - property.body).unwrap_or(64).min(64);
                let kind = source.up_to(property.body + 4, len.saturating_sub(4))?;
                alpha |= ALPHA.iter().any(|name| kind.starts_with(name));
            }
            // Quarter turns against the clock, as the EXIF orientation that shows the same.
            b"irot" => {
                orientation = match source.take(property.body)? {
                    [1] => Some(8),
                    [2] => Some(3),
                    [3] => Some(6),
                    _ => None,
                }
            }
            _ => {}
        }
        at = property.end;
    }
    draft.alpha = Some(alpha);
    draft.orientation = orientation;
    let fits = (1..=stored.0).contains(&shown.0) && (1..=stored.1).contains(&shown.1);
    let (width, height) = if fits { shown } else { stored };
    draft.set_dimensions(width, height)
}

fn numbers<const N: usize>(source: &mut Reader<'_>, at: u64) -> Result<[u32; N], Stop> {
    let mut numbers = [0; N];
    let mut at = at;
    for number in &mut numbers {
        *number = u32::from_be_bytes(source.take(at)?);
        at += 4;
    }
    Ok(numbers)
}

fn larger(one: (u32, u32), other: (u32, u32)) -> (u32, u32) {
    let area = |(width, height)| u64::from(width) * u64::from(height);
    if area(other) > area(one) { other } else { one }
}

/// One box: its name, and where its content begins and ends.
struct Span {
    name: [u8; 4],
    body: u64,
    end: u64,
}

impl Span {
    fn read(source: &mut Reader<'_>, at: u64) -> Result<Self, Stop> {
        let [l0, l1, l2, l3, name @ ..] = source.take::<8>(at)?;
        let (header, len) = match u32::from_be_bytes([l0, l1, l2, l3]) {
            0 => (8, u64::MAX),
            1 => (16, u64::from_be_bytes(source.take(at + 8)?)),
            len => (8, u64::from(len)),
        };
        if len < header {
            return Err(Error::malformed(format!("its metadata has an impossible box (byte {at})")).into());
        }
        Ok(Self { name, body: at.saturating_add(header), end: at.saturating_add(len) })
    }
}

fn find(source: &mut Reader<'_>, mut at: u64, end: u64, name: [u8; 4]) -> Result<Span, Stop> {
    for _ in 0..MANY {
        // A far end keeps the sums below from overflowing.
        if at >= end.min(u64::MAX / 2) {
            break;
        }
        let span = Span::read(source, at)?;
        if span.name == name {
            return Ok(span);
        }
        at = span.end;
    }
    Err(Error::malformed(format!("it has no {} box, so its size is unknown", String::from_utf8_lossy(&name)))
        .into())
}
