//! A request as a value, and how it becomes ready to send: the key is attached last, and only at home.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use crate::{
    ApiKey, Body, Deadlines, Entropy, Origin, Segment, TransportError, TransportErrorKind,
    redact::{RedactedUrl, is_secret_header},
};

/// One request as an adapter builds it. It never contains the key.
///
/// ```
/// use impasto_transport::{Auth, Body, HttpRequest, JsonBody, Repeat};
/// use serde_json::json;
///
/// let body = JsonBody::from_value(&json!({"prompt": "a fox"}))?;
/// let request = HttpRequest::post("https://api.openai.com/v1/images/generations", Body::Json(body))
///     .with_auth(Auth::Bearer);
/// assert_eq!(request.repeat, Repeat::WhenNotBilled);
/// # Ok::<(), impasto_transport::TransportError>(())
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The absolute `http` or `https` URL.
    pub url: String,
    /// Headers besides those of the key and the body.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
    /// Where the key goes.
    pub auth: Auth,
    /// Whether it may be repeated.
    pub repeat: Repeat,
    /// The header whose value cannot be sent; kept so that it is refused and not dropped.
    unsendable: Option<&'static str>,
}

/// Where the key goes. The sender attaches it, and only when the URL's origin is the seller's own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Auth {
    /// Nowhere: result URLs and other strangers.
    #[default]
    None,
    /// `authorization: Bearer <key>`.
    Bearer,
    /// A header of its own with the bare key, such as `api-key` or `x-api-key`.
    Header(String),
    /// `authorization: <scheme> <key>`.
    Prefixed {
        /// The word before the key, such as `Key`.
        scheme: String,
    },
}

/// Whether a request may be repeated without asking the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Repeat {
    /// Freely: it costs nothing and changes nothing (polls, downloads).
    Free,
    /// Only when it was surely not billed.
    WhenNotBilled,
}

impl HttpRequest {
    /// A `GET`, free to repeat.
    pub fn get(url: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            url: url.into(),
            headers: HeaderMap::new(),
            body: Body::Empty,
            auth: Auth::None,
            repeat: Repeat::Free,
            unsendable: None,
        }
    }

    /// A `POST`, repeated only when it was surely not billed.
    pub fn post(url: impl Into<String>, body: Body) -> Self {
        Self { method: Method::POST, body, repeat: Repeat::WhenNotBilled, ..Self::get(url) }
    }

    /// The same request with a header, replacing one of that name. A value that no header can carry (a line
    /// break) is refused by [`prepare`](Self::prepare).
    ///
    /// # Panics
    ///
    /// When `name` is not a lower-case header name: names are constants of the code.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        match HeaderValue::from_bytes(value.as_bytes()) {
            Ok(value) => {
                self.headers.insert(HeaderName::from_static(name), value);
            }
            Err(_) => self.unsendable = Some(name),
        }
        self
    }

    /// The same request with the key in another place.
    #[must_use]
    pub fn with_auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// The same request with another rule for repeating it.
    #[must_use]
    pub fn with_repeat(mut self, repeat: Repeat) -> Self {
        self.repeat = repeat;
        self
    }

    /// Makes the request ready to send: checks it, attaches the key, chooses the multipart boundary, and
    /// counts the exact length. Does no I/O.
    ///
    /// `own_origin` is the seller's: a key, or a header that holds a secret, goes nowhere else, and never over
    /// plain `http` except to this machine.
    ///
    /// # Errors
    ///
    /// [`TransportErrorKind::InvalidRequest`] for a URL or header that cannot be sent,
    /// [`TransportErrorKind::Key`] when the key is missing or would leave its home.
    pub fn prepare(
        &self,
        key: Option<&ApiKey>,
        own_origin: &Origin,
        entropy: &dyn Entropy,
        deadlines: Deadlines,
    ) -> Result<PreparedRequest, TransportError> {
        let origin = Origin::of(&self.url)?;
        let mut headers = self.headers.clone();
        if let Some(name) = self.unsendable {
            return Err(TransportError::invalid_request(format!(
                "the value of header `{name}` contains a character that a header cannot carry"
            )));
        }
        for (name, value) in &mut headers {
            if is_secret_header(name) {
                may_carry_secret(&origin, own_origin, name.as_str())?;
                value.set_sensitive(true);
            }
        }
        if let Some((name, value)) = self.auth.header(key)? {
            may_carry_secret(&origin, own_origin, "the key")?;
            headers.insert(name, value);
        }
        let boundary = match &self.body {
            Body::Multipart(form) => form.boundary(entropy),
            _ => String::new(),
        };
        if let Some(content_type) = self.body.content_type(&boundary) {
            let value = HeaderValue::from_str(&content_type).map_err(|error| {
                TransportError::invalid_request("the content type of the body cannot be sent")
                    .with_source(error)
            })?;
            headers.insert(header::CONTENT_TYPE, value);
        }
        let segments = self.body.segments(&boundary);
        let content_length = match self.body {
            Body::Empty if self.method == Method::GET || self.method == Method::HEAD => None,
            _ => Some(segments.iter().map(Segment::len).sum()),
        };
        Ok(PreparedRequest {
            method: self.method.clone(),
            url: self.url.clone(),
            headers,
            segments,
            content_length,
            deadlines,
            body: self.body.clone(),
        })
    }
}

