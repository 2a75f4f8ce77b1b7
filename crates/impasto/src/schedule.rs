//! When to ask after a task: by the seller's pace at first, by what tasks like it took as soon as that is known.

mod learned;

use std::time::Duration;

pub(crate) use learned::{Durations, Watch};

/// How the time between polls grows: the first near the usual duration, then longer up to a cap.
///
/// This is for tasks of which nothing is known. A client remembers what its last tasks of a model and quality took, and
/// asks after later ones when they are likely to end: a task that takes as long as others did is noticed within a
/// tenth of its duration, or half a second if that is longer, with at most a dozen polls. [`learns`](Self::learns)
/// turns that off. A seller that asks for a pause gets it either way.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct PollSchedule {
    /// Before the first poll.
    pub first: Duration,
    /// Before the second.
    pub next: Duration,
    /// Each further wait is this many times the one before.
    pub growth: f64,
    /// No wait is longer.
    pub cap: Duration,
    /// After this long in all the job is given back, still running at the seller.
    pub deadline: Duration,
    /// Whether what past tasks took decides, once enough of them are known.
    pub learns: bool,
}

impl Default for PollSchedule {
    /// 2 s, then 3 s growing by a quarter up to 10 s, for at most 10 minutes; images take 10 to 30 seconds at
    /// Atlas Cloud, whose own clients poll every 2 to 5.
    fn default() -> Self {
        Self {
            first: Duration::from_secs(2),
            next: Duration::from_secs(3),
            growth: 1.25,
            cap: Duration::from_secs(10),
            deadline: Duration::from_secs(600),
            learns: true,
        }
    }
}

impl PollSchedule {
    /// The schedule that a seller's data names.
    #[must_use]
    pub fn of_seller(polls: &impasto_providers::Polls) -> Self {
        Self {
            first: Duration::from_millis(polls.first_ms),
            next: Duration::from_millis(polls.next_ms),
            growth: f64::from(polls.growth_percent) / 100.0,
            cap: Duration::from_millis(polls.cap_ms),
            deadline: Duration::from_millis(polls.deadline_ms),
            learns: true,
        }
    }

    /// The wait before the next poll, after `polls` of them. `random` in 0..1 spreads many pollers by a tenth.
    #[must_use]
    pub fn wait(&self, polls: u32, random: f64) -> Duration {
        let base = match polls {
            0 => self.first,
            more => {
                let exponent = i32::try_from(more - 1).unwrap_or(i32::MAX);
                let grown = self.next.as_secs_f64() * self.growth.powi(exponent);
                Duration::try_from_secs_f64(grown).unwrap_or(self.cap).min(self.cap)
            }
        };
        base.mul_f64(0.95 + 0.1 * random.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::PollSchedule;

    #[test]
    fn waits_grow_to_the_cap() {
        let schedule = PollSchedule::default();
        let waits: Vec<u128> = (0..9).map(|polls| schedule.wait(polls, 0.5).as_millis()).collect();
        assert_eq!(waits, [2000, 3000, 3750, 4687, 5859, 7324, 9155, 10_000, 10_000]);
        assert_eq!(schedule.wait(u32::MAX, 0.5), schedule.cap);
    }
}
