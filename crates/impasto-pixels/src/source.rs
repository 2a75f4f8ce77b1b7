//! Where header readers take their bytes from: a seekable file, a slice, or the parts kept of a stream.

use std::io::{self, Read, Seek, SeekFrom};

use crate::error::{Error, ErrorKind};

/// Why a header reader had to stop.
#[derive(Debug)]
pub(crate) enum Stop {
    /// It wants these bytes, which have not been seen (yet).
    Need {
        /// The first byte it wants.
        offset: u64,
        /// How many from there.
        len: usize,
    },
    /// It has found out that this is no image it can read.
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Bytes that can be read at any place.
pub(crate) trait Source {
    /// Copies what stands at `offset` into `buf` and says how much there was: less than asked for only at the end.
    fn read(&mut self, offset: u64, buf: &mut [u8]) -> Result<usize, Stop>;
}

/// Any source, as the readers of headers take it, so that each of them is compiled once.
pub(crate) struct Reader<'a>(pub(crate) &'a mut dyn Source);

impl Reader<'_> {
    /// The `N` bytes at `offset`.
    pub(crate) fn take<const N: usize>(&mut self, offset: u64) -> Result<[u8; N], Stop> {
        let mut bytes = [0; N];
        let got = self.0.read(offset, &mut bytes)?;
        if got < N { Err(ended(offset.saturating_add(got as u64)).into()) } else { Ok(bytes) }
    }

    /// Up to `len` bytes at `offset`.
    pub(crate) fn up_to(&mut self, offset: u64, len: usize) -> Result<Vec<u8>, Stop> {
        let mut bytes = vec![0; len];
        let got = self.0.read(offset, &mut bytes)?;
        bytes.truncate(got);
        Ok(bytes)
    }
}

fn ended(at: u64) -> Error {
    Error::new(ErrorKind::Truncated, format!("cut short: it ends at byte {at}, within its header"))
}

impl Source for &[u8] {
    fn read(&mut self, offset: u64, buf: &mut [u8]) -> Result<usize, Stop> {
        let rest = usize::try_from(offset).ok().and_then(|offset| self.get(offset..)).unwrap_or_default();
        let got = rest.len().min(buf.len());
        buf[..got].copy_from_slice(&rest[..got]);
        Ok(got)
    }
}

/// A seekable reader with a small window, since headers are read a few bytes at a time.
pub(crate) struct Seeking<'a, R> {
    reader: &'a mut R,
    start: u64,
    window: Vec<u8>,
}

/// How much is read at once: a page holds the whole header of most files.
const PAGE: usize = 4096;

impl<'a, R: Read + Seek> Seeking<'a, R> {
    pub(crate) fn new(reader: &'a mut R) -> Self {
        Self { reader, start: 0, window: Vec::new() }
    }

    fn load(&mut self, offset: u64, len: usize) -> io::Result<()> {
        self.reader.seek(SeekFrom::Start(offset))?;
        self.window.clear();
        self.start = offset;
        self.reader.by_ref().take(len as u64).read_to_end(&mut self.window)?;
        Ok(())
    }
}

impl<R: Read + Seek> Source for Seeking<'_, R> {
    fn read(&mut self, offset: u64, buf: &mut [u8]) -> Result<usize, Stop> {
        // No file reaches this far, and the system would refuse to seek there.
        if i64::try_from(offset).is_err() {
            return Ok(0);
        }
        let held = self.start..=self.start + self.window.len() as u64;
        let end = offset.saturating_add(buf.len() as u64);
        if !(held.contains(&offset) && held.contains(&end)) {
            self.load(offset, buf.len().max(PAGE)).map_err(Error::io)?;
        }
        let mut window = self.window.as_slice();
        Source::read(&mut window, offset - self.start, buf)
    }
}

/// The parts kept of a stream, by their place in it and in order, while the rest went by.
pub(crate) struct Kept<'a> {
    /// The parts.
    pub(crate) pieces: &'a [(u64, Vec<u8>)],
    /// The length of the whole, once it is known.
    pub(crate) total: Option<u64>,
}

impl Source for Kept<'_> {
    fn read(&mut self, offset: u64, buf: &mut [u8]) -> Result<usize, Stop> {
        let wanted = offset.saturating_add(buf.len() as u64);
        let end = self.total.map_or(wanted, |total| total.min(wanted));
        let got = usize::try_from(end.saturating_sub(offset)).unwrap_or(0);
        if got == 0 {
            return Ok(0);
        }
        // Neighbouring pieces may share a read, so it is put together piece by piece.
        let mut done = 0;
        for (start, bytes) in self.pieces {
            let at = offset + done as u64;
            let Some(skip) = at.checked_sub(*start).and_then(|skip| usize::try_from(skip).ok()) else {
                continue;
            };
            let Some(part) = bytes.get(skip..) else { continue };
            let len = part.len().min(got - done);
            buf[done..done + len].copy_from_slice(&part[..len]);
            done += len;
        }
        if done < got { Err(Stop::Need { offset, len: buf.len() }) } else { Ok(got) }
    }
}
