//! A clock that tests move by hand.

use std::{
    collections::BTreeMap,
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
    time::Duration,
};

use crate::{BoxFuture, Clock};

/// A clock that moves only when it is told to.
///
/// With [`auto`](Self::auto) it moves by itself: when a sleeper is polled again and nothing has happened, time
/// jumps to the earliest sleeper. That suits code whose other futures are ready at once (fakes); with real
/// sockets, time would run away.
///
/// ```
/// use std::time::Duration;
/// use impasto_transport::{Clock, test_util::ManualClock};
///
/// let clock = ManualClock::new();
/// clock.advance(Duration::from_secs(5));
/// assert_eq!(clock.now(), Duration::from_secs(5));
/// ```
#[derive(Debug, Clone)]
pub struct ManualClock {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug)]
struct Shared {
    now: Duration,
    /// The date at which `now` is zero.
    epoch: Duration,
    auto: bool,
    next_id: u64,
    /// Who waits until when, the earliest first.
    sleepers: BTreeMap<(Duration, u64), Waker>,
}

impl ManualClock {
    /// A clock at zero, on 2026-01-01 00:00 UTC.
    #[must_use]
    pub fn new() -> Self {
        let epoch = Duration::from_secs(1_767_225_600);
        let shared =
            Shared { now: Duration::ZERO, epoch, auto: false, next_id: 0, sleepers: BTreeMap::new() };
        Self { shared: Arc::new(Mutex::new(shared)) }
    }

    /// A clock that jumps to the earliest sleeper when everybody waits.
    #[must_use]
    pub fn auto() -> Self {
        let clock = Self::new();
        clock.lock().auto = true;
        clock
    }

    /// Moves the date, not the time passed.
    pub fn set_unix(&self, unix: Duration) {
        let mut shared = self.lock();
        shared.epoch = unix.saturating_sub(shared.now);
    }

    /// Lets `duration` pass and wakes whoever slept until then.
    pub fn advance(&self, duration: Duration) {
        let mut shared = self.lock();
        let now = shared.now + duration;
        shared.move_to(now);
    }

    /// How many sleep now.
    #[must_use]
    pub fn sleepers(&self) -> usize {
        self.lock().sleepers.len()
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Shared {
    fn move_to(&mut self, now: Duration) {
        self.now = self.now.max(now);
        let later = self.sleepers.split_off(&(self.now, u64::MAX));
        for (_, waker) in std::mem::replace(&mut self.sleepers, later) {
            waker.wake();
        }
    }
}

/// Takes a sleeper off the list when its sleep is dropped: a cancelled one must not move the time.
struct Sleeper {
    clock: ManualClock,
    key: (Duration, u64),
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.clock.lock().sleepers.remove(&self.key);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Duration {
        self.lock().now
    }

    fn unix(&self) -> Duration {
        let shared = self.lock();
        shared.epoch + shared.now
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let key = {
            let mut shared = self.lock();
            shared.next_id += 1;
            (shared.now.saturating_add(duration), shared.next_id)
        };
        let sleeper = Sleeper { clock: self.clone(), key };
        let mut polled = false;
        Box::pin(poll_fn(move |context| {
            let (until, _) = sleeper.key;
            let mut shared = sleeper.clock.lock();
            let earliest = shared.sleepers.first_key_value().is_none_or(|(first, _)| *first >= sleeper.key);
            if shared.auto && polled && earliest {
                shared.move_to(until);
            }
            if shared.now >= until {
                return Poll::Ready(());
            }
            shared.sleepers.insert(sleeper.key, context.waker().clone());
            if shared.auto {
                // Everybody else gets a turn before the time moves.
                polled = true;
                context.waker().wake_by_ref();
            }
            Poll::Pending
        }))
    }
}
