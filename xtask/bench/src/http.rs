//! As much of HTTP/1.1 over a blocking socket as the server and the floor need.

use std::io::{self, Read, Write};
use std::net::TcpStream;

/// How much is read from a socket at a time.
pub const READ_SIZE: usize = 128 * 1024;

/// A connection and what was read from it ahead.
#[derive(Debug)]
pub struct Connection {
    /// The socket.
    pub socket: TcpStream,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

/// How long a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// So many bytes.
    Exact(usize),
    /// In chunks, each with its length before it.
    Chunked,
    /// As long as the connection lasts.
    ToTheEnd,
}

/// The first line and the headers of a message, lower case but for the first line.
#[derive(Debug)]
pub struct Head {
    /// The first line.
    pub first: String,
    headers: String,
}

impl Head {
    /// The value of a header; its name is lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.lines().find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(':')?.trim()))
    }

    /// How long the body is; `otherwise` when nothing says so.
    pub fn length(&self, otherwise: Length) -> Length {
        if self.header("transfer-encoding").is_some_and(|value| value.contains("chunked")) {
            return Length::Chunked;
        }
        self.header("content-length").and_then(|value| value.parse().ok()).map_or(otherwise, Length::Exact)
    }
}

impl Connection {
    /// Wraps a socket.
    ///
    /// # Errors
    /// When the socket is gone.
    pub fn new(socket: TcpStream) -> io::Result<Self> {
        socket.set_nodelay(true)?;
        Ok(Self { socket, buffer: vec![0; READ_SIZE], start: 0, end: 0 })
    }

    /// Connects to `host:port`.
    ///
    /// # Errors
    /// When nobody listens there.
    pub fn open(authority: &str) -> io::Result<Self> {
        Self::new(TcpStream::connect(authority)?)
    }

    /// Reads a head; none at the end of the connection.
    ///
    /// # Errors
    /// When the connection breaks, or what comes is not HTTP.
    pub fn head(&mut self) -> io::Result<Option<Head>> {
        loop {
            let read = &self.buffer[self.start..self.end];
            if let Some(at) = memchr::memmem::find(read, b"\r\n\r\n") {
                let text = String::from_utf8_lossy(&read[..at]).into_owned();
                self.start += at + 4;
                let (first, headers) = text.split_once("\r\n").unwrap_or((&text, ""));
                return Ok(Some(Head { first: first.to_owned(), headers: headers.to_ascii_lowercase() }));
            }
            if self.fill()? == 0 {
                return Ok(None);
            }
        }
    }

    /// Hands every piece of a body to `take`, as it was read.
    ///
    /// # Errors
    /// When the body breaks off, or `take` fails.
    pub fn body(&mut self, length: Length, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        match length {
            Length::Exact(mut left) => {
                while left > 0 {
                    left -= self.piece(left, &mut take)?;
                }
            }
            Length::ToTheEnd => while self.more()? && self.piece(usize::MAX, &mut take)? > 0 {},
            Length::Chunked => loop {
                let size = self.line()?;
                let size = size.split(';').next().unwrap_or_default().trim();
                let mut left = usize::from_str_radix(size, 16).map_err(io::Error::other)?;
                let last = left == 0;
                while left > 0 {
                    left -= self.piece(left, &mut take)?;
                }
                self.line()?;
                if last {
                    break;
                }
            },
        }
        Ok(())
    }

    fn piece(&mut self, most: usize, take: &mut impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<usize> {
        if !self.more()? {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let len = (self.end - self.start).min(most);
        take(&self.buffer[self.start..self.start + len])?;
        self.start += len;
        Ok(len)
    }

    fn line(&mut self) -> io::Result<String> {
        loop {
            let read = &self.buffer[self.start..self.end];
            if let Some(at) = memchr::memchr(b'\n', read) {
                let line = String::from_utf8_lossy(&read[..at]).trim_end().to_owned();
                self.start += at + 1;
                return Ok(line);
            }
            if self.fill()? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// Whether anything is left to be read.
    fn more(&mut self) -> io::Result<bool> {
        Ok(self.start < self.end || self.fill()? > 0)
    }

    fn fill(&mut self) -> io::Result<usize> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.end == self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        let len = self.socket.read(&mut self.buffer[self.end..])?;
        self.end += len;
        Ok(len)
    }

    /// Sends bytes.
    ///
    /// # Errors
    /// When the connection breaks.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.socket.write_all(bytes)
    }
}

/// Splits `http://host:port/path` into `host:port` and `/path`.
///
/// # Errors
/// When it is no such URL.
pub fn split_url(url: &str) -> io::Result<(&str, &str)> {
    let rest = url.strip_prefix("http://").ok_or_else(|| io::Error::other("only http:// is understood"))?;
    let at = rest.find('/').ok_or_else(|| io::Error::other("the URL has no path"))?;
    Ok(rest.split_at(at))
}
