//! Ends calls from outside.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use async_trait::async_trait;
use bytes::Bytes;
use impasto_transport::{BodySource, ResponseBody, TransportError, TransportErrorKind};
use tokio::sync::watch;

/// Ends the calls it was given to, from another task or thread. Cheap to clone; clones end the same calls.
///
/// A cancelled call ends at once, with an error of kind [`Cancelled`](crate::ErrorKind::Cancelled) that says whether it
/// was billed: a request that had left and was not answered is unknown, and a task runs on at its seller, which the
/// error's job can be taken up from. Images that had arrived whole are not lost: they are in the
/// [`Generation`](crate::Generation), the others among its failures, or in [`Error::salvaged`](crate::Error::salvaged).
/// Dropping a call ends it too, but tells nobody of what was paid.
///
/// ```no_run
/// # async fn run(client: impasto::Client) -> Result<(), impasto::Error> {
/// use impasto::{CancelHandle, ErrorKind};
///
/// let handle = CancelHandle::new();
/// let call = client.generate("a lighthouse at dusk").cancel_on(&handle);
/// std::thread::spawn(move || {
///     let _ = std::io::stdin().read_line(&mut String::new());
///     handle.cancel();
/// });
/// match call.send().await {
///     Err(error) if error.kind() == ErrorKind::Cancelled => println!("cancelled, {}", error.billing()),
///     outcome => println!("{} images", outcome?.images.len()),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct CancelHandle {
    cancelled: Arc<watch::Sender<bool>>,
}

impl CancelHandle {
    /// A handle of no call yet.
    #[must_use]
    pub fn new() -> Self {
        Self { cancelled: Arc::new(watch::Sender::new(false)) }
    }

    /// Ends every call that has this handle, and those that are given it later. Returns at once; each call then ends
    /// by itself.
    pub fn cancel(&self) {
        self.cancelled.send_replace(true);
    }

    /// Whether [`cancel`](Self::cancel) was called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        *self.cancelled.borrow()
    }

    /// What `work` brings, unless it is cancelled before. Work that is ready at once is not.
    pub(crate) async fn unless<F: Future>(&self, work: F) -> Result<F::Output, Cancelled> {
        let mut work = pin!(work);
        let mut receiver = self.cancelled.subscribe();
        // The sender is here, so that waiting ends with a cancellation or not at all.
        let mut cancelled = pin!(async { receiver.wait_for(|cancelled| *cancelled).await.is_ok() });
        poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Ok(output)),
            Poll::Pending => cancelled.as_mut().poll(context).map(|_| Err(Cancelled)),
        })
        .await
    }

    /// The same body, which ends when it is cancelled.
    pub(crate) fn body(&self, body: ResponseBody) -> ResponseBody {
        ResponseBody::from_source(Box::new(Stoppable { body, handle: self.clone() }))
    }
}

impl Default for CancelHandle {
    fn default() -> Self {
        Self::new()
    }
}

/// The work was cut short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cancelled;

impl From<Cancelled> for TransportError {
    fn from(_: Cancelled) -> Self {
        Self::new(TransportErrorKind::Other, "cancelled by its caller")
    }
}

struct Stoppable {
    body: ResponseBody,
    handle: CancelHandle,
}

#[async_trait]
impl BodySource for Stoppable {
    async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        self.handle.unless(self.body.chunk()).await?
    }
}
