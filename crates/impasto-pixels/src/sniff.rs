//! Telling a file's kind by its first bytes.

use impasto_types::ImageFormat;

use crate::header::svg;

/// The format of the image that begins with `head`, if it is one; the file's name is not asked.
///
/// 64 bytes are enough for every format but SVG, whose root element may stand behind a prologue. A JPEG that
/// holds several pictures ([`ImageFormat::Mpo`]) is told apart by [`crate::read_facts`], since its index stands
/// further in.
///
/// ```
/// use impasto_pixels::sniff;
/// use impasto_types::ImageFormat;
///
/// assert_eq!(sniff(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Some(ImageFormat::Png));
/// assert_eq!(sniff(b"<!doctype html><html>"), None);
/// ```
#[must_use]
pub fn sniff(head: &[u8]) -> Option<ImageFormat> {
    Some(match head {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => ImageFormat::Png,
        [0xff, 0xd8, 0xff, ..] => ImageFormat::Jpeg,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => ImageFormat::WebP,
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => ImageFormat::Gif,
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => ImageFormat::Tiff,
        [b'B', b'M', ..] if is_bitmap(head) => ImageFormat::Bmp,
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => return brand(head),
        _ if svg::begins(head) => ImageFormat::Svg,
        _ => return None,
    })
}

/// Text may begin with BM too; a bitmap then names one of the header sizes there ever were.
fn is_bitmap(head: &[u8]) -> bool {
    head.get(14..18).is_some_and(|size| matches!(size, [12 | 16 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0]))
}

/// The brands of a file type box: the major one, then the compatible ones.
///
/// HEIC from phones often has the general major brand `mif1`; the compatible ones then tell.
fn brand(head: &[u8]) -> Option<ImageFormat> {
    let size = u32::from_be_bytes(*head.first_chunk()?) as usize;
    let end = size.min(head.len()).max(12);
    let brands = || {
        let major = head.get(8..12).into_iter();
        major.chain(head.get(16..end).unwrap_or_default().chunks_exact(4))
    };
    if brands().any(|brand| matches!(brand, b"avif" | b"avis")) {
        Some(ImageFormat::Avif)
    } else if brands().any(|brand| {
        matches!(
            brand,
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"hevm" | b"hevs" | b"mif1" | b"msf1"
        )
    }) {
        Some(ImageFormat::Heic)
    } else {
        None
    }
}

/// What bytes that are no image look like, for the message.
pub(crate) fn looks_like(head: &[u8]) -> &'static str {
    const SIGNS: &[(&[u8], &str)] = &[
        (b"%PDF", "a PDF document"),
        (b"PK\x03\x04", "a zip archive or an office document"),
        (b"\x1f\x8b", "gzip-compressed data"),
        (b"7z\xbc\xaf", "a 7-Zip archive"),
        (b"8BPS", "a Photoshop document"),
        (b"\xff\x0a", "a JPEG XL image, which is not supported"),
        (b"\0\0\0\x0cJXL ", "a JPEG XL image, which is not supported"),
        (b"\0\0\0\x0cjP  ", "a JPEG 2000 image, which is not supported"),
        (b"\0\0\x01\0", "a Windows icon, which is not supported"),
        (b"\x1aE\xdf\xa3", "a Matroska or WebM video"),
        (b"OggS", "Ogg audio or video"),
        (b"RIFF", "a WAV or AVI file"),
        (b"ID3", "MP3 audio"),
        (b"\x7fELF", "a program"),
        (b"MZ", "a program"),
        (b"version https://git-lfs", "a Git LFS pointer instead of the file itself"),
        (b"iVBORw0KGgo", "base64 text of a PNG; decode it first"),
        (b"/9j/", "base64 text of a JPEG; decode it first"),
        (b"UklGR", "base64 text of a WebP; decode it first"),
        (b"data:", "a data URL; pass it as a URL"),
    ];
    if head.is_empty() {
        return "an empty file";
    }
    if let Some((_, name)) = SIGNS.iter().find(|(sign, _)| head.starts_with(sign)) {
        return name;
    }
    if head.get(4..8) == Some(b"ftyp") {
        return "a video (MP4 or QuickTime)";
    }
    if head.iter().all(|&byte| byte == 0) {
        return "nothing but zero bytes";
    }
    looks_like_text(head).unwrap_or("binary data of an unknown kind")
}

fn looks_like_text(head: &[u8]) -> Option<&'static str> {
    let head = &head[..head.len().min(512)];
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The cut may fall into a character.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    if text.chars().any(|c| c.is_control() && !c.is_ascii_whitespace()) {
        return None;
    }
    let text = text.trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    Some(match text.as_bytes() {
        _ if text.starts_with("<!doctype html") || text.starts_with("<html") || text.starts_with("<head") => {
            "an HTML page"
        }
        [b'<', ..] => "XML or HTML text",
        [b'{', ..] => "JSON text",
        _ => "plain text",
    })
}

#[cfg(test)]
mod tests {
    use super::{looks_like, sniff};
    use impasto_types::ImageFormat;

    #[track_caller]
    fn check(head: &[u8], expected: Option<ImageFormat>) {
        assert_eq!(sniff(head), expected, "{head:?}");
    }

    #[test]
    fn formats_by_their_first_bytes() {
        check(b"\x89PNG\r\n\x1a\n", Some(ImageFormat::Png));
        check(b"\x89PNG\n", None);
        check(b"\xff\xd8\xff\xe1", Some(ImageFormat::Jpeg));
        check(b"RIFF\x10\0\0\0WEBPVP8 ", Some(ImageFormat::WebP));
        check(b"RIFF\x10\0\0\0WAVEfmt ", None);
        check(b"GIF89a", Some(ImageFormat::Gif));
        check(b"II*\0\x08\0\0\0", Some(ImageFormat::Tiff));
        check(b"BMP is a format", None);
        check(b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", Some(ImageFormat::Bmp));
        check(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", Some(ImageFormat::Heic));
        check(b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", Some(ImageFormat::Avif));
        check(b"\0\0\0\x14ftypisom\0\0\0\0mp41", None);
        check(b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a -->\n<svg xmlns='x'>", Some(ImageFormat::Svg));
        check(b"<svgs>", None);
        check(b"", None);
    }

    #[test]
    fn what_is_no_image_is_named() {
        for (head, expected) in [
            (&b""[..], "an empty file"),
            (b"%PDF-1.4", "a PDF document"),
            (b"  <!DOCTYPE HTML><p>502 Bad Gateway", "an HTML page"),
            (b"{\"error\": {}}", "JSON text"),
            (b"hello", "plain text"),
            ("h\u{e9}llo".as_bytes(), "plain text"),
            (b"\x01\x02\x03", "binary data of an unknown kind"),
            (b"\0\0\0\x14ftypisom", "a video (MP4 or QuickTime)"),
            (b"iVBORw0KGgoAAAANS", "base64 text of a PNG; decode it first"),
        ] {
            assert_eq!(looks_like(head), expected, "{head:?}");
        }
    }
}
