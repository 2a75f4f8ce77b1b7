//! Proxies: who is told what, and who goes without one.

use impasto_transport::{Deadlines, HttpRequest, HttpTransport, Sent, TransportErrorKind};

use super::server::{KEY, answer, get, read_request, serve};

/// The part of a proxy's URL that says who asks.
const PROXY_LOGIN: &str = "name:word@";

/// The same as the proxy is told it. Heads are read in lower case.
const LOGIN: &str = "basic bmftztp3b3jk";

#[tokio::test]
async fn a_tunnel_is_asked_for_and_the_key_is_not_told_to_the_proxy() {
    for (name, _) in transports!() {
        let (url, server) = serve(async |mut stream| {
            let request = read_request(&mut stream).await;
            answer(&mut stream, "HTTP/1.1 200 Connection established\r\n\r\n").await;
            let mut hello = [0; 5];
            tokio::io::AsyncReadExt::read_exact(&mut stream, &mut hello).await.unwrap();
            (request, hello)
        })
        .await;
        let proxy = url.replace("http://", &format!("http://{PROXY_LOGIN}"));
        let transport = only(name, transports!(.proxy(&proxy).unwrap()));
        let error = transport.send(get("https://images.example/v1?sig=secret")).await.unwrap_err();
        assert_eq!(error.sent(), Sent::No, "{name}: {error:?}");
        let (request, hello) = server.await.unwrap();
        assert!(request.head.starts_with("connect images.example:443 http/1.1\r\n"), "{}", request.head);
        assert_eq!(request.header("host"), Some("images.example:443"));
        assert_eq!(request.header("proxy-authorization"), Some(LOGIN), "{name}");
        assert_eq!(request.header("user-agent"), Some(concat!("impasto/", env!("CARGO_PKG_VERSION"))));
        for absent in ["authorization: bearer", KEY, "secret", "sig"] {
            assert!(!request.head.contains(absent), "{name}: {absent} in {}", request.head);
        }
        assert_eq!(hello[0], 22, "{name}: what follows is TLS");
    }
}

#[tokio::test]
async fn requests_in_the_clear_name_the_whole_url_to_the_proxy() {
    for (name, _) in transports!() {
        let (url, server) = serve(async |mut stream| {
            let request = read_request(&mut stream).await;
            answer(&mut stream, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
            request
        })
        .await;
        let proxy = url.replace("http://", &format!("http://{PROXY_LOGIN}"));
        let transport = only(name, transports!(.proxy(&proxy).unwrap()));
        let response = transport.send(without_key("http://images.example/a.png?x=1")).await.unwrap();
        assert_eq!(response.body.collect(10).await.unwrap(), "ok", "{name}");
        let request = server.await.unwrap();
        let line = "get http://images.example/a.png?x=1 http/1.1\r\n";
        assert!(request.head.starts_with(line), "{name}: {}", request.head);
        assert_eq!(request.header("host"), Some("images.example"));
        assert_eq!(request.header("proxy-authorization"), Some(LOGIN), "{name}");
    }
}

#[tokio::test]
async fn requests_to_this_machine_go_without_the_proxy() {
    for (name, _) in transports!() {
        let (url, server) = serve(async |mut stream| {
            let request = read_request(&mut stream).await;
            answer(&mut stream, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
            request
        })
        .await;
        // Nobody listens at the proxy's address.
        let transport = only(name, transports!(.proxy("http://name:word@127.0.0.1:9").unwrap()));
        transport.send(get(&format!("{url}/v1"))).await.unwrap();
        let request = server.await.unwrap();
        assert!(request.head.starts_with("get /v1 http/1.1\r\n"), "{name}: {}", request.head);
        assert_eq!(request.header("proxy-authorization"), None, "{name}");
        assert_eq!(request.header("authorization"), Some(&*format!("bearer {KEY}")));
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_says_so_and_nothing_was_sent() {
    for (name, _) in transports!() {
        for reply in ["HTTP/1.1 403 Forbidden\r\n\r\n", "HTTP/1.1 407 Login\r\n\r\n", "hello\r\n\r\n", ""] {
            let (url, server) = serve(async move |mut stream| {
                read_request(&mut stream).await;
                answer(&mut stream, reply).await;
            })
            .await;
            let transport = only(name, transports!(.proxy(&url).unwrap()));
            let error = transport.send(get("https://images.example/")).await.unwrap_err();
            let expected = (TransportErrorKind::Connect, Sent::No);
            assert_eq!((error.kind(), error.sent()), expected, "{name}: {reply:?}: {error:?}");
            if name == "hyper" {
                assert!(error.to_string().starts_with("the proxy "), "{error}");
                assert_eq!(error.to_string().contains("password"), reply.contains("407"), "{error}");
            }
            server.await.unwrap();
        }
    }
}

#[cfg(feature = "hyper")]
#[tokio::test]
async fn socks_is_spoken_with_names_for_the_proxy_to_look_up() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let (url, server) = serve(async |mut stream| {
        let mut greeting = [0; 3];
        stream.read_exact(&mut greeting).await.unwrap();
        stream.write_all(&[5, 2]).await.unwrap();
        let mut login = [0; 11];
        stream.read_exact(&mut login).await.unwrap();
        stream.write_all(&[1, 0]).await.unwrap();
        let mut wish = [0; 21];
        stream.read_exact(&mut wish).await.unwrap();
        stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
        let request = read_request(&mut stream).await;
        answer(&mut stream, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        (greeting, login, wish, request)
    })
    .await;
    let proxy = url.replace("http://", &format!("socks5://{PROXY_LOGIN}"));
    let transport = only("hyper", transports!(.proxy(&proxy).unwrap()));
    transport.send(without_key("http://images.example/a?b")).await.unwrap();
    let (greeting, login, wish, request) = server.await.unwrap();
    assert_eq!(greeting, [5, 1, 2]);
    assert_eq!(&login, b"\x01\x04name\x04word");
    // The port is that of plain HTTP.
    assert_eq!(&wish, b"\x05\x01\x00\x03\x0eimages.example\x00\x50");
    assert!(request.head.starts_with("get /a?b http/1.1\r\n"), "{}", request.head);
    assert_eq!(request.header("proxy-authorization"), None);
}

fn without_key(url: &str) -> impasto_transport::PreparedRequest {
    let own = impasto_transport::Origin::of(url).unwrap();
    let entropy = impasto_transport::SeededEntropy::new(1);
    HttpRequest::get(url).prepare(None, &own, &entropy, Deadlines::default()).unwrap()
}

fn only(name: &str, transports: Vec<super::Named>) -> std::sync::Arc<dyn HttpTransport> {
    let found = transports.into_iter().find(|(other, _)| *other == name);
    found.expect("a transport of this name").1
}
