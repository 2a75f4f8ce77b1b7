//! The seller's options that Atlas Cloud gives a meaning to.

use crate::error::Error;
use crate::target::Target;

/// Checks the options that are set, by name, before anything is sent.
pub(super) fn check(target: &Target) -> Result<(), Error> {
    flag(target, "sync_mode")?;
    flag(target, "base64_output")?;
    // Atlas Cloud documentation, data retention, read on 2026-11-21.
    hours(target, "object_expiration_hours", 1)?;
    hours(target, "request_retention_hours", 0)?;
    if let Some(url) = text(target, "webhook_url")
        && !url.starts_with("https://")
        && !url.starts_with("http://")
    {
        return Err(Error::invalid("webhook_url", format!("{url:?} is not an http(s) URL")));
    }
    image_field(target).map(|_| ())
}

/// An option as yes or no; none when it is not set.
pub(super) fn flag(target: &Target, name: &str) -> Result<Option<bool>, Error> {
    match text(target, name) {
        None => Ok(None),
        Some("true" | "1" | "yes") => Ok(Some(true)),
        Some("false" | "0" | "no") => Ok(Some(false)),
        Some(other) => Err(Error::invalid(name, format!("{other:?} is not true or false"))),
    }
}

/// An option as text; none when it is not set or empty.
pub(super) fn text<'a>(target: &'a Target, name: &str) -> Option<&'a str> {
    target.options.get(name).map(String::as_str).filter(|text| !text.is_empty())
}

/// The field of the input images that the caller names for a model this version does not know, and whether it
/// holds a list.
pub(super) fn image_field(target: &Target) -> Result<Option<(&str, bool)>, Error> {
    match text(target, "image_field") {
        None => Ok(None),
        Some("image") => Ok(Some(("image", false))),
        Some("images") => Ok(Some(("images", true))),
        Some(other) => Err(Error::invalid(
            "image_field",
            format!("{other:?} is not a field of images; allowed are image and images"),
        )),
    }
}

fn hours(target: &Target, name: &str, least: u32) -> Result<(), Error> {
    let Some(text) = text(target, name) else { return Ok(()) };
    match text.parse::<u32>() {
        Ok(hours) if (least..=336).contains(&hours) => Ok(()),
        _ => Err(Error::invalid(name, format!("{text:?} is not a number of hours between {least} and 336"))),
    }
}
