//! What distinguishes the sellers of OpenAI-shaped APIs, as data.

mod catalogue;

use crate::models::{Family, Quality};

pub(crate) use catalogue::{ATLAS, AZURE, SELLERS};

/// How a seller writes an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorStyle {
    /// `{"error":{message,type,param,code}}`.
    OpenAi,
    /// The same, with Azure's own shapes for keys, deployments and refused content.
    Azure,
    /// `param` is the request id; its own codes.
    Modelverse,
    /// new-api: the request id at the end of the message, own validation errors as 500 `invalid_request`.
    NewApi,
    /// Atlas Cloud's envelope.
    Atlas,
}

/// How a seller takes the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Auth {
    Bearer,
    /// `api-key`, or a bearer token.
    ApiKeyOrBearer,
}

/// What a seller does with `response_format` for GPT image models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResponseFormat {
    /// `unknown_parameter`, as OpenAI.
    Refused,
    /// Taken; this is the default.
    Accepted(Delivery),
}

/// How an image is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery {
    Base64,
    Url,
}

/// Which fields `usage` has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UsageStyle {
    OpenAi,
    /// No image tokens in the details.
    TextOnly,
    /// new-api's extra keys.
    Noisy,
    /// None at all.
    Absent,
}

/// What an unknown field does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unknown {
    Refused,
    Dropped,
}

/// Which upload types are taken, and by what they are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Uploads {
    /// PNG, JPEG and WebP by the part's content type.
    ByContentType,
    /// PNG and JPEG only.
    PngJpegOnly,
    /// By the extension of the file name, as new-api passes them on.
    ByExtension,
}

/// One seller.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "independent properties of a seller, as data")]
pub(crate) struct Seller {
    /// Its name in bills and on the front page.
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    /// Where its base URL is mounted.
    pub(crate) mount: &'static str,
    /// Its documented base URL.
    pub(crate) real_base: &'static str,
    pub(crate) auth: Auth,
    pub(crate) errors: ErrorStyle,
    pub(crate) unknown: Unknown,
    pub(crate) response_format: ResponseFormat,
    /// What a missing quality means on generations and on edits, if not `auto`.
    pub(crate) default_quality: [Option<Quality>; 2],
    /// What a missing size means, if not `auto`.
    pub(crate) default_size: Option<(u32, u32)>,
    /// The formats it sells of a model; empty for all of the model's.
    pub(crate) formats: fn(Family) -> &'static [&'static str],
    /// The largest n for gpt-image-1, -1-mini and -1.5, and for the newer models.
    pub(crate) max_n: [i64; 2],
    pub(crate) json_edits: bool,
    pub(crate) uploads: Uploads,
    /// Whether `stream` is honoured; otherwise it is ignored.
    pub(crate) streams: bool,
    /// Whether ids carry a prefix such as `openai/`.
    pub(crate) model_prefix: Option<&'static str>,
    /// The status of a success.
    pub(crate) success: u16,
    pub(crate) usage: UsageStyle,
    /// Whether the resolved `size`, `quality`, … stand beside `data`.
    pub(crate) echoes: bool,
    /// Whether `[DONE]` ends a stream.
    pub(crate) done_marker: bool,
    /// What a user should know, for the front page.
    pub(crate) quirks: &'static [&'static str],
}

impl Seller {
    /// The largest n for a model.
    pub(crate) const fn max_n(&self, family: Family) -> i64 {
        self.max_n[if family.is_legacy() { 0 } else { 1 }]
    }
}
