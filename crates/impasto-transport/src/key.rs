//! A seller's key: checked when it is made, never printed, wiped when it is dropped.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::{TransportError, TransportErrorKind, hex::hex};

/// A key for a seller's API.
///
/// `Debug` and `Display` show `[redacted]`; the memory is wiped on drop. Only
/// [`HttpRequest::prepare`](crate::HttpRequest::prepare) reads it, to put it into one header.
///
/// ```
/// use impasto_transport::ApiKey;
///
/// let key = ApiKey::new("sk-test-0123456789")?;
/// assert_eq!(format!("{key} {key:?}"), "[redacted] ApiKey([redacted])");
/// assert!(ApiKey::new("$OPENAI_API_KEY").is_err(), "the shell did not expand it");
/// # Ok::<(), impasto_transport::TransportError>(())
/// ```
#[derive(Clone)]
pub struct ApiKey(SecretString);

impl ApiKey {
    /// Takes the key as it is written into the header.
    ///
    /// # Errors
    ///
    /// Of kind [`TransportErrorKind::Key`] when it is empty, starts with `$` (a variable that the shell did
    /// not expand), has quotes around it, or contains anything but visible ASCII (a header could not carry it). The message never
    /// repeats the key.
    pub fn new(key: impl Into<String>) -> Result<Self, TransportError> {
        let key = SecretString::from(key.into());
        match problem(key.expose_secret()) {
            None => Ok(Self(key)),
            Some(message) => Err(TransportError::new(TransportErrorKind::Key, message)),
        }
    }

    /// A short label for ledgers and logs: the same key always gives the same label, and the label does not
    /// give the key (48 bits of its SHA-256).
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut hash = hmac_sha256::Hash::new();
        hash.update(b"impasto key fingerprint\0");
        hash.update(self.expose().as_bytes());
        format!("key-{}", hex(&hash.finalize()[..6]))
    }

    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

fn problem(key: &str) -> Option<&'static str> {
    if key.is_empty() {
        return Some("the key is empty");
    }
    if key.starts_with('$') {
        return Some(
            "the key starts with `$`: the shell did not expand the variable (single quotes keep it from doing so)",
        );
    }
    if ['"', '\'', '`'].iter().any(|quote| key.starts_with(*quote) || key.ends_with(*quote)) {
        return Some("the key has quotes around it: they belong to the shell or the file, not to the key");
    }
    if key.trim() != key {
        return Some("the key has white space at an end, such as the line break of the file it came from");
    }
    if key.contains(char::is_whitespace) {
        return Some("the key contains white space");
    }
    if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Some(
            "the key contains a character that a header cannot carry; only visible ASCII can be sent",
        );
    }
    None
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey([redacted])")
    }
}

impl fmt::Display for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_cannot_be_meant_are_refused_without_repeating_them() {
        for (key, word) in [
            ("", "empty"),
            ("$OPENAI_API_KEY", "shell"),
            ("\"sk-secret\"", "quotes"),
            ("'sk-secret'", "quotes"),
            ("sk-secret\n", "line break"),
            (" sk-secret", "white space"),
            ("sk secret", "white space"),
            ("sk-secret\u{7f}", "visible ASCII"),
            ("sk-sécret", "visible ASCII"),
        ] {
            let error = ApiKey::new(key).unwrap_err();
            assert_eq!(error.kind(), TransportErrorKind::Key);
            assert!(error.to_string().contains(word), "{key:?}: {error}");
            assert!(!format!("{error:?}").contains("secret"), "{key:?}: {error:?}");
        }
    }

    #[test]
    fn the_fingerprint_is_stable_and_tells_keys_apart() {
        let one = ApiKey::new("sk-one").unwrap();
        assert_eq!(one.fingerprint(), ApiKey::new("sk-one").unwrap().fingerprint());
        assert_ne!(one.fingerprint(), ApiKey::new("sk-two").unwrap().fingerprint());
        assert_eq!(one.fingerprint().len(), "key-".len() + 12);
        assert!(!one.fingerprint().contains("one"));
    }
}
