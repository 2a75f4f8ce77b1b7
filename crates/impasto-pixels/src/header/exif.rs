//! The orientation tag in a block of EXIF data, which is a small TIFF file.

/// Tag 0x0112 of the first directory, when it is between 1 and 8.
///
/// `data` may begin with the `Exif\0\0` that JPEG puts before the block.
pub(super) fn orientation(data: &[u8]) -> Option<u8> {
    let data = data.strip_prefix(b"Exif\0\0").unwrap_or(data);
    let order = Order::of(data)?;
    let first = usize::try_from(order.u32(data, 4)?).ok()?;
    let count = order.u16(data, first)?;
    (0..usize::from(count)).find_map(|index| {
        let entry = first.checked_add(2 + 12 * index)?;
        (order.u16(data, entry)? == 0x0112).then_some(())?;
        let value = order.u16(data, entry.checked_add(8)?)?;
        u8::try_from(value).ok().filter(|value| (1..=8).contains(value))
    })
}

/// The byte order of a TIFF file.
#[derive(Clone, Copy)]
pub(super) enum Order {
    /// `II`.
    Little,
    /// `MM`.
    Big,
}

impl Order {
    /// The byte order that the first four bytes declare.
    pub(super) fn of(data: &[u8]) -> Option<Self> {
        match data {
            [b'I', b'I', 42, 0, ..] => Some(Self::Little),
            [b'M', b'M', 0, 42, ..] => Some(Self::Big),
            _ => None,
        }
    }

    pub(super) fn u16(self, data: &[u8], at: usize) -> Option<u16> {
        let bytes = *data.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        })
    }

    pub(super) fn u32(self, data: &[u8], at: usize) -> Option<u32> {
        let bytes = *data.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        })
    }
}
