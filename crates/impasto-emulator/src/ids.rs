//! Ids and pseudo-random numbers: from a seed and a counter, so that a run can be repeated.

use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

/// A small generator (SplitMix64): enough for pictures, ids and fault plans, and the same on every machine.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `0..bound`; `bound` must not be 0.
    pub(crate) const fn below(&mut self, bound: u64) -> u64 {
        self.next_u64() % bound
    }

    /// A number in `0.0..1.0`.
    #[expect(clippy::cast_precision_loss, reason = "24 bits fit an f32 exactly")]
    pub(crate) fn unit(&mut self) -> f32 {
        (self.next_u64() >> 40) as f32 / 16_777_216.0
    }

    /// A number in `low..high`.
    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }
}

/// Hands out ids: unique within one emulator, equal between two runs with one seed and one order of requests.
#[derive(Debug)]
pub(crate) struct Ids {
    seed: u64,
    counter: AtomicU64,
}

impl Ids {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { seed, counter: AtomicU64::new(0) }
    }

    /// 32 lowercase hex digits.
    pub(crate) fn hex32(&self) -> String {
        let n = self.counter.fetch_add(1, Ordering::Relaxed);
        let mut random = Random::new(self.seed ^ n.wrapping_mul(0xd134_2543_de82_ef95));
        format!("{:016x}{:016x}", random.next_u64(), random.next_u64())
    }

    /// An id with a prefix, such as `req_…`.
    pub(crate) fn with_prefix(&self, prefix: &str) -> String {
        format!("{prefix}{}", self.hex32())
    }
}

/// A SHA-256 over labelled parts; each part is length-prefixed, so that parts cannot run into each other.
pub(crate) fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// The first eight bytes of a digest as a number.
pub(crate) fn seed_of(digest: &[u8; 32]) -> u64 {
    digest.iter().take(8).fold(0, |seed, byte| (seed << 8) | u64::from(*byte))
}

/// Lowercase hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The label under which a key appears in bills and records: never the key itself.
pub(crate) fn key_label(key: &str) -> String {
    let hash = digest([b"key".as_slice(), key.as_bytes()]);
    format!("key-{}", hex(&hash[..5]))
}
