//! How long each stretch of an exchange may take.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use crate::clock::Clock;

/// The limits on an exchange's time; `None` means no limit.
///
/// The defaults fit images: one high-quality edit was measured at 198 s, OpenAI's guide says "up to 2
/// minutes", and the official SDKs allow 600 s (openai-python 3.52.0).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deadlines {
    /// Until the connection stands: 10 s. A transport may fix it when it is built.
    pub connect: Option<Duration>,
    /// From the start of sending until the reply's headers: 300 s.
    pub first_byte: Option<Duration>,
    /// Between two chunks of the body: 120 s, as a stream is silent while the next image is drawn.
    pub idle: Option<Duration>,
    /// The whole exchange: 600 s.
    pub total: Option<Duration>,
}

impl Deadlines {
    /// No limit at all.
    pub const NONE: Self = Self { connect: None, first_byte: None, idle: None, total: None };

    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self {
            connect: Some(Duration::from_secs(10)),
            first_byte: Some(Duration::from_secs(300)),
            idle: Some(Duration::from_secs(120)),
            total: Some(Duration::from_secs(600)),
        }
    }

    /// Sets the limit until the connection stands.
    #[must_use]
    pub fn with_connect(mut self, limit: Option<Duration>) -> Self {
        self.connect = limit;
        self
    }

    /// Sets the limit until the reply's headers.
    #[must_use]
    pub fn with_first_byte(mut self, limit: Option<Duration>) -> Self {
        self.first_byte = limit;
        self
    }

    /// Sets the limit between two chunks of the body.
    #[must_use]
    pub fn with_idle(mut self, limit: Option<Duration>) -> Self {
        self.idle = limit;
        self
    }

    /// Sets the limit for the whole exchange.
    #[must_use]
    pub fn with_total(mut self, limit: Option<Duration>) -> Self {
        self.total = limit;
        self
    }
}

impl Default for Deadlines {
    fn default() -> Self {
        Self::new()
    }
}

/// Time ran out before the future was ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elapsed;

/// Runs `future` for at most `limit` by `clock`; without a limit, to its end.
///
/// # Errors
///
/// [`Elapsed`] when the limit passed first; the future is dropped, which cancels it.
pub async fn within<F: Future>(
    clock: &dyn Clock,
    limit: Option<Duration>,
    future: F,
) -> Result<F::Output, Elapsed> {
    let Some(limit) = limit else {
        return Ok(future.await);
    };
    let mut future = pin!(future);
    // The sleep is made only when the future is not ready at once: most chunks are.
    let mut sleep = None;
    poll_fn(|context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Ok(output));
        }
        let sleep = sleep.get_or_insert_with(|| clock.sleep(limit));
        sleep.as_mut().poll(context).map(|()| Err(Elapsed))
    })
    .await
}
