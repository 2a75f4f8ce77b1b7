//! The call that costs money: one flat body.

use impasto_transport::{Body, HttpRequest, JsonBody};
use impasto_types::wire::atlas::SubmitBody;
use serde_json::{Map, Value};

use super::{inputs, settings};
use crate::address::{self, Names};
use crate::error::Error;
use crate::job::Job;
use crate::said;
use crate::seller::InputFields;
use crate::target::Target;

/// Checks that everything asked for has a field.
pub(super) fn check(target: &Target, job: &Job) -> Result<(), Error> {
    let name = &target.seller.name;
    let request = said::trimmed(&job.request, &target.seller.quirks.leave_out);
    if request.stream {
        return Err(Error::invalid("stream", format!("{name} has no streams; leave it out")));
    }
    let fields = fields(target, job)?;
    if !fields.list && request.images.len() > 1 {
        let message = format!("{} takes one input image, {} are given", job.model, request.images.len());
        return Err(Error::invalid("image", message));
    }
    if request.mask.is_some() && fields.mask.is_none() {
        return Err(Error::invalid("mask", format!("{} takes no mask; leave it out", job.model)));
    }
    body(target, job).map(|_| ())
}

/// The request of the job's one submit.
pub(super) fn request(target: &Target, job: &Job) -> Result<HttpRequest, Error> {
    let names = Names { model: job.model.as_str(), ..Names::default() };
    let edit = job.request.operation == impasto_types::Operation::Edit;
    let path = if edit { &target.seller.paths.edit } else { &target.seller.paths.generate };
    let body = Body::Json(JsonBody::from_value(&body(target, job)?.fields())?);
    let request = HttpRequest::post(address::url(target, names, path)?, body);
    let request = address::dressed(target, names, request)?;
    address::with_headers(target, names, &target.seller.submit_headers, request)
}

fn body(target: &Target, job: &Job) -> Result<SubmitBody, Error> {
    let request = said::trimmed(&job.request, &target.seller.quirks.leave_out);
    let mut body = SubmitBody {
        model: job.model.as_str().to_owned(),
        prompt: request.prompt.clone(),
        quality: request.quality.clone(),
        size: request.size.as_ref().map(ToString::to_string),
        // Half of the models have no such field, and one image is what they make anyway.
        n: request.n.filter(|n| *n > 1),
        output_format: request.output_format.clone(),
        output_compression: request.output_compression,
        moderation: request.moderation.clone(),
        input_fidelity: request.input_fidelity.clone(),
        enable_sync_mode: settings::flag(target, "sync_mode")?,
        enable_base64_output: settings::flag(target, "base64_output")?,
        webhook_url: settings::text(target, "webhook_url").map(str::to_owned),
        ..SubmitBody::default()
    };
    let fields = fields(target, job)?;
    let (images, mask) = inputs::addresses(job);
    let mut extra = Map::new();
    match (fields.image.as_str(), images) {
        (_, []) => {}
        ("image", [one, ..]) if !fields.list => body.image = Some(one.clone()),
        ("images", many) if fields.list => body.images = Some(many.to_vec()),
        (name, many) if fields.list => drop(extra.insert(name.to_owned(), many.into())),
        (name, [one, ..]) => drop(extra.insert(name.to_owned(), one.as_str().into())),
    }
    match (fields.mask.as_deref(), mask) {
        (Some("mask_image"), Some(mask)) => body.mask_image = Some(mask.to_owned()),
        (Some(name), Some(mask)) => drop(extra.insert(name.to_owned(), mask.into())),
        _ => {}
    }
    for (name, value) in unusual(&request) {
        extra.insert(name.to_owned(), value);
    }
    for (name, value) in &request.extra {
        match (name.as_str(), value) {
            // What the caller sends by name goes before the seller's options.
            ("enable_sync_mode", Value::Bool(flag)) => body.enable_sync_mode = Some(*flag),
            ("enable_base64_output", Value::Bool(flag)) => body.enable_base64_output = Some(*flag),
            ("webhook_url", Value::String(url)) => body.webhook_url = Some(url.clone()),
            _ => drop(extra.insert(name.clone(), value.clone())),
        }
    }
    body.extra = extra;
    Ok(body)
}

/// Fields that none of the documented models has. Whoever asks for one all the same gets it sent by its name:
/// the rules of the known models have refused it by then, and a new model may know it.
fn unusual(request: &impasto_types::ImageRequest) -> Vec<(&'static str, Value)> {
    let all = [
        ("background", request.background.as_ref().map(|it| it.as_str().into())),
        ("complexity", request.complexity.as_ref().map(|it| it.as_str().into())),
        ("frame_count", request.frame_count.map(Into::into)),
        ("frame_duration_ms", request.frame_duration_ms.map(Into::into)),
        ("safety_identifier", request.safety_identifier.clone().map(Into::into)),
        ("user", request.user.clone().map(Into::into)),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// The names of the fields that hold images: the seller's table for the model, else what the caller named, else
/// the names that most models use.
fn fields(target: &Target, job: &Job) -> Result<InputFields, Error> {
    let inputs = &target.seller.inputs;
    if let Some((image, list)) = settings::image_field(target)? {
        return Ok(InputFields { image: image.to_owned(), list, mask: Some("mask_image".to_owned()) });
    }
    let known = inputs.get(job.model.as_str()).cloned();
    Ok(known.unwrap_or(InputFields { mask: Some("mask_image".to_owned()), ..InputFields::default() }))
}
