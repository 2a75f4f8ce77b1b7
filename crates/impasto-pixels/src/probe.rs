//! Reading an image's header while the image streams past.

use impasto_types::ImageFacts;

use crate::error::{Error, ErrorKind};
use crate::header::{Draft, read, settle};
use crate::source::{Kept, Reader, Stop};

/// How many bytes a probe keeps at most.
const KEEP: usize = 256 * 1024;
/// How much is kept from the place that a header points to, and at the beginning.
const PIECE: usize = 1024;

/// Learns the facts of an image from its bytes as they go by, without keeping them.
///
/// Feed it every chunk in order; it keeps at most 256 KiB, usually one, and nothing once it knows enough.
/// Headers that point far ahead (a TIFF directory at the end, EXIF behind the pixels of a WebP) are followed.
///
/// ```
/// use impasto_pixels::HeaderProbe;
///
/// let gif = b"GIF89a\x40\x00\x30\x00\x00\x00\x00;";
/// let mut probe = HeaderProbe::new();
/// for chunk in gif.chunks(5) {
///     probe.push(chunk);
/// }
/// assert_eq!(probe.facts(gif.len() as u64)?.dimensions(), (64, 48));
/// # Ok::<(), impasto_pixels::Error>(())
/// ```
#[derive(Debug)]
pub struct HeaderProbe {
    /// What is kept, by its place in the stream.
    pieces: Vec<(u64, Vec<u8>)>,
    /// How many bytes went by.
    seen: u64,
    /// The end of the piece being kept.
    until: u64,
    /// Nothing more is kept: the header is read, or cannot be.
    settled: bool,
}

impl HeaderProbe {
    /// A probe that has seen nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self { pieces: vec![(0, Vec::new())], seen: 0, until: PIECE as u64, settled: false }
    }

    /// Shows the probe the next bytes.
    pub fn push(&mut self, chunk: &[u8]) {
        let mut chunk = chunk;
        while !self.settled && !chunk.is_empty() {
            chunk = self.keep(chunk);
            if self.seen == self.until {
                self.look();
            }
        }
        self.seen += chunk.len() as u64;
    }

    /// Whether the probe has seen all it needs. What follows may still be pushed, and is ignored.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        self.settled
    }

    /// What the header says of the image, whose length is `total_len` bytes.
    ///
    /// # Errors
    /// As [`crate::read_facts`], except that nothing is read; [`ErrorKind::Truncated`] also when fewer bytes than
    /// needed were pushed.
    pub fn facts(&self, total_len: u64) -> Result<ImageFacts, Error> {
        let mut draft = Draft::default();
        let outcome = read(&mut Reader(&mut self.kept(Some(total_len))), &mut draft);
        if let (Err(Stop::Need { .. }), None) = (&outcome, draft.dimensions)
            && self.seen < total_len
        {
            let message = format!("cut short: {} of {total_len} bytes arrived", self.seen);
            return Err(Error::new(ErrorKind::Truncated, message));
        }
        settle(&draft, outcome, total_len)
    }

    fn kept(&self, total: Option<u64>) -> Kept<'_> {
        Kept { pieces: &self.pieces, total }
    }

    /// Takes from `chunk` what belongs to the current piece and skips what lies before it; returns the rest.
    fn keep<'a>(&mut self, chunk: &'a [u8]) -> &'a [u8] {
        let Some((start, piece)) = self.pieces.last_mut() else { return &[] };
        let gap = start.saturating_sub(self.seen);
        let (wanted, into): (u64, bool) = if gap > 0 { (gap, false) } else { (self.until - self.seen, true) };
        let len = usize::try_from(wanted).unwrap_or(usize::MAX).min(chunk.len());
        let (now, rest) = chunk.split_at(len);
        if into {
            piece.extend_from_slice(now);
        }
        self.seen += len as u64;
        rest
    }

    /// Reads the header as far as it is there, and plans what to keep next.
    fn look(&mut self) {
        let mut draft = Draft::default();
        let Err(Stop::Need { offset, len }) = read(&mut Reader(&mut self.kept(None)), &mut draft) else {
            self.settled = true;
            return;
        };
        let end = offset.saturating_add(len as u64);
        let held: usize = self.pieces.iter().map(|(_, piece)| piece.len()).sum();
        // The next piece goes on where this one ended, or begins where the header points.
        let begin = offset.max(self.seen);
        let want = end.saturating_sub(begin).max(PIECE as u64);
        if end <= self.seen || want > (KEEP.saturating_sub(held)) as u64 {
            self.settled = true;
            return;
        }
        if begin > self.seen {
            self.pieces.push((begin, Vec::new()));
        }
        self.until = begin.saturating_add(want);
    }
}

impl Default for HeaderProbe {
    fn default() -> Self {
        Self::new()
    }
}
