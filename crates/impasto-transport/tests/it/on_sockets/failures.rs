//! What goes wrong on the wire, and what it is called.

use impasto_transport::{
    Auth, Deadlines, HttpRequest, HttpTransport, Origin, OsEntropy, Sent, TransportError, TransportErrorKind,
};
use tokio::net::TcpListener;

use super::server::{KEY, answer, get, read_request, serve};

fn check(error: &TransportError, kind: TransportErrorKind, sent: Sent) {
    assert_eq!((error.kind(), error.sent()), (kind, sent), "{error:?}");
    let mut chain = format!("{error} {error:?}");
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        chain.extend([error.to_string(), format!("{error:?}")]);
        source = error.source();
    }
    assert!(!chain.contains(KEY) && !chain.contains("secret"), "no key and no query in {chain}");
    assert!(!error.to_string().contains("http://"), "{error}");
}

/// Sends a request to a server that answers `text` and closes; gives the error, of sending or of the body.
async fn fail(transport: &dyn HttpTransport, text: &'static str) -> TransportError {
    let (url, server) = serve(async move |mut stream| {
        read_request(&mut stream).await;
        answer(&mut stream, text).await;
    })
    .await;
    let result = transport.send(get(&format!("{url}/?sig=secret"))).await;
    let error = match result {
        Ok(response) => response.body.collect(1 << 20).await.unwrap_err(),
        Err(error) => error,
    };
    server.await.unwrap();
    error
}

#[tokio::test]
async fn a_connection_that_was_never_made() {
    for (_, transport) in transports!() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/?sig=secret", listener.local_addr().unwrap());
        drop(listener);
        let error = transport.send(get(&url)).await.unwrap_err();
        check(&error, TransportErrorKind::Connect, Sent::No);
        assert!(error.is_connect());
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_or_is_none() {
    for (name, transport) in transports!() {
        use TransportErrorKind::{BodyCut, Protocol, Reset};
        for (text, kind) in [
            ("", Reset),
            ("HTTP/1.1 200 OK\r\ncontent-", Reset),
            ("SSH-2.0-OpenSSH_9.9\r\n\r\n", Protocol),
            ("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort", BodyCut),
            ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n", BodyCut),
            ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel", BodyCut),
            ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n", Protocol),
        ] {
            let error = fail(&*transport, text).await;
            assert_eq!(error.kind(), kind, "{name}: {text:?}: {error:?}");
            check(&error, kind, Sent::Maybe);
        }
    }
}

#[tokio::test]
async fn a_connection_that_is_reset() {
    for (_, transport) in transports!() {
        let (url, server) = serve(async |mut stream| {
            // What was not read makes the kernel reset the connection when it is closed.
            tokio::io::AsyncReadExt::read_exact(&mut stream, &mut [0; 10]).await.unwrap();
        })
        .await;
        let error = transport.send(get(&url)).await.unwrap_err();
        check(&error, TransportErrorKind::Reset, Sent::Maybe);
        server.await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls() {
    for (_, transport) in transports!() {
        let (url, server) = serve(async |mut stream| {
            let mut hello = [0; 5];
            tokio::io::AsyncReadExt::read_exact(&mut stream, &mut hello).await.unwrap();
            answer(&mut stream, "HTTP/1.1 400 Bad Request\r\n\r\n").await;
            hello
        })
        .await;
        let error = transport.send(get(&url.replace("http://", "https://"))).await.unwrap_err();
        check(&error, TransportErrorKind::Tls, Sent::No);
        assert_eq!(server.await.unwrap()[0], 22, "it tried TLS");
    }
}

#[tokio::test]
async fn a_key_never_goes_to_another_origin() {
    for (_, transport) in transports!() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/result.png", listener.local_addr().unwrap());
        let own = Origin::of("https://api.openai.com/v1").unwrap();
        let key = impasto_transport::ApiKey::new(KEY).unwrap();
        let request = HttpRequest::get(&url).with_auth(Auth::Bearer);
        let error = request.prepare(Some(&key), &own, &OsEntropy::new(), Deadlines::default()).unwrap_err();
        assert_eq!((error.kind(), error.sent()), (TransportErrorKind::Key, Sent::No));
        assert!(!format!("{error:?}").contains(KEY));

        // Without the key the same place may be asked, and gets none.
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let request = read_request(&mut stream).await;
            answer(&mut stream, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
            request
        });
        let request = request.with_auth(Auth::None);
        let request = request.prepare(Some(&key), &own, &OsEntropy::new(), Deadlines::default()).unwrap();
        transport.send(request).await.unwrap();
        assert!(!server.await.unwrap().head.contains(KEY));
    }
}
