//! TIFF: the first directory.

use super::Draft;
use super::exif::Order;
use crate::error::{Error, ErrorKind};
use crate::source::{Reader, Stop};

pub(super) fn read(source: &mut Reader<'_>, draft: &mut Draft) -> Result<(), Stop> {
    let head: [u8; 8] = source.take(0)?;
    let Some(order) = Order::of(&head) else {
        return Err(Error::new(ErrorKind::Unsupported, "a BigTIFF image, which is not supported").into());
    };
    let first = u64::from(order.u32(&head, 4).unwrap_or_default());
    let count = order.u16(&source.take::<2>(first)?, 0).unwrap_or_default();
    let entries = source.up_to(first + 2, usize::from(count) * 12)?;

    let (mut width, mut height, mut alpha) = (0, 0, false);
    for entry in entries.chunks_exact(12) {
        let value = match order.u16(entry, 2) {
            Some(3) => order.u16(entry, 8).map(u32::from),
            _ => order.u32(entry, 8),
        }
        .unwrap_or_default();
        match order.u16(entry, 0) {
            Some(0x0100) => width = value,
            Some(0x0101) => height = value,
            Some(0x0112) => {
                draft.orientation = u8::try_from(value).ok().filter(|value| (1..=8).contains(value));
            }
            // An extra sample of kind 1 or 2 is alpha.
            Some(0x0152) => alpha = matches!(value, 1 | 2),
            _ => {}
        }
    }
    draft.alpha = Some(alpha);
    draft.set_dimensions(width, height)
}
