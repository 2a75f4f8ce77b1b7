//! A call as a stream of events.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use impasto_pricing::Estimate;
use impasto_transport::clock::BoxFuture;
use impasto_types::{BillingOutcome, Warning};
use tokio::sync::mpsc;

use crate::caller::Caller;
use crate::cancel::CancelHandle;
use crate::error::{Error, ErrorKind};
use crate::generation::Generation;
use crate::image::Image;

/// Something that happened on the way.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// Something worth knowing before anything is sent.
    Warning(Warning),
    /// What a call may cost, before it is sent.
    Estimate(Box<Estimate>),
    /// A request is sent that costs money.
    Sent {
        /// Which attempt it is, from 1.
        attempt: u32,
    },
    /// An input image was uploaded.
    Uploaded {
        /// Which one, from 0.
        index: usize,
    },
    /// The seller accepted a task.
    Accepted {
        /// The seller's id of it.
        task_id: String,
    },
    /// The seller's task has a status.
    Status {
        /// The seller's word.
        status: String,
        /// How often it was asked after.
        polls: u32,
    },
    /// Something failed that was surely not billed; it is tried again.
    Retrying {
        /// Which attempt comes next.
        attempt: u32,
        /// After how long.
        after: Duration,
        /// What kind of failure it was.
        kind: ErrorKind,
        /// Why, in a sentence.
        reason: String,
        /// Always [`BillingOutcome::NotBilled`] for what costs money.
        billing: BillingOutcome,
    },
    /// An unfinished image.
    Partial {
        /// Which unfinished image it is, from 0.
        partial_index: u32,
        /// The image; its index is that of the image being made.
        image: Image,
    },
    /// A finished image.
    Image(Image),
    /// Everything is there. The last event.
    Done(Box<Generation>),
}

/// The sender of events, held by the run.
pub(crate) type Events = mpsc::Sender<Event>;

/// The events of one call, last of them [`Event::Done`]. Dropping it cancels the call: what was sent may still be
/// billed. [`cancel_handle`](Self::cancel_handle) does the same, and the stream tells what became of it.
///
/// ```no_run
/// # async fn run() -> Result<(), impasto::Error> {
/// use impasto::Event;
///
/// let client = impasto::Client::from_env()?;
/// let mut stream = client.generate("a lighthouse at dusk").partial_images(3).stream();
/// while let Some(event) = stream.next().await {
///     match event? {
///         Event::Partial { partial_index, image } => println!("sketch {partial_index}: {} bytes", image.stored.len()),
///         Event::Done(generation) => println!("{} images", generation.images.len()),
///         _ => {}
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream does nothing until it is read"]
pub struct GenerationStream {
    events: mpsc::Receiver<Event>,
    run: Option<BoxFuture<'static, Result<Generation, Error>>>,
    outcome: Option<Result<Generation, Error>>,
    cancel: CancelHandle,
}

impl GenerationStream {
    pub(crate) fn new(
        cancel: CancelHandle,
        run: impl FnOnce(Caller) -> BoxFuture<'static, Result<Generation, Error>>,
    ) -> Self {
        // Few, because each may hold an image: a slow reader slows the network, not fills the memory.
        let (sender, events) = mpsc::channel(4);
        let caller = Caller { events: Some(sender), cancel: cancel.clone() };
        Self { events, run: Some(run(caller)), outcome: None, cancel }
    }

    /// What ends the call from elsewhere. The stream then ends with what is known of it, and of its bill.
    #[must_use]
    pub fn cancel_handle(&self) -> CancelHandle {
        self.cancel.clone()
    }

    /// The next event; none after the last.
    pub async fn next(&mut self) -> Option<Result<Event, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Reads to the end and returns what was delivered.
    ///
    /// # Errors
    /// As [`ImageCall::send`](crate::ImageCall::send).
    pub async fn finish(mut self) -> Result<Generation, Error> {
        loop {
            match self.next().await {
                Some(Ok(Event::Done(generation))) => return Ok(*generation),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error),
                None => {
                    let message = "the stream was read to its end before";
                    return Err(Error::new(ErrorKind::InvalidRequest, message));
                }
            }
        }
    }
}

impl Stream for GenerationStream {
    type Item = Result<Event, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Poll::Ready(Some(event)) = this.events.poll_recv(context) {
                return Poll::Ready(Some(Ok(event)));
            }
            let Some(run) = &mut this.run else {
                let outcome = this.outcome.take();
                return Poll::Ready(outcome.map(|outcome| outcome.map(|all| Event::Done(Box::new(all)))));
            };
            match run.as_mut().poll(context) {
                Poll::Ready(outcome) => {
                    this.outcome = Some(outcome);
                    this.run = None;
                }
                // The run may have sent an event before it began to wait.
                Poll::Pending => {
                    return match this.events.poll_recv(context) {
                        Poll::Ready(Some(event)) => Poll::Ready(Some(Ok(event))),
                        _ => Poll::Pending,
                    };
                }
            }
        }
    }
}

impl std::fmt::Debug for GenerationStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GenerationStream").field("running", &self.run.is_some()).finish_non_exhaustive()
    }
}
