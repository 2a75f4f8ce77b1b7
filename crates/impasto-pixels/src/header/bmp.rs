//! Windows bitmap: its header in all the sizes it has had.

use super::Draft;
use crate::source::{Reader, Stop};

pub(super) fn read(source: &mut Reader<'_>, draft: &mut Draft) -> Result<(), Stop> {
    let size = u32::from_le_bytes(source.take(14)?);
    if size <= 16 {
        let [w0, w1, h0, h1] = source.take(18)?;
        draft.alpha = Some(false);
        let (width, height) = (u16::from_le_bytes([w0, w1]), u16::from_le_bytes([h0, h1]));
        return draft.set_dimensions(width.into(), height.into());
    }
    // A negative height means that the rows run from top to bottom.
    let width = i32::from_le_bytes(source.take(18)?).unsigned_abs();
    let height = i32::from_le_bytes(source.take(22)?).unsigned_abs();
    draft.set_dimensions(width, height)?;
    let depth = u16::from_le_bytes(source.take(28)?);
    draft.alpha = match (depth, size) {
        (32, 56..) => Some(source.take::<4>(66)? != [0; 4]),
        // Without an alpha mask the fourth byte means nothing by the book, and alpha to some writers.
        (32, _) => None,
        _ => Some(false),
    };
    Ok(())
}
