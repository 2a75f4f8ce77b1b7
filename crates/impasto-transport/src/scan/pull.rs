//! Which strings of a reply are pulled out of it.

/// Which strings are pulled out of a reply, by the name of the key they stand under. The items of an array
/// stand under the key of the array.
///
/// `http` and `https` URLs, empty strings, `null`, and data URLs that are not base64 always stay.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PullRules {
    /// Keys whose string is base64, bare or as a data URL: `b64_json`, `partial_image_b64`, `image_base64`.
    /// Anything else in it than base64 is a [`BlobProblem`](super::BlobProblem).
    pub always: Vec<String>,
    /// Keys whose string may be an image: `images`, `outputs`, `url`. Pulled only when it begins with
    /// `data:image/…;base64,` (or that of no particular type) or with the base64 of a known kind of image
    /// (PNG, JPEG, WebP, GIF, SVG or other XML, AVIF, BMP).
    pub images: Vec<String>,
}

impl PullRules {
    /// Rules that pull nothing.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Rules of these keys.
    pub fn new(always: &[&str], images: &[&str]) -> Self {
        let owned = |keys: &[&str]| keys.iter().map(|&key| key.to_owned()).collect();
        Self { always: owned(always), images: owned(images) }
    }

    pub(super) fn of_key(&self, key: &str) -> Rule {
        if self.always.iter().any(|name| name == key) {
            Rule::Always
        } else if self.images.iter().any(|name| name == key) {
            Rule::Images
        } else {
            Rule::Keep
        }
    }
}

/// What the key of a string says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    Keep,
    Always,
    Images,
}

/// What the first characters of a string say about it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// Not enough of it is known.
    More,
    /// It stays where it is.
    Keep,
    /// It is a blob, whose base64 begins behind `skip` bytes.
    Pull { skip: usize, media_type: Option<String> },
}

/// The most that is looked at: no media type with its parameters is longer.
pub(super) const HEAD_LIMIT: usize = 512;

/// The base64 of the 12 bytes that tell the kinds of images apart.
const MAGIC_CHARS: usize = 16;

/// Decides about a string that begins with `head`; `ended` when that is all of it.
pub(super) fn decide(rule: Rule, head: &[u8], ended: bool) -> Decision {
    let text = head.trim_ascii_start();
    let ended = ended || head.len() >= HEAD_LIMIT;
    if text.is_empty() {
        return if ended { Decision::Keep } else { Decision::More };
    }
    if starts_with(text, b"http://") || starts_with(text, b"https://") {
        return Decision::Keep;
    }
    if starts_with(text, b"data:") {
        return decide_data_url(rule, head, text, ended);
    }
    let may_become = [&b"data:"[..], b"http://", b"https://"].iter().any(|start| starts_with(start, text));
    if may_become && !ended {
        return Decision::More;
    }
    match rule {
        Rule::Keep => Decision::Keep,
        Rule::Always => Decision::Pull { skip: 0, media_type: None },
        Rule::Images => decide_magic(text, ended),
    }
}

fn decide_data_url(rule: Rule, head: &[u8], text: &[u8], ended: bool) -> Decision {
    let Some(comma) = memchr::memchr(b',', text) else {
        return if ended { Decision::Keep } else { Decision::More };
    };
    let header = String::from_utf8_lossy(&text[b"data:".len()..comma]).to_ascii_lowercase();
    let mut parameters = header.split(';').map(str::trim);
    let media_type = parameters.next().filter(|media_type| !media_type.is_empty()).map(str::to_owned);
    if !parameters.any(|parameter| parameter == "base64") {
        return Decision::Keep;
    }
    let may_be_image = match media_type.as_deref() {
        None | Some("application/octet-stream" | "binary/octet-stream") => true,
        Some(media_type) => media_type.starts_with("image/"),
    };
    if rule == Rule::Always || may_be_image {
        Decision::Pull { skip: head.len() - text.len() + comma + 1, media_type }
    } else {
        Decision::Keep
    }
}

fn decide_magic(text: &[u8], ended: bool) -> Decision {
    let mut chars = [0; MAGIC_CHARS];
    let mut count = 0;
    for &byte in text {
        if count == MAGIC_CHARS {
            break;
        }
        match byte {
            b' ' | b'\n' | b'\r' | b'\t' => continue,
            b'=' if ended => break,
            b'-' => chars[count] = b'+',
            b'_' => chars[count] = b'/',
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => chars[count] = byte,
            _ => return Decision::Keep,
        }
        count += 1;
    }
    if count < MAGIC_CHARS && !ended {
        return Decision::More;
    }
    let whole = count - usize::from(count % 4 == 1);
    match base64_simd::forgiving_decode_to_vec(&chars[..whole]) {
        Ok(bytes) if is_image(&bytes) => Decision::Pull { skip: 0, media_type: None },
        _ => Decision::Keep,
    }
}

