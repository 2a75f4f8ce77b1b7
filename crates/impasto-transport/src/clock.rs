//! Time, injected: deadlines, backoff and polling all ask a [`Clock`].

use std::{fmt, future::Future, pin::Pin, time::Duration};

/// A future on the heap that may move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where time comes from.
pub trait Clock: Send + Sync + fmt::Debug {
    /// Time since some fixed start; never goes back.
    fn now(&self) -> Duration;

    /// Time since 1970-01-01 UTC, for dates on the wire; may be set back and forth.
    fn unix(&self) -> Duration;

    /// Ready once `duration` has passed.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// The machine's own clock, sleeping on tokio's timer.
///
/// Under `tokio::time::pause` it follows the paused time.
#[cfg(feature = "tokio")]
#[derive(Debug, Clone, Copy)]
pub struct TokioClock {
    start: tokio::time::Instant,
}

#[cfg(feature = "tokio")]
impl TokioClock {
    /// A clock that starts now.
    #[must_use]
    pub fn new() -> Self {
        Self { start: tokio::time::Instant::now() }
    }
}

#[cfg(feature = "tokio")]
impl Default for TokioClock {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(feature = "tokio")]
impl Clock for TokioClock {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock that the rest of the workspace asks")]
    fn unix(&self) -> Duration {
        // A machine set before 1970 has no date worth sending.
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock that the rest of the workspace asks")]
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}
