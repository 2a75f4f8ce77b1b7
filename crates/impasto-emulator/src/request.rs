//! An incoming request: path, query, headers, the caller's key, and a body that is read once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyDataStream, BodyExt};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, EXPECT, HOST, HeaderMap};
use hyper::{Method, Uri};

use crate::api_error::{ApiError, ApiResult};
use crate::directives::Directives;

/// The largest JSON body: sixteen data URLs of 20 MiB and some room.
const MAX_JSON: usize = 400 * 1024 * 1024;
/// How much of an unread body is swallowed, so that the caller can read the refusal.
const MAX_DRAINED: u64 = 2 * 1024 * 1024 * 1024;

/// What a request is for, as far as faults care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Work that is charged.
    Submit,
    Poll,
    Upload,
    Download,
    Other,
}

impl Phase {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Poll => "poll",
            Self::Upload => "upload",
            Self::Download => "download",
            Self::Other => "other",
        }
    }
}

/// One request.
#[derive(Debug)]
#[expect(clippy::struct_field_names, reason = "request_id is what the API calls it")]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// The path without the `/with/…` prefix.
    pub(crate) path: String,
    /// What came before the path: `/with/…` or nothing.
    pub(crate) prefix: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) directives: Directives,
    pub(crate) request_id: String,
    pub(crate) journal_index: u64,
    /// The label of the key it came with, whether or not the key is any good.
    pub(crate) key_label: Option<String>,
    body: Option<Incoming>,
    /// Bytes read so far.
    read: Arc<AtomicU64>,
    /// The body, if it was small JSON, for the journal.
    pub(crate) kept: Option<Bytes>,
}

impl Request {
    pub(crate) fn new(
        method: Method,
        location: Location,
        headers: HeaderMap,
        directives: Directives,
        request_id: String,
        body: Incoming,
    ) -> Self {
        let Location { path, prefix, query, .. } = location;
        Self {
            method,
            path,
            prefix,
            query,
            headers,
            directives,
            request_id,
            journal_index: 0,
            key_label: None,
            body: Some(body),
            read: Arc::default(),
            kept: None,
        }
    }

    /// What it is for.
    pub(crate) fn phase(&self) -> Phase {
        let path = self.path.as_str();
        if path.ends_with("/images/generations")
            || path.ends_with("/images/edits")
            || path.ends_with("/images")
            || path.ends_with("/generateImage")
        {
            Phase::Submit
        } else if path.contains("/model/prediction/") || path.contains("/model/result/") {
            Phase::Poll
        } else if path.ends_with("/uploadMedia") || path.ends_with("/v1/files") {
            Phase::Upload
        } else if path.starts_with("/files/") {
            Phase::Download
        } else {
            Phase::Other
        }
    }

    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The first value of a query parameter.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The bearer token, if the header has that form and it is not empty.
    pub(crate) fn bearer(&self) -> Option<&str> {
        let value = self.headers.get(AUTHORIZATION)?.to_str().ok()?.trim();
        let (scheme, token) = value.split_once(' ')?;
        let token = token.trim();
        (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
    }

    /// `http://host:port` as the caller sees the emulator, with any `/with/…` prefix.
    pub(crate) fn origin(&self) -> String {
        let host = self.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
        format!("http://{host}{}", self.prefix)
    }

    /// The content type without its parameters, in lower case.
    pub(crate) fn media_type(&self) -> String {
        let value = self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// The whole body in memory.
    pub(crate) async fn bytes(&mut self) -> ApiResult<Bytes> {
        let Some(mut body) = self.body.take() else {
            return Ok(Bytes::new());
        };
        let mut collected = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| broken_body())?;
            if let Ok(data) = frame.into_data() {
                self.read.fetch_add(data.len() as u64, Ordering::Relaxed);
                collected.extend_from_slice(&data);
                if collected.len() > MAX_JSON {
                    self.body = Some(body);
                    return Err(too_large());
                }
            }
        }
        let bytes = collected.freeze();
        if bytes.len() <= crate::journal::KEPT_BODY {
            self.kept = Some(bytes.clone());
        }
        Ok(bytes)
    }

    /// The parts of a multipart body.
    pub(crate) fn multipart(&mut self) -> ApiResult<multer::Multipart<'static>> {
        let content_type =
            self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let boundary = multer::parse_boundary(content_type).map_err(|_| {
            ApiError::invalid("invalid_multipart", "", "The multipart body has no usable boundary.")
        })?;
        let body = self.body.take().ok_or_else(broken_body)?;
        let read = Arc::clone(&self.read);
        let body = body.map_frame(move |frame| {
            if let Some(data) = frame.data_ref() {
                read.fetch_add(data.len() as u64, Ordering::Relaxed);
            }
            frame
        });
        Ok(multer::Multipart::new(BodyDataStream::new(body), boundary))
    }

    /// Reads what nobody read, so that a caller who is still sending can see the answer.
    ///
    /// A caller who waits for `100 Continue` is not made to send.
    pub(crate) async fn drain(&mut self) {
        let waiting = self.headers.contains_key(EXPECT);
        let Some(mut body) = self.body.take() else { return };
        if waiting && self.body_length() == 0 {
            return;
        }
        while let Some(Ok(frame)) = body.frame().await {
            if let Some(data) = frame.data_ref() {
                let read = self.read.fetch_add(data.len() as u64, Ordering::Relaxed);
                if read > MAX_DRAINED {
                    return;
                }
            }
        }
    }

    /// How many bytes of body were read.
    pub(crate) fn body_length(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}

fn broken_body() -> ApiError {
    ApiError::invalid("invalid_body", "", "The request body ended before it was complete.")
}

fn too_large() -> ApiError {
    ApiError::other(
        hyper::StatusCode::PAYLOAD_TOO_LARGE,
        "invalid_request_error",
        "request_too_large",
        "The request body is too large.",
    )
}

/// A request target taken apart.
#[derive(Debug, Clone, Default)]
pub(crate) struct Location {
    pub(crate) path: String,
    pub(crate) prefix: String,
    /// The directives named in a `/with/…` prefix.
    pub(crate) with: Option<String>,
    pub(crate) query: Vec<(String, String)>,
}

impl Location {
    pub(crate) fn of(uri: &Uri) -> Self {
        let query = parse_query(uri.query().unwrap_or_default());
        let full = uri.path();
        let split = full.strip_prefix("/with/").and_then(|rest| rest.split_once('/'));
        let Some((names, path)) = split else {
            return Self { path: full.to_owned(), query, ..Self::default() };
        };
        Self {
            path: format!("/{path}"),
            prefix: format!("/with/{names}"),
            with: Some(percent_decode(names)),
            query,
        }
    }
}

fn parse_query(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (percent_decode(key), percent_decode(value))
        })
        .collect()
}

/// Decodes `%XX` and `+`; what is not valid stays as it is.
pub(crate) fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut position = 0;
    while let Some(byte) = bytes.get(position) {
        let escaped = (*byte == b'%')
            .then(|| bytes.get(position + 1..position + 3))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (escaped, byte) {
            (Some(value), _) => {
                decoded.push(value);
                position += 2;
            }
            (None, b'+') => decoded.push(b' '),
            (None, other) => decoded.push(*other),
        }
        position += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}
