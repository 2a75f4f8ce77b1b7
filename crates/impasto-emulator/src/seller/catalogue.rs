//! The sellers themselves. Each differs from OpenAI only in what is written here.
//!
//! Sources, all read in November 2026: OpenAI's API description and SDKs; Microsoft's Azure OpenAI image how-to
//! (2026-04); UCloud's Modelverse documentation; YEScale's documentation and the source of new-api, the gateway it
//! resembles; the documentation of AIMLAPI, `CometAPI`, `LaoZhang` and Together.

use super::{Auth, Delivery, ErrorStyle, ResponseFormat, Seller, Unknown, Uploads, UsageStyle};
use crate::models::{Family, Quality};

fn all_formats(_family: Family) -> &'static [&'static str] {
    &[]
}

fn no_webp(_family: Family) -> &'static [&'static str] {
    &["png", "jpeg"]
}

/// Modelverse documents webp for gpt-image-1.5 only.
fn modelverse_formats(family: Family) -> &'static [&'static str] {
    if family == Family::OneFive { &[] } else { &["png", "jpeg"] }
}

/// OpenAI itself.
pub(crate) const OPENAI: Seller = Seller {
    id: "openai",
    title: "OpenAI",
    mount: "/v1",
    real_base: "https://api.openai.com/v1",
    auth: Auth::Bearer,
    errors: ErrorStyle::OpenAi,
    unknown: Unknown::Refused,
    response_format: ResponseFormat::Refused,
    default_quality: [None, None],
    default_size: None,
    formats: all_formats,
    max_n: [10, 10],
    json_edits: true,
    uploads: Uploads::ByContentType,
    streams: true,
    model_prefix: None,
    success: 200,
    usage: UsageStyle::OpenAi,
    echoes: true,
    done_marker: false,
    quirks: &[
        "generations, edits (multipart and JSON), streaming of both, files for edits, models",
        "response_format is refused; images come as base64 only",
    ],
};

/// Azure OpenAI, both surfaces.
pub(crate) const AZURE: Seller = Seller {
    id: "azure",
    title: "Azure OpenAI",
    mount: "/azure/openai",
    real_base: "https://RESOURCE.openai.azure.com/openai",
    auth: Auth::ApiKeyOrBearer,
    errors: ErrorStyle::Azure,
    default_quality: [Some(Quality::High), Some(Quality::High)],
    formats: no_webp,
    json_edits: false,
    uploads: Uploads::PngJpegOnly,
    quirks: &[
        "deployments/{deployment}/images/{generations,edits}?api-version=… with the api-key header or a bearer token",
        "v1/images/… takes the deployment as model; api-version is optional there",
        "a deployment exists if its name contains a model id, or if the emulator was told about it",
        "a model in the body of a deployments request is refused for gpt-image-2 and newer",
        "no webp, edits as multipart only, quality defaults to high, refused content is contentFilter",
    ],
    ..OPENAI
};

/// UCloud Modelverse.
pub(crate) const MODELVERSE: Seller = Seller {
    id: "modelverse",
    title: "UCloud Modelverse",
    mount: "/modelverse/v1",
    real_base: "https://api.modelverse.cn/v1",
    errors: ErrorStyle::Modelverse,
    unknown: Unknown::Dropped,
    response_format: ResponseFormat::Accepted(Delivery::Base64),
    default_size: Some((1024, 1024)),
    formats: modelverse_formats,
    max_n: [4, 10],
    json_edits: false,
    streams: false,
    usage: UsageStyle::TextOnly,
    echoes: false,
    quirks: &[
        "n is 1 to 4 for gpt-image-1, -1-mini and -1.5; more is 400 param_error",
        "error.param is the request id",
        "modes: data-uri (base64 with a data: prefix), both (url and b64_json together), url",
        "usage has text tokens only in its details; amounts are in CNY",
    ],
    ..OPENAI
};

/// YEScale, taken for a new-api gateway.
pub(crate) const YESCALE: Seller = Seller {
    id: "yescale",
    title: "YEScale (new-api)",
    mount: "/yescale/v1",
    real_base: "https://api.yescale.io/v1",
    errors: ErrorStyle::NewApi,
    unknown: Unknown::Dropped,
    default_quality: [None, Some(Quality::High)],
    json_edits: false,
    uploads: Uploads::ByExtension,
    echoes: false,
    done_marker: true,
    quirks: &[
        "error messages end with the request id; X-Oneapi-Request-Id carries it too",
        "own validation errors are 500 invalid_request, an unknown model is 503 model_not_found",
        "unknown JSON fields are dropped, response_format is refused, variations are 501",
        "uploads are judged by the extension of their file name",
        "modes: empty-url (url and revised_prompt as empty strings), noisy-usage, json-stream",
    ],
    ..OPENAI
};

