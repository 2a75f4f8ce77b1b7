//! What comes back: the envelope, a prediction, an upload.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::wire::lenient;

/// What is around every reply of the gateway; its own documents also show replies without it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
pub struct Envelope {
    /// 200, or the status of a failure; a number or text.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::u64")]
    pub code: Option<u64>,
    /// Words beside the code.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub message: Option<String>,
    /// The same under its other name.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub msg: Option<String>,
    /// The id of the exchange.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub request_id: Option<String>,
    /// What the reply is about.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub data: Value,
    /// Fields beside it; of a bare reply, all of its fields.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Envelope {
    /// What the reply is about: what is in the envelope, or the reply itself where there is none.
    ///
    /// ```
    /// use impasto_types::wire::atlas::{Envelope, Prediction};
    ///
    /// for reply in [r#"{"code": 200, "data": {"id": "p", "status": "starting"}}"#, r#"{"id": "p", "status": "starting"}"#] {
    ///     let prediction: Prediction = serde_json::from_str::<Envelope>(reply)?.content();
    ///     assert_eq!(prediction.id(), Some("p"));
    /// }
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn content<T: DeserializeOwned + Default>(&self) -> T {
        let bare = || Value::Object(self.extra.clone());
        let content = if self.data.is_object() { self.data.clone() } else { bare() };
        serde_json::from_value(content).unwrap_or_default()
    }
}

/// A task and what came of it. "The field set is model-dependent and still growing."
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
pub struct Prediction {
    /// The id.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub id: Option<String>,
    /// The id under an older name.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub prediction_id: Option<String>,
    /// The id under its oldest name.
    #[serde(
        default,
        rename = "predictionId",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::string"
    )]
    pub legacy_id: Option<String>,
    /// The model.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub model: Option<String>,
    /// How far it is: an open set of words, in any case.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub status: Option<String>,
    /// URLs, data URLs, bare base64, or objects with a `url` or `download_url`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::list")]
    pub outputs: Option<Vec<Value>>,
    /// A single output under its older name.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::list")]
    pub output: Option<Vec<Value>>,
    /// Where to ask after it. Not to be followed with a key unless it leads home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urls: Option<Value>,
    /// Why it failed: text, an object, `""` or `null`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
    /// Why it failed, as a number; 1039 is a refusal by moderation.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub error_code: Option<String>,
    /// What was charged: text or a number; filled in late, often after the outputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Value>,
    /// Whether the filter saw something in each output.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::list")]
    pub has_nsfw_contents: Option<Vec<bool>>,
    /// When it was submitted, as the seller writes it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub created_at: Option<String>,
    /// When it ended, as the seller writes it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub completed_at: Option<String>,
    /// Fields this version does not know, such as `metrics` and `timings`.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Prediction {
    /// The id, under whichever name.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        [&self.id, &self.prediction_id, &self.legacy_id]
            .into_iter()
            .find_map(|id| id.as_deref().filter(|id| !id.is_empty()))
    }

    /// The charge as decimal text, without an exponent; none while it is not known.
    #[must_use]
    pub fn price(&self) -> Option<String> {
        match self.price.as_ref()? {
            Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Value::Number(number) => {
                let whole = number.as_u64().map(|whole| whole.to_string());
                // Rust writes the shortest decimal that reads back as the same float, never an exponent.
                whole.or_else(|| number.as_f64().map(|float| float.to_string()))
            }
            _ => None,
        }
    }
}

/// What `POST /model/uploadMedia` answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
pub struct UploadedMedia {
    /// The file's temporary address.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub download_url: Option<String>,
    /// The same under an older name.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub url: Option<String>,
    /// The file's name.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub filename: Option<String>,
    /// The same under another name.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub file_name: Option<String>,
    /// `image`.
    #[serde(
        default,
        rename = "type",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::string"
    )]
    pub kind: Option<String>,
    /// The media type.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub content_type: Option<String>,
    /// The length in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::u64")]
    pub size: Option<u64>,
    /// Fields this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl UploadedMedia {
    /// The file's address, under whichever name.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        [&self.download_url, &self.url]
            .into_iter()
            .find_map(|url| url.as_deref().filter(|url| !url.is_empty()))
    }
}
