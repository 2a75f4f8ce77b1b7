//! Atlas Cloud's webhooks: whether a POST that says it comes from there really does. Pure functions.
//!
//! A task with a `webhook_url` ends in one signed POST. What is signed is `<timestamp>.<body as it arrived>`, with
//! Ed25519; the public keys are a JSON Web Key Set that may be kept for a day (Atlas Cloud documentation, webhooks,
//! read on 2026-11-21). The older hex HMAC in `X-AtlasCloud-Webhook-Signature` is not accepted: it has no public key.
//!
//! ```
//! use http::HeaderMap;
//! use impasto_providers::webhook::{self, KeySet};
//!
//! # fn handler(headers: &HeaderMap, body: &[u8], now: u64, jwks: &[u8]) -> Result<(), impasto_providers::Error> {
//! let keys = KeySet::from_json(jwks)?;
//! match webhook::verify(&keys, headers, body, now) {
//!     Ok(event) => println!("task {} is over", event.session_id.unwrap_or_default()),
//!     Err(error) if error.code() == Some(webhook::UNKNOWN_KEY) => println!("fetch the keys anew, then try again"),
//!     Err(error) => return Err(error),
//! }
//! # Ok(())
//! # }
//! # let error = handler(&HeaderMap::new(), b"{}", 0, br#"{"keys": []}"#).unwrap_err();
//! # assert_eq!(error.field(), Some("x-atlascloud-webhook-timestamp"));
//! ```

use std::collections::BTreeMap;

use base64_simd::URL_SAFE_NO_PAD;
use ed25519_compact::{PublicKey, Signature};
use http::HeaderMap;
use impasto_transport::HttpRequest;
use impasto_types::wire::atlas::{WebhookEvent, WebhookKeys};

use crate::address::{self, Names};
use crate::error::{Error, ErrorKind};
use crate::target::Target;

/// How many seconds a timestamp may lie from now, either way: an older POST may be a replay.
pub const WINDOW_SECONDS: u64 = 300;

/// How many seconds the keys may be kept before they are fetched anew.
pub const KEYS_MAX_AGE_SECONDS: u64 = 86_400;

/// The code of the error for a key id that the set does not have: fetch the keys anew, once.
pub const UNKNOWN_KEY: &str = "unknown_key";

/// The code of the error for a timestamp outside the window.
pub const STALE: &str = "stale";

/// The code of the error for a signature that does not fit.
pub const BAD_SIGNATURE: &str = "bad_signature";

const TIMESTAMP: &str = "x-atlascloud-webhook-timestamp";
const KEY_ID: &str = "x-atlascloud-webhook-key-id";
const SIGNATURE: &str = "x-atlascloud-webhook-signature-ed25519";

/// The public keys that sign webhooks, by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySet {
    by_id: BTreeMap<String, [u8; PublicKey::BYTES]>,
}

impl KeySet {
    /// Reads the keys from `GET /webhooks/jwks.json`. Keys of other kinds are left out.
    ///
    /// # Errors
    /// When it is not a key set, or an Ed25519 key in it cannot be read.
    pub fn from_json(json: &[u8]) -> Result<Self, Error> {
        let bad =
            |why: &str| Error::new(ErrorKind::UnexpectedReply, format!("the keys of the webhooks: {why}"));
        let set: WebhookKeys = serde_json::from_slice(json).map_err(|error| bad(&error.to_string()))?;
        let mut by_id = BTreeMap::new();
        for key in set.keys.ok_or_else(|| bad("there is no list of keys"))? {
            let (Some("OKP"), Some("Ed25519")) = (key.kty.as_deref(), key.crv.as_deref()) else { continue };
            let id = key.kid.ok_or_else(|| bad("a key has no id"))?;
            let bytes = URL_SAFE_NO_PAD.decode_to_vec(key.x.unwrap_or_default().trim_end_matches('='));
            let bytes = bytes.ok().and_then(|bytes| bytes.try_into().ok());
            by_id.insert(id, bytes.ok_or_else(|| bad("a key is not 32 bytes of base64url"))?);
        }
        Ok(Self { by_id })
    }

    /// The ids of the keys.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.by_id.keys().map(String::as_str)
    }
}

/// The request for the keys. It carries no key of the caller's.
///
/// # Errors
/// When the base URL cannot be used.
pub fn keys_request(target: &Target) -> Result<HttpRequest, Error> {
    let url = address::url(target, Names::default(), "/webhooks/jwks.json")?;
    Ok(HttpRequest::get(url).with_header("accept", "application/json"))
}

/// Reads a webhook after checking its signature and its time. `body` is what arrived, to the byte; `now` is in
/// seconds since 1970.
///
/// # Errors
/// Of kind [`ErrorKind::Authentication`], naming the header, when it is not to be believed; the code says why:
/// [`UNKNOWN_KEY`], [`STALE`], [`BAD_SIGNATURE`]. Of kind [`ErrorKind::UnexpectedReply`] when it is genuine and no
/// JSON.
pub fn verify(keys: &KeySet, headers: &HeaderMap, body: &[u8], now: u64) -> Result<WebhookEvent, Error> {
    let timestamp = header(headers, TIMESTAMP)?;
    let seconds: u64 = timestamp
        .parse()
        .map_err(|_| refused(TIMESTAMP, format!("{timestamp:?} is not a number of seconds")))?;
    let id = header(headers, KEY_ID)?;
    let text = header(headers, SIGNATURE)?;
    let key = keys.by_id.get(id).ok_or_else(|| {
        refused(KEY_ID, format!("no key {id:?} is known; it may be new")).with_code(UNKNOWN_KEY)
    })?;
    let signature = URL_SAFE_NO_PAD
        .decode_to_vec(text.trim_end_matches('='))
        .ok()
        .and_then(|bytes| Signature::from_slice(&bytes).ok())
        .ok_or_else(|| refused(SIGNATURE, "is not 64 bytes of base64url").with_code(BAD_SIGNATURE))?;
    let mut signed = Vec::with_capacity(timestamp.len() + 1 + body.len());
    signed.extend_from_slice(timestamp.as_bytes());
    signed.push(b'.');
    signed.extend_from_slice(body);
    PublicKey::new(*key).verify(&signed, &signature).map_err(|_| {
        refused(SIGNATURE, "does not fit the body and its timestamp").with_code(BAD_SIGNATURE)
    })?;
    // Only a genuine timestamp says anything about age.
    let distance = now.abs_diff(seconds);
    if distance > WINDOW_SECONDS {
        let message = format!("lies {distance} seconds from now; {WINDOW_SECONDS} are allowed");
        return Err(refused(TIMESTAMP, message).with_code(STALE));
    }
    serde_json::from_slice(body).map_err(|error| {
        Error::new(ErrorKind::UnexpectedReply, format!("the webhook is genuine and no JSON: {error}"))
    })
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Error> {
    let mut values = headers.get_all(name).iter();
    match (values.next().map(http::HeaderValue::to_str), values.next()) {
        (Some(Ok(value)), None) => Ok(value.trim()),
        (None, _) => Err(refused(name, "is missing")),
        _ => Err(refused(name, "is there twice, or is not text")),
    }
}

fn refused(header: &str, message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Authentication, message).with_field(header)
}