/// Atlas Cloud, as far as the checks of parameters go; its API is another.
pub(crate) const ATLAS: Seller = Seller {
    id: "atlas",
    title: "Atlas Cloud",
    mount: crate::atlas::MOUNT,
    real_base: "https://api.atlascloud.ai/api/v1",
    errors: ErrorStyle::Atlas,
    unknown: Unknown::Dropped,
    default_quality: [Some(Quality::Medium), Some(Quality::Medium)],
    json_edits: false,
    streams: false,
    quirks: crate::atlas::QUIRKS,
    ..OPENAI
};

/// AIMLAPI.
const AIMLAPI: Seller = Seller {
    id: "aimlapi",
    title: "AIMLAPI",
    mount: "/aimlapi/v1",
    real_base: "https://api.aimlapi.com/v1",
    unknown: Unknown::Dropped,
    response_format: ResponseFormat::Accepted(Delivery::Url),
    default_quality: [Some(Quality::Medium), Some(Quality::Medium)],
    json_edits: false,
    streams: false,
    model_prefix: Some("openai/"),
    success: 201,
    usage: UsageStyle::Absent,
    echoes: false,
    quirks: &[
        "model ids carry openai/",
        "success is HTTP 201",
        "response_format is taken and defaults to url",
    ],
    ..OPENAI
};

/// `CometAPI`.
const COMETAPI: Seller = Seller {
    id: "cometapi",
    title: "CometAPI",
    mount: "/cometapi/v1",
    real_base: "https://api.cometapi.com/v1",
    default_quality: [None, None],
    usage: UsageStyle::Noisy,
    quirks: &["a new-api gateway: noisy usage, base64 only, errors as YEScale"],
    ..YESCALE
};

/// `LaoZhang`.
const LAOZHANG: Seller = Seller {
    id: "laozhang",
    title: "LaoZhang",
    mount: "/laozhang/v1",
    real_base: "https://api.laozhang.ai/v1",
    response_format: ResponseFormat::Accepted(Delivery::Base64),
    default_quality: [None, None],
    quirks: &[
        "a new-api gateway that takes response_format",
        "mode: reverse-route ignores size and quality and charges 0.03 USD a call",
    ],
    ..YESCALE
};

/// Together.
const TOGETHER: Seller = Seller {
    id: "together",
    title: "Together",
    mount: "/together/v1",
    real_base: "https://api.together.xyz/v1",
    unknown: Unknown::Dropped,
    response_format: ResponseFormat::Accepted(Delivery::Url),
    streams: false,
    model_prefix: Some("openai/"),
    usage: UsageStyle::Absent,
    echoes: false,
    quirks: &[
        "width and height instead of size, response_format url or base64, image_url for edits on the generations route",
        "model ids carry openai/",
    ],
    ..OPENAI
};

/// APIYI.
const APIYI: Seller = Seller {
    id: "apiyi",
    title: "APIYI",
    mount: "/apiyi/v1",
    real_base: "https://api.apiyi.com/v1",
    default_quality: [None, None],
    quirks: &[
        "a new-api gateway",
        "gpt-image-2-all is its reverse route: size and quality are ignored, base64 carries a data: prefix, 0.03 USD a call",
    ],
    ..YESCALE
};

/// Any gateway that runs new-api.
const NEW_API: Seller = Seller {
    id: "new-api",
    title: "A new-api gateway",
    mount: "/new-api/v1",
    real_base: "https://YOUR-GATEWAY/v1",
    default_quality: [None, None],
    ..YESCALE
};

/// `OpenRouter`'s images endpoint.
const OPENROUTER: Seller = Seller {
    id: "openrouter",
    title: "OpenRouter",
    mount: "/openrouter/api/v1",
    real_base: "https://openrouter.ai/api/v1",
    streams: false,
    model_prefix: Some("openai/"),
    echoes: false,
    quirks: &[
        "POST /images, with input_references in place of images for edits",
        "replies carry media_type beside b64_json",
        "parameters that a model does not take are refused; model ids carry openai/",
    ],
    ..OPENAI
};

/// Lumenfall.
const LUMENFALL: Seller = Seller {
    id: "lumenfall",
    title: "Lumenfall",
    mount: "/lumenfall/openai/v1",
    real_base: "https://api.lumenfall.ai/openai/v1",
    unknown: Unknown::Dropped,
    response_format: ResponseFormat::Accepted(Delivery::Url),
    streams: false,
    usage: UsageStyle::Absent,
    echoes: false,
    quirks: &["response_format is taken and defaults to url", "a size may be a ratio such as 16:9"],
    ..OPENAI
};

/// All of them, in the order of the front page. Azure's paths are taken apart before they come here.
pub(crate) const SELLERS: &[&Seller] = &[
    &OPENAI,
    &AZURE,
    &ATLAS,
    &MODELVERSE,
    &YESCALE,
    &AIMLAPI,
    &APIYI,
    &COMETAPI,
    &LAOZHANG,
    &LUMENFALL,
    &NEW_API,
    &OPENROUTER,
    &TOGETHER,
];
