//! A range with the value to expect inside it.

use serde::{Deserialize, Serialize};

/// At least `low`, at most `high`, probably `expected`. Always `low ≤ expected ≤ high`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "a range has these three values and no others")]
pub struct Interval<T> {
    /// The least it can be.
    pub low: T,
    /// What to expect.
    pub expected: T,
    /// The most it can be.
    pub high: T,
}

impl<T: Clone> Interval<T> {
    /// A value that is known exactly.
    pub fn exactly(value: T) -> Self {
        Self { low: value.clone(), expected: value.clone(), high: value }
    }
}

impl<T: Ord + Copy> Interval<T> {
    /// Between `low` and `high`, with `expected` moved inside where it lies outside.
    #[must_use]
    pub fn new(low: T, expected: T, high: T) -> Self {
        let (low, high) = (low.min(high), low.max(high));
        Self { low, expected: expected.clamp(low, high), high }
    }

    /// The smallest range that holds both, expecting what `self` expects.
    #[must_use]
    pub fn widened_by(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), expected: self.expected, high: self.high.max(other.high) }
    }

    /// Whether `value` lies inside, ends included.
    pub fn contains(&self, value: T) -> bool {
        self.low <= value && value <= self.high
    }
}

impl Interval<u64> {
    /// Both ranges added up.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            low: self.low.saturating_add(other.low),
            expected: self.expected.saturating_add(other.expected),
            high: self.high.saturating_add(other.high),
        }
    }

    /// The range `count` times.
    #[must_use]
    pub fn times(self, count: u64) -> Self {
        Self {
            low: self.low.saturating_mul(count),
            expected: self.expected.saturating_mul(count),
            high: self.high.saturating_mul(count),
        }
    }
}
