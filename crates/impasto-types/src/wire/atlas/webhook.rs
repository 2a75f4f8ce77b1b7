//! What is posted to a `webhook_url`, and the keys that sign it.

use serde_json::Value;

use crate::wire::lenient::reply_object;

reply_object! {
    /// The body of the one signed POST at the end of a task.
    #[derive(Clone, Debug, Default, PartialEq)]
    #[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
    pub struct WebhookEvent {
        /// The id of the task.
        pub session_id: Option<String>,
        /// `image.task.terminal`.
        pub event_type: Option<String>,
        /// `OK` or `ERROR`.
        pub status: Option<String>,
        /// When, as the seller writes it.
        pub created_at: Option<String>,
        /// What came of the task.
        pub payload: Option<WebhookPayload>,
        /// Why it failed.
        pub error: Option<Value>,
    }
}

reply_object! {
    /// What came of a task.
    #[derive(Clone, Debug, Default, PartialEq)]
    #[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
    pub struct WebhookPayload {
        /// The model.
        pub model: Option<String>,
        /// `completed`, `failed`, `timeout` or `cancelled`.
        pub status: Option<String>,
        /// As in a prediction.
        pub outputs: Option<Vec<Value>>,
    }
}

reply_object! {
    /// What `GET /webhooks/jwks.json` answers: a JSON Web Key Set (RFC 7517).
    #[derive(Clone, Debug, Default, PartialEq)]
    #[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
    pub struct WebhookKeys {
        /// The keys.
        pub keys: Option<Vec<WebhookKey>>,
    }
}

reply_object! {
    /// One public key (RFC 8037: `kty` OKP, `crv` Ed25519).
    #[derive(Clone, Debug, Default, PartialEq)]
    #[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
    pub struct WebhookKey {
        /// The family, `OKP`.
        pub kty: Option<String>,
        /// The curve, `Ed25519`.
        pub crv: Option<String>,
        /// The key, 32 bytes in unpadded base64url.
        pub x: Option<String>,
        /// Its id, as the header names it.
        pub kid: Option<String>,
    }
}
