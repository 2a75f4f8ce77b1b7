//! Whether a picture's file is whole, by how its format ends.

pub(crate) fn is_whole(bytes: &[u8]) -> bool {
    let jpeg = bytes.starts_with(b"\xff\xd8") && bytes.ends_with(b"\xff\xd9");
    let png = bytes.starts_with(b"\x89PNG") && bytes.ends_with(b"IEND\xae\x42\x60\x82");
    jpeg || png
}
