//! What comes back: the reply of `data`, the events of a stream, and the shapes resellers make of both.

use impasto_transport::{BlobId, Document, DocumentKind, blob_of};
use impasto_types::wire::openai::{ErrorBody, EventKind, ImageData, ImageEvent, ImagesResponse};
use impasto_types::{BillingOutcome, DeliveredImage, ImageContent, Size, Usage};
use serde_json::{Map, Value};

use super::failure;
use crate::adapter::{JobEvent, ReplyHead};
use crate::error::{Error, ErrorKind};
use crate::job::{Job, Phase};
use crate::target::Target;

pub(super) fn document(
    target: &Target,
    job: &mut Job,
    head: &ReplyHead,
    document: &Document,
) -> Result<Vec<JobEvent>, Error> {
    job.delivery.request_id = failure::request_id(target, head).or(job.delivery.request_id.take());
    // `[DONE]`, and heartbeats that are not JSON, say nothing about images.
    if document.kind != DocumentKind::Json {
        return Ok(Vec::new());
    }
    let value: Value = serde_json::from_slice(&document.json).map_err(|error| {
        Error::new(ErrorKind::UnexpectedReply, format!("the reply is not JSON: {error}"))
            .with_status(head.status)
    })?;
    if let Some(error) = told_failure(target, job, head, document, &value) {
        return Err(error);
    }
    let kind = event_kind(document, &value);
    let mut found = Vec::new();
    if let Some(kind) = kind {
        event(job, document, &kind, &value, &mut found);
    } else {
        whole(job, document, &value, &mut found)?;
    }
    Ok(found)
}

/// The end: a reply without an image is a failure, and what waits behind a URL is to be fetched.
pub(super) fn end(target: &Target, job: &mut Job, head: &ReplyHead) -> Result<Vec<JobEvent>, Error> {
    if job.delivery.images.is_empty() {
        let (kind, message) = if head.media_type() == "text/event-stream" {
            (ErrorKind::Incomplete, "the stream ended before an image was complete")
        } else {
            (ErrorKind::NoImage, "the reply holds no image")
        };
        let mut error = Error::new(kind, message).with_status(head.status);
        if let Some(id) = failure::request_id(target, head) {
            error = error.with_request_id(id);
        }
        if let Some(task) = task_id(&job.delivery.raw) {
            error = Error::new(
                ErrorKind::UnexpectedReply,
                format!("the seller answered with task {task} instead of an image; it works asynchronously"),
            )
            .with_status(head.status)
            .with_task_id(task);
        }
        return Err(error);
    }
    let waits = job.delivery.images.iter().any(|image| matches!(image.content, ImageContent::Url(_)));
    job.phase = if waits { Phase::Fetch } else { Phase::Done };
    Ok(Vec::new())
}

/// An error told in a successful reply, or by an `error` event in either of its two shapes.
fn told_failure(
    target: &Target,
    job: &Job,
    head: &ReplyHead,
    document: &Document,
    value: &Value,
) -> Option<Error> {
    let is_error_event = document.event.as_deref() == Some("error") || value["type"] == "error";
    let inner = value.get("error").filter(|error| error.is_object() || error.is_string());
    if inner.is_none() && !is_error_event {
        return None;
    }
    // A reply that holds images beside an error is a delivery; the error stays in its raw JSON.
    let has_images = value["data"].as_array().is_some_and(|items| !items.is_empty());
    if has_images && !is_error_event {
        return None;
    }
    let body = match inner {
        Some(Value::String(message)) => ErrorBody { message: Some(message.clone()), ..ErrorBody::default() },
        Some(object) => serde_json::from_value(object.clone()).unwrap_or_default(),
        None => serde_json::from_value(value.clone()).unwrap_or_default(),
    };
    let mut error = failure::of_body(target, head, &body);
    // The status said success, so work may have begun: only a refusal of the input is surely free.
    let began = job.request.stream || head.is_success();
    let free = error.kind() == ErrorKind::Moderation && error.moderation_stage() == Some("input");
    if began
        && !free
        && !matches!(error.kind(), ErrorKind::InvalidRequest | ErrorKind::Quota | ErrorKind::RateLimit)
    {
        error = error.with_billing(BillingOutcome::Unknown);
    }
    Some(error)
}

/// The type of an event, from its name or its data; none for a whole reply.
fn event_kind(document: &Document, value: &Value) -> Option<EventKind> {
    let named = value["type"].as_str().or(document.event.as_deref())?;
    named.starts_with("image_").then(|| EventKind::from(named))
}

