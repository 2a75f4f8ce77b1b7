//! The words a request may use: quality, background, format and their kin.

use serde::{Deserialize, Serialize};

use crate::open_enum::open_enum;

open_enum! {
    /// How much work the model puts into an image (`quality`).
    ///
    /// `xhigh` and `max` exist on gpt-image-2.5 and 2.6 only, `standard` and `hd` on DALL·E only
    /// (openai-python 3.52.0, `images_generate_params`). The same word costs differently on different models:
    /// gpt-image-2.5 `high` is gpt-image-2 `medium` in tokens.
    Quality {
        /// The model chooses.
        Auto = "auto",
        /// Fastest and cheapest.
        Low = "low",
        /// In between.
        Medium = "medium",
        /// Detailed.
        High = "high",
        /// More than high; gpt-image-2.5 and 2.6.
        XHigh = "xhigh",
        /// The most a model can do; gpt-image-2.5 and 2.6.
        Max = "max",
        /// DALL·E's lower quality.
        Standard = "standard",
        /// DALL·E 3's higher quality.
        Hd = "hd",
    }
}

open_enum! {
    /// Whether the background is see-through (`background`). `transparent` needs png or webp.
    Background {
        /// The model chooses.
        Auto = "auto",
        /// Alpha 0 behind the subject.
        Transparent = "transparent",
        /// No alpha.
        Opaque = "opaque",
    }
}

open_enum! {
    /// The file format asked for (`output_format`). What arrived is told by [`crate::ImageFormat`].
    OutputFormat {
        /// Lossless, with alpha; the default at OpenAI.
        Png = "png",
        /// Lossy, no alpha.
        Jpeg = "jpeg",
        /// Lossy or lossless, with alpha. Azure does not offer it.
        WebP = "webp",
        /// An animation of 2 to 16 frames; gpt-image-2.6, preview.
        Gif = "gif",
        /// A drawing written by a language model; gpt-image-2.6, needs access.
        Svg = "svg",
    }
}

open_enum! {
    /// How strict the seller's filter is (`moderation`).
    Moderation {
        /// The default filter.
        Auto = "auto",
        /// A less restrictive filter.
        Low = "low",
    }
}

open_enum! {
    /// How closely an edit keeps to the input images (`input_fidelity`).
    ///
    /// gpt-image-1 and 1.5 read both values, 1-mini only `low`; gpt-image-2 and 2.5 refuse the field with
    /// `invalid_input_fidelity_model`.
    InputFidelity {
        /// The default.
        Low = "low",
        /// Keeps faces and details; adds 4160 or 6240 input tokens an image.
        High = "high",
    }
}

open_enum! {
    /// How long gpt-image-2.6 plans before it draws (`complexity`), apart from quality.
    Complexity {
        /// Little planning.
        Low = "low",
        /// Some planning.
        Medium = "medium",
        /// The most planning; the documented default.
        High = "high",
    }
}

open_enum! {
    /// How much the language model behind an SVG reasons (`svg.reasoning.effort`).
    ReasoningEffort {
        /// No reasoning.
        None = "none",
        /// Hardly any.
        Minimal = "minimal",
        /// Little.
        Low = "low",
        /// Some.
        Medium = "medium",
        /// Much.
        High = "high",
        /// Very much.
        XHigh = "xhigh",
        /// The most.
        Max = "max",
    }
}

/// What an SVG needs besides the prompt (`svg`); only with [`OutputFormat::Svg`].
///
/// The language model's tokens come as a second bill, `svg_usage`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SvgOptions {
    /// The language model that writes the drawing. Required on generations (openai-python 3.52.0).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// How much it reasons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning_effort: Option<ReasoningEffort>,
}

impl SvgOptions {
    /// Options for the language model `model`.
    pub fn new(model: impl Into<String>) -> Self {
        Self { model: Some(model.into()), reasoning_effort: None }
    }

    /// Sets how much the language model reasons.
    #[must_use]
    pub fn with_reasoning_effort(mut self, effort: ReasoningEffort) -> Self {
        self.reasoning_effort = Some(effort);
        self
    }
}