impl Auth {
    fn header(&self, key: Option<&ApiKey>) -> Result<Option<(HeaderName, HeaderValue)>, TransportError> {
        let (name, scheme) = match self {
            Self::None => return Ok(None),
            Self::Bearer => (header::AUTHORIZATION, Some("Bearer")),
            Self::Prefixed { scheme } => (header::AUTHORIZATION, Some(scheme.as_str())),
            Self::Header(name) => {
                let name = HeaderName::from_bytes(name.as_bytes()).map_err(|error| {
                    TransportError::invalid_request(format!("`{name}` is not a header name"))
                        .with_source(error)
                })?;
                (name, None)
            }
        };
        let key = key.ok_or_else(|| {
            TransportError::new(TransportErrorKind::Key, "the request needs a key and none was given")
        })?;
        let mut text = scheme.map_or_else(String::new, |scheme| format!("{scheme} "));
        text.push_str(key.expose());
        let mut value = HeaderValue::from_str(&text).map_err(|_| {
            TransportError::new(
                TransportErrorKind::Key,
                "the key contains a character that a header cannot carry",
            )
        })?;
        value.set_sensitive(true);
        Ok(Some((name, value)))
    }
}

fn may_carry_secret(to: &Origin, own: &Origin, what: &str) -> Result<(), TransportError> {
    if to != own {
        let message = format!("{what} belongs to {own} and is not sent to {to}");
        return Err(TransportError::new(TransportErrorKind::Key, message));
    }
    if !to.is_https() && !to.is_loopback() {
        let message = format!("{what} is not sent to {to} without encryption: use https");
        return Err(TransportError::new(TransportErrorKind::Key, message));
    }
    Ok(())
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &RedactedUrl::new(&self.url))
            .field("headers", &crate::redact::RedactedHeaders::new(&self.headers))
            .field("body", &self.body)
            .field("auth", &self.auth)
            .field("repeat", &self.repeat)
            .finish_non_exhaustive()
    }
}

/// A request ready to send, made by [`HttpRequest::prepare`].
///
/// It holds the key in a header marked as sensitive; `Debug` does not show it.
#[derive(Clone)]
#[non_exhaustive]
pub struct PreparedRequest {
    /// The method.
    pub method: Method,
    /// The absolute URL.
    pub url: String,
    /// All headers, the key's included, except those that belong to the connection (`host`, `content-length`).
    pub headers: HeaderMap,
    /// The body in the order in which it is sent.
    pub segments: Vec<Segment>,
    /// The exact length of the body; none for a `GET` without one.
    pub content_length: Option<u64>,
    /// How long it may take.
    pub deadlines: Deadlines,
    /// The body as it was given, for those who print or compare it.
    pub body: Body,
}

impl fmt::Debug for PreparedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedRequest")
            .field("method", &self.method)
            .field("url", &RedactedUrl::new(&self.url))
            .field("headers", &crate::redact::RedactedHeaders::new(&self.headers))
            .field("content_length", &self.content_length)
            .field("deadlines", &self.deadlines)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}
