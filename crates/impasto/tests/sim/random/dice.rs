//! All chance of a run, from its seed.

use impasto::transport::{Entropy as _, SeededEntropy};

#[derive(Debug)]
pub(super) struct Dice(SeededEntropy);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        let dice = SeededEntropy::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
        // Neighbouring seeds have nothing in common after a few throws.
        for _ in 0..4 {
            dice.u64();
        }
        Self(dice)
    }

    /// A number below `end`.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0.u64() % end.max(1)
    }

    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// True in so many of a hundred throws.
    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(super) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    /// Small numbers often, large ones now and then.
    pub(super) fn skewed(&mut self, high: u64) -> u64 {
        let bits = self.below(64 - u64::from(high.leading_zeros()) + 1);
        self.below((1 << bits).min(high) + 1)
    }
}
