//! Webhooks: one signed POST per task, to loopback addresses only.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ed25519_compact::{KeyPair, Seed};
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::clock::Clock;
use crate::ids::{digest, hex};
use crate::state::State;

/// The emulator's own signing key, made from its seed.
pub(crate) struct Signer {
    pair: KeyPair,
    key_id: String,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", self.key_id)
    }
}

impl Signer {
    pub(crate) fn new(seed: u64) -> Self {
        let bytes = digest([b"webhook key".as_slice(), &seed.to_le_bytes()]);
        let pair = KeyPair::from_seed(Seed::new(bytes));
        let key_id = hex(&pair.pk.as_ref()[..8]);
        Self { pair, key_id }
    }

    /// The public key as a JSON web key set.
    pub(crate) fn jwks(&self) -> Value {
        let x = base64_simd::URL_SAFE_NO_PAD.encode_to_string(self.pair.pk.as_ref());
        json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": self.key_id }] })
    }

    /// Signs `<timestamp>.<body>`; unpadded base64url.
    fn sign(&self, timestamp: u64, body: &[u8]) -> String {
        let message = [timestamp.to_string().as_bytes(), b".", body].concat();
        base64_simd::URL_SAFE_NO_PAD.encode_to_string(self.pair.sk.sign(message, None).as_ref())
    }
}

/// Where a webhook goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    addr: SocketAddr,
    host: String,
    path: String,
}

impl Target {
    /// An `http://` URL of a loopback address.
    pub(crate) fn parse(url: &str) -> Result<Self, String> {
        let rest =
            url.strip_prefix("http://").ok_or("bad webhook_url: the emulator sends to http:// only")?;
        let (host, path) = rest.split_once('/').map_or((rest, ""), |(host, path)| (host, path));
        let named = host.replace("localhost", "127.0.0.1");
        let addr: SocketAddr = named
            .parse()
            .or_else(|_| named.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, 80)))
            .map_err(|_| "bad webhook_url: expected an address and a port")?;
        if !addr.ip().is_loopback() {
            return Err("bad webhook_url: the emulator sends to loopback addresses only".into());
        }
        Ok(Self { addr, host: host.to_owned(), path: format!("/{path}") })
    }
}

/// Sends the webhook; whether anybody takes it is their affair.
pub(crate) async fn send(state: &Arc<State>, target: &Target, task: &str, body: &[u8]) {
    let timestamp = state.clock.unix_seconds();
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\
         x-atlascloud-webhook-id: {task}\r\nx-atlascloud-webhook-event: image.task.terminal\r\n\
         x-atlascloud-webhook-timestamp: {timestamp}\r\nx-atlascloud-webhook-key-id: {}\r\n\
         x-atlascloud-webhook-signature-ed25519: {}\r\n\r\n",
        target.path,
        target.host,
        body.len(),
        state.signer.key_id,
        state.signer.sign(timestamp, body),
    );
    let message = [head.as_bytes(), body].concat();
    let sending = async {
        let Ok(stream) = TcpStream::connect(target.addr).await else { return };
        if write_all(&stream, &message).await.is_ok() {
            // The receiver may answer before it closes; an answer is not needed.
            let _ = stream.readable().await;
        }
    };
    tokio::select! {
        () = sending => {}
        () = Clock::sleep(Duration::from_secs(10)) => {}
    }
}

async fn write_all(stream: &TcpStream, mut bytes: &[u8]) -> std::io::Result<()> {
    while !bytes.is_empty() {
        stream.writable().await?;
        match stream.try_write(bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Signer, Target};

    #[test]
    fn signatures_verify() {
        let signer = Signer::new(3);
        let signature = base64_simd::URL_SAFE_NO_PAD.decode_to_vec(signer.sign(7, b"{}")).expect("base64url");
        let signature = ed25519_compact::Signature::from_slice(&signature).expect("64 bytes");
        assert!(signer.pair.pk.verify(b"7.{}", &signature).is_ok());
        assert!(signer.pair.pk.verify(b"8.{}", &signature).is_err());
        assert_eq!(signer.jwks()["keys"][0]["kty"], "OKP");
    }

    #[test]
    fn only_loopback_gets_webhooks() {
        for (url, fits) in [
            ("http://127.0.0.1:9/hook", true),
            ("http://localhost:9", true),
            ("http://[::1]:9/a", true),
            ("http://10.0.0.1:9/", false),
            ("https://127.0.0.1:9/", false),
            ("http://example.com/", false),
        ] {
            assert_eq!(Target::parse(url).is_ok(), fits, "{url}");
        }
    }
}
