//! TLS that does not come about: a certificate nobody vouches for, a server that never finishes.

use std::{io::Write as _, sync::Arc, time::Duration};

use impasto_transport::{HttpTransport as _, Phase, Sent, TransportErrorKind};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

use super::server::{get, serve};

/// The algorithm's number, in DER.
const ED25519: &[u8] = &[6, 3, 0x2b, 0x65, 0x70];

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    for (name, transport) in transports!() {
        let (url, server) = serve(async |stream| {
            let stream = stream.into_std().unwrap();
            tokio::task::spawn_blocking(move || answer_encrypted(stream)).await.unwrap()
        })
        .await;
        let error = transport.send(get(&url.replace("http://", "https://"))).await.unwrap_err();
        assert_eq!((error.kind(), error.sent()), (TransportErrorKind::Tls, Sent::No), "{name}: {error:?}");
        assert!(error.to_string().contains("certificate"), "{name}: {error}");
        let heard = server.await.unwrap();
        assert!(heard.is_err(), "{name}: nothing was said over it: {heard:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_finishes_the_handshake_is_left() {
    for (name, transport) in transports!(.connect_timeout(Some(Duration::from_secs(7)))) {
        let (url, server) = serve(async |mut stream| {
            // It reads until the client closes, and says nothing.
            let mut hello = Vec::new();
            tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut hello).await.unwrap();
            hello
        })
        .await;
        let clock = impasto_transport::TokioClock::new();
        let start = impasto_transport::Clock::now(&clock);
        let error = transport.send(get(&url.replace("http://", "https://"))).await.unwrap_err();
        let expected = (TransportErrorKind::Timeout(Phase::Connect), Sent::No);
        assert_eq!((error.kind(), error.sent()), expected, "{name}: {error:?}");
        assert_eq!(error.to_string(), "no connection was made within the connect deadline");
        let took = impasto_transport::Clock::now(&clock).saturating_sub(start);
        assert!((7..8).contains(&took.as_secs()), "{name}: {took:?}");
        assert_eq!(server.await.unwrap().first(), Some(&22), "{name}: it tried TLS");
    }
}

/// Tries TLS with a certificate of its own making; gives what the client said over it.
fn answer_encrypted(mut stream: std::net::TcpStream) -> std::io::Result<String> {
    stream.set_nonblocking(false)?;
    let pair = ed25519_compact::KeyPair::from_seed(ed25519_compact::Seed::new([7; 32]));
    let certificate = CertificateDer::from(self_signed(&pair));
    let seed = der(4, &[&der(4, &[&pair.sk.seed()[..]])]);
    let key = PrivatePkcs8KeyDer::from(der(0x30, &[&[2, 1, 0], &der(0x30, &[ED25519]), &seed]));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key.into())
        .unwrap();
    let mut session = rustls::ServerConnection::new(Arc::new(config)).unwrap();
    let mut encrypted = rustls::Stream::new(&mut session, &mut stream);
    encrypted.flush()?;
    std::io::read_to_string(&mut encrypted)
}

/// The shortest certificate that is one: for 127.0.0.1, valid from 2026 to 2049, signed by itself.
fn self_signed(pair: &ed25519_compact::KeyPair) -> Vec<u8> {
    let ed25519 = der(0x30, &[ED25519]);
    let name = der(0x30, &[&der(0x31, &[&der(0x30, &[&[6, 3, 0x55, 4, 3], &der(0x0c, &[b"test"])])])]);
    let valid = der(0x30, &[&der(0x17, &[b"260101000000Z"]), &der(0x17, &[b"490101000000Z"])]);
    let key = der(0x30, &[&ed25519, &der(3, &[&[0], &pair.pk[..]])]);
    // subjectAltName: an address.
    let names = der(4, &[&der(0x30, &[&der(0x87, &[&[127, 0, 0, 1]])])]);
    let extensions = der(0xa3, &[&der(0x30, &[&der(0x30, &[&[6, 3, 0x55, 0x1d, 0x11], &names])])]);
    let version = der(0xa0, &[&[2, 1, 2]]);
    let told = der(0x30, &[&version, &[2, 1, 1], &ed25519, &name, &valid, &name, &key, &extensions]);
    let signature = pair.sk.sign(&told, None);
    der(0x30, &[&told, &ed25519, &der(3, &[&[0], &signature[..]])])
}

/// One value of DER: its tag, its length, and the parts of its content.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let mut out = vec![tag];
    match u8::try_from(content.len()).unwrap() {
        short @ ..128 => out.push(short),
        long => out.extend([0x81, long]),
    }
    out.extend(content);
    out
}
