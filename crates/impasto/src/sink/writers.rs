//! Images into the caller's own writers: a socket, an upload to an object store, an archive.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use impasto_types::ImageRequest;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::{Arriving, Destination, Place, Sink};
use crate::error::Error;
use crate::image::Stored;

type Open<W> = dyn Fn(Arriving) -> BoxFuture<'static, io::Result<W>> + Send + Sync;
type Finish<W> = dyn Fn(W, Place) -> BoxFuture<'static, io::Result<()>> + Send + Sync;

/// Writes each image into an [`AsyncWrite`] of the caller's, opened when its first byte arrives.
///
/// A writer gets the bytes of one image and nothing else. When the image is whole and its place is known, the writer
/// is flushed and shut down, or handed to the function given to [`on_finish`](Self::on_finish). A writer whose image
/// broke off is dropped without a shutdown: whoever made it decides what becomes of half an image. Images that
/// arrive side by side have a writer each and do not wait for one another. A slow writer slows the reading of its
/// own reply; nothing piles up in memory.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::collections::BTreeMap;
/// use std::sync::{Arc, Mutex};
/// use impasto::sink::Writers;
///
/// # let emulator = impasto_emulator::Emulator::builder().start().await?;
/// # let builder = impasto::Client::builder().ignore_env().api_key("sk-test");
/// # let client = builder.base_url(emulator.openai_base_url()).model("gpt-image-2").build()?;
/// // A `Vec` stands for an upload here: anything that is an `AsyncWrite` will do.
/// let stored = Arc::new(Mutex::new(BTreeMap::new()));
/// let shelf = Arc::clone(&stored);
/// let writers = Writers::new(|_arriving| async { Ok(Vec::new()) }).on_finish(move |bytes, place| {
///     shelf.lock().unwrap().insert(place.index, bytes);
///     async { Ok(()) }
/// });
/// client.generate("a lighthouse at dusk").n(2_u32).quality("low").destination(writers).send().await?;
/// assert!(stored.lock().unwrap().values().all(|bytes| bytes.starts_with(b"\x89PNG")));
/// assert_eq!(stored.lock().unwrap().len(), 2);
/// # Ok(())
/// # }
/// ```
pub struct Writers<W> {
    open: Arc<Open<W>>,
    finish: Arc<Finish<W>>,
    only: bool,
    partials: bool,
}

impl<W: AsyncWrite + Send + Unpin + 'static> Writers<W> {
    /// Writers that `open` makes, one for each image. It is told what is known of an image before its first byte;
    /// which image of the request it is, [`on_finish`](Self::on_finish) is told.
    pub fn new<F, Fut>(open: F) -> Self
    where
        F: Fn(Arriving) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = io::Result<W>> + Send + 'static,
    {
        let shut_down = |mut writer: W, _| -> BoxFuture<'static, io::Result<()>> {
            Box::pin(async move { writer.shutdown().await })
        };
        Self {
            open: Arc::new(move |arriving| Box::pin(open(arriving))),
            finish: Arc::new(shut_down),
            only: false,
            partials: false,
        }
    }

    /// One writer for the one image of a call. A call for more is refused before it is sent, and an image that is
    /// begun anew after it broke off finds no writer.
    pub fn one(writer: W) -> Self {
        let writer = Mutex::new(Some(writer));
        let mut one = Self::new(move |_| {
            let writer = writer.lock().unwrap_or_else(PoisonError::into_inner).take();
            std::future::ready(
                writer.ok_or_else(|| io::Error::other("the only writer was used by an image before")),
            )
        });
        one.only = true;
        one
    }

    /// Does this with a writer whose image is whole, in place of shutting it down. It has been flushed.
    #[must_use]
    pub fn on_finish<F, Fut>(mut self, finish: F) -> Self
    where
        F: Fn(W, Place) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = io::Result<()>> + Send + 'static,
    {
        self.finish = Arc::new(move |writer, place| Box::pin(finish(writer, place)));
        self
    }

    /// Opens writers for unfinished images too; off unless set.
    #[must_use]
    pub fn with_partials(mut self, partials: bool) -> Self {
        self.partials = partials;
        self
    }
}

impl<W> fmt::Debug for Writers<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writers")
            .field("only", &self.only)
            .field("partials", &self.partials)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl<W: AsyncWrite + Send + Unpin + 'static> Destination for Writers<W> {
    async fn prepare(&self, request: &ImageRequest) -> Result<(), Error> {
        if self.only && (request.count() > 1 || self.partials) {
            let message = format!("there is one writer for {} images", request.count());
            return Err(Error::invalid("n", message).with_hint("use Writers::new, which makes one for each"));
        }
        Ok(())
    }

    async fn open(&self, arriving: &Arriving) -> io::Result<Box<dyn Sink>> {
        let writer = (self.open)(arriving.clone()).await?;
        Ok(Box::new(WriterSink { writer, finish: Arc::clone(&self.finish), len: 0 }))
    }

    fn wants_partials(&self) -> bool {
        self.partials
    }
}

struct WriterSink<W> {
    writer: W,
    finish: Arc<Finish<W>>,
    len: u64,
}

#[async_trait]
impl<W: AsyncWrite + Send + Unpin + 'static> Sink for WriterSink<W> {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.len += bytes.len() as u64;
        self.writer.write_all(bytes).await
    }

    async fn end(&mut self) -> io::Result<()> {
        self.writer.flush().await
    }

    async fn finish(self: Box<Self>, place: &Place) -> io::Result<Stored> {
        (self.finish)(self.writer, place.clone()).await?;
        Ok(Stored::Elsewhere { len: self.len })
    }

    async fn discard(self: Box<Self>) {}
}
