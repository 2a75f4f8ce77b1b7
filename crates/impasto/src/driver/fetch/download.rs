//! One image behind a URL: in as many parts as it takes, and never longer or shorter than was announced.
//!
//! A connection that breaks is taken up where it stood, if the server names the file by a strong validator and
//! serves ranges (RFC 9110, sections 13.1.5 and 14). In every other case the image is begun anew: half of one file
//! and half of another is worse than a second download, which costs nothing.

use http::StatusCode;
use http::header::{
    ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_RANGE, RANGE,
};
use impasto_providers::Fetch;
use impasto_transport::{HttpRequest, HttpResponse, ResponseBody};

use super::follow;
use crate::client::Inner;
use crate::deliver::{Desk, Whose};
use crate::error::{Error, ErrorKind};
use crate::image::Image;
use crate::sink::Destination;

/// The download of one image, across its attempts.
pub(super) struct Download<'a> {
    inner: &'a Inner,
    desk: Desk<'a>,
    fetch: &'a Fetch,
    id: u32,
    /// How many bytes are in the sink.
    have: u64,
    /// How many there are, as far as the server said.
    total: Option<u64>,
    /// What names the file whose beginning is in the sink; none when it cannot be taken up.
    tag: Option<HeaderValue>,
    /// A part was promised and something else came: only the whole is asked for from now on.
    no_parts: bool,
}

impl<'a> Download<'a> {
    pub(super) fn new(
        inner: &'a Inner,
        destination: &'a dyn Destination,
        fetch: &'a Fetch,
        whose: Whose<'a>,
    ) -> Self {
        Self {
            inner,
            desk: Desk::new(destination, whose),
            fetch,
            id: u32::try_from(fetch.index).unwrap_or(u32::MAX),
            have: 0,
            total: None,
            tag: None,
            no_parts: false,
        }
    }

    /// How many bytes are there.
    pub(super) fn have(&self) -> u64 {
        self.have
    }

    /// Fetches what is missing, or everything.
    pub(super) async fn attempt(&mut self) -> Result<Image, Error> {
        if self.tag.is_none() {
            self.forget().await;
        }
        let response = match follow(self.inner, &self.request()).await {
            Err(error)
                if self.have > 0 && error.status() == Some(StatusCode::RANGE_NOT_SATISFIABLE.as_u16()) =>
            {
                return Err(self.refuse_parts("the server has no more of the image than had come").await);
            }
            response => response?,
        };
        let HttpResponse { status, headers, body, .. } = response;
        self.accept(status, &headers).await?;
        self.receive(body).await?;
        self.desk.close(self.id, None).await;
        let placed = self.desk.place(self.id, self.fetch.index).await;
        placed.map_err(|problem| Error::new(ErrorKind::Io, problem.to_string()))
    }

    /// Drops what had come.
    pub(super) async fn forget(&mut self) {
        self.desk.clear().await;
        (self.have, self.total, self.tag) = (0, None, None);
    }

    fn request(&self) -> HttpRequest {
        let mut request = self.fetch.request.clone();
        if let (Some(tag), true) = (&self.tag, self.have > 0)
            && let Ok(range) = HeaderValue::try_from(format!("bytes={}-", self.have))
        {
            request.headers.insert(RANGE, range);
            // Of another file than the one that was begun, the server sends the whole.
            request.headers.insert(IF_RANGE, tag.clone());
        }
        request
    }

