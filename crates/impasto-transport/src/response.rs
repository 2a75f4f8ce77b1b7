//! A reply: status, headers, and a body that is read piece by piece.

use std::{collections::VecDeque, fmt};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};

use crate::{TransportError, TransportErrorKind};

/// What the server answered. A status that is not 2xx is a reply like any other.
#[derive(Debug)]
#[non_exhaustive]
pub struct HttpResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, not yet read.
    pub body: ResponseBody,
}

impl HttpResponse {
    /// A reply of these parts.
    pub fn new(status: StatusCode, headers: HeaderMap, body: ResponseBody) -> Self {
        Self { status, headers, body }
    }

    /// The value of a header, when it is there and is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Where the pieces of a body come from.
#[async_trait]
pub trait BodySource: Send {
    /// The next piece; `None` at the body's proper end.
    ///
    /// # Errors
    ///
    /// When the body cannot be read to its end.
    async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError>;
}

/// The body of a reply, read piece by piece.
pub struct ResponseBody {
    inner: Inner,
}

enum Inner {
    Chunks(VecDeque<Bytes>),
    Source(Box<dyn BodySource>),
}

impl ResponseBody {
    /// A body at hand, in these pieces.
    #[must_use]
    pub fn from_chunks(chunks: Vec<Bytes>) -> Self {
        Self { inner: Inner::Chunks(chunks.into()) }
    }

    /// A body that still has to come.
    #[must_use]
    pub fn from_source(source: Box<dyn BodySource>) -> Self {
        Self { inner: Inner::Source(source) }
    }

    /// The next piece, never empty; `None` at the body's proper end.
    ///
    /// # Errors
    ///
    /// When the body cannot be read to its end: cut, reset, or too slow.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        loop {
            let chunk = match &mut self.inner {
                Inner::Chunks(chunks) => chunks.pop_front(),
                Inner::Source(source) => source.chunk().await?,
            };
            match chunk {
                Some(chunk) if chunk.is_empty() => {}
                chunk => return Ok(chunk),
            }
        }
    }

    /// The whole body, for small ones.
    ///
    /// # Errors
    ///
    /// As [`chunk`](Self::chunk), and of kind [`TransportErrorKind::TooLarge`] when it is longer than `limit`
    /// bytes.
    pub async fn collect(mut self, limit: usize) -> Result<Bytes, TransportError> {
        let too_large = || {
            let message = format!("the reply is longer than the limit of {limit} bytes");
            TransportError::new(TransportErrorKind::TooLarge, message)
        };
        let Some(first) = self.chunk().await? else { return Ok(Bytes::new()) };
        if first.len() > limit {
            return Err(too_large());
        }
        // One piece is the usual case, and is passed on uncopied.
        let Some(second) = self.chunk().await? else { return Ok(first) };
        let mut whole = BytesMut::from(&first[..]);
        let mut next = Some(second);
        while let Some(chunk) = next {
            if whole.len() + chunk.len() > limit {
                return Err(too_large());
            }
            whole.extend_from_slice(&chunk);
            next = self.chunk().await?;
        }
        Ok(whole.freeze())
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.inner {
            Inner::Chunks(chunks) => {
                write!(f, "ResponseBody({} bytes at hand)", chunks.iter().map(Bytes::len).sum::<usize>())
            }
            Inner::Source(_) => f.write_str("ResponseBody(to come)"),
        }
    }
}

impl From<Bytes> for ResponseBody {
    fn from(bytes: Bytes) -> Self {
        Self::from_chunks(vec![bytes])
    }
}
