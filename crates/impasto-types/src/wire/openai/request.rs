//! The JSON bodies that are sent.

use serde::{Deserialize, Serialize, Serializer};

use crate::options::{
    Background, Complexity, InputFidelity, Moderation, OutputFormat, Quality, ReasoningEffort, SvgOptions,
};
use crate::request::ImageRequest;
use crate::wire::Fields;
use crate::wire::said::request_object;

request_object! {
    /// The body of `POST /images/generations`.
    ///
    /// ```
    /// use impasto_types::{ImageRequest, wire::openai::GenerateBody};
    ///
    /// let body = GenerateBody::from_request(&ImageRequest::generate("a cat"), Some("gpt-image-2"));
    /// assert_eq!(serde_json::to_string(&body)?, r#"{"model":"gpt-image-2","prompt":"a cat"}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[derive(Clone, Debug, Default, PartialEq)]
    #[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out")]
    pub struct GenerateBody {
        /// The model; always worth sending, the documented default is a retired one.
        pub model: Option<String>,
        /// What to draw.
        pub prompt: String,
        /// How many images, 1 to 10.
        pub n: Option<u32>,
        /// `WIDTHxHEIGHT` or `auto`.
        pub size: Option<String>,
        /// The quality.
        pub quality: Option<Quality>,
        /// The background.
        pub background: Option<Background>,
        /// The file format.
        pub output_format: Option<OutputFormat>,
        /// 0 to 100, jpeg and webp only.
        pub output_compression: Option<u8>,
        /// How strict the filter is.
        pub moderation: Option<Moderation>,
        /// How long gpt-image-2.6 plans.
        pub complexity: Option<Complexity>,
        /// Whether to answer as events.
        pub stream: Option<bool>,
        /// How many unfinished images, 0 to 3.
        pub partial_images: Option<u8>,
        /// Frames of a gif.
        pub frame_count: Option<u8>,
        /// Milliseconds a frame is shown.
        pub frame_duration_ms: Option<u32>,
        /// What an svg needs.
        pub svg: Option<SvgBody>,
        /// The hashed id of the end user.
        pub safety_identifier: Option<String>,
        /// Its older name.
        pub user: Option<String>,
    }
}

impl GenerateBody {
    /// The body that says `request`, for the model the seller calls `model`.
    #[must_use]
    pub fn from_request(request: &ImageRequest, model: Option<&str>) -> Self {
        Self {
            model: model.map(str::to_owned),
            prompt: request.prompt.clone(),
            n: request.n,
            size: request.size.as_ref().map(ToString::to_string),
            quality: request.quality.clone(),
            background: request.background.clone(),
            output_format: request.output_format.clone(),
            output_compression: request.output_compression,
            moderation: request.moderation.clone(),
            complexity: request.complexity.clone(),
            stream: request.stream.then_some(true),
            partial_images: request.partial_images,
            frame_count: request.frame_count,
            frame_duration_ms: request.frame_duration_ms,
            svg: request.svg.as_ref().map(SvgBody::from_options),
            safety_identifier: request.safety_identifier.clone(),
            user: request.user.clone(),
            extra: request.extra.clone(),
        }
    }
}

/// The JSON body of `POST /images/edits`, which the API takes since 2026-02-09 beside the multipart form.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out")]
pub struct EditBody {
    /// The fields it shares with a generation.
    #[serde(flatten)]
    pub common: GenerateBody,
    /// The input images, 1 to 16.
    pub images: Vec<ImageRef>,
    /// The mask of the first image.
    pub mask: Option<ImageRef>,
    /// Drawn instructions over the first image.
    pub markup: Option<ImageRef>,
    /// How closely the edit keeps to its input.
    pub input_fidelity: Option<InputFidelity>,
}

impl EditBody {
    /// The fields that are set, in the order in which they are written.
    #[must_use]
    pub fn fields(&self) -> Fields {
        let mut fields = self.common.fields();
        fields.add("images", &self.images);
        fields.add("mask", &self.mask);
        fields.add("markup", &self.markup);
        fields.add("input_fidelity", &self.input_fidelity);
        fields
    }
}

impl Serialize for EditBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.fields().serialize(serializer)
    }
}

request_object! {
    /// An input image in JSON: exactly one of the two.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    #[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out")]
    pub struct ImageRef {
        /// An http(s) or data URL of at most 20,971,520 characters.
        pub image_url: Option<String>,
        /// The id of an uploaded file.
        pub file_id: Option<String>,
    }
}

request_object! {
    /// The `svg` object.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    #[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out")]
    pub struct SvgBody {
        /// The language model that writes the drawing.
        pub model: Option<String>,
        /// How it reasons.
        pub reasoning: Option<SvgReasoning>,
    }
}

impl SvgBody {
    /// The object that says `options`.
    #[must_use]
    pub fn from_options(options: &SvgOptions) -> Self {
        let effort = options.reasoning_effort.clone();
        let reasoning = effort.map(|effort| SvgReasoning { effort: Some(effort), ..SvgReasoning::default() });
        Self { model: options.model.clone(), reasoning, ..Self::default() }
    }
}

request_object! {
    /// The `svg.reasoning` object.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    #[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out")]
    pub struct SvgReasoning {
        /// How much it reasons.
        pub effort: Option<ReasoningEffort>,
    }
}
