//! How failures are told.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::wire::lenient;

/// The body of a failed call: `{"error": {…}}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
pub struct ErrorEnvelope {
    /// What went wrong. Some gateways write a bare text, which is read as the message.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "object_or_text")]
    pub error: Option<ErrorBody>,
    /// Fields beside it.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What went wrong. Branch on `code`; gateways rewrite `type`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
pub struct ErrorBody {
    /// A sentence for people.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub message: Option<String>,
    /// A class of errors.
    #[serde(
        default,
        rename = "type",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::string"
    )]
    pub kind: Option<String>,
    /// The parameter at fault; at UCloud the id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub param: Option<String>,
    /// The code; a number at some sellers.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub code: Option<String>,
    /// Why the safety system said no.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::value")]
    pub moderation_details: Option<ModerationDetails>,
    /// Fields this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Why the safety system said no.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
pub struct ModerationDetails {
    /// `input`, `output` or `unknown`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub moderation_stage: Option<String>,
    /// What it saw.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient::strings")]
    pub categories: Vec<String>,
    /// Fields this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

fn object_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ErrorBody>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Null => None,
        Value::String(text) => Some(ErrorBody { message: Some(text), ..ErrorBody::default() }),
        other => serde_json::from_value(other).ok(),
    })
}
