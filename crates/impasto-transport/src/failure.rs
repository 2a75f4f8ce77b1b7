//! What the errors of an HTTP client mean here, whichever client it is: their chain of causes says it.

use std::{error::Error as StdError, io};

use crate::{Sent, TransportError, TransportErrorKind};

/// An error between the first byte of the request and the end of the reply's headers.
pub(crate) fn of_exchange(error: impl StdError + Send + Sync + 'static) -> TransportError {
    if let Some(own) = find::<TransportError>(&error) {
        // Our own body failed: a file could not be read to its end.
        return TransportError::new(own.kind(), own.message().to_owned())
            .with_sent(Sent::Maybe)
            .with_source(error);
    }
    let (kind, message) = if find::<io::Error>(&error).is_none() && mentions_bad_http(&error) {
        (TransportErrorKind::Protocol, "the server's answer is not HTTP")
    } else {
        (TransportErrorKind::Reset, "the connection was closed before the server answered")
    };
    TransportError::new(kind, message).with_sent(Sent::Maybe).with_source(error)
}

/// An error within the reply's body.
pub(crate) fn of_body(error: impl StdError + Send + Sync + 'static) -> TransportError {
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

/// The first error of type `T` in the chain; an I/O error may hide another one.
pub(crate) fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
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
