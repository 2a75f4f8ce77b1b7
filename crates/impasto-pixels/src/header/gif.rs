//! GIF: the screen's size, and whether the first frame has a transparent colour.

use super::Draft;
use crate::source::{Reader, Stop};

pub(super) fn read(source: &mut Reader<'_>, draft: &mut Draft) -> Result<(), Stop> {
    let [w0, w1, h0, h1, flags] = source.take(6)?;
    draft.set_dimensions(u16::from_le_bytes([w0, w1]).into(), u16::from_le_bytes([h0, h1]).into())?;
    let colours = if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let mut at: u64 = 13 + colours;
    loop {
        let [introducer, label] = source.take(at)?;
        match (introducer, label) {
            // A graphic control extension: its first flag says whether a colour is transparent.
            (0x21, 0xf9) => {
                let [flags] = source.take(at + 3)?;
                draft.alpha = Some(flags & 1 == 1);
                return Ok(());
            }
            (0x21, _) => {
                at += 2;
                loop {
                    let [len] = source.take(at)?;
                    at += 1 + u64::from(len);
                    if len == 0 {
                        break;
                    }
                }
            }
            // The first frame, without such an extension before it.
            (0x2c, _) => {
                draft.alpha = Some(false);
                return Ok(());
            }
            _ => return Ok(()),
        }
    }
}
