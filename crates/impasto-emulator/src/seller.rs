//! The sellers of OpenAI-shaped APIs as data: how each differs from OpenAI.

use crate::models::Quality;

/// How a seller writes an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorStyle {
    /// `{"error":{message,type,param,code}}`.
    OpenAi,
    /// The same, with Azure's own shape for refused content.
    Azure,
    /// `param` is the request id; its own codes.
    Modelverse,
    /// new-api: the request id at the end of the message, own validation errors as 500 `invalid_request`.
    NewApi,
    /// `{"detail"…}`-free OpenAI envelope with numeric `code`, as converted by gateways such as LiteLLM.
    Gateway,
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

/// One seller.
#[derive(Debug)]
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
    /// Whether a field that is not known is refused; otherwise it is dropped.
    pub(crate) refuses_unknown: bool,
    pub(crate) response_format: ResponseFormat,
    /// What a missing quality means, if not `auto`.
    pub(crate) default_quality: Option<Quality>,
    /// The formats it sells; empty for all of the model's.
    pub(crate) formats: &'static [&'static str],
    pub(crate) max_n: i64,
    /// The larger limit for gpt-image-2 and later.
    pub(crate) max_n_newer: i64,
    pub(crate) json_edits: bool,
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
    /// Input images and masks may be this large at most when sent as a mask, in bytes; 0 for no limit of its own.
    pub(crate) max_mask_bytes: usize,
    /// What a user should know, for the front page.
    pub(crate) quirks: &'static [&'static str],
}

/// OpenAI itself.
pub(crate) const OPENAI: Seller = Seller {
    id: "openai",
    title: "OpenAI",
    mount: "/v1",
    real_base: "https://api.openai.com/v1",
    auth: Auth::Bearer,
    errors: ErrorStyle::OpenAi,
    refuses_unknown: true,
    response_format: ResponseFormat::Refused,
    default_quality: None,
    formats: &[],
    max_n: 10,
    max_n_newer: 10,
    json_edits: true,
    streams: true,
    model_prefix: None,
    success: 200,
    usage: UsageStyle::OpenAi,
    echoes: true,
    done_marker: false,
    max_mask_bytes: 0,
    quirks: &[
        "generations, edits (multipart and JSON), streaming of both, files for edits, models",
        "response_format is refused; images come as base64 only",
    ],
};
