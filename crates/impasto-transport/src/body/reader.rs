//! Reads a body piece by piece: files in large reads, base64 encoded on the way.

use std::{
    collections::VecDeque,
    fs::File,
    io::{self, Read},
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;

use super::{Body, FileSource, Segment, Source};
#[cfg(any(feature = "hyper", feature = "reqwest"))]
use crate::Sent;
use crate::{TransportError, TransportErrorKind};

/// How much of a file is read at a time. 4 KiB reads cost seven times the CPU of a whole upload.
pub const READ_SIZE: usize = 256 * 1024;

/// A multiple of 3, so that base64 has no padding in the middle.
const ENCODE_SIZE: usize = 192 * 1024;

/// Gives a body's bytes in pieces of at most [`READ_SIZE`] (bytes already in memory come whole, uncopied).
///
/// Blocks while it reads files; [`blocks`](Self::blocks) tells beforehand. Buffers are used again once the
/// pieces made from them are dropped, so sending a large file touches little fresh memory.
#[derive(Debug)]
pub struct SegmentReader {
    segments: VecDeque<Segment>,
    open: Option<OpenFile>,
    /// How far the first segment was read, when it is base64 of bytes in memory.
    encoded: usize,
    pool: Pool,
}

#[derive(Debug)]
struct OpenFile {
    file: File,
    left: u64,
}

impl SegmentReader {
    /// A reader of `segments`, from the first to the last.
    #[must_use]
    pub fn new(segments: Vec<Segment>) -> Self {
        Self { segments: segments.into(), open: None, encoded: 0, pool: Pool::default() }
    }

    /// Whether the next call of [`next_chunk`](Self::next_chunk) reads a file.
    #[must_use]
    pub fn blocks(&self) -> bool {
        matches!(self.segments.front(), Some(Segment::File(_) | Segment::Base64(Source::File(_))))
    }

    /// The next piece, never empty; `None` after the last.
    ///
    /// # Errors
    ///
    /// Of kind [`TransportErrorKind::Io`] when a file cannot be read, or is not as long as it was said to be:
    /// then the last piece of it is not given, so the server never has a whole body with wrong content.
    pub fn next_chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        while let Some(segment) = self.segments.pop_front() {
            if let Some(chunk) = self.read(segment)? {
                return Ok(Some(chunk));
            }
        }
        Ok(None)
    }

    /// Reads a piece of `segment` and puts the segment back unless it is at its end.
    fn read(&mut self, segment: Segment) -> Result<Option<Bytes>, TransportError> {
        match segment {
            Segment::Bytes(bytes) => Ok(Some(bytes).filter(|bytes| !bytes.is_empty())),
            Segment::File(source) => {
                let mut buffer = self.pool.take(READ_SIZE);
                let len = self.fill(&source, &mut buffer)?;
                if self.open.is_some() {
                    self.segments.push_front(Segment::File(source));
                }
                Ok(self.pool.freeze(buffer, len))
            }
            Segment::Base64(Source::File(source)) => {
                let mut buffer = self.pool.take(ENCODE_SIZE);
                let len = self.fill(&source, &mut buffer[..ENCODE_SIZE])?;
                if self.open.is_some() {
                    self.segments.push_front(Segment::Base64(Source::File(source)));
                }
                let text = self.encode(&buffer[..len]);
                self.pool.put(buffer);
                Ok(text)
            }
            Segment::Base64(Source::Bytes(bytes)) => {
                let end = bytes.len().min(self.encoded + ENCODE_SIZE);
                let text = self.encode(&bytes[self.encoded..end]);
                self.encoded = if end < bytes.len() { end } else { 0 };
                if self.encoded > 0 {
                    self.segments.push_front(Segment::Base64(Source::Bytes(bytes)));
                }
                Ok(text)
            }
        }
    }

    /// Fills `buffer` from the file, as far as the file goes; closes it at its end.
    fn fill(&mut self, source: &FileSource, buffer: &mut [u8]) -> Result<usize, TransportError> {
        let mut open = match self.open.take() {
            Some(open) => open,
            None => OpenFile::new(source)?,
        };
        let want = usize::try_from(open.left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let read =
            read_full(&mut open.file, &mut buffer[..want]).map_err(|error| unreadable(source, error))?;
        if read < want {
            return Err(changed(source, "ended early"));
        }
        open.left -= want as u64;
        if open.left > 0 {
            self.open = Some(open);
        } else if read_full(&mut open.file, &mut [0]).map_err(|error| unreadable(source, error))? > 0 {
            return Err(changed(source, "is longer than it was"));
        }
        Ok(want)
    }

    fn encode(&self, bytes: &[u8]) -> Option<Bytes> {
        let len = base64_simd::STANDARD.encoded_length(bytes.len());
        let mut text = self.pool.take(len);
        let _ = base64_simd::STANDARD.encode(bytes, base64_simd::Out::from_slice(&mut text[..len]));
        self.pool.freeze(text, len)
    }
}

impl OpenFile {
    fn new(source: &FileSource) -> Result<Self, TransportError> {
        let file = File::open(&source.path).map_err(|error| unreadable(source, error))?;
        let metadata = file.metadata().map_err(|error| unreadable(source, error))?;
        if metadata.is_file() && metadata.len() != source.len {
            return Err(changed(source, &format!("is now {} bytes long", metadata.len())));
        }
        Ok(Self { file, left: source.len })
    }
}

/// Whether every file of the segments is there with its length: asked before anything is sent.
///
/// # Errors
///
/// The first file that is missing, unreadable or changed; nothing was sent.
#[cfg(any(feature = "hyper", feature = "reqwest"))]
pub(super) fn check_files(segments: &[Segment]) -> Result<(), TransportError> {
    for segment in segments {
        if let Segment::File(source) | Segment::Base64(Source::File(source)) = segment {
            OpenFile::new(source).map_err(|error| error.with_sent(Sent::No))?;
        }
    }
    Ok(())
}

impl Body {
    /// The whole body in memory: for tests, dry runs and small bodies. Reads its files, blocking.
    ///
    /// # Errors
    ///
    /// As [`SegmentReader::next_chunk`].
    pub fn to_bytes(&self, boundary: &str) -> Result<Bytes, TransportError> {
        let mut reader = SegmentReader::new(self.segments(boundary));
        let mut whole = Vec::new();
        while let Some(chunk) = reader.next_chunk()? {
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.into())
    }
}

fn read_full(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn unreadable(source: &FileSource, error: io::Error) -> TransportError {
    let message = format!("{} cannot be read: {error}", source.path.display());
    TransportError::new(TransportErrorKind::Io, message).with_source(error)
}

fn changed(source: &FileSource, how: &str) -> TransportError {
    let message = format!(
        "{} changed since the request was made: {how}, not {} bytes",
        source.path.display(),
        source.len
    );
    TransportError::new(TransportErrorKind::Io, message)
}

/// Buffers that come back when the last piece made from them is dropped.
#[derive(Debug, Clone, Default)]
struct Pool(Arc<Mutex<Vec<Vec<u8>>>>);

/// More than a few are never in flight at once.
const POOL_KEEPS: usize = 4;

struct Pooled {
    buffer: Vec<u8>,
    len: usize,
    pool: Pool,
}

impl Pool {
    fn take(&self, size: usize) -> Vec<u8> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut buffer = kept.unwrap_or_default();
        if buffer.len() < size {
            buffer.resize(size, 0);
        }
        buffer
    }

    fn put(&self, buffer: Vec<u8>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < POOL_KEEPS {
            kept.push(buffer);
        }
    }

    fn freeze(&self, buffer: Vec<u8>, len: usize) -> Option<Bytes> {
        if len == 0 {
            self.put(buffer);
            return None;
        }
        Some(Bytes::from_owner(Pooled { buffer, len, pool: self.clone() }))
    }
}

impl AsRef<[u8]> for Pooled {
    fn as_ref(&self) -> &[u8] {
        &self.buffer[..self.len]
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        self.pool.put(std::mem::take(&mut self.buffer));
    }
}
