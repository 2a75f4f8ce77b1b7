//! Where images go while they arrive: memory, files, or whatever the caller provides.
//!
//! An image is written as its base64 comes off the wire; nothing holds it twice. What it is (which image of the
//! request, an unfinished one, none at all) is often known only behind its last byte, so a sink is opened first and
//! told its place when it is finished.
//!
//! | destination | an image is |
//! |---|---|
//! | [`Memory`], the library's default | one buffer, see [`Image::bytes`](crate::Image::bytes) |
//! | [`Files`], what [`ImageCall::save`](crate::ImageCall::save) uses | a file that has its name only when it is whole |
//! | [`Writers`] | whatever the caller's `AsyncWrite` makes of it |
//! | one's own [`Destination`] | anything |
//!
//! Each image has a sink of its own and no sink waits for another. Files are written off the runtime's threads; when
//! they are flushed to the disk, [`Fsync`] says.

mod files;
mod memory;
mod named;
mod writers;

use std::fmt;
use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use impasto_types::{ImageFormat, ImageRequest};

use crate::error::Error;
use crate::image::Stored;

pub use files::{Files, Fsync};
pub use memory::Memory;
pub use writers::Writers;

/// Opens a sink for each image that arrives.
#[async_trait]
pub trait Destination: Send + Sync + fmt::Debug {
    /// Called before anything is sent: whatever would make saving fail should fail now, while it is free.
    ///
    /// # Errors
    /// When the images of `request` could not be stored.
    async fn prepare(&self, request: &ImageRequest) -> Result<(), Error> {
        let _ = request;
        Ok(())
    }

    /// Opens a sink for an image that begins to arrive.
    ///
    /// # Errors
    /// When there is nowhere to write to.
    async fn open(&self, arriving: &Arriving) -> io::Result<Box<dyn Sink>>;

    /// Whether unfinished images are wanted; if not, their bytes are dropped and only their events remain.
    fn wants_partials(&self) -> bool {
        true
    }

    /// Removes what a process that died left of the images of `job`, other than whole ones in their places.
    async fn sweep(&self, job: &str) {
        let _ = job;
    }

    /// What a journal writes down, so that a job taken up again saves to the same place; nothing where only the
    /// caller knows.
    fn describe(&self) -> serde_json::Value {
        serde_json::Value::Null
    }
}

#[async_trait]
impl<D: Destination + ?Sized> Destination for Arc<D> {
    async fn prepare(&self, request: &ImageRequest) -> Result<(), Error> {
        (**self).prepare(request).await
    }

    async fn open(&self, arriving: &Arriving) -> io::Result<Box<dyn Sink>> {
        (**self).open(arriving).await
    }

    fn wants_partials(&self) -> bool {
        (**self).wants_partials()
    }

    async fn sweep(&self, job: &str) {
        (**self).sweep(job).await;
    }

    fn describe(&self) -> serde_json::Value {
        (**self).describe()
    }
}

/// The destination a journal wrote down.
pub(crate) fn described(description: &serde_json::Value) -> Result<Arc<dyn Destination>, Error> {
    serde_json::from_value::<Files>(description.clone())
        .map(|files| Arc::new(files) as Arc<dyn Destination>)
        .map_err(|_| {
            Error::invalid("destination", "the record does not say where the images go")
                .with_hint("give a destination when taking the job up")
        })
}

/// Takes the bytes of one image.
#[async_trait]
pub trait Sink: Send {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// When they cannot be written.
    async fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// The last byte has come, but what the image is may be told much later: what is held back can go now.
    ///
    /// # Errors
    /// When it cannot be written.
    async fn end(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// The image is whole and this is its place.
    ///
    /// # Errors
    /// When it cannot be put there.
    async fn finish(self: Box<Self>, place: &Place) -> io::Result<Stored>;

    /// The image is not wanted or not whole: forget it.
    async fn discard(self: Box<Self>);
}

/// What is known of an image when its first byte arrives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Arriving {
    /// A number of its own within the call.
    pub serial: u64,
    /// The media type the seller gave, where it gave one.
    pub media_type: Option<String>,
    /// The id of the job it is of.
    pub job: String,
    /// Whether it is surely an unfinished one. Not every seller says so in time: [`Place::partial`] is right.
    pub partial: bool,
}

/// The place of a whole image.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// Which image of the request it is, from 0.
    pub index: usize,
    /// How many images the request asks for.
    pub count: usize,
    /// Which unfinished image it is, from 0; none when it is finished.
    pub partial: Option<u32>,
    /// Whether the job was taken up again: the same image may have this place already.
    pub again: bool,
    /// Its format by content, where that is known.
    pub format: Option<ImageFormat>,
}
