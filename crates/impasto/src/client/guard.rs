//! A transport that accepts no more of a reply than it may, and goes nowhere it may not.

use std::sync::Arc;

use async_trait::async_trait;
use http::HeaderMap;
use impasto_transport::{
    HttpResponse, HttpTransport, Origin, PreparedRequest, TransportError, TransportErrorKind,
};

/// Guards another transport.
#[derive(Debug)]
pub(super) struct Guarded {
    pub(super) inner: Arc<dyn HttpTransport>,
    /// The most bytes of a reply's headers, names and values together.
    pub(super) headers: usize,
    /// Whether this machine and private networks are out of bounds, as far as a URL tells by itself. What a name
    /// leads to is for the transport beneath to see.
    pub(super) public_only: bool,
}

#[async_trait]
impl HttpTransport for Guarded {
    async fn send(&self, request: PreparedRequest) -> Result<HttpResponse, TransportError> {
        if self.public_only {
            let origin = Origin::of(&request.url)?;
            if origin.is_private() {
                let message = format!(
                    "{origin} is on this machine or in a private network, and images are only fetched from public \
                     addresses"
                );
                return Err(TransportError::invalid_request(message));
            }
        }
        let response = self.inner.send(request).await?;
        let bytes = size_of(&response.headers);
        if bytes > self.headers {
            let message = format!(
                "the headers of the reply are {bytes} bytes, more than the limit of {}",
                self.headers
            );
            return Err(TransportError::new(TransportErrorKind::TooLarge, message));
        }
        Ok(response)
    }
}

fn size_of(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}
