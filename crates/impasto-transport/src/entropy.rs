//! Randomness, injected: multipart boundaries and jitter.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    sync::atomic::{AtomicU64, Ordering},
};

/// A source of random numbers for jitter and multipart boundaries; nothing secret rests on it.
pub trait Entropy: Send + Sync + fmt::Debug {
    /// The next number, uniform over all of `u64`.
    fn u64(&self) -> u64;

    /// A number in `0.0..1.0`.
    fn unit(&self) -> f64 {
        // 53 bits are what an f64 holds exactly.
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit an f64 exactly")]
        let numerator = (self.u64() >> 11) as f64;
        numerator / 9_007_199_254_740_992.0
    }
}

/// The process's own randomness, seeded by the operating system.
#[derive(Debug, Default)]
pub struct OsEntropy {
    state: RandomState,
    count: AtomicU64,
}

impl OsEntropy {
    /// A fresh source.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Entropy for OsEntropy {
    fn u64(&self) -> u64 {
        // SipHash under keys from the operating system: as good as needed here, and no crate more.
        self.state.hash_one(self.count.fetch_add(1, Ordering::Relaxed))
    }
}

/// The same numbers for the same seed, for tests and simulations (`SplitMix64`).
///
/// ```
/// use impasto_transport::{Entropy, SeededEntropy};
///
/// assert_eq!(SeededEntropy::new(7).u64(), SeededEntropy::new(7).u64());
/// ```
#[derive(Debug)]
pub struct SeededEntropy {
    state: AtomicU64,
}

impl SeededEntropy {
    /// A source that repeats itself for each `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: AtomicU64::new(seed) }
    }
}

impl Entropy for SeededEntropy {
    fn u64(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut z = self.state.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_differ_and_the_unit_stays_in_its_range() {
        let seeded = SeededEntropy::new(1);
        let os = OsEntropy::new();
        let sources: [&dyn Entropy; 2] = [&seeded, &os];
        for source in sources {
            let numbers: std::collections::HashSet<u64> = (0..1000).map(|_| source.u64()).collect();
            assert_eq!(numbers.len(), 1000);
            assert!((0..1000).map(|_| source.unit()).all(|unit| (0.0..1.0).contains(&unit)));
        }
    }
}
