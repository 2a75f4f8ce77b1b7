//! What reqwest's errors mean here.

use crate::{
    Phase, Sent, TransportError, TransportErrorKind,
    failure::{self, find},
};

/// An error before the reply's headers were whole.
pub(super) fn of_sending(error: reqwest::Error) -> TransportError {
    // A URL may hold secrets in its query.
    let error = error.without_url();
    if error.is_builder() {
        return TransportError::invalid_request("the request cannot be sent as it is").with_source(error);
    }
    if error.is_connect() {
        let (kind, message) = of_connecting(&error);
        return TransportError::new(kind, message).with_sent(Sent::No).with_source(error);
    }
    failure::of_exchange(error)
}

/// An error within the reply's body.
pub(super) fn of_body(error: reqwest::Error) -> TransportError {
    failure::of_body(error.without_url())
}

fn of_connecting(error: &reqwest::Error) -> (TransportErrorKind, &'static str) {
    if error.is_timeout() {
        (TransportErrorKind::Timeout(Phase::Connect), "no connection was made within the connect deadline")
    } else if error.is_dns() {
        (TransportErrorKind::Dns, "the host name has no usable address")
    } else if find::<rustls::Error>(error).is_some() {
        (TransportErrorKind::Tls, "the encrypted connection was refused: the certificate or TLS itself")
    } else {
        (TransportErrorKind::Connect, "the server does not accept connections")
    }
}
