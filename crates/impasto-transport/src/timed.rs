//! Deadlines around any transport.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;

use crate::{
    BodySource, Clock, HttpResponse, HttpTransport, Phase, PreparedRequest, ResponseBody, TransportError,
    within,
};

/// Applies a request's first-byte, idle and total deadlines, by the clock it is given.
///
/// The connect deadline is the inner transport's own: nobody else knows when the connection stands. A deadline
/// that passes drops what it watched, which closes the connection.
#[derive(Debug)]
pub struct TimedTransport<T> {
    inner: T,
    clock: Arc<dyn Clock>,
}

impl<T> TimedTransport<T> {
    /// Watches over `inner` by `clock`.
    pub fn new(inner: T, clock: Arc<dyn Clock>) -> Self {
        Self { inner, clock }
    }
}

#[async_trait]
impl<T: HttpTransport> HttpTransport for TimedTransport<T> {
    async fn send(&self, request: PreparedRequest) -> Result<HttpResponse, TransportError> {
        let deadlines = request.deadlines;
        let start = self.clock.now();
        let watch = Watch::shorter((deadlines.first_byte, Phase::FirstByte), (deadlines.total, Phase::Total));
        let response = watch.run(&*self.clock, deadlines.total, self.inner.send(request)).await?;
        if deadlines.idle.is_none() && deadlines.total.is_none() {
            return Ok(response);
        }
        let body = TimedBody {
            inner: response.body,
            clock: Arc::clone(&self.clock),
            idle: deadlines.idle,
            total: deadlines.total,
            start,
        };
        Ok(HttpResponse { body: ResponseBody::from_source(Box::new(body)), ..response })
    }
}

struct TimedBody {
    inner: ResponseBody,
    clock: Arc<dyn Clock>,
    idle: Option<Duration>,
    total: Option<Duration>,
    start: Duration,
}

#[async_trait]
impl BodySource for TimedBody {
    async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        let spent = self.clock.now().saturating_sub(self.start);
        let left = self.total.map(|total| total.saturating_sub(spent));
        let watch = Watch::shorter((self.idle, Phase::Idle), (left, Phase::Total));
        watch.run(&*self.clock, self.total, self.inner.chunk()).await
    }
}

/// The limit that is reached first, and what it stands for.
struct Watch {
    limit: Option<Duration>,
    phase: Phase,
}

impl Watch {
    fn shorter(first: (Option<Duration>, Phase), second: (Option<Duration>, Phase)) -> Self {
        let (limit, phase) = match (first.0, second.0) {
            (Some(one), Some(other)) if other < one => second,
            (None, Some(_)) => second,
            _ => first,
        };
        Self { limit, phase }
    }

    /// `total` is what the total deadline was at the start: messages name it, not what was left of it.
    async fn run<T>(
        self,
        clock: &dyn Clock,
        total: Option<Duration>,
        future: impl Future<Output = Result<T, TransportError>>,
    ) -> Result<T, TransportError> {
        within(clock, self.limit, future).await.unwrap_or_else(|_| {
            let named = if self.phase == Phase::Total { total } else { self.limit };
            Err(TransportError::timeout(self.phase, named.unwrap_or_default()))
        })
    }
}
