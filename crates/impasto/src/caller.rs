//! What ties a run to whoever ordered it: events one way, a wish to stop the other.

use crate::cancel::CancelHandle;
use crate::error::{Error, ErrorKind};
use crate::stream::{Event, Events};
use crate::trace;

/// Whoever ordered a call.
#[derive(Debug)]
pub(crate) struct Caller {
    /// Where events go, if anybody listens.
    pub(crate) events: Option<Events>,
    /// What ends the call.
    pub(crate) cancel: CancelHandle,
}

impl Caller {
    /// Sends an event to whoever listens; nobody listening is no failure.
    pub(crate) async fn tell(&self, event: Event) {
        trace::event(&event);
        if let Some(events) = &self.events {
            let _ = events.send(event).await;
        }
    }

    /// What `work` brings, unless the call is cancelled before; nothing is under way then that could cost money.
    pub(crate) async fn unless_cancelled<F: Future>(&self, work: F) -> Result<F::Output, Error> {
        self.cancel.unless(work).await.map_err(|_| cancelled())
    }

    /// Refuses to go on once the call is cancelled.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.cancel.is_cancelled() { Err(cancelled()) } else { Ok(()) }
    }
}

/// The call was cancelled while nothing was under way; whoever knows more says so.
pub(crate) fn cancelled() -> Error {
    Error::new(ErrorKind::Cancelled, "cancelled by its caller")
}
