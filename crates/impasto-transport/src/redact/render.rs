//! A request as canonical text: for dry runs, snapshots and fixtures.

use http::{HeaderMap, HeaderValue, Method, header};

use super::{RedactedHeaders, RedactedUrl, pretty};
use crate::{
    Auth, Body, Form, HttpRequest, PartContent, PreparedRequest, Segment, Source, body::SegmentReader,
    hex::hex,
};

/// Stands for the boundary of a form, which is random.
const BOUNDARY: &str = "[boundary]";

/// A boundary as long as a real one, to count the body's length.
const SAMPLE_BOUNDARY: &str = "impasto-00000000000000000000000000000000";

/// A request as canonical text: the request line, sorted lower-case headers with their secrets hidden, and the
/// body: JSON indented in the order in which it is sent, forms part by part. Images are shown by their size
/// and the beginning of their SHA-256, however they are given; their files are read for that, blocking.
///
/// ```
/// use impasto_transport::{Auth, Body, HttpRequest, JsonBody, redact::render_request};
/// use serde_json::json;
///
/// let body = JsonBody::from_value(&json!({"prompt": "a fox", "n": 2}))?;
/// let request = HttpRequest::post("https://api.openai.com/v1/images/generations", body.into());
/// assert_eq!(
///     render_request(&request.with_auth(Auth::Bearer)),
///     r#"POST /v1/images/generations
/// host: api.openai.com
/// authorization: [redacted]
/// content-length: 24
/// content-type: application/json
///
/// {
///   "n": 2,
///   "prompt": "a fox"
/// }
/// "#,
/// );
/// # Ok::<(), impasto_transport::TransportError>(())
/// ```
#[must_use]
pub fn render_request(request: &HttpRequest) -> String {
    let mut headers = request.headers.clone();
    let name = match &request.auth {
        Auth::None => None,
        Auth::Header(name) => header::HeaderName::from_bytes(name.as_bytes()).ok(),
        Auth::Bearer | Auth::Prefixed { .. } => Some(header::AUTHORIZATION),
    };
    if let Some(name) = name {
        let mut value = HeaderValue::from_static("");
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    let content_type = request.body.content_type(BOUNDARY).and_then(|text| HeaderValue::from_str(&text).ok());
    if let Some(content_type) = content_type {
        headers.insert(header::CONTENT_TYPE, content_type);
    }
    let has_body = request.body != Body::Empty || request.method != Method::GET;
    let length = has_body.then(|| request.body.content_length(SAMPLE_BOUNDARY));
    render(&request.method, &request.url, headers, length, &request.body)
}

/// A request that is ready to send, as the same text as [`render_request`].
#[must_use]
pub fn render_prepared(request: &PreparedRequest) -> String {
    let mut headers = request.headers.clone();
    let is_form = matches!(request.body, Body::Multipart(_));
    let content_type = request.body.content_type(BOUNDARY).filter(|_| is_form);
    if let Some(content_type) = content_type.and_then(|text| HeaderValue::from_str(&text).ok()) {
        headers.insert(header::CONTENT_TYPE, content_type);
    }
    render(&request.method, &request.url, headers, request.content_length, &request.body)
}

fn render(method: &Method, url: &str, mut headers: HeaderMap, length: Option<u64>, body: &Body) -> String {
    let url = RedactedUrl::new(url).to_string();
    let rest = url.split_once("://").map_or(&url[..], |(_, rest)| rest);
    let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let slash = if path.starts_with('/') { "" } else { "/" };
    let mut text = format!("{method} {slash}{path}\nhost: {host}\n");
    if let Some(length) = length {
        headers.insert(header::CONTENT_LENGTH, length.into());
    }
    for (name, value) in RedactedHeaders::new(&headers).sorted() {
        text.extend([name, ": ", &value, "\n"]);
    }
    let body = render_body(body);
    if !body.is_empty() {
        text.push('\n');
        text.push_str(&body);
        text.push('\n');
    }
    text
}

fn render_body(body: &Body) -> String {
    match body {
        Body::Empty => String::new(),
        Body::Json(json) => {
            let mut text = Vec::new();
            for segment in &json.segments {
                match segment {
                    Segment::Bytes(bytes) => text.extend_from_slice(bytes),
                    Segment::Base64(source) => text.extend_from_slice(describe(source).as_bytes()),
                    Segment::File(file) => text.extend_from_slice(describe(&file.clone().into()).as_bytes()),
                }
            }
            pretty::indent(&text)
        }
        Body::Multipart(form) => render_form(form),
        Body::Bytes { content_type, bytes } => match std::str::from_utf8(bytes) {
            Ok(text) if content_type.starts_with("text/") || content_type.contains("urlencoded") => {
                text.to_owned()
            }
            _ => describe(&bytes.clone().into()),
        },
    }
}

fn render_form(form: &Form) -> String {
    let mut lines = Vec::new();
    for part in &form.parts {
        match &part.content {
            PartContent::Text(value) => {
                lines.push(format!("part {:?}", part.name));
                lines.extend(value.split('\n').map(|line| format!("  {}", visible(line))));
            }
            PartContent::File { filename, content_type, source } => {
                lines.push(format!("part {:?} file {filename:?} {content_type}", part.name));
                lines.push(format!("  {}", describe(source)));
            }
        }
    }
    lines.join("\n")
}

/// The line with its control characters written as escapes: a form's text cannot imitate another part.
fn visible(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    for char in line.chars() {
        if char.is_control() {
            shown.extend(char.escape_default());
        } else {
            shown.push(char);
        }
    }
    shown
}

/// The size and the beginning of the SHA-256 of what a source holds.
fn describe(source: &Source) -> String {
    let segment = match source {
        Source::Bytes(bytes) => return describe_bytes(bytes),
        Source::File(file) => Segment::File(file.clone()),
    };
    let mut reader = SegmentReader::new(vec![segment]);
    let mut hash = hmac_sha256::Hash::new();
    loop {
        match reader.next_chunk() {
            Ok(Some(chunk)) => hash.update(&chunk),
            Ok(None) => return describe_hash(source.len(), &hash.finalize()),
            Err(_) => return format!("<{} bytes, unreadable>", source.len()),
        }
    }
}

pub(super) fn describe_bytes(bytes: &[u8]) -> String {
    describe_hash(bytes.len() as u64, &hmac_sha256::Hash::hash(bytes))
}

fn describe_hash(len: u64, hash: &[u8; 32]) -> String {
    format!("<{len} bytes, sha256 {}>", hex(&hash[..8]))
}
