//! A server of bare sockets: it does exactly what a test says, right or wrong.

use std::future::Future;

use impasto_transport::{
    ApiKey, Auth, Deadlines, HttpRequest, Origin, OsEntropy, PreparedRequest, TransportError,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// The key that every test sends.
pub(super) const KEY: &str = "sk-test-key";

/// Runs `script` on the first connection; gives the URL and what the script returns.
pub(super) async fn serve<F, T>(
    script: impl FnOnce(TcpStream) -> F + Send + 'static,
) -> (String, JoinHandle<T>)
where
    F: Future<Output = T> + Send,
    T: Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        // Nobody else gets in: a second connection is refused.
        drop(listener);
        script(stream).await
    });
    (url, task)
}

/// A request as it came over the wire.
#[derive(Debug)]
pub(super) struct Received {
    /// The request line and the headers, lower case, one per line.
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

impl Received {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.head.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let value = found.next();
        assert_eq!(found.next(), None, "{name} is sent once");
        value
    }
}

pub(super) async fn read_request(stream: &mut TcpStream) -> Received {
    let mut bytes = Vec::new();
    let head_len = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "the head is cut");
    };
    let head = String::from_utf8(bytes[..head_len].to_vec()).unwrap().to_lowercase();
    let mut received = Received { head, body: bytes.split_off(head_len) };
    let length = received.header("content-length").map_or(0, |text| text.parse().unwrap());
    while received.body.len() < length {
        if stream.read_buf(&mut received.body).await.unwrap() == 0 {
            break;
        }
    }
    received
}

pub(super) async fn answer(stream: &mut TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).await.unwrap();
}

/// Makes a request to the server ready, with the key.
pub(super) fn prepare(request: HttpRequest, deadlines: Deadlines) -> Result<PreparedRequest, TransportError> {
    let own = Origin::of(&request.url)?;
    request.with_auth(Auth::Bearer).prepare(Some(&ApiKey::new(KEY)?), &own, &OsEntropy::new(), deadlines)
}

pub(super) fn get(url: &str) -> PreparedRequest {
    prepare(HttpRequest::get(url), Deadlines::default()).unwrap()
}
