//! Sketches for the terminal alone: shown as they come, and never saved.

use std::io;

use async_trait::async_trait;
use impasto::sink::{Arriving, Destination, Files, Place, Sink};
use impasto::{Error, ImageRequest, Stored};

/// A sketch that is larger is not shown.
const LARGEST: usize = 32 << 20;

/// Saves images as its files do, and keeps sketches in memory.
#[derive(Clone, Debug)]
pub(super) struct Sketches(pub(super) Files);

#[async_trait]
impl Destination for Sketches {
    async fn prepare(&self, request: &ImageRequest) -> Result<(), Error> {
        self.0.prepare(request).await
    }

    async fn open(&self, arriving: &Arriving) -> io::Result<Box<dyn Sink>> {
        let file = self.0.open(arriving).await?;
        Ok(Box::new(Doubled { file, copy: Vec::new() }))
    }

    async fn sweep(&self, job: &str) {
        self.0.sweep(job).await;
    }

    fn describe(&self) -> serde_json::Value {
        self.0.describe()
    }
}

/// Whether it is a sketch is known only behind its last byte, so both are at hand until then.
struct Doubled {
    file: Box<dyn Sink>,
    copy: Vec<u8>,
}

#[async_trait]
impl Sink for Doubled {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.copy.len() + bytes.len() <= LARGEST {
            self.copy.extend_from_slice(bytes);
        }
        self.file.write(bytes).await
    }

    async fn finish(self: Box<Self>, place: &Place) -> io::Result<Stored> {
        if place.partial.is_none() {
            return self.file.finish(place).await;
        }
        self.file.discard().await;
        Ok(Stored::Memory(self.copy.into()))
    }

    async fn discard(self: Box<Self>) {
        self.file.discard().await;
    }
}
