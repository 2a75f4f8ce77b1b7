//! What comes back: the reply of `data`, the events of a stream, and the shapes resellers make of both.

use impasto_transport::{Document, DocumentKind};
use impasto_types::wire::openai::{EventKind, ImageEvent, ImagesResponse};
use impasto_types::{BillingOutcome, DeliveredImage, ImageContent, Size, Usage};
use serde_json::{Map, Value};

use crate::adapter::{JobEvent, ReplyHead};
use crate::error::{Error, ErrorKind};
use crate::failure;
use crate::images;
use crate::job::{Job, Phase};
use crate::target::Target;

pub(super) fn document(
    target: &Target,
    job: &mut Job,
    head: &ReplyHead,
    document: &Document,
) -> Result<Vec<JobEvent>, Error> {
    job.delivery.request_id = failure::request_id(target, head).or(job.delivery.request_id.take());
    let is_error_event = document.event.as_deref() == Some("error");
    // `[DONE]`, and heartbeats that are not JSON, say nothing about images.
    if document.kind != DocumentKind::Json && !is_error_event {
        return Ok(Vec::new());
    }
    let value: Value = if document.kind == DocumentKind::Json {
        serde_json::from_slice(&document.json).map_err(|error| {
            Error::new(ErrorKind::UnexpectedReply, format!("the reply is not JSON: {error}"))
                .with_status(head.status)
        })?
    } else {
        let mut value = Map::new();
        value.insert("error".to_owned(), String::from_utf8_lossy(&document.json).into());
        Value::Object(value)
    };
    if is_error_event || value["type"] == "error" {
        return Err(told_failure(target, job, head, &value));
    }
    let mut found = Vec::new();
    match event_kind(document, &value) {
        Some(kind) => event(job, document, &kind, &value, &mut found),
        None => whole(job, document, &value, &mut found)?,
    }
    // A reply that holds images beside an error is a delivery; the error stays in its raw JSON.
    if found.is_empty() && says_failure(&value) {
        return Err(told_failure(target, job, head, &value));
    }
    Ok(found)
}

/// The end: a reply without an image is a failure, and what waits behind a URL is to be fetched.
pub(super) fn end(target: &Target, job: &mut Job, head: &ReplyHead) -> Result<Vec<JobEvent>, Error> {
    let mut found = Vec::new();
    if job.delivery.images.is_empty() && head.is_success() && head.media_type().starts_with("image/") {
        job.delivery.request_id = failure::request_id(target, head);
        images::push(job, DeliveredImage::new(ImageContent::Blob(0)), &mut found);
    }
    if job.delivery.images.is_empty() {
        return Err(located(target, head, nothing_arrived(job, head)));
    }
    if let Some(error) = images::all_failed(target, job) {
        return Err(located(target, head, error));
    }
    job.phase = if images::any_waits(job) { Phase::Fetch } else { Phase::Done };
    Ok(found)
}

fn nothing_arrived(job: &Job, head: &ReplyHead) -> Error {
    if let Some(task) = task_id(&job.delivery.raw) {
        let message =
            format!("the seller answered with task {task} instead of an image; it works asynchronously");
        return Error::new(ErrorKind::UnexpectedReply, message).with_task_id(task);
    }
    if head.media_type() == "text/event-stream" {
        return Error::new(ErrorKind::Incomplete, "the stream ended before an image was complete");
    }
    match failure::bare(&job.delivery.raw).message {
        Some(words) => Error::new(ErrorKind::NoImage, format!("the reply holds no image; it says: {words}"))
            .with_seller_message(words),
        None => Error::new(ErrorKind::NoImage, "the reply holds no image"),
    }
}

fn located(target: &Target, head: &ReplyHead, error: Error) -> Error {
    let error = error.with_status(head.status);
    match failure::request_id(target, head) {
        Some(id) => error.with_request_id(id),
        None => error,
    }
}

/// Whether a reply says of itself that it failed: an error that is not empty, or a code that is no success.
fn says_failure(value: &Value) -> bool {
    let error = match &value["error"] {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => true,
    };
    let code = match &value["code"] {
        Value::Number(code) => code.as_u64(),
        Value::String(code) => code.parse().ok(),
        _ => None,
    };
    error || code.is_some_and(|code| (400..600).contains(&code))
}

/// The failure told in a reply of success.
fn told_failure(target: &Target, job: &Job, head: &ReplyHead, value: &Value) -> Error {
    let error = failure::of_value(target, head, value);
    let arrived = |image: &DeliveredImage| !matches!(image.content, ImageContent::Failed { .. });
    if job.delivery.images.iter().any(arrived) {
        return error.with_billing(BillingOutcome::Billed);
    }
    error
}

/// The type of an event, from its name or its data; none for a whole reply.
fn event_kind(document: &Document, value: &Value) -> Option<EventKind> {
    let named = value["type"].as_str().or(document.event.as_deref())?;
    named.starts_with("image_").then(|| EventKind::from(named))
}

