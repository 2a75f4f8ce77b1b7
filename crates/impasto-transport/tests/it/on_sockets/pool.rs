//! Connections that are kept, and those that did not last.

use impasto_transport::{Deadlines, HttpRequest, HttpTransport, JsonBody, Sent, TransportErrorKind};
use tokio::net::TcpListener;

use super::server::{answer, get, prepare, read_request};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// Lets the runtime look at its sockets until what was closed has been seen.
async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_kept_connection_that_was_closed_is_replaced() {
    for (name, transport) in transports!() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            for _ in 0..3 {
                let (mut stream, _) = listener.accept().await.unwrap();
                read_request(&mut stream).await;
                answer(&mut stream, OK).await;
                // It never said that it would close.
            }
        });
        for _ in 0..3 {
            let body = JsonBody::from_value(&"x").unwrap().into();
            let request = prepare(HttpRequest::post(&url, body), Deadlines::default()).unwrap();
            let response = transport.send(request).await.unwrap();
            assert_eq!(response.body.collect(10).await.unwrap(), "ok", "{name}");
            settle().await;
        }
        server.await.unwrap();
    }
}

#[tokio::test]
async fn a_request_that_went_out_over_a_kept_connection_is_not_sent_again() {
    for (name, transport) in transports!() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            read_request(&mut stream).await;
            answer(&mut stream, OK).await;
            read_request(&mut stream).await;
            drop(stream);
            listener
        });
        let response = transport.send(get(&url)).await.unwrap();
        assert_eq!(response.body.collect(10).await.unwrap(), "ok");
        let error = transport.send(get(&url)).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.sent()),
            (TransportErrorKind::Reset, Sent::Maybe),
            "{name}: {error:?}"
        );
        let listener = server.await.unwrap();
        let came = tokio::select! {
            biased;
            _ = listener.accept() => true,
            () = settle() => false,
        };
        assert!(!came, "{name}: nobody tried again");
    }
}

#[tokio::test]
async fn clones_share_their_connections() {
    async fn check(transport: impl HttpTransport + Clone) {
        let (url, server) = super::server::serve(async |mut stream| {
            for _ in 0..3 {
                read_request(&mut stream).await;
                answer(&mut stream, OK).await;
            }
        })
        .await;
        for _ in 0..3 {
            // The server takes one connection only.
            let response = transport.clone().send(get(&url)).await.unwrap();
            assert_eq!(response.body.collect(10).await.unwrap(), "ok");
        }
        server.await.unwrap();
    }
    #[cfg(feature = "hyper")]
    check(impasto_transport::HyperTransport::new()).await;
    #[cfg(feature = "reqwest")]
    check(impasto_transport::ReqwestTransport::new()).await;
}
