//! The body of a request, read while it is sent.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Bytes, BytesMut};
use http_body::{Frame, SizeHint};
use tokio::task::JoinHandle;

use super::{Segment, SegmentReader, reader::check_files};
use crate::{Sent, TransportError, TransportErrorKind};

/// A body shorter than this is put together and sent in one piece.
const SMALL: u64 = 64 * 1024;

/// Looks after the files of a body before anything is sent.
pub(crate) async fn checked(segments: Vec<Segment>) -> Result<Vec<Segment>, TransportError> {
    if segments.iter().all(|segment| matches!(segment, Segment::Bytes(_))) {
        return Ok(segments);
    }
    let work = tokio::task::spawn_blocking(move || check_files(&segments).map(|()| segments));
    work.await.unwrap_or_else(|error| Err(stopped(error).with_sent(Sent::No)))
}

/// The bytes of a request's segments, as both HTTP clients take them.
pub(crate) struct Upload {
    state: State,
    left: u64,
}

enum State {
    /// All of it, in one piece.
    Whole(Bytes),
    Ready(SegmentReader),
    /// A file is being read on a thread that may block.
    Reading(JoinHandle<(SegmentReader, Result<Option<Bytes>, TransportError>)>),
    Over,
}

impl Upload {
    /// The body of these segments, which are `length` bytes together.
    pub(crate) fn new(segments: Vec<Segment>, length: u64) -> Self {
        let in_memory = |segment: &Segment| match segment {
            Segment::Bytes(bytes) => Some(bytes.clone()),
            _ => None,
        };
        let state = match segments.iter().map(in_memory).collect::<Option<Vec<Bytes>>>() {
            _ if length == 0 => State::Over,
            Some(mut pieces) if pieces.len() == 1 => State::Whole(pieces.remove(0)),
            Some(pieces) if length <= SMALL => {
                let mut whole = BytesMut::new();
                for piece in &pieces {
                    whole.extend_from_slice(piece);
                }
                State::Whole(whole.freeze())
            }
            _ => State::Ready(SegmentReader::new(segments)),
        };
        Self { state, left: length }
    }

    /// No body.
    #[cfg(feature = "hyper")]
    pub(crate) fn none() -> Self {
        Self { state: State::Over, left: 0 }
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, TransportError>> {
        loop {
            match std::mem::replace(&mut self.state, State::Over) {
                State::Over => return Poll::Ready(Ok(None)),
                State::Whole(bytes) => return Poll::Ready(Ok(Some(bytes))),
                State::Ready(mut reader) if reader.blocks() => {
                    self.state = State::Reading(tokio::task::spawn_blocking(move || {
                        let chunk = reader.next_chunk();
                        (reader, chunk)
                    }));
                }
                State::Ready(mut reader) => {
                    let chunk = reader.next_chunk();
                    if matches!(chunk, Ok(Some(_))) {
                        self.state = State::Ready(reader);
                    }
                    return Poll::Ready(chunk);
                }
                State::Reading(mut work) => {
                    let Poll::Ready(done) = Pin::new(&mut work).poll(context) else {
                        self.state = State::Reading(work);
                        return Poll::Pending;
                    };
                    let (reader, chunk) = done.map_err(stopped)?;
                    match chunk {
                        // Perhaps the rest is in memory.
                        Ok(None) => self.state = State::Ready(reader),
                        Ok(Some(chunk)) => {
                            self.state = State::Ready(reader);
                            return Poll::Ready(Ok(Some(chunk)));
                        }
                        Err(error) => return Poll::Ready(Err(error)),
                    }
                }
            }
        }
    }
}

fn stopped(error: tokio::task::JoinError) -> TransportError {
    TransportError::new(TransportErrorKind::Other, "reading a file of the request was stopped")
        .with_source(error)
}

impl http_body::Body for Upload {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let chunk = ready!(self.poll_chunk(context));
        Poll::Ready(chunk.transpose().map(|chunk| {
            chunk.map(|chunk| {
                self.left = self.left.saturating_sub(chunk.len() as u64);
                Frame::data(chunk)
            })
        }))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.state, State::Over)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