/// Whether bytes begin like an image. Sources: the formats' own specifications.
fn is_image(bytes: &[u8]) -> bool {
    let brand = bytes.get(8..12);
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    bytes.starts_with(b"\x89PNG\r\n\x1a\n")
        || bytes.starts_with(b"\xff\xd8\xff")
        || bytes.starts_with(b"GIF8")
        || (bytes.starts_with(b"RIFF") && brand == Some(b"WEBP"))
        || (bytes.get(4..8) == Some(b"ftyp")
            && brand.is_some_and(|brand| {
                matches!(brand, b"avif" | b"avis" | b"mif1" | b"msf1" | b"heic" | b"heix" | b"miaf")
            }))
        // The reserved fields of a bitmap's header are zero; two letters alone would be too little.
        || (bytes.starts_with(b"BM") && bytes.get(6..10) == Some(&[0; 4]))
        || [&b"<svg"[..], b"<?xml", b"<!DOCTYPE", b"<!--"].iter().any(|start| text.starts_with(start))
}

fn starts_with(text: &[u8], start: &[u8]) -> bool {
    text.len() >= start.len() && text[..start.len()].eq_ignore_ascii_case(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The decision must be the same at the length at which it first falls and at every greater one.
    fn check(rule: Rule, text: &str, expected: Option<(usize, Option<&str>)>) {
        let expected = match expected {
            None => Decision::Keep,
            Some((skip, media_type)) => Decision::Pull { skip, media_type: media_type.map(str::to_owned) },
        };
        assert_eq!(decide(rule, text.as_bytes(), true), expected, "{text:?} whole");
        for len in 0..text.len() {
            let early = decide(rule, &text.as_bytes()[..len], false);
            assert!(early == Decision::More || early == expected, "{:?}: {early:?}", &text[..len]);
        }
    }

    #[test]
    fn strings_are_told_apart_by_their_beginning() {
        use Rule::{Always, Images};
        for rule in [Always, Images] {
            check(rule, "", None);
            check(rule, " \n", None);
            check(rule, "https://example.com/a.png", None);
            check(rule, "HTTP://example.com/a.png", None);
            check(rule, "data:image/svg+xml,%3Csvg%2F%3E", None);
            check(rule, "data:image/svg+xml;charset=utf-8,%3Csvg%2F%3E", None);
            check(rule, "data:nothing", None);
            check(rule, "data:image/png;base64,iVBORw0KGgo", Some((22, Some("image/png"))));
            check(rule, " data:Image/SVG+xml;charset=utf-8;base64,PHN2", Some((41, Some("image/svg+xml"))));
            check(rule, "data:;base64,AAAA", Some((13, None)));
            check(rule, "iVBORw0KGgoAAAANSUhEUg", Some((0, None)));
            check(rule, "/9j/4AAQSkZJRgABAQAAAQ", Some((0, None)));
            check(rule, "_9j_4AAQSkZJRgABAQAAAQ", Some((0, None)));
            check(rule, "UklGRiQAAABXRUJQVlA4IBg", Some((0, None)));
            check(rule, "R0lGODlhAQABAIAAAAUEBA", Some((0, None)));
            check(rule, "PHN2ZyB4bWxucz0iaHR0cD", Some((0, None)));
            check(rule, "PD94bWwgdmVyc2lvbj0iMS4", Some((0, None)));
            check(rule, "AAAAIGZ0eXBhdmlmAAAAAG", Some((0, None)));
            check(rule, "AAAAHGZ0eXBhdmlmAAAAAG", Some((0, None)));
            check(rule, "Qk02AwAAAAAAADYAAAAoAA", Some((0, None)));
            check(rule, "iVBORw0KGgo=", Some((0, None)));
        }
        check(Always, "hello", Some((0, None)));
        check(Always, "data", Some((0, None)));
        check(Always, "data:text/plain;base64,aGk=", Some((23, Some("text/plain"))));
        check(Images, "data:text/plain;base64,aGk=", None);
        check(Images, "queued", None);
        check(Images, "a fox in the snow, at dusk", None);
        check(Images, "QkJCQkJCQkJCQkJCQkJCQkJC", None);
        check(Images, "9f86d081884c7d659a2feaa0c55ad015", None);
        check(
            Images,
            "data:application/octet-stream;base64,iVBO",
            Some((37, Some("application/octet-stream"))),
        );
        check(Images, "httpsQQQQQQQQQQQQQQQQQQ", None);
    }
}
