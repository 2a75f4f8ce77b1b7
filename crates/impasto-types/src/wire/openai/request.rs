//! The JSON bodies that are sent.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::options::{
    Background, Complexity, InputFidelity, Moderation, OutputFormat, Quality, ReasoningEffort, SvgOptions,
};
use crate::request::ImageRequest;

/// The body of `POST /images/generations`.
///
/// ```
/// use impasto_types::{ImageRequest, wire::openai::GenerateBody};
///
/// let body = GenerateBody::from_request(&ImageRequest::generate("a cat"), Some("gpt-image-2"));
/// assert_eq!(serde_json::to_string(&body)?, r#"{"model":"gpt-image-2","prompt":"a cat"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out")]
pub struct GenerateBody {
    /// The model; always worth sending, the documented default is a retired one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What to draw.
    pub prompt: String,
    /// How many images, 1 to 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
    /// `WIDTHxHEIGHT` or `auto`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<String>,
    /// The quality.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<Quality>,
    /// The background.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub background: Option<Background>,
    /// The file format.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_format: Option<OutputFormat>,
    /// 0 to 100, jpeg and webp only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_compression: Option<u8>,
    /// How strict the filter is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moderation: Option<Moderation>,
    /// How long gpt-image-2.6 plans.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complexity: Option<Complexity>,
    /// Whether to answer as events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<bool>,
    /// How many unfinished images, 0 to 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partial_images: Option<u8>,
    /// Frames of a gif.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame_count: Option<u8>,
    /// Milliseconds a frame is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame_duration_ms: Option<u32>,
    /// What an svg needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub svg: Option<SvgBody>,
    /// The hashed id of the end user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safety_identifier: Option<String>,
    /// Its older name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Fields this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out")]
pub struct EditBody {
    /// The fields it shares with a generation.
    #[serde(flatten)]
    pub common: GenerateBody,
    /// The input images, 1 to 16.
    pub images: Vec<ImageRef>,
    /// The mask of the first image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask: Option<ImageRef>,
    /// Drawn instructions over the first image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub markup: Option<ImageRef>,
    /// How closely the edit keeps to its input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_fidelity: Option<InputFidelity>,
}

/// An input image in JSON: exactly one of the two.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out")]
pub struct ImageRef {
    /// An http(s) or data URL of at most 20,971,520 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// The id of an uploaded file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_id: Option<String>,
    /// Fields this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The `svg` object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out")]
pub struct SvgBody {
    /// The language model that writes the drawing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// How it reasons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<SvgReasoning>,
    /// Fields this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
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

/// The `svg.reasoning` object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out")]
pub struct SvgReasoning {
    /// How much it reasons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<ReasoningEffort>,
    /// Fields this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
