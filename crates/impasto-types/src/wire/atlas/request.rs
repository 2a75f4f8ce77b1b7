//! The JSON body that is sent.

use crate::options::{InputFidelity, Moderation, OutputFormat, Quality};
use crate::wire::said::request_object;

request_object! {
    /// The body of `POST /model/generateImage`: flat, with the model's own fields beside `model`.
    ///
    /// Which fields a model reads differs; a field it does not know is ignored by some models and refused by others.
    ///
    /// ```
    /// use impasto_types::wire::atlas::SubmitBody;
    ///
    /// let body = SubmitBody {
    ///     model: "openai/gpt-image-1/edit".to_owned(),
    ///     prompt: "Become a comic style".to_owned(),
    ///     image: Some("https://example.com/in.png".to_owned()),
    ///     ..SubmitBody::default()
    /// };
    /// let json = r#"{"model":"openai/gpt-image-1/edit","prompt":"Become a comic style","image":"https://example.com/in.png"}"#;
    /// assert_eq!(serde_json::to_string(&body)?, json);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[derive(Clone, Debug, Default, PartialEq)]
    #[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out")]
    pub struct SubmitBody {
        /// The full id with its task: `openai/gpt-image-1/edit`.
        pub model: String,
        /// What to draw.
        pub prompt: String,
        /// The input image of models that take one.
        pub image: Option<String>,
        /// The input images of models that take several. The other name is ignored without a word.
        pub images: Option<Vec<String>>,
        /// The mask of the input image.
        pub mask_image: Option<String>,
        /// `low`, `medium` (the default) or `high`.
        pub quality: Option<Quality>,
        /// `WIDTHxHEIGHT`; `auto` on gpt-image-2.
        pub size: Option<String>,
        /// How many images, on the models that have the field.
        pub n: Option<u32>,
        /// The file format; jpeg unless asked otherwise on gpt-image-2.
        pub output_format: Option<OutputFormat>,
        /// 0 to 100.
        pub output_compression: Option<u8>,
        /// How strict the filter is; `low` unless asked otherwise on gpt-image-2.
        pub moderation: Option<Moderation>,
        /// How closely an edit keeps to its input; `high` unless asked otherwise on gpt-image-1.5.
        pub input_fidelity: Option<InputFidelity>,
        /// Whether the reply waits for the result. A 504 then means that the task still runs.
        pub enable_sync_mode: Option<bool>,
        /// Whether the outputs are base64 in place of URLs.
        pub enable_base64_output: Option<bool>,
        /// Where the signed end of the task is posted to.
        pub webhook_url: Option<String>,
    }
}
