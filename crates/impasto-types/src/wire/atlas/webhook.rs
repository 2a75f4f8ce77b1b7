//! What is posted to a `webhook_url`, and the keys that sign it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::wire::lenient;

/// The body of the one signed POST at the end of a task.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
pub struct WebhookEvent {
    /// The id of the task.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub session_id: Option<String>,
    /// `image.task.terminal`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub event_type: Option<String>,
    /// `OK` or `ERROR`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub status: Option<String>,
    /// When, as the seller writes it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub created_at: Option<String>,
    /// What came of the task.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::value")]
    pub payload: Option<WebhookPayload>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
    /// Fields this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What came of a task.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
pub struct WebhookPayload {
    /// The model.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub model: Option<String>,
    /// `completed`, `failed`, `timeout` or `cancelled`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub status: Option<String>,
    /// As in a prediction.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::list")]
    pub outputs: Option<Vec<Value>>,
    /// Fields this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What `GET /webhooks/jwks.json` answers: a JSON Web Key Set (RFC 7517).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
pub struct WebhookKeys {
    /// The keys.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::list")]
    pub keys: Option<Vec<WebhookKey>>,
    /// Fields this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One public key (RFC 8037: `kty` OKP, `crv` Ed25519).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
pub struct WebhookKey {
    /// The family, `OKP`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub kty: Option<String>,
    /// The curve, `Ed25519`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub crv: Option<String>,
    /// The key, 32 bytes in unpadded base64url.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub x: Option<String>,
    /// Its id, as the header names it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub kid: Option<String>,
    /// Fields this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
