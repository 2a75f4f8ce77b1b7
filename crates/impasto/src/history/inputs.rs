//! Requests as they are kept: with whole paths, and without secrets or bytes.

use std::path::Path;

use impasto_transport::RedactedUrl;
use impasto_types::{ImageInput, ImageRequest, ImageSource, Mask};
use serde_json::{Value, json};

use super::InputRecord;
use crate::error::Error;
use crate::sidecar::{sha256_of_bytes, sha256_of_file};

/// An input that is larger than this is not read once more only for its hash.
const LARGEST: u64 = 64 << 20;

/// What stands in place of a source that was not kept.
const NOT_KEPT: &str = "not_kept";

/// The request as JSON. A source that cannot be kept is replaced by a word on why.
pub(super) fn write(request: &ImageRequest) -> Value {
    let mut bare = request.clone();
    let images = std::mem::take(&mut bare.images);
    let (mask, markup) = (bare.mask.take(), bare.markup.take());
    let mut value = serde_json::to_value(&bare).unwrap_or_default();
    if !images.is_empty() {
        value["images"] = images.iter().map(input).collect();
    }
    match &mask {
        Some(Mask::Image { image, .. }) => {
            let mut written = serde_json::to_value(without_bytes(mask.as_ref())).unwrap_or_default();
            replace(&mut written, &input(image));
            value["mask"] = written;
        }
        Some(other) => value["mask"] = serde_json::to_value(other).unwrap_or_default(),
        None => {}
    }
    if let Some(markup) = &markup {
        value["markup"] = input(markup);
    }
    value
}

/// The mask with a source that can be written in any case.
fn without_bytes(mask: Option<&Mask>) -> Option<Mask> {
    let mut mask = mask.cloned()?;
    if let Mask::Image { image, .. } = &mut mask {
        image.source = ImageSource::FileId(String::new());
        image.facts = None;
    }
    Some(mask)
}

/// Puts `image` in the place of the one object that has a `source`.
fn replace(value: &mut Value, image: &Value) {
    let Some(object) = value.as_object_mut() else { return };
    if object.contains_key("source") {
        object.clone_from(image.as_object().unwrap_or(&serde_json::Map::new()));
        return;
    }
    for inner in object.values_mut() {
        replace(inner, image);
    }
}

fn input(image: &ImageInput) -> Value {
    let source = match &image.source {
        ImageSource::File(path) => {
            let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            json!({ "file": path })
        }
        ImageSource::Url(url) if url.starts_with("data:") => json!({ NOT_KEPT: "a data URL" }),
        ImageSource::Url(url) => {
            let shown = RedactedUrl::new(url).to_string();
            if shown == *url { json!({ "url": url }) } else { json!({ NOT_KEPT: "a URL with a secret" }) }
        }
        ImageSource::FileId(id) => json!({ "file_id": id }),
        _ => json!({ NOT_KEPT: "an image in memory" }),
    };
    let mut value = json!({ "source": source });
    if let Some(name) = &image.filename {
        value["filename"] = json!(name);
    }
    value
}

/// The request, to be sent again.
pub(super) fn read(value: &Value) -> Result<ImageRequest, Error> {
    let images = value.get("images").and_then(Value::as_array).into_iter().flatten();
    let others = ["mask", "markup"].into_iter().filter_map(|name| value.get(name));
    for (position, input) in images.chain(others).enumerate() {
        if let Some(why) = not_kept(input) {
            let message = format!("{why} was not kept; give it anew");
            return Err(Error::invalid(format!("images[{position}]"), message));
        }
    }
    serde_json::from_value(value.clone()).map_err(|error| {
        Error::invalid("request", format!("this version cannot read it: {error}"))
            .with_hint("a later version of the program wrote it")
    })
}

fn not_kept(value: &Value) -> Option<&str> {
    let object = value.as_object()?;
    match object.get(NOT_KEPT) {
        Some(why) => why.as_str(),
        None => object.values().find_map(not_kept),
    }
}

/// What the inputs are, by their bytes where these are at hand.
pub(super) fn look_at(request: &ImageRequest) -> Vec<InputRecord> {
    let mask = match &request.mask {
        Some(Mask::Image { image, .. }) => Some(image),
        _ => None,
    };
    let images = request.images.iter().map(|image| ("image", image));
    let others = mask.map(|image| ("mask", image)).into_iter();
    let all = images.chain(others).chain(request.markup.as_ref().map(|image| ("markup", image)));
    all.map(|(role, image)| InputRecord {
        role: role.to_owned(),
        label: image.label(),
        format: image.facts.map(|facts| facts.format),
        facts: image.facts,
        sha256: hash(image),
    })
    .collect()
}

fn hash(image: &ImageInput) -> Option<String> {
    match &image.source {
        ImageSource::File(path) => small(path).then(|| sha256_of_file(path).ok()).flatten(),
        ImageSource::Bytes(bytes) => Some(sha256_of_bytes(bytes)),
        _ => None,
    }
}

fn small(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|data| data.is_file() && data.len() <= LARGEST)
}

#[cfg(test)]
mod tests {
    use super::{read, write};
    use impasto_types::{ImageInput, ImageRequest, Mask};

    #[track_caller]
    fn check(request: &ImageRequest, kept: bool) {
        let written = write(request);
        let text = written.to_string();
        for secret in ["SECRET", "AAAA"] {
            assert!(!text.contains(secret), "{text}");
        }
        match read(&written) {
            Ok(back) => assert!(kept && back == *request, "{text}"),
            Err(error) => assert!(!kept, "{error}: {text}"),
        }
    }

    #[test]
    fn what_can_be_kept_comes_back_and_secrets_do_not() {
        let edit = |image: ImageInput| ImageRequest::edit("a fox").with_image(image);
        check(&ImageRequest::generate("a fox").with_n(2_u32), true);
        check(&edit(ImageInput::file("/a/b.png").with_filename("c.png")), true);
        check(&edit(ImageInput::url("https://example.com/a.png?width=2")), true);
        check(&edit(ImageInput::file_id("file-1")), true);
        check(&edit(ImageInput::url("https://example.com/a.png?sig=SECRET")), false);
        check(&edit(ImageInput::url("data:image/png;base64,AAAA")), false);
        check(&edit(ImageInput::bytes(*b"AAAA")), false);
        let base = || edit(ImageInput::file("/a/b.png"));
        check(&base().with_mask(Mask::Rectangle { x: 1, y: 2, width: 3, height: 4 }), true);
        check(&base().with_mask(Mask::image(ImageInput::file("/a/mask.png"))), true);
        check(&base().with_mask(Mask::image(ImageInput::bytes(*b"AAAA"))), false);
    }
}
