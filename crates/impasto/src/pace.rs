//! Images a minute: calls wait for their turn, so that their seller need not refuse them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use impasto_transport::{Clock, TokioClock, within};
use impasto_types::ImageRequest;
use tokio::sync::Mutex;

use crate::error::{Error, ErrorKind};

/// For how long an image counts once it was asked for.
const WINDOW: Duration = Duration::from_secs(60);

/// A limit on images a minute, for one key or one account: give the same to every client that shares it.
///
/// Both the images to be made and the input images count, as both do at OpenAI (its rate limits are images a minute,
/// 5 of them in the lowest tier, and its refusals speak of `input-images per min`; image generation guide, read
/// 2026-11-21). Within any sixty seconds no more than the limit leaves. Turns are given in the order in which they are
/// asked for, each attempt takes one, and who gives up while waiting takes none.
///
/// A call without input images that asks for more than the limit is split into calls that do not. What cannot be split
/// waits until nothing else counts, leaves, and counts for as many minutes as it takes.
///
/// ```
/// use impasto::{Client, ImageRate};
///
/// let rate = ImageRate::per_minute(20);
/// let mini = Client::builder().model("gpt-image-1-mini").image_rate(&rate);
/// let large = Client::builder().model("gpt-image-2").image_rate(&rate);
/// # let _ = (mini, large);
/// ```
#[derive(Clone, Debug)]
pub struct ImageRate {
    shared: Arc<Shared>,
    patience: Option<Duration>,
}

#[derive(Debug)]
struct Shared {
    limit: u32,
    clock: Arc<dyn Clock>,
    /// What left and still counts, in the order in which it ends. Whoever holds the lock has its turn next; the lock is
    /// given in order.
    sent: Mutex<VecDeque<Sent>>,
}

/// Images that were asked for.
#[derive(Debug)]
struct Sent {
    images: u32,
    /// When they no longer count.
    until: Duration,
}

impl ImageRate {
    /// At most `limit` images a minute; 0 counts as 1.
    #[must_use]
    pub fn per_minute(limit: u32) -> Self {
        Self::with_clock(limit, Arc::new(TokioClock::new()))
    }

    /// The same by another clock.
    #[must_use]
    pub fn with_clock(limit: u32, clock: Arc<dyn Clock>) -> Self {
        let shared = Shared { limit: limit.max(1), clock, sent: Mutex::default() };
        Self { shared: Arc::new(shared), patience: None }
    }

    /// How long a call waits for its turn at most; as long as the client's total deadline unless set. One that would
    /// have to wait longer fails with nothing sent.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }

    /// The limit in images a minute.
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.shared.limit
    }

    /// Waits until `request` may leave. `total` is the patience of who has set none.
    pub(crate) async fn turn(&self, request: &ImageRequest, total: Option<Duration>) -> Result<(), Error> {
        let images = request.count().saturating_add(u32::try_from(request.images.len()).unwrap_or(u32::MAX));
        let (clock, limit) = (&*self.shared.clock, self.shared.limit);
        let (patience, started) = (self.patience.or(total), clock.now());
        let Ok(mut sent) = within(clock, patience, self.shared.sent.lock()).await else {
            return Err(self.too_long(None, patience));
        };
        loop {
            let now = clock.now();
            sent.retain(|sent| sent.until > now);
            let counted: u32 = sent.iter().map(|sent| sent.images).fold(0, u32::saturating_add);
            if counted == 0 || counted.saturating_add(images) <= limit {
                let minutes = images.div_ceil(limit).max(1);
                let until = now.saturating_add(WINDOW.saturating_mul(minutes));
                let at = sent.partition_point(|sent| sent.until <= until);
                sent.insert(at, Sent { images, until });
                return Ok(());
            }
            let wait = free_at(&sent, images, limit).saturating_sub(now);
            let waited = now.saturating_sub(started);
            if patience.is_some_and(|patience| waited.saturating_add(wait) > patience) {
                return Err(self.too_long(Some(wait), patience));
            }
            crate::trace::waiting("turn", wait);
            clock.sleep(wait).await;
        }
    }

    fn too_long(&self, wait: Option<Duration>, patience: Option<Duration>) -> Error {
        let limit = self.shared.limit;
        let seconds = patience.unwrap_or_default().as_secs();
        let message = format!("the limit of {limit} images a minute gives no turn within {seconds} seconds");
        Error::new(ErrorKind::RateLimit, message)
            .with_retry_after(wait)
            .with_hint("nothing was sent: ask for fewer images at a time, or allow a longer wait")
    }
}

/// When `images` more fit, if nothing else leaves before.
fn free_at(sent: &VecDeque<Sent>, images: u32, limit: u32) -> Duration {
    let mut counted: u32 = sent.iter().map(|sent| sent.images).fold(0, u32::saturating_add);
    let mut at = Duration::ZERO;
    for ended in sent {
        (at, counted) = (ended.until, counted.saturating_sub(ended.images));
        if counted.saturating_add(images) <= limit {
            break;
        }
    }
    at
}
