//! Over HTTP: who is let in.
#![cfg(feature = "http")]

use std::net::SocketAddr;

use impasto_mcp::{Server, serve_http};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::House;

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}"#;

/// The status of a request with these headers.
async fn status(address: SocketAddr, headers: &str) -> u16 {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = INITIALIZE.len();
    let request = format!(
        "POST /mcp HTTP/1.1\r\n{headers}\r\ncontent-type: application/json\r\n\
         accept: application/json, text/event-stream\r\ncontent-length: {length}\r\n\r\n{INITIALIZE}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut reply = [0; 12];
    stream.read_exact(&mut reply).await.unwrap();
    std::str::from_utf8(&reply[9..]).unwrap().parse().unwrap()
}

#[tokio::test]
async fn only_this_machines_names_and_pages_are_let_in() {
    let house = House::new().await;
    let server = serve_http(Server::new(house.settings()), "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = server.address();
    let port = address.port();
    assert_eq!(server.url(), format!("http://127.0.0.1:{port}/mcp"));
    let running = tokio::spawn(server.run());
    let check = async |headers: String, expected: u16| {
        assert_eq!(status(address, &headers).await, expected, "{headers}");
    };
    check(format!("host: 127.0.0.1:{port}"), 200).await;
    check(format!("host: localhost:{port}"), 200).await;
    check(format!("host: localhost:{port}\r\norigin: http://localhost:{port}"), 200).await;
    check(format!("host: evil.example:{port}"), 403).await;
    check("host: 127.0.0.1:1".to_owned(), 403).await;
    check(format!("host: 127.0.0.1:{port}\r\norigin: https://evil.example"), 403).await;
    check(format!("host: 127.0.0.1:{port}\r\norigin: http://localhost:1"), 403).await;
    check(format!("host: 127.0.0.1:{port}\r\norigin: null"), 403).await;
    running.abort();
}

#[tokio::test]
async fn only_this_machine_is_listened_on() {
    let house = House::new().await;
    for address in ["0.0.0.0:0", "192.0.2.1:80", "[::]:0"] {
        let refused = serve_http(Server::new(house.settings()), address.parse().unwrap()).await.unwrap_err();
        assert_eq!((refused.code(), refused.field()), ("configuration", Some("http")), "{refused}");
    }
}
