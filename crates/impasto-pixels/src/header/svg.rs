//! SVG: the root element, behind whatever prologue, and the size it asks for.

use super::Draft;
use crate::error::Error;
use crate::source::{Reader, Stop};

/// How far in the root element may stand; licence comments can be long.
pub(crate) const PROLOGUE: usize = 64 * 1024;

/// Whether `head` begins an SVG document: its root element, after declarations and comments, is `svg`.
pub(crate) fn begins(head: &[u8]) -> bool {
    root(&String::from_utf8_lossy(head)).is_some()
}

/// Whether more bytes could still make an SVG of it.
pub(crate) fn could_begin(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    head.is_empty() || head.starts_with(b"<")
}

pub(super) fn read(source: &mut Reader<'_>, draft: &mut Draft) -> Result<(), Stop> {
    let head = source.up_to(0, PROLOGUE)?;
    let text = String::from_utf8_lossy(&head);
    let Some(attributes) = root(&text) else {
        return Err(Error::malformed("an SVG without its root element").into());
    };
    let own = |name| attribute(attributes, name).and_then(length);
    let view = attribute(attributes, "viewBox").and_then(view_box);
    let (width, height) = match (own("width"), own("height"), view) {
        (Some(width), Some(height), _) => (width, height),
        (Some(width), None, Some((w, h))) => (width, width * h / w),
        (None, Some(height), Some((w, h))) => (height * w / h, height),
        (None, None, Some(view)) => view,
        // The default size of replaced elements (CSS 2.2, 10.3.2).
        (width, height, None) => (width.unwrap_or(300.0), height.unwrap_or(150.0)),
    };
    draft.set_dimensions(pixels(width), pixels(height))
}

/// The attributes of the root element, if it is an `svg`.
fn root(text: &str) -> Option<&str> {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        if let Some(tag) = rest.strip_prefix("<svg").or_else(|| rest.strip_prefix("<svg:svg")) {
            let whole = tag.starts_with(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/');
            return whole.then(|| tag.split('>').next().unwrap_or(tag));
        }
        let after = if let Some(comment) = rest.strip_prefix("<!--") {
            comment.split_once("-->")?.1
        } else if let Some(declaration) = rest.strip_prefix("<?") {
            declaration.split_once("?>")?.1
        } else if let Some(doctype) = rest.strip_prefix("<!DOCTYPE") {
            // An internal subset stands in brackets and has tags of its own.
            match (doctype.find('['), doctype.find('>')?) {
                (Some(open), close) if open < close => doctype.split_once(']')?.1.split_once('>')?.1,
                _ => doctype.split_once('>')?.1,
            }
        } else {
            return None;
        };
        rest = after.trim_start();
    }
}

/// The value of an attribute. Quotes may be of either kind.
fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    attributes.match_indices(name).find_map(|(at, _)| {
        let alone = attributes[..at].ends_with(|c: char| c.is_ascii_whitespace());
        let value = attributes[at + name.len()..].trim_start().strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        alone.then(|| value[1..].split(quote).next()).flatten()
    })
}

/// A length in CSS pixels. Percentages and font units depend on what is around the image.
fn length(text: &str) -> Option<f64> {
    let text = text.trim();
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    let scale = match &text[number.len()..] {
        "" | "px" => 1.0,
        "pt" => 96.0 / 72.0,
        "pc" => 16.0,
        "in" => 96.0,
        "cm" => 96.0 / 2.54,
        "mm" => 96.0 / 25.4,
        "Q" => 96.0 / 101.6,
        _ => return None,
    };
    number.trim().parse::<f64>().ok().map(|number| number * scale).filter(|&length| length > 0.0)
}

fn view_box(text: &str) -> Option<(f64, f64)> {
    let mut numbers =
        text.split(|c: char| c == ',' || c.is_ascii_whitespace()).filter(|part| !part.is_empty());
    let (width, height) = (numbers.nth(2)?.parse().ok()?, numbers.next()?.parse().ok()?);
    (width > 0.0 && height > 0.0).then_some((width, height))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the value is positive, and the cast keeps within u32"
)]
fn pixels(length: f64) -> u32 {
    length.round().max(1.0) as u32
}
