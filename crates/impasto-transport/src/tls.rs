//! TLS settings: the process's own crypto provider if it has one, else ring (feature `ring`); the platform's
//! root certificates.

use std::sync::Arc;

use rustls::{ClientConfig, crypto::CryptoProvider};
use rustls_platform_verifier::Verifier;

use crate::{TransportError, TransportErrorKind};

/// For connections in the clear: reqwest wants TLS settings even for them, and these cost nothing.
#[cfg(feature = "reqwest")]
pub(crate) fn without_roots() -> Result<ClientConfig, TransportError> {
    let builder = ClientConfig::builder_with_provider(provider()?).with_safe_default_protocol_versions();
    let builder = builder.map_err(unusable)?;
    Ok(builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth())
}

/// For encrypted connections. Loads the platform's root certificates, which reads files.
pub(crate) fn with_platform_roots() -> Result<ClientConfig, TransportError> {
    let provider = provider()?;
    let verifier = Verifier::new(Arc::clone(&provider)).map_err(unusable)?;
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut config = builder
        .map_err(unusable)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    if cfg!(feature = "http2") {
        config.alpn_protocols.push(b"h2".to_vec());
    }
    config.alpn_protocols.push(b"http/1.1".to_vec());
    Ok(config)
}

/// The process's own provider is never replaced, and none is installed for others.
fn provider() -> Result<Arc<CryptoProvider>, TransportError> {
    CryptoProvider::get_default().map(Arc::clone).or_else(fallback).ok_or_else(|| {
        TransportError::new(
            TransportErrorKind::Tls,
            "no TLS crypto provider: enable the feature `ring`, or install one with \
             `rustls::crypto::CryptoProvider::install_default` before the first request",
        )
    })
}

#[cfg(feature = "ring")]
#[expect(clippy::unnecessary_wraps, reason = "without the feature there is none")]
fn fallback() -> Option<Arc<CryptoProvider>> {
    Some(Arc::new(rustls::crypto::ring::default_provider()))
}

#[cfg(not(feature = "ring"))]
fn fallback() -> Option<Arc<CryptoProvider>> {
    None
}

fn unusable(error: rustls::Error) -> TransportError {
    TransportError::new(TransportErrorKind::Tls, "TLS cannot be set up on this machine").with_source(error)
}

#[cfg(all(test, not(feature = "ring")))]
mod tests {
    use super::*;

    #[test]
    fn a_missing_crypto_provider_is_said_clearly() {
        let error = with_platform_roots().unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Tls);
        assert!(error.to_string().contains("feature `ring`"), "{error}");
    }
}
