//! One type for every connection, so that the client and TLS are compiled once.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
};

use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use tower_service::Service;

/// What a connection can do.
trait Wire: Read + Write + Connection + Send + Unpin {}

impl<T: Read + Write + Connection + Send + Unpin> Wire for T {}

/// A connection: plain, through a tunnel, encrypted, or encrypted within encrypted.
pub(super) struct Stream {
    wire: Box<dyn Wire>,
    /// It ends at a proxy that reads the requests: they name the whole URL.
    proxied: bool,
}

impl Stream {
    pub(super) fn new(wire: impl Read + Write + Connection + Send + Unpin + 'static) -> Self {
        Self { wire: Box::new(wire), proxied: false }
    }

    pub(super) fn read_by_a_proxy(mut self) -> Self {
        self.proxied = true;
        self
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        self.wire.connected().proxy(self.proxied)
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.wire).poll_read(context, buffer)
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.wire).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.wire).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.wire).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.wire.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.wire).poll_write_vectored(context, pieces)
    }
}

/// Gives a stream that stands already to whoever asks for one: TLS and the tunnels are put over connections that were
/// made before, so that what fails is known by where it failed.
pub(super) struct Standing(Option<Stream>);

impl Standing {
    pub(super) fn new(stream: Stream) -> Self {
        Self(Some(stream))
    }
}

impl Service<Uri> for Standing {
    type Response = Stream;
    type Error = io::Error;
    type Future = std::future::Ready<io::Result<Stream>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        std::future::ready(self.0.take().ok_or_else(|| io::Error::other("the connection is in use")))
    }
}