fn event(job: &mut Job, document: &Document, kind: &EventKind, value: &Value, found: &mut Vec<JobEvent>) {
    let event = ImageEvent::from_json(value.clone()).unwrap_or_default();
    let content = images::content_of(document, event.b64_json.as_deref(), event.url.as_deref());
    match kind {
        EventKind::GenerationPartial | EventKind::EditPartial => {
            partial(&event, content.as_ref(), found);
            return;
        }
        EventKind::GenerationPartialFailed => {
            images::push(job, DeliveredImage::new(images::failed(&value["error"])), found);
            return;
        }
        // Nothing says that the image of a new type is a finished one.
        EventKind::Other(name) if !FINISHED.iter().any(|end| name.ends_with(end)) => {
            partial(&event, content.as_ref(), found);
            return;
        }
        _ => {}
    }
    let delivery = &mut job.delivery;
    delivery.created = delivery.created.or(event.created_at);
    delivery.size = delivery.size.take().or_else(|| size(event.size.as_deref()));
    delivery.quality = delivery.quality.take().or(event.quality);
    delivery.background = delivery.background.take().or(event.background);
    delivery.output_format = delivery.output_format.take().or(event.output_format);
    delivery.svg_usage = delivery.svg_usage.take().or(event.svg_usage);
    add_usage(&mut delivery.usage, event.usage.as_ref());
    keep_raw(job, value);
    if let Some(content) = content {
        images::push(job, DeliveredImage::new(content), found);
    }
    // Some gateways put the whole reply into the completed event.
    for item in value["data"].as_array().into_iter().flatten() {
        images::take(job, document, item, found);
    }
}

/// How the names of events with a finished image end.
const FINISHED: &[&str] = &["completed", "succeeded", "done"];

fn partial(event: &ImageEvent, content: Option<&ImageContent>, found: &mut Vec<JobEvent>) {
    if let Some(ImageContent::Blob(blob)) = content {
        let index = event.partial_image_index.unwrap_or_default();
        found
            .push(JobEvent::Partial { partial_index: u32::try_from(index).unwrap_or(u32::MAX), blob: *blob });
    }
}

fn whole(job: &mut Job, document: &Document, value: &Value, found: &mut Vec<JobEvent>) -> Result<(), Error> {
    let reply = ImagesResponse::from_json(value.clone()).ok_or_else(|| {
        Error::new(ErrorKind::UnexpectedReply, format!("the reply is not an object: {}", excerpt(value)))
    })?;
    let delivery = &mut job.delivery;
    delivery.created = reply.created.or(delivery.created);
    delivery.model = value["model"].as_str().map(Into::into).or(delivery.model.take());
    delivery.size = size(reply.size.as_deref()).or(delivery.size.take());
    delivery.quality = reply.quality.or(delivery.quality.take());
    delivery.background = reply.background.or(delivery.background.take());
    delivery.output_format = reply.output_format.or(delivery.output_format.take());
    delivery.svg_usage = reply.svg_usage.or(delivery.svg_usage.take());
    add_usage(&mut delivery.usage, reply.usage.as_ref());
    let before = job.delivery.images.len();
    for key in ["data", "images", "output", "outputs"] {
        let items = match &value[key] {
            Value::Array(items) => items.as_slice(),
            one @ (Value::Object(_) | Value::String(_)) => std::slice::from_ref(one),
            _ => continue,
        };
        for item in items {
            images::take(job, document, item, found);
        }
        // The first list that holds images is the one; others repeat it.
        if job.delivery.images.len() > before {
            break;
        }
    }
    keep_raw(job, value);
    Ok(())
}

/// The usage of several completed events is added up: each counts its own image.
fn add_usage(sum: &mut Option<Usage>, next: Option<&Usage>) {
    if let Some(next) = next {
        *sum = Some(sum.take().map_or_else(|| next.clone(), |sum| sum.plus(next)));
    }
}

/// Keeps the JSON of a whole reply, or of each event in a list.
fn keep_raw(job: &mut Job, value: &Value) {
    let raw = &mut job.delivery.raw;
    match raw {
        Value::Null => *raw = value.clone(),
        Value::Array(all) => all.push(value.clone()),
        _ => *raw = Value::Array(vec![raw.take(), value.clone()]),
    }
}

fn size(text: Option<&str>) -> Option<Size> {
    text.and_then(|text| text.parse().ok())
}

/// The id of a task, where a seller answers with one in place of images.
fn task_id(raw: &Value) -> Option<String> {
    let objects = [raw, &raw["data"], &raw["data"][0], &raw["output"]];
    objects
        .into_iter()
        .filter_map(Value::as_object)
        .find_map(|object| images::text_of(object, &["task_id", "id"]))
}

fn excerpt(value: &Value) -> String {
    value.to_string().chars().take(200).collect()
}