    /// Looks whether a reply goes on where the sink stands, or begins anew.
    async fn accept(&mut self, status: StatusCode, headers: &HeaderMap) -> Result<(), Error> {
        if status == StatusCode::PARTIAL_CONTENT {
            let part = part(headers).filter(|part| part.first == self.have && self.have > 0);
            let known = |part: &Part| match (part.total, self.total) {
                (Some(said), Some(before)) => said == before,
                _ => true,
            };
            let same = headers.get(ETAG).is_none_or(|tag| Some(tag) == self.tag.as_ref());
            let Some(part) = part.filter(|part| same && known(part)) else {
                return Err(self
                    .refuse_parts("the server sent another part of the image than was asked for")
                    .await);
            };
            self.total = part.total.or(self.total);
            return Ok(());
        }
        self.forget().await;
        self.total = number(headers.get(CONTENT_LENGTH));
        let refuses = headers.get(ACCEPT_RANGES).is_some_and(|units| units == "none");
        self.tag = headers.get(ETAG).filter(|tag| !self.no_parts && !refuses && is_strong(tag)).cloned();
        if let Some(total) = self.total {
            self.check_limit(total)?;
        }
        let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        self.desk.open(self.id, media_type.map(str::to_owned)).await;
        Ok(())
    }

    async fn receive(&mut self, mut body: ResponseBody) -> Result<(), Error> {
        while let Some(chunk) = body.chunk().await.map_err(|error| Error::of_transport(error, false))? {
            self.have += chunk.len() as u64;
            self.check_limit(self.have)?;
            self.desk.write(self.id, &chunk).await;
        }
        match self.total {
            Some(total) if self.have < total => {
                let message = format!("the image ended after {} of {total} bytes", self.have);
                Err(Error::new(ErrorKind::Interrupted, message))
            }
            Some(total) if self.have > total => {
                let message = format!("the image is {} bytes long, and {total} were announced", self.have);
                Err(Error::new(ErrorKind::UnexpectedReply, message))
            }
            _ => Ok(()),
        }
    }

    fn check_limit(&self, length: u64) -> Result<(), Error> {
        let limit = self.inner.limits.blob;
        if length <= limit {
            return Ok(());
        }
        let message = format!("the image behind the URL is larger than the limit of {limit} bytes");
        Err(Error::new(ErrorKind::UnexpectedReply, message))
    }

    async fn refuse_parts(&mut self, message: &str) -> Error {
        self.forget().await;
        self.no_parts = true;
        Error::new(ErrorKind::Interrupted, message)
    }
}

/// Which part of a file a reply holds.
struct Part {
    first: u64,
    total: Option<u64>,
}

/// `content-range: bytes 5-9/10`, up to the end of the file.
fn part(headers: &HeaderMap) -> Option<Part> {
    let value = headers.get(CONTENT_RANGE)?.to_str().ok()?;
    let (range, total) = value.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last): (u64, u64) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    let total = match total.trim() {
        "*" => None,
        total => Some(total.parse().ok()?),
    };
    let to_the_end = total.is_none_or(|total: u64| last.checked_add(1) == Some(total));
    (first <= last && to_the_end).then_some(Part { first, total })
}

fn number(value: Option<&HeaderValue>) -> Option<u64> {
    value?.to_str().ok()?.trim().parse().ok()
}

/// A weak validator may stand for two files that only look alike.
fn is_strong(tag: &HeaderValue) -> bool {
    let tag = tag.as_bytes();
    tag.len() > 2 && tag.starts_with(b"\"") && tag.ends_with(b"\"")
}

#[cfg(test)]
mod tests {
    use super::{CONTENT_RANGE, HeaderMap, HeaderValue, is_strong, part};

    #[test]
    fn only_a_part_up_to_the_end_is_taken() {
        for (value, expected) in [
            ("bytes 5-9/10", Some((5, Some(10)))),
            ("bytes 5-9/*", Some((5, None))),
            ("bytes 5-8/10", None),
            ("bytes 9-5/10", None),
            ("bytes */10", None),
            ("items 5-9/10", None),
            ("bytes 5-18446744073709551615/10", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_RANGE, HeaderValue::from_static(value));
            assert_eq!(part(&headers).map(|part| (part.first, part.total)), expected, "{value}");
        }
    }

    #[test]
    fn weak_and_empty_validators_are_none() {
        for (tag, strong) in [("\"a\"", true), ("W/\"a\"", false), ("\"\"", false), ("a", false)] {
            assert_eq!(is_strong(&HeaderValue::from_static(tag)), strong, "{tag}");
        }
    }
}
