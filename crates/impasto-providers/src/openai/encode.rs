//! What is sent: address, headers and the JSON of a generation.

use http::HeaderName;
use http::header::HeaderValue;
use impasto_transport::{Auth, Body, HttpRequest, JsonBody};
use impasto_types::wire::openai::GenerateBody;
use impasto_types::{ImageRequest, Operation};
use serde_json::Value;

use super::edit;
use crate::error::{Error, ErrorKind};
use crate::job::Job;
use crate::seller::KeyStyle;
use crate::target::Target;

/// The one request of a job.
pub(super) fn request(target: &Target, job: &Job) -> Result<HttpRequest, Error> {
    let edit = job.request.operation == Operation::Edit;
    let paths = &target.seller.paths;
    let path = if edit { &paths.edit } else { &paths.generate };
    let body =
        if edit { edit::body(target, job)? } else { Body::Json(JsonBody::from_value(&common(target, job))?) };
    let mut request = HttpRequest::post(url(target, job, path)?, body).with_auth(auth(target)?);
    request.headers.insert(http::header::ACCEPT, HeaderValue::from_static("application/json"));
    for (name, template) in &target.seller.headers {
        let Some(value) = fill(target, job, template)? else { continue };
        let bad = |what: &str| Error::new(ErrorKind::Configuration, format!("header {name}: {what}"));
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("is not a header name"))?;
        let value = HeaderValue::from_str(&value).map_err(|_| bad("has a value no header can carry"))?;
        request.headers.insert(name, value);
    }
    Ok(request)
}

/// The fields that a generation and a JSON edit share.
pub(super) fn common(target: &Target, job: &Job) -> GenerateBody {
    let quirks = &target.seller.quirks;
    let request = trimmed(&job.request, &quirks.leave_out);
    let model = (!quirks.model_not_in_body).then_some(job.model.as_str());
    let mut body = GenerateBody::from_request(&request, model);
    if let Some(format) = &quirks.response_format {
        body.extra.entry("response_format").or_insert_with(|| Value::String(format.clone()));
    }
    body
}

/// The request without the fields a seller refuses or ignores; the facade has warned of them.
fn trimmed(request: &ImageRequest, leave_out: &[String]) -> ImageRequest {
    let mut request = request.clone();
    for field in leave_out {
        match field.as_str() {
            "n" => request.n = None,
            "size" => request.size = None,
            "quality" => request.quality = None,
            "background" => request.background = None,
            "output_format" => request.output_format = None,
            "output_compression" => request.output_compression = None,
            "moderation" => request.moderation = None,
            "input_fidelity" => request.input_fidelity = None,
            "complexity" => request.complexity = None,
            "partial_images" => request.partial_images = None,
            "stream" => {
                request.stream = false;
                request.partial_images = None;
            }
            "safety_identifier" => request.safety_identifier = None,
            "user" => request.user = None,
            other => {
                request.extra.remove(other);
            }
        }
    }
    request
}

fn url(target: &Target, job: &Job, path: &str) -> Result<String, Error> {
    let mut base = target.base_url.as_str();
    // Azure's endpoint is written with and without /openai; the path brings its own.
    if path.starts_with("/openai/") {
        base = base.strip_suffix("/openai").unwrap_or(base);
    }
    let path = fill(target, job, path)?.ok_or_else(|| {
        Error::new(ErrorKind::Configuration, format!("the path {path} names an option that is not set"))
    })?;
    let mut url = format!("{base}{path}");
    let mut separator = if url.contains('?') { '&' } else { '?' };
    for (name, template) in &target.seller.query {
        let Some(value) = fill(target, job, template)? else { continue };
        url.push(separator);
        url.extend([escape(name).as_str(), "=", escape(&value).as_str()]);
        separator = '&';
    }
    Ok(url)
}

fn auth(target: &Target) -> Result<Auth, Error> {
    let auth = &target.seller.auth;
    let name = || {
        let message = format!("seller {}: auth.name is missing for this style", target.seller.id);
        auth.name.clone().ok_or_else(|| Error::new(ErrorKind::Configuration, message))
    };
    Ok(match auth.style {
        KeyStyle::Bearer => Auth::Bearer,
        KeyStyle::Header => Auth::Header(name()?),
        KeyStyle::Prefix => Auth::Prefixed { scheme: name()? },
    })
}

/// `template` with each `{name}` replaced; nothing when a name is not set.
fn fill(target: &Target, job: &Job, template: &str) -> Result<Option<String>, Error> {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let close = rest[open..].find('}').map(|at| open + at).ok_or_else(|| {
            Error::new(
                ErrorKind::Configuration,
                format!("seller {}: {template:?} has an open brace", target.seller.id),
            )
        })?;
        filled.push_str(&rest[..open]);
        match &rest[open + 1..close] {
            "model" => filled.push_str(&escape(job.model.as_str())),
            name => match target.options.get(name) {
                Some(value) if !value.is_empty() => filled.push_str(value),
                _ => return Ok(None),
            },
        }
        rest = &rest[close + 1..];
    }
    filled.push_str(rest);
    Ok(Some(filled))
}

/// Percent-encodes all but the characters that RFC 3986 calls unreserved.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let hex = |nibble: u8| char::from(b"0123456789ABCDEF"[usize::from(nibble)]);
            escaped.extend(['%', hex(byte >> 4), hex(byte & 15)]);
        }
    }
    escaped
}
