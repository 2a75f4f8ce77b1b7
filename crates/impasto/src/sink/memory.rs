//! Images kept in memory: the library's default.

use std::io;

use async_trait::async_trait;
use bytes::Bytes;

use super::{Arriving, Destination, Place, Sink};
use crate::image::Stored;

/// Keeps each image in memory, once.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Memory;

impl Memory {
    /// A destination in memory.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

#[async_trait]
impl Destination for Memory {
    async fn open(&self, _arriving: &Arriving) -> io::Result<Box<dyn Sink>> {
        Ok(Box::new(Buffer(Vec::new())))
    }
}

struct Buffer(Vec<u8>);

#[async_trait]
impl Sink for Buffer {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    async fn finish(self: Box<Self>, _place: &Place) -> io::Result<Stored> {
        let mut buffer = self.0;
        // A growing buffer is up to twice too long; what is kept for long should not be.
        buffer.shrink_to_fit();
        Ok(Stored::Memory(Bytes::from(buffer)))
    }

    async fn discard(self: Box<Self>) {}
}
