//! The bytes of a request on the wire: the same whichever client sends it.

use impasto_transport::{Body, Deadlines, HttpRequest, HttpTransport, PreparedRequest};

use super::server::{KEY, answer, get, prepare, serve};

/// A request as it arrives: up to the end of its head, or of a body that ends so.
async fn sent(transport: &dyn HttpTransport, make: impl Fn(&str) -> PreparedRequest) -> String {
    let (url, server) = serve(async |mut stream| {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\r\n\r\n") && !bytes.ends_with(b"END") {
            assert_ne!(tokio::io::AsyncReadExt::read_buf(&mut stream, &mut bytes).await.unwrap(), 0);
        }
        answer(&mut stream, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
        String::from_utf8(bytes).unwrap()
    })
    .await;
    transport.send(make(&url)).await.unwrap();
    let host = url.trim_start_matches("http://").to_owned();
    server.await.unwrap().replace(&host, "HOST")
}

#[tokio::test]
async fn a_get_is_these_bytes() {
    for (name, transport) in transports!() {
        let expected = format!(
            "GET /v1/models?limit=1 HTTP/1.1\r\nauthorization: Bearer {KEY}\r\naccept: */*\r\n\
             user-agent: impasto/{}\r\nhost: HOST\r\n\r\n",
            env!("CARGO_PKG_VERSION")
        );
        let found = sent(&*transport, |url| get(&format!("{url}/v1/models?limit=1#part"))).await;
        assert_eq!(found, expected, "{name}");
    }
}

#[tokio::test]
async fn a_post_is_these_bytes() {
    for (name, transport) in transports!() {
        let found = sent(&*transport, |url| {
            let request = HttpRequest::post(
                url,
                Body::Bytes { content_type: "text/x".to_owned(), bytes: "END".into() },
            );
            prepare(request.with_header("accept", "image/png"), Deadlines::default()).unwrap()
        })
        .await;
        let expected = format!(
            "POST / HTTP/1.1\r\naccept: image/png\r\nauthorization: Bearer {KEY}\r\ncontent-type: text/x\r\n\
             content-length: 3\r\nuser-agent: impasto/{}\r\nhost: HOST\r\n\r\nEND",
            env!("CARGO_PKG_VERSION")
        );
        assert_eq!(found, expected, "{name}");
    }
}

#[tokio::test]
async fn an_empty_post_says_that_it_is_empty() {
    for (name, transport) in transports!() {
        let found = sent(&*transport, |url| {
            prepare(HttpRequest::post(format!("{url}/cancel"), Body::Empty), Deadlines::default()).unwrap()
        })
        .await;
        assert!(found.contains("\r\ncontent-length: 0\r\n"), "{name}: {found}");
        assert!(!found.contains("transfer-encoding"), "{name}: {found}");
    }
}

#[tokio::test]
async fn a_signed_url_is_sent_as_browsers_send_it() {
    for (name, transport) in transports!() {
        for (path, expected) in [
            ("/a%20b%2Fc.png?sig=a%2Bb%3D&x=%zz", "/a%20b%2Fc.png?sig=a%2Bb%3D&x=%zz"),
            ("/\"a\"<b>{c}.png?q=\"d\"<e>'f'{g}", "/%22a%22%3Cb%3E%7Bc%7D.png?q=%22d%22%3Ce%3E%27f%27{g}"),
            ("/müde.png?q=ß#ende", "/m%C3%BCde.png?q=%C3%9F"),
            ("?only=query", "/?only=query"),
            ("#only-fragment", "/"),
            ("", "/"),
        ] {
            let found = sent(&*transport, |url| get(&format!("{url}{path}"))).await;
            let line = found.lines().next().unwrap();
            assert_eq!(line, format!("GET {expected} HTTP/1.1"), "{name}: {path}");
        }
    }
}
