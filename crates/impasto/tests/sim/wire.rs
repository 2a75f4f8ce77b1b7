//! HTTP over memory: a transport whose other end is the emulator, with no socket in between.

use std::io::Read as _;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST};
use http::{HeaderMap, Method, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use impasto::transport::{
    BodySource, HttpResponse, HttpTransport, PreparedRequest, ResponseBody, Segment, Sent, Source,
    TransportError, TransportErrorKind,
};
use impasto_emulator::Emulator;
use tokio::task::JoinHandle;

use crate::support::KEY;

/// Every host name leads to the emulator: what goes to a stranger can be seen.
#[derive(Debug)]
pub(crate) struct Wire {
    emulator: Arc<Emulator>,
    /// How many connections are refused next.
    refusals: AtomicU32,
    born: tokio::time::Instant,
    log: Mutex<Vec<Line>>,
}

/// One request as it left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) method: Method,
    /// Scheme, host and port.
    pub(crate) origin: String,
    pub(crate) path: String,
    /// Its headers, but for those that the connection adds.
    pub(crate) headers: HeaderMap,
    /// Whether any header holds the key.
    pub(crate) keyed: bool,
    /// Whether a connection was made for it.
    pub(crate) sent: bool,
    /// When, in whole seconds of virtual time.
    pub(crate) at: u64,
}

impl Wire {
    pub(crate) fn new(emulator: Arc<Emulator>) -> Self {
        Self {
            emulator,
            refusals: AtomicU32::new(0),
            born: tokio::time::Instant::now(),
            log: Mutex::default(),
        }
    }

    /// Refuses the next `count` connections: nothing of a request leaves.
    pub(crate) fn refuse(&self, count: u32) {
        self.refusals.store(count, Ordering::Relaxed);
    }

    /// Everything that was tried so far, oldest first.
    pub(crate) fn log(&self) -> Vec<Line> {
        self.log.lock().unwrap().clone()
    }

    /// Forgets what was tried, and refuses nothing more.
    pub(crate) fn forget(&self) {
        self.refuse(0);
        self.log.lock().unwrap().clear();
    }

    fn refused(&self) -> bool {
        let less = |left: u32| left.checked_sub(1);
        self.refusals.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }
}

#[async_trait]
impl HttpTransport for Wire {
    async fn send(&self, request: PreparedRequest) -> Result<HttpResponse, TransportError> {
        let refused = self.refused();
        let uri: Uri = request.url.parse().unwrap();
        let authority = uri.authority().unwrap().to_string();
        self.log.lock().unwrap().push(Line {
            method: request.method.clone(),
            origin: format!("{}://{authority}", uri.scheme_str().unwrap()),
            path: uri.path().to_owned(),
            headers: request.headers.clone(),
            keyed: request.headers.values().any(|value| holds_key(value.as_bytes())),
            sent: !refused,
            at: self.born.elapsed().as_secs(),
        });
        if refused {
            let message = "the server does not accept connections";
            return Err(TransportError::new(TransportErrorKind::Connect, message));
        }
        let mut headers = request.headers;
        headers.insert(HOST, authority.parse().unwrap());
        if let Some(length) = request.content_length {
            headers.insert(CONTENT_LENGTH, length.into());
        }
        let body = read(&request.segments)?;
        if let Some(length) = request.content_length {
            assert_eq!(body.len() as u64, length, "the length of a body is known before it is sent");
        }
        let mut message = hyper::Request::new(Full::new(body));
        *message.method_mut() = request.method;
        *message.uri_mut() = uri.path_and_query().unwrap().as_str().parse().unwrap();
        *message.headers_mut() = headers;
        exchange(&self.emulator, message).await
    }
}

/// Every key of these tests begins alike.
fn holds_key(value: &[u8]) -> bool {
    String::from_utf8_lossy(value).contains(KEY)
}

/// The whole body; files are read at once, as nothing else of this thread waits.
fn read(segments: &[Segment]) -> Result<Bytes, TransportError> {
    let mut body = Vec::new();
    for segment in segments {
        match segment {
            Segment::Bytes(bytes) => body.extend_from_slice(bytes),
            Segment::File(file) => read_file(&file.path, &mut body)?,
            Segment::Base64(source) => {
                let mut plain = Vec::new();
                match source {
                    Source::Bytes(bytes) => plain.extend_from_slice(bytes),
                    Source::File(file) => read_file(&file.path, &mut plain)?,
                }
                body.extend_from_slice(base64(&plain).as_bytes());
            }
            other => panic!("a new kind of segment: {other:?}"),
        }
    }
    Ok(body.into())
}

fn read_file(path: &std::path::Path, into: &mut Vec<u8>) -> Result<(), TransportError> {
    let read = std::fs::File::open(path).and_then(|mut file| file.read_to_end(into));
    read.map(|_| ()).map_err(|error| {
        TransportError::new(TransportErrorKind::Io, "a file of the request cannot be read")
            .with_sent(Sent::No)
            .with_source(error)
    })
}

fn base64(bytes: &[u8]) -> String {
    base64_simd::STANDARD.encode_to_string(bytes)
}

async fn exchange(
    emulator: &Emulator,
    message: hyper::Request<Full<Bytes>>,
) -> Result<HttpResponse, TransportError> {
    let broken = |error: hyper::Error| {
        let kind = if error.is_parse() { TransportErrorKind::Protocol } else { TransportErrorKind::Reset };
        TransportError::new(kind, "the connection was closed before the server answered").with_source(error)
    };
    let stream = TokioIo::new(emulator.connect());
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.map_err(broken)?;
    let connection = Connection(tokio::spawn(async move {
        // What goes wrong is told to whoever waits for the reply.
        let _ = connection.await;
    }));
    let response = sender.send_request(message).await.map_err(broken)?;
    let (parts, body) = response.into_parts();
    let headers: HeaderMap = parts.headers;
    let body = Body { incoming: body, _connection: connection };
    Ok(HttpResponse::new(parts.status, headers, ResponseBody::from_source(Box::new(body))))
}

/// The task that keeps the connection going; dropping it closes the connection.
struct Connection(JoinHandle<()>);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

struct Body {
    incoming: Incoming,
    _connection: Connection,
}

#[async_trait]
impl BodySource for Body {
    async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        loop {
            match self.incoming.frame().await {
                None => return Ok(None),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
                Some(Err(error)) => {
                    let message = "the connection was closed within the body of the reply";
                    return Err(TransportError::new(TransportErrorKind::BodyCut, message).with_source(error));
                }
            }
        }
    }
}