fn event(job: &mut Job, document: &Document, kind: &EventKind, value: &Value, found: &mut Vec<JobEvent>) {
    let event: ImageEvent = serde_json::from_value(value.clone()).unwrap_or_default();
    let content = content_of(document, event.b64_json.as_deref(), event.url.as_deref());
    match kind {
        EventKind::GenerationPartial | EventKind::EditPartial => {
            if let Some(ImageContent::Blob(blob)) = content {
                let index = event.partial_image_index.unwrap_or_default();
                found.push(JobEvent::Partial {
                    partial_index: u32::try_from(index).unwrap_or(u32::MAX),
                    blob,
                });
            }
            return;
        }
        EventKind::GenerationPartialFailed => {
            let message =
                value["error"]["message"].as_str().unwrap_or("the seller gave no reason").to_owned();
            let code = value["error"]["code"].as_str().map(str::to_owned);
            push(job, DeliveredImage::new(ImageContent::Failed { code, message }), found);
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
        push(job, DeliveredImage::new(content), found);
    }
    // Some gateways put the whole reply into the completed event.
    for item in value["data"].as_array().into_iter().flatten() {
        take_item(job, document, item, found);
    }
}

fn whole(job: &mut Job, document: &Document, value: &Value, found: &mut Vec<JobEvent>) -> Result<(), Error> {
    let reply: ImagesResponse = serde_json::from_value(value.clone()).map_err(|_| {
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
            take_item(job, document, item, found);
        }
        // The first list that holds images is the one; others repeat it.
        if job.delivery.images.len() > before {
            break;
        }
    }
    keep_raw(job, value);
    Ok(())
}

/// One item of a list: an object with an image or an error, or the image itself.
fn take_item(job: &mut Job, document: &Document, item: &Value, found: &mut Vec<JobEvent>) {
    if let Some(text) = item.as_str() {
        if let Some(content) = content_of(document, None, Some(text)) {
            push(job, DeliveredImage::new(content), found);
        }
        return;
    }
    let Ok(data) = serde_json::from_value::<ImageData>(item.clone()) else { return };
    let other = |key: &str| data.extra.get(key).and_then(Value::as_str);
    let b64 = non_empty(data.b64_json.as_deref()).or_else(|| other("image_base64"));
    let url = non_empty(data.url.as_deref()).or_else(|| other("image_url")).or_else(|| other("image"));
    let content = content_of(document, b64, url).or_else(|| {
        let error = data.extra.get("error").filter(|error| !error.is_null())?;
        let message = error["message"].as_str().or(error.as_str()).unwrap_or("the seller gave no reason");
        let code = error["code"].as_str().map(str::to_owned);
        Some(ImageContent::Failed { code, message: message.to_owned() })
    });
    let Some(content) = content else { return };
    let mut image = DeliveredImage::new(content);
    image.revised_prompt = data.revised_prompt.filter(|prompt| !prompt.is_empty());
    image.extra = data.extra;
    push(job, image, found);
}

/// Base64 goes before a URL: it has arrived already.
fn content_of(document: &Document, b64: Option<&str>, url: Option<&str>) -> Option<ImageContent> {
    for text in [b64, url].into_iter().flatten() {
        if let Some(BlobId(id)) = blob_of(text) {
            let problem = document.blob(BlobId(id)).and_then(|blob| blob.problem.as_ref());
            return Some(match problem {
                None => ImageContent::Blob(id),
                Some(problem) => ImageContent::Failed { code: None, message: problem.to_string() },
            });
        }
    }
    let url = url.filter(|url| url.starts_with("https://") || url.starts_with("http://"))?;
    Some(ImageContent::Url(url.to_owned()))
}

fn push(job: &mut Job, image: DeliveredImage, found: &mut Vec<JobEvent>) {
    let index = job.delivery.images.len();
    found.push(JobEvent::Image { index, content: image.content.clone() });
    job.delivery.images.push(image);
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

fn non_empty(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

/// The id of a task, where a seller answers with one in place of images.
fn task_id(raw: &Value) -> Option<String> {
    let objects = [raw, &raw["data"], &raw["data"][0], &raw["output"]];
    objects
        .into_iter()
        .filter_map(Value::as_object)
        .find_map(|object: &Map<String, Value>| object.get("task_id").or_else(|| object.get("id")))
        .and_then(Value::as_str)
        .map(str::to_owned)
}

fn excerpt(value: &Value) -> String {
    value.to_string().chars().take(200).collect()
}
