//! A reply before it meets the wire: status, headers, and a body as a list of steps that faults can edit.

use std::time::Duration;

use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use crate::json::Json;

/// One step of sending a body.
pub(crate) enum Step {
    /// Send these bytes.
    Data(Bytes),
    /// Wait first.
    Wait(Duration),
    /// Work that is done only when its turn comes, off the async threads.
    Later(Box<dyn FnOnce() -> Vec<Bytes> + Send>),
}

impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Data(bytes) => write!(f, "Data({} bytes)", bytes.len()),
            Self::Wait(duration) => write!(f, "Wait({duration:?})"),
            Self::Later(_) => f.write_str("Later"),
        }
    }
}

/// What becomes of a reply as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Fate {
    #[default]
    Send,
    /// The connection is reset before any header.
    Reset,
    /// Nothing is ever sent.
    Stall,
}

/// How a body ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Stall,
    Cut,
    Reset,
}

/// A body that ends after so many bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) bytes: u64,
    pub(crate) end: End,
}

/// What a handler answers.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<Step>,
    /// Whether the length is left open (event streams).
    pub(crate) open_ended: bool,
    /// The charges this reply delivers, by index in the bill.
    pub(crate) charges: Vec<u64>,
    pub(crate) limit: Option<Limit>,
    /// Whether the end of the body is the end of the connection.
    pub(crate) close_delimited: bool,
    pub(crate) fate: Fate,
}

impl Reply {
    /// An empty reply.
    pub(crate) fn new(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Vec::new(),
            open_ended: false,
            charges: Vec::new(),
            limit: None,
            close_delimited: false,
            fate: Fate::Send,
        }
    }

    /// A JSON reply.
    pub(crate) fn json(status: StatusCode, body: impl Into<Json>) -> Self {
        let chunks = body.into().into_chunks();
        Self::new(status).typed("application/json").chunks(chunks)
    }

    /// A text reply of the given type.
    pub(crate) fn text(status: StatusCode, content_type: &'static str, text: impl Into<String>) -> Self {
        Self::new(status).typed(content_type).chunks(vec![Bytes::from(text.into())])
    }

    /// A reply with these bytes.
    pub(crate) fn bytes(status: StatusCode, content_type: &'static str, bytes: Bytes) -> Self {
        Self::new(status).typed(content_type).chunks(vec![bytes])
    }

    /// An event stream.
    pub(crate) fn events(steps: Vec<Step>) -> Self {
        let mut reply = Self::new(StatusCode::OK).typed("text/event-stream; charset=utf-8");
        reply.body = steps;
        reply.open_ended = true;
        reply.header("cache-control", "no-cache")
    }

    /// Sets the content type.
    pub(crate) fn typed(mut self, content_type: &'static str) -> Self {
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        self
    }

    /// Sets a header; a value that cannot stand in a header is left out.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.set_header(name, value);
        self
    }

    /// Sets a header in place.
    pub(crate) fn set_header(&mut self, name: &'static str, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
    }

    /// Notes which charges this reply carries.
    pub(crate) fn charged(mut self, charges: Vec<u64>) -> Self {
        self.charges = charges;
        self
    }

    /// Decides what becomes of it.
    pub(crate) fn with_fate(mut self, fate: Fate) -> Self {
        self.fate = fate;
        self
    }

    fn chunks(mut self, chunks: Vec<Bytes>) -> Self {
        self.body = chunks.into_iter().map(Step::Data).collect();
        self
    }

    /// The length of the body, if it is known without doing the work.
    pub(crate) fn known_length(&self) -> Option<u64> {
        if self.open_ended {
            return None;
        }
        self.body.iter().try_fold(0, |length, step| match step {
            Step::Data(bytes) => Some(length + bytes.len() as u64),
            Step::Wait(_) => Some(length),
            Step::Later(_) => None,
        })
    }

    /// Whether the body is plain data of known length.
    pub(crate) fn is_plain(&self) -> bool {
        self.limit.is_none() && !self.open_ended && self.body.iter().all(|step| matches!(step, Step::Data(_)))
    }
}
