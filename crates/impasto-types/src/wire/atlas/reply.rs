//! What comes back: the envelope, a prediction, an upload.

use serde_json::Value;

use crate::wire::lenient::reply_object;

reply_object! {
    /// What is around every reply of the gateway; its own documents also show replies without it.
    #[derive(Clone, Debug, Default, PartialEq)]
    #[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
    pub struct Envelope {
        /// 200, or the status of a failure; a number or text.
        pub code: Option<u64>,
        /// Words beside the code.
        pub message: Option<String>,
        /// The same under its other name.
        pub msg: Option<String>,
        /// The id of the exchange.
        pub request_id: Option<String>,
        /// What the reply is about.
        pub data: Value,
    }
}

impl Envelope {
    /// What the reply is about: what is in the envelope, or the reply itself where there is none.
    ///
    /// ```
    /// use impasto_types::wire::atlas::{Envelope, Prediction};
    ///
    /// for reply in [r#"{"code": 200, "data": {"id": "p", "status": "starting"}}"#, r#"{"id": "p", "status": "starting"}"#] {
    ///     let envelope: Envelope = serde_json::from_str(reply)?;
    ///     let prediction = Prediction::from_json(envelope.content()).unwrap_or_default();
    ///     assert_eq!(prediction.id(), Some("p"));
    /// }
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn content(&self) -> Value {
        if self.data.is_object() { self.data.clone() } else { Value::Object(self.extra.clone()) }
    }
}

reply_object! {
    /// A task and what came of it. "The field set is model-dependent and still growing."
    #[derive(Clone, Debug, Default, PartialEq)]
    #[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
    pub struct Prediction {
        /// The id.
        pub id: Option<String>,
        /// The id under an older name.
        pub prediction_id: Option<String>,
        /// The id under its oldest name.
        pub legacy_id as "predictionId": Option<String>,
        /// The model.
        pub model: Option<String>,
        /// How far it is: an open set of words, in any case.
        pub status: Option<String>,
        /// URLs, data URLs, bare base64, or objects with a `url` or `download_url`.
        pub outputs: Option<Vec<Value>>,
        /// A single output under its older name.
        pub output: Option<Vec<Value>>,
        /// Where to ask after it. Not to be followed with a key unless it leads home.
        pub urls: Option<Value>,
        /// Why it failed: text, an object, `""` or `null`.
        pub error: Option<Value>,
        /// Why it failed, as a number; 1039 is a refusal by moderation.
        pub error_code: Option<String>,
        /// What was charged: text or a number; filled in late, often after the outputs.
        pub price: Option<Value>,
        /// Whether the filter saw something in each output.
        pub has_nsfw_contents: Option<Vec<bool>>,
        /// When it was submitted, as the seller writes it.
        pub created_at: Option<String>,
        /// When it ended, as the seller writes it.
        pub completed_at: Option<String>,
    }
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

reply_object! {
    /// What `POST /model/uploadMedia` answers.
    #[derive(Clone, Debug, Default, PartialEq)]
    #[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
    pub struct UploadedMedia {
        /// The file's temporary address.
        pub download_url: Option<String>,
        /// The same under an older name.
        pub url: Option<String>,
        /// The file's name.
        pub filename: Option<String>,
        /// The same under another name.
        pub file_name: Option<String>,
        /// `image`.
        pub kind as "type": Option<String>,
        /// The media type.
        pub content_type: Option<String>,
        /// The length in bytes.
        pub size: Option<u64>,
    }
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
