//! The seam: whoever carries one request to its server and brings the reply.

use std::{fmt, sync::Arc};

use async_trait::async_trait;

use crate::{HttpResponse, PreparedRequest, TransportError};

/// Carries one request and brings its reply, once: no retries, no redirects, no cookies, no decompression.
///
/// A status that is not 2xx is a reply, not an error. Dropping the future cancels the exchange.
#[async_trait]
pub trait HttpTransport: Send + Sync + fmt::Debug {
    /// Sends the request and returns as soon as the reply's headers are there.
    ///
    /// # Errors
    ///
    /// When no reply came; [`TransportError::sent`] says whether the request may have arrived.
    async fn send(&self, request: PreparedRequest) -> Result<HttpResponse, TransportError>;
}

#[async_trait]
impl<T: HttpTransport + ?Sized> HttpTransport for Arc<T> {
    async fn send(&self, request: PreparedRequest) -> Result<HttpResponse, TransportError> {
        (**self).send(request).await
    }
}
