//! The model catalogue: which family an id belongs to and what the family takes.
//!
//! Sources: openai-python 3.52.0 (`image_model.py` and the parameter docstrings), OpenAI's deprecation page,
//! and the image generation guide, all as of November 2026.

/// A quality level in rising order; `auto` is resolved before it comes here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Quality {
    Low,
    Medium,
    High,
    XHigh,
    Max,
}

impl Quality {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::XHigh => "xhigh",
            Self::Max => "max",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::Low, Self::Medium, Self::High, Self::XHigh, Self::Max]
            .into_iter()
            .find(|quality| quality.name() == name)
    }
}

/// Models that share their rules and prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Family {
    One,
    OneMini,
    OneFive,
    Two,
    TwoFive,
    TwoSixSunburst,
    TwoSixFlare,
}

/// One id that a request may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Model {
    pub(crate) id: &'static str,
    pub(crate) family: Family,
    /// Unix seconds of the release, for `GET /v1/models`.
    pub(crate) created: u64,
    /// Unix seconds of the shutdown at OpenAI, if announced.
    pub(crate) shutdown: Option<u64>,
}

const fn model(id: &'static str, family: Family, created: u64, shutdown: Option<u64>) -> Model {
    Model { id, family, created, shutdown }
}

/// 2026-10-23.
const OCTOBER_SHUTDOWN: Option<u64> = Some(1_792_713_600);
/// 2026-12-01.
const DECEMBER_SHUTDOWN: Option<u64> = Some(1_796_083_200);

/// Every id OpenAI serves or served as a GPT image model.
pub(crate) const MODELS: &[Model] = &[
    model("gpt-image-2.6-sunburst", Family::TwoSixSunburst, 1_793_750_400, None),
    model("gpt-image-2.6-flare", Family::TwoSixFlare, 1_793_750_400, None),
    model("gpt-image-2.5-sunburst", Family::TwoFive, 1_788_825_600, None),
    model("gpt-image-2.5-sunburst-2026-09-08", Family::TwoFive, 1_788_825_600, None),
    model("gpt-image-2.5-flare", Family::TwoFive, 1_788_825_600, None),
    model("gpt-image-2.5-flare-2026-09-08", Family::TwoFive, 1_788_825_600, None),
    model("gpt-image-2", Family::Two, 1_776_729_600, None),
    model("gpt-image-2-2026-04-21", Family::Two, 1_776_729_600, None),
    model("gpt-image-1.5", Family::OneFive, 1_765_843_200, DECEMBER_SHUTDOWN),
    model("gpt-image-1.5-2025-12-16", Family::OneFive, 1_765_843_200, DECEMBER_SHUTDOWN),
    model("chatgpt-image-latest", Family::OneFive, 1_765_843_200, DECEMBER_SHUTDOWN),
    model("gpt-image-1-mini", Family::OneMini, 1_759_708_800, DECEMBER_SHUTDOWN),
    model("gpt-image-1", Family::One, 1_745_366_400, OCTOBER_SHUTDOWN),
];

/// Finds a model by its id.
pub(crate) fn find(id: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.id == id)
}

impl Family {
    /// Whether the model has three fixed sizes and the token table of 2025.
    pub(crate) const fn is_legacy(self) -> bool {
        matches!(self, Self::One | Self::OneMini | Self::OneFive)
    }

    pub(crate) const fn is_two_six(self) -> bool {
        matches!(self, Self::TwoSixSunburst | Self::TwoSixFlare)
    }

    /// The qualities besides `auto`.
    pub(crate) const fn qualities(self) -> &'static [Quality] {
        match self {
            Self::TwoFive | Self::TwoSixSunburst | Self::TwoSixFlare => {
                &[Quality::Low, Quality::Medium, Quality::High, Quality::XHigh, Quality::Max]
            }
            Self::One | Self::OneMini | Self::OneFive | Self::Two => {
                &[Quality::Low, Quality::Medium, Quality::High]
            }
        }
    }

    /// What `auto` becomes. gpt-image-2 was observed to choose low and 2.6-sunburst high; OpenAI publishes no rule,
    /// so the others are this emulator's choice: medium.
    pub(crate) const fn auto_quality(self) -> Quality {
        match self {
            Self::Two => Quality::Low,
            Self::TwoSixSunburst => Quality::High,
            Self::One | Self::OneMini | Self::OneFive | Self::TwoFive | Self::TwoSixFlare => Quality::Medium,
        }
    }

    /// The output formats.
    pub(crate) const fn formats(self) -> &'static [&'static str] {
        if self.is_two_six() { &["png", "jpeg", "webp", "gif", "svg"] } else { &["png", "jpeg", "webp"] }
    }

    /// The values of `input_fidelity`; empty where the parameter must be left out.
    pub(crate) const fn fidelities(self) -> &'static [&'static str] {
        match self {
            Self::One | Self::OneFive => &["high", "low"],
            Self::OneMini => &["low"],
            Self::Two | Self::TwoFive | Self::TwoSixSunburst | Self::TwoSixFlare => &[],
        }
    }

    /// Whether an edit may carry `markup` (documented for 2.5, sold with 2.6).
    pub(crate) const fn takes_markup(self) -> bool {
        matches!(self, Self::TwoFive | Self::TwoSixSunburst | Self::TwoSixFlare)
    }
}
