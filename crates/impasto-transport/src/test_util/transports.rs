//! Transports that go nowhere.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::{
    BodySource, HttpResponse, HttpTransport, PreparedRequest, ResponseBody, Sent, TransportError,
    TransportErrorKind,
};

/// A reply made in advance.
#[derive(Debug, Clone)]
pub struct Canned {
    status: StatusCode,
    headers: HeaderMap,
    chunks: VecDeque<Bytes>,
    end: End,
}

#[derive(Debug, Clone, Copy)]
enum End {
    Whole,
    Fails(TransportErrorKind),
    Stalls,
    /// There is no reply at all.
    NoReply(TransportErrorKind, Sent),
}

impl Canned {
    /// A reply of this status, without a body.
    ///
    /// # Panics
    ///
    /// When `status` is not an HTTP status.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the status is a constant of the test")]
    pub fn new(status: u16) -> Self {
        let status = StatusCode::from_u16(status).expect("an HTTP status");
        Self { status, headers: HeaderMap::new(), chunks: VecDeque::new(), end: End::Whole }
    }

    /// A JSON reply.
    #[must_use]
    pub fn json(status: u16, body: impl Into<Bytes>) -> Self {
        Self::new(status).with_header("content-type", "application/json").with_chunk(body)
    }

    /// An event stream.
    #[must_use]
    pub fn event_stream(body: impl Into<Bytes>) -> Self {
        Self::new(200).with_header("content-type", "text/event-stream").with_chunk(body)
    }

    /// No reply: the exchange fails.
    #[must_use]
    pub fn no_reply(kind: TransportErrorKind, sent: Sent) -> Self {
        Self { end: End::NoReply(kind, sent), ..Self::new(500) }
    }

    /// The same reply with a header more.
    ///
    /// # Panics
    ///
    /// When `name` is no header's name, or no header can carry the value.
    #[must_use]
    #[expect(clippy::expect_used, reason = "name and value come from a test")]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("the name of a header");
        self.headers.append(name, HeaderValue::from_str(value).expect("a header value"));
        self
    }

    /// The same reply with a piece of body more.
    #[must_use]
    pub fn with_chunk(mut self, chunk: impl Into<Bytes>) -> Self {
        self.chunks.push_back(chunk.into());
        self
    }

    /// The same reply with its body divided into pieces of at most `size` bytes.
    ///
    /// # Panics
    ///
    /// When `size` is 0.
    #[must_use]
    pub fn cut_into(mut self, size: usize) -> Self {
        self.chunks = self
            .chunks
            .iter()
            .flat_map(|chunk| {
                (0..chunk.len()).step_by(size).map(|at| chunk.slice(at..chunk.len().min(at + size)))
            })
            .collect();
        self
    }

    /// The same reply, whose body fails after the pieces it has.
    #[must_use]
    pub fn then_fails(mut self, kind: TransportErrorKind) -> Self {
        self.end = End::Fails(kind);
        self
    }

    /// The same reply, whose body never ends after the pieces it has.
    #[must_use]
    pub fn then_stalls(mut self) -> Self {
        self.end = End::Stalls;
        self
    }

    fn play(self) -> Result<HttpResponse, TransportError> {
        if let End::NoReply(kind, sent) = self.end {
            return Err(TransportError::new(kind, "a canned failure").with_sent(sent));
        }
        let (status, headers) = (self.status, self.headers.clone());
        Ok(HttpResponse::new(status, headers, ResponseBody::from_source(Box::new(self))))
    }
}

#[async_trait]
impl BodySource for Canned {
    async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        match (self.chunks.pop_front(), self.end) {
            (Some(chunk), _) => Ok(Some(chunk)),
            (None, End::Whole) => Ok(None),
            (None, End::Stalls) => std::future::pending().await,
            (None, End::Fails(kind) | End::NoReply(kind, _)) => {
                Err(TransportError::new(kind, "a canned failure of the body"))
            }
        }
    }
}

/// Keeps the requests, and gives all of them the same reply.
#[derive(Debug)]
pub struct CaptureTransport {
    reply: Canned,
    requests: Requests,
}

impl CaptureTransport {
    /// Answers everything with `reply`.
    #[must_use]
    pub fn new(reply: Canned) -> Self {
        Self { reply, requests: Requests::default() }
    }

    /// The requests so far, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<PreparedRequest> {
        self.requests.lock().clone()
    }
}

#[async_trait]
impl HttpTransport for CaptureTransport {
    async fn send(&self, request: PreparedRequest) -> Result<HttpResponse, TransportError> {
        self.requests.lock().push(request);
        self.reply.clone().play()
    }
}

/// Gives canned replies in turn; after the last, an error.
#[derive(Debug)]
pub struct ReplayTransport {
    replies: Mutex<VecDeque<Canned>>,
    requests: Requests,
}

impl ReplayTransport {
    /// Answers with `replies`, the first one first.
    #[must_use]
    pub fn new(replies: impl IntoIterator<Item = Canned>) -> Self {
        Self { replies: Mutex::new(replies.into_iter().collect()), requests: Requests::default() }
    }

    /// The requests so far, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<PreparedRequest> {
        self.requests.lock().clone()
    }

    /// How many replies were not asked for.
    #[must_use]
    pub fn left(&self) -> usize {
        self.replies.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

#[async_trait]
impl HttpTransport for ReplayTransport {
    async fn send(&self, request: PreparedRequest) -> Result<HttpResponse, TransportError> {
        self.requests.lock().push(request);
        let reply = self.replies.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let none_left =
            || TransportError::new(TransportErrorKind::Other, "no canned reply is left").with_sent(Sent::No);
        reply.ok_or_else(none_left)?.play()
    }
}

/// Fails every time.
#[derive(Debug)]
pub struct FailingTransport {
    kind: TransportErrorKind,
    sent: Sent,
}

impl FailingTransport {
    /// Fails with an error of `kind`.
    #[must_use]
    pub fn new(kind: TransportErrorKind, sent: Sent) -> Self {
        Self { kind, sent }
    }
}

#[async_trait]
impl HttpTransport for FailingTransport {
    async fn send(&self, _request: PreparedRequest) -> Result<HttpResponse, TransportError> {
        Canned::no_reply(self.kind, self.sent).play()
    }
}

/// Never answers.
#[derive(Debug, Default)]
pub struct NeverTransport;

#[async_trait]
impl HttpTransport for NeverTransport {
    async fn send(&self, _request: PreparedRequest) -> Result<HttpResponse, TransportError> {
        std::future::pending().await
    }
}

#[derive(Debug, Default)]
struct Requests(Mutex<Vec<PreparedRequest>>);

impl Requests {
    fn lock(&self) -> MutexGuard<'_, Vec<PreparedRequest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
