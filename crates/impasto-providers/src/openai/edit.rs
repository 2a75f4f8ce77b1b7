//! The body of an edit: a multipart form, or JSON with URLs, file ids and data URLs.

use impasto_transport::{Body, Form, JsonBody, Source};
use impasto_types::wire::openai::{EditBody, ImageRef};
use impasto_types::{ImageInput, ImageRequest, ImageSource, InputFidelity};
use serde_json::Value;

use super::encode;
use crate::error::Error;
use crate::job::Job;
use crate::said::{self, source};
use crate::seller::{EditEncoding, ImageField};
use crate::target::Target;

/// The longest `image_url` in JSON (OpenAPI document of 2026-08-21, `ImageRefParam`).
const MAX_IMAGE_URL: u64 = 20_971_520;

/// The body of a job's edit, in the encoding the seller takes and the images need.
pub(super) fn body(target: &Target, job: &Job) -> Result<Body, Error> {
    let request = &job.request;
    let mask = said::mask(request)?;
    let inputs = || request.images.iter().chain(mask).chain(&request.markup);
    let remote = inputs().find(|input| matches!(input.source, ImageSource::Url(_) | ImageSource::FileId(_)));
    match (target.seller.quirks.edit_encoding, remote) {
        (EditEncoding::Json, _) | (EditEncoding::Either, Some(_)) => json(target, job, mask),
        (EditEncoding::Multipart, Some(input)) => Err(Error::invalid(
            "image",
            format!(
                "{} takes only files, and {} is not one; fetch it first",
                target.seller.name,
                input.label()
            ),
        )),
        (EditEncoding::Multipart | EditEncoding::Either, None) => {
            Ok(Body::Multipart(form(target, job, mask)?))
        }
    }
}

/// Small fields first: servers decide by them before the files have arrived.
fn form(target: &Target, job: &Job, mask: Option<&ImageInput>) -> Result<Form, Error> {
    let request = &job.request;
    let mut form = Form::new();
    let mut fields = encode::common(target, job).fields().into_map();
    if let Some(fidelity) = fidelity(target, job) {
        fields.insert("input_fidelity".to_owned(), fidelity.as_str().into());
    }
    // The order of the body's own fields, not the map's: model and prompt lead.
    for name in ImageRequest::VALUE_FIELDS {
        if let Some(value) = fields.remove(*name) {
            form = flatten(form, name, &value);
        }
    }
    for (name, value) in &fields {
        form = flatten(form, name, value);
    }
    let field = match (target.seller.quirks.image_field, request.images.len()) {
        (ImageField::ByCount, 1) | (ImageField::Repeated, _) => "image",
        (ImageField::ByCount | ImageField::Bracketed, _) => "image[]",
    };
    for image in &request.images {
        form = form.with_file(field, image.upload_name(), image.media_type(), source(image)?);
    }
    if let Some(mask) = mask {
        form = form.with_file("mask", mask.upload_name(), mask.media_type(), source(mask)?);
    }
    if let Some(markup) = &request.markup {
        form = form.with_file("markup", markup.upload_name(), markup.media_type(), source(markup)?);
    }
    Ok(form)
}

/// `input_fidelity`, unless the seller refuses or ignores it.
fn fidelity<'a>(target: &Target, job: &'a Job) -> Option<&'a InputFidelity> {
    let left_out = target.seller.quirks.leave_out.iter().any(|field| field == "input_fidelity");
    job.request.input_fidelity.as_ref().filter(|_| !left_out)
}

/// A value as form fields: nested names in brackets, items of a list under `name[]`, `null` left out.
fn flatten(mut form: Form, name: &str, value: &Value) -> Form {
    match value {
        Value::Null => form,
        Value::Bool(flag) => form.with_text(name, flag.to_string()),
        Value::Number(number) => form.with_text(name, number.to_string()),
        Value::String(text) => form.with_text(name, text.clone()),
        Value::Array(items) => {
            for item in items {
                form = flatten(form, &format!("{name}[]"), item);
            }
            form
        }
        Value::Object(members) => {
            for (key, member) in members {
                form = flatten(form, &format!("{name}[{key}]"), member);
            }
            form
        }
    }
}

fn json(target: &Target, job: &Job, mask: Option<&ImageInput>) -> Result<Body, Error> {
    let mut sources = Vec::new();
    let request = &job.request;
    let images =
        request.images.iter().map(|image| reference(image, &mut sources)).collect::<Result<_, _>>()?;
    let mask = mask.map(|mask| reference(mask, &mut sources)).transpose()?;
    let markup = request.markup.as_ref().map(|markup| reference(markup, &mut sources)).transpose()?;
    let input_fidelity = fidelity(target, job).cloned();
    let body = EditBody { common: encode::common(target, job), images, mask, markup, input_fidelity };
    Ok(Body::Json(JsonBody::with_sources(&body.fields(), &sources)?))
}

/// An image as JSON names it. Local bytes become a data URL that is encoded while it is sent; until then a
/// placeholder stands in its place.
fn reference(input: &ImageInput, sources: &mut Vec<(String, Source, String)>) -> Result<ImageRef, Error> {
    let by_url = |url: String| ImageRef { image_url: Some(url), ..ImageRef::default() };
    match &input.source {
        ImageSource::FileId(id) => Ok(ImageRef { file_id: Some(id.clone()), ..ImageRef::default() }),
        ImageSource::Url(url) => {
            within_limit(input, url.len() as u64)?;
            Ok(by_url(url.clone()))
        }
        _ => {
            let content = source(input)?;
            let prefix = format!("data:{};base64,", input.media_type()).len() as u64;
            within_limit(input, prefix + content.len().div_ceil(3) * 4)?;
            let placeholder = format!("\u{1}impasto-source-{}", sources.len());
            sources.push((placeholder.clone(), content, input.media_type().to_owned()));
            Ok(by_url(placeholder))
        }
    }
}

fn within_limit(input: &ImageInput, characters: u64) -> Result<(), Error> {
    if characters <= MAX_IMAGE_URL {
        return Ok(());
    }
    Err(Error::invalid(
        "image",
        format!(
            "{} takes {characters} characters as a data URL; {MAX_IMAGE_URL} are allowed in JSON, send it as a file",
            input.label()
        ),
    ))
}
