//! One exchange as it should be: what is sent, what comes back, what is never done.

use impasto_transport::{Body, Deadlines, HttpRequest, HttpTransport, JsonBody, TransportErrorKind};
use tokio::net::TcpListener;

use super::server::{KEY, answer, get, prepare, read_request, serve};

#[tokio::test]
async fn the_reply_comes_in_pieces_with_its_status_and_headers() {
    for (_, transport) in transports!() {
        let (url, server) = serve(async |mut stream| {
            let request = read_request(&mut stream).await;
            answer(
                &mut stream,
                "HTTP/1.1 418 Teapot\r\nx-request-id: r-1\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
            )
            .await;
            answer(&mut stream, "6\r\n world\r\n0\r\n\r\n").await;
            request
        })
        .await;
        let response = transport.send(get(&format!("{url}/v1/models?limit=1"))).await.unwrap();
        assert_eq!(response.status, 418, "a status that is not 2xx is a reply");
        assert_eq!(response.header("x-request-id"), Some("r-1"));
        assert_eq!(response.body.collect(100).await.unwrap(), "hello world");

        let request = server.await.unwrap();
        assert!(request.head.starts_with("get /v1/models?limit=1 http/1.1\r\n"), "{}", request.head);
        assert_eq!(request.header("authorization"), Some(&*format!("bearer {KEY}")));
        assert_eq!(request.header("user-agent"), Some(concat!("impasto/", env!("CARGO_PKG_VERSION"))));
        for absent in
            ["accept-encoding", "cookie", "referer", "content-length", "transfer-encoding", "content-type"]
        {
            assert_eq!(request.header(absent), None, "{absent}");
        }
    }
}

#[tokio::test]
async fn a_json_body_is_sent_as_it_stands() {
    for (_, transport) in transports!() {
        let (url, server) = serve(async |mut stream| {
            let request = read_request(&mut stream).await;
            answer(&mut stream, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
            request
        })
        .await;
        let body = JsonBody::from_value(&serde_json::json!({"prompt": "müde"})).unwrap();
        let request = HttpRequest::post(format!("{url}/v1/images/generations"), Body::Json(body));
        let request = request.with_header("user-agent", "mine/1").with_header("accept", "application/json");
        let response = transport.send(prepare(request, Deadlines::default()).unwrap()).await.unwrap();
        assert_eq!(response.body.collect(2).await.unwrap(), "{}");

        let request = server.await.unwrap();
        assert_eq!(request.body, "{\"prompt\":\"müde\"}".as_bytes());
        assert_eq!(request.header("content-length"), Some("18"));
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.header("user-agent"), Some("mine/1"));
        assert_eq!(request.header("accept"), Some("application/json"));
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    for (_, transport) in transports!() {
        let elsewhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = format!("http://{}/stolen", elsewhere.local_addr().unwrap());
        for status in [301, 302, 303, 307, 308] {
            let target = target.clone();
            let (url, server) = serve(async move |mut stream| {
                read_request(&mut stream).await;
                let head =
                    format!("HTTP/1.1 {status} Moved\r\nlocation: {target}\r\ncontent-length: 0\r\n\r\n");
                answer(&mut stream, &head).await;
            })
            .await;
            let response = transport.send(get(&url)).await.unwrap();
            assert_eq!(response.status, status);
            server.await.unwrap();
        }
        let came = tokio::select! {
            biased;
            _ = elsewhere.accept() => true,
            () = std::future::ready(()) => false,
        };
        assert!(!came, "nobody asked the other server");
    }
}

#[tokio::test]
async fn connections_are_used_again() {
    for (_, transport) in transports!() {
        let (url, server) = serve(async |mut stream| {
            for _ in 0..3 {
                read_request(&mut stream).await;
                answer(&mut stream, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
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
}

#[tokio::test]
async fn a_body_larger_than_the_limit_is_given_up() {
    for (_, transport) in transports!() {
        let (url, server) = serve(async |mut stream| {
            read_request(&mut stream).await;
            answer(&mut stream, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n0123456789").await;
        })
        .await;
        let response = transport.send(get(&url)).await.unwrap();
        let error = response.body.collect(9).await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::TooLarge);
        server.await.unwrap();
    }
}

#[tokio::test]
async fn private_places_can_be_refused() {
    for (_, transport) in transports!(.public_only(true)) {
        for url in [
            "http://127.0.0.1:9/",
            "http://localhost:9/",
            "http://[::1]:9/",
            "http://10.0.0.1/",
            "http://169.254.169.254/",
        ] {
            let request = HttpRequest::get(url);
            let own = impasto_transport::Origin::of(url).unwrap();
            let request =
                request.prepare(None, &own, &impasto_transport::SeededEntropy::new(1), Deadlines::default());
            let error = transport.send(request.unwrap()).await.unwrap_err();
            assert_eq!(error.kind(), TransportErrorKind::InvalidRequest, "{url}: {error}");
        }
    }
}
