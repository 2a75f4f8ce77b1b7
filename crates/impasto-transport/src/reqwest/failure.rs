//! What reqwest's errors mean here.

use std::{error::Error as StdError, io};

use crate::{Phase, Sent, TransportError, TransportErrorKind};

/// An error before the reply's headers were whole.
pub(super) fn of_sending(error: reqwest::Error) -> TransportError {
    // A URL may hold secrets in its query.
    let error = error.without_url();
    if let Some(own) = find::<TransportError>(&error) {
        // Our own body failed: a file could not be read to its end.
        return TransportError::new(own.kind(), own.message().to_owned())
            .with_sent(Sent::Maybe)
            .with_source(error);
    }
    let (kind, message, sent) = if error.is_builder() {
        (TransportErrorKind::InvalidRequest, "the request cannot be sent as it is", Sent::No)
    } else if error.is_connect() {
        let (kind, message) = of_connecting(&error);
        (kind, message, Sent::No)
    } else if find::<io::Error>(&error).is_none() && mentions_bad_http(&error) {
        (TransportErrorKind::Protocol, "the server's answer is not HTTP", Sent::Maybe)
    } else {
        (TransportErrorKind::Reset, "the connection was closed before the server answered", Sent::Maybe)
    };
    TransportError::new(kind, message).with_sent(sent).with_source(error)
}

/// An error within the reply's body.
pub(super) fn of_body(error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    let garbled = find::<io::Error>(&error).is_some_and(|error| {
        matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput)
    });
    let (kind, message) = if garbled {
        (TransportErrorKind::Protocol, "the body of the reply is not HTTP as it should be")
    } else {
        (TransportErrorKind::BodyCut, "the connection was closed within the body of the reply")
    };
    TransportError::new(kind, message).with_sent(Sent::Maybe).with_source(error)
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

/// The first error of type `T` in the chain; an I/O error may hide another one.
fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        let hidden = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match hidden {
            Some(hidden) => Some(hidden as &(dyn StdError + 'static)),
            None => error.source(),
        };
    }
    None
}

/// hyper's errors about a malformed answer can be told only by their words.
fn mentions_bad_http(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        let words = error.to_string();
        if words.contains("invalid HTTP") || words.contains("message head is too large") {
            return true;
        }
        next = error.source();
    }
    false
}
