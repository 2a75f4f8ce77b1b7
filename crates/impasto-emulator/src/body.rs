//! The response body on the wire: shared chunks, or steps that a task plays.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;

use crate::clock::Clock;
use crate::connection::ResetSwitch;
use crate::reply::{End, Limit, Step};

/// Called once, when the last byte of a body was handed to the connection.
pub(crate) type OnDelivered = Arc<dyn Fn() + Send + Sync>;

/// A response body.
pub(crate) struct ReplyBody {
    source: Source,
    on_delivered: Option<OnDelivered>,
}

enum Source {
    Chunks { chunks: VecDeque<Bytes>, left: u64 },
    Steps { receiver: mpsc::Receiver<io::Result<Bytes>>, length: Option<u64>, sent: u64 },
}

impl ReplyBody {
    /// A body that is all there.
    pub(crate) fn chunks(chunks: impl IntoIterator<Item = Bytes>, on_delivered: Option<OnDelivered>) -> Self {
        let chunks: VecDeque<Bytes> = chunks.into_iter().filter(|chunk| !chunk.is_empty()).collect();
        let left = chunks.iter().map(|chunk| chunk.len() as u64).sum();
        let mut body = Self { source: Source::Chunks { chunks, left }, on_delivered };
        body.note_if_done();
        body
    }

    /// A body that a task plays step by step; `length` is announced if given, whatever the steps then do.
    pub(crate) fn steps(
        steps: Vec<Step>,
        limit: Option<Limit>,
        length: Option<u64>,
        reset: ResetSwitch,
        on_delivered: Option<OnDelivered>,
    ) -> Self {
        let (sender, receiver) = mpsc::channel(2);
        tokio::spawn(play(steps, limit, sender, reset));
        Self { source: Source::Steps { receiver, length, sent: 0 }, on_delivered }
    }

    fn note_if_done(&mut self) {
        if matches!(&self.source, Source::Chunks { chunks, .. } if chunks.is_empty()) {
            self.delivered();
        }
    }

    fn delivered(&mut self) {
        if let Some(on_delivered) = self.on_delivered.take() {
            on_delivered();
        }
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = &mut *self;
        match &mut this.source {
            Source::Chunks { chunks, left } => {
                let chunk = chunks.pop_front();
                if let Some(chunk) = &chunk {
                    *left = left.saturating_sub(chunk.len() as u64);
                }
                this.note_if_done();
                Poll::Ready(chunk.map(|chunk| Ok(Frame::data(chunk))))
            }
            Source::Steps { receiver, sent, .. } => match receiver.poll_recv(context) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(Some(Ok(chunk))) => {
                    *sent += chunk.len() as u64;
                    Poll::Ready(Some(Ok(Frame::data(chunk))))
                }
                Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error))),
                Poll::Ready(None) => {
                    this.delivered();
                    Poll::Ready(None)
                }
            },
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            Source::Chunks { left, .. } => SizeHint::with_exact(*left),
            Source::Steps { length: Some(length), sent, .. } => {
                SizeHint::with_exact(length.saturating_sub(*sent))
            }
            Source::Steps { length: None, .. } => SizeHint::default(),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(&self.source, Source::Chunks { chunks, .. } if chunks.is_empty())
    }
}

/// Plays the steps of a body, each in its turn; ends early when the client is gone or the limit is reached.
async fn play(
    steps: Vec<Step>,
    limit: Option<Limit>,
    sender: mpsc::Sender<io::Result<Bytes>>,
    reset: ResetSwitch,
) {
    let mut left = limit.map_or(u64::MAX, |limit| limit.bytes);
    for step in steps {
        let chunks = match step {
            Step::Data(bytes) => vec![bytes],
            Step::Wait(duration) => {
                tokio::select! {
                    () = Clock::sleep(duration) => {}
                    () = sender.closed() => return,
                }
                Vec::new()
            }
            Step::Later(work) => match tokio::task::spawn_blocking(work).await {
                Ok(chunks) => chunks,
                Err(_) => return,
            },
        };
        for mut chunk in chunks {
            if chunk.len() as u64 > left {
                chunk.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            }
            left -= chunk.len() as u64;
            if !chunk.is_empty() && sender.send(Ok(chunk)).await.is_err() {
                return;
            }
            if left == 0 {
                break;
            }
        }
        if left == 0 {
            break;
        }
    }
    if let Some(limit) = limit {
        finish_early(limit.end, &sender, &reset).await;
    }
}

async fn finish_early(end: End, sender: &mpsc::Sender<io::Result<Bytes>>, reset: &ResetSwitch) {
    let kind = match end {
        End::Stall => {
            sender.closed().await;
            return;
        }
        End::Cut => io::ErrorKind::UnexpectedEof,
        End::Reset => io::ErrorKind::ConnectionReset,
    };
    // The bytes before the end must be on their way, or the end would swallow them.
    drained(sender).await;
    if end == End::Reset {
        reset.set();
    }
    let _ = sender.send(Err(kind.into())).await;
}

/// Waits until the connection has taken every chunk sent so far, and a moment more for it to write them.
async fn drained(sender: &mpsc::Sender<io::Result<Bytes>>) {
    while sender.capacity() < sender.max_capacity() && !sender.is_closed() {
        Clock::sleep(std::time::Duration::from_millis(1)).await;
    }
    Clock::sleep(std::time::Duration::from_millis(20)).await;
}
