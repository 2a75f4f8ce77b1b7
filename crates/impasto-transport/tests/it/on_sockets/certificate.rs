//! TLS: a certificate that the machine trusts, one that nobody vouches for, a server that never finishes.

use std::{
    io::{Read as _, Write as _},
    process::Command,
    sync::Arc,
    time::Duration,
};

use impasto_transport::{HttpTransport as _, Phase, Sent, TransportErrorKind};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

use super::server::{KEY, get, serve};

/// The algorithm's number, in DER.
const ED25519: &[u8] = &[6, 3, 0x2b, 0x65, 0x70];

/// Names the client and the URL to the process that trusts the certificate.
const TRUSTING: &str = "IMPASTO_TEST_TRUSTING";

#[tokio::test]
async fn a_server_that_the_machine_trusts_is_spoken_to_encrypted() {
    if let Some(told) = std::env::var_os(TRUSTING) {
        return ask(told.to_str().unwrap()).await;
    }
    let folder = tempfile::TempDir::new().unwrap();
    let roots = folder.path().join("roots.pem");
    let base64 = base64_simd::STANDARD.encode_to_string(self_signed(&pair()));
    std::fs::write(&roots, format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n"))
        .unwrap();
    for (name, _) in transports!() {
        let (url, server) = serve(async |stream| {
            let stream = stream.into_std().unwrap();
            tokio::task::spawn_blocking(move || answer_encrypted(stream)).await.unwrap()
        })
        .await;
        // The roots are those of the process, so it is another one: this test once more.
        let test = "on_sockets::certificate::a_server_that_the_machine_trusts_is_spoken_to_encrypted";
        let mut asking = Command::new(std::env::current_exe().unwrap());
        asking.args([test, "--exact"]).env("SSL_CERT_FILE", &roots).env_remove("SSL_CERT_DIR");
        asking.env(TRUSTING, format!("{name} {}", url.replace("http://", "https://")));
        let asked = tokio::task::spawn_blocking(move || asking.output().unwrap()).await.unwrap();
        let said = String::from_utf8_lossy(&asked.stdout);
        assert!(asked.status.success() && said.contains("1 passed"), "{name}: {said}");
        let heard = server.await.unwrap().unwrap();
        assert!(heard.starts_with("GET / HTTP/1.1\r\n"), "{name}: {heard}");
        assert!(heard.contains(&format!("Bearer {KEY}")), "{name}: the key goes to its origin: {heard}");
    }
}

/// Asks a server whose certificate this process trusts.
async fn ask(told: &str) {
    let (wanted, url) = told.split_once(' ').unwrap();
    let (_, transport) = transports!().into_iter().find(|(name, _)| *name == wanted).unwrap();
    let reply = transport.send(get(url)).await.unwrap();
    assert_eq!(reply.status, 200);
    assert_eq!(reply.body.collect(10).await.unwrap(), "told");
}

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

/// Tries TLS with a certificate of its own making and answers what the client asks; gives what that was.
fn answer_encrypted(mut stream: std::net::TcpStream) -> std::io::Result<String> {
    stream.set_nonblocking(false)?;
    let pair = pair();
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
    let mut heard = Vec::new();
    while !heard.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        encrypted.read_exact(&mut byte)?;
        heard.extend(byte);
    }
    encrypted.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ntold")?;
    Ok(String::from_utf8(heard).unwrap())
}

fn pair() -> ed25519_compact::KeyPair {
    ed25519_compact::KeyPair::from_seed(ed25519_compact::Seed::new([7; 32]))
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
