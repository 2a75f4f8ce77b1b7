//! The images of a reply, whichever shape a seller gives them: base64, a URL, an object, an error.

use impasto_transport::{BlobId, Document, HttpRequest, blob_of};
use impasto_types::wire::openai::ImageData;
use impasto_types::{BillingOutcome, DeliveredImage, ImageContent};
use serde_json::{Map, Value};

use crate::adapter::{Fetch, JobEvent};
use crate::error::{Error, ErrorKind};
use crate::failure;
use crate::job::Job;
use crate::target::Target;

/// Keys whose text is always an image in base64.
pub(crate) const PULL_ALWAYS: &[&str] = &["b64_json", "image_base64", "partial_image_b64"];

/// Keys whose text may be an image, at sellers that answer in their own shape.
pub(crate) const PULL_IF_IMAGE: &[&str] =
    &["url", "download_url", "image", "images", "output", "outputs", "result"];

/// One item of a list: an object with an image or an error, or the image itself.
pub(crate) fn take(job: &mut Job, document: &Document, item: &Value, found: &mut Vec<JobEvent>) {
    if let Some(text) = item.as_str() {
        if let Some(content) = content_of(document, None, Some(text)) {
            push(job, DeliveredImage::new(content), found);
        }
        return;
    }
    let Some(data) = ImageData::from_json(item.clone()) else { return };
    let other = |key: &str| data.extra.get(key).and_then(Value::as_str);
    let b64 = non_empty(data.b64_json.as_deref()).or_else(|| other("image_base64"));
    let url = ["download_url", "image_url", "image"].into_iter().find_map(other);
    let url = non_empty(data.url.as_deref()).or(url);
    let content = content_of(document, b64, url).or_else(|| {
        let error = data.extra.get("error").filter(|error| !error.is_null())?;
        Some(failed(error))
    });
    let Some(content) = content else { return };
    let mut image = DeliveredImage::new(content);
    image.revised_prompt = data.revised_prompt.filter(|prompt| !prompt.is_empty());
    image.extra = data.extra;
    push(job, image, found);
}

/// The content that a seller's error of one image is.
pub(crate) fn failed(error: &Value) -> ImageContent {
    let message = error["message"].as_str().or(error.as_str()).unwrap_or("the seller gave no reason");
    ImageContent::Failed { code: error["code"].as_str().map(str::to_owned), message: message.to_owned() }
}

/// Base64 goes before a URL: it has arrived already.
pub(crate) fn content_of(document: &Document, b64: Option<&str>, url: Option<&str>) -> Option<ImageContent> {
    for text in [b64, url].into_iter().flatten() {
        if let Some(BlobId(id)) = blob_of(text) {
            let problem = document.blob(BlobId(id)).and_then(|blob| blob.problem.as_ref());
            return Some(match problem {
                None => ImageContent::Blob(id),
                Some(problem) => ImageContent::Failed { code: None, message: problem.to_string() },
            });
        }
    }
    let url = url?;
    if url.starts_with("https://") || url.starts_with("http://") {
        return Some(ImageContent::Url(url.to_owned()));
    }
    let shown: String = url.chars().take(80).collect();
    let message = format!("the seller gave an address that cannot be fetched: {shown:?}");
    Some(ImageContent::Failed { code: None, message })
}

pub(crate) fn push(job: &mut Job, image: DeliveredImage, found: &mut Vec<JobEvent>) {
    let index = job.delivery.images.len();
    found.push(JobEvent::Image { index, content: image.content.clone() });
    job.delivery.images.push(image);
}

/// The images that still wait behind URLs. They are fetched bare: no key, no header of the seller's.
pub(crate) fn fetches(job: &Job) -> Vec<Fetch> {
    let images = job.delivery.images.iter().enumerate();
    images
        .filter_map(|(index, image)| match &image.content {
            ImageContent::Url(url) => Some(Fetch::new(index, HttpRequest::get(url))),
            _ => None,
        })
        .collect()
}

/// Whether an image waits behind a URL.
pub(crate) fn any_waits(job: &Job) -> bool {
    job.delivery.images.iter().any(|image| matches!(image.content, ImageContent::Url(_)))
}

/// The failure of a delivery in which every image failed.
pub(crate) fn all_failed(target: &Target, job: &Job) -> Option<Error> {
    let failures = job.delivery.images.iter().map(|image| match &image.content {
        ImageContent::Failed { code, message } => Some((code.as_deref(), message.as_str())),
        _ => None,
    });
    let (code, message) = failures.collect::<Option<Vec<_>>>()?.into_iter().next()?;
    Some(match code {
        Some(_) => failure(target, code, message),
        None => failure(target, None, &format!("no image arrived whole: {message}")),
    })
}

/// The failure of one image of a reply that went well otherwise. Nobody says whether it is on the bill.
pub(crate) fn failure(target: &Target, code: Option<&str>, message: &str) -> Error {
    let error = match code {
        Some(code) => {
            let kind = failure::by_code(&target.seller.errors, code).unwrap_or(ErrorKind::NoImage);
            Error::new(kind, message).with_code(code).with_seller_message(message)
        }
        None => Error::new(ErrorKind::UnexpectedReply, message),
    };
    error.with_billing(BillingOutcome::Unknown)
}

/// The first text or number under one of `keys`.
pub(crate) fn text_of(object: &Map<String, Value>, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| match object.get(*key)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

fn non_empty(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use impasto_types::BillingOutcome;

    use crate::{ErrorKind, Sellers, Target};

    #[test]
    fn a_failed_image_is_told_by_its_code() {
        let sellers = Sellers::builtin().unwrap();
        for (seller, code, kind) in [
            ("openai", Some("moderation_blocked"), ErrorKind::Moderation),
            ("openai", Some("server_error"), ErrorKind::Server),
            ("openai", Some("insufficient_quota"), ErrorKind::Quota),
            ("openai", Some("a_code_of_tomorrow"), ErrorKind::NoImage),
            ("modelverse", Some("moderation_blocked"), ErrorKind::Moderation),
            ("openai", None, ErrorKind::UnexpectedReply),
        ] {
            let target = Target::new(sellers.find(seller).unwrap().clone());
            let error = target.image_failure(code, "Your request was rejected by the safety system.");
            assert_eq!((error.kind(), error.code()), (kind, code));
            assert_eq!(error.billing(), BillingOutcome::Unknown);
        }
    }
}
