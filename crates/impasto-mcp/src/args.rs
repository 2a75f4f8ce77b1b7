//! The arguments of the tools: the API's own names, and where images go, how long to wait, and what for.
#![expect(clippy::doc_markdown, reason = "documentation of arguments is what assistants read, as it stands")]

mod amount;
mod read;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

pub(crate) use amount::Amount;
pub(crate) use read::{Read, input_schema, schema_of, schema_of_output};

/// What the image shall be like. The names are those of OpenAI's Images API.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct ImageArgs {
    /// What to draw, or for an edit what to change. Say everything that matters: subject, style, light, text in it.
    pub(crate) prompt: String,
    /// The model, such as gpt-image-2 (list_models shows all); the seller's default if left out.
    #[serde(default)]
    pub(crate) model: Option<String>,
    /// WIDTHxHEIGHT in pixels, such as 1024x1024 or 1536x1024, or auto.
    #[serde(default)]
    pub(crate) size: Option<String>,
    /// low, medium, high or auto; xhigh and max on newer models. It decides most of the price.
    #[serde(default)]
    pub(crate) quality: Option<String>,
    /// How many images, at least 1; each is paid for.
    #[serde(default)]
    pub(crate) n: Option<u32>,
    /// transparent, opaque or auto.
    #[serde(default)]
    pub(crate) background: Option<String>,
    /// png, jpeg or webp; gif and svg on newer models.
    #[serde(default)]
    pub(crate) output_format: Option<String>,
    /// 0 to 100, for jpeg and webp.
    #[serde(default)]
    pub(crate) output_compression: Option<u8>,
    /// How strict the seller's filter is: low or auto.
    #[serde(default)]
    pub(crate) moderation: Option<String>,
    /// How long the model plans: low, medium or high.
    #[serde(default)]
    pub(crate) complexity: Option<String>,
    /// Frames of a gif, 2 to 16.
    #[serde(default)]
    pub(crate) frame_count: Option<u8>,
    /// Milliseconds each frame of a gif is shown.
    #[serde(default)]
    pub(crate) frame_duration_ms: Option<u32>,
    /// What an svg needs.
    #[serde(default)]
    pub(crate) svg: Option<SvgArgs>,
    /// A stable, hashed id of the end user.
    #[serde(default)]
    pub(crate) safety_identifier: Option<String>,
    /// The older name of safety_identifier.
    #[serde(default)]
    pub(crate) user: Option<String>,
    /// Up to this many unfinished images on the way, 0 to 3, told of as progress; each costs extra.
    #[serde(default)]
    pub(crate) partial_images: Option<u8>,
    /// Further fields by their wire name, sent as they are.
    #[serde(default)]
    pub(crate) extra: Option<Map<String, Value>>,
}

/// What an svg needs.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SvgArgs {
    /// The language model that writes the drawing.
    #[serde(default)]
    pub(crate) model: Option<String>,
    /// How much it reasons: low, medium, high, ….
    #[serde(default)]
    pub(crate) reasoning_effort: Option<String>,
}

/// The input of an edit.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct EditArgs {
    /// The input images in the order the prompt speaks of them ("image 1"): paths inside the allowed folders, https
    /// URLs, or file_id:ID.
    #[serde(deserialize_with = "read::one_or_many")]
    pub(crate) images: Vec<String>,
    #[serde(flatten)]
    pub(crate) guides: GuideArgs,
}

/// The input of a request that is only priced: an edit when there are images.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct PricedArgs {
    /// The input images, for the price of an edit: paths inside the allowed folders, https URLs, or file_id:ID.
    #[serde(default, deserialize_with = "read::one_or_many")]
    pub(crate) images: Vec<String>,
    #[serde(flatten)]
    pub(crate) guides: GuideArgs,
}

/// What guides an edit besides the prompt.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct GuideArgs {
    /// What may change of the first image: the path of a mask image of its size (its transparent, or else white,
    /// pixels may change), or a rectangle. Without it everything may.
    #[serde(default)]
    pub(crate) mask: Option<MaskArg>,
    /// The path of a transparent PNG of drawn instructions over the first image; not together with mask.
    #[serde(default)]
    pub(crate) markup: Option<String>,
    /// How closely to keep to the input: low or high.
    #[serde(default)]
    pub(crate) input_fidelity: Option<String>,
}

/// What may change of the first image.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum MaskArg {
    /// The path of a mask image, an https URL, or file_id:ID.
    Image(String),
    /// A rectangle in pixels from the top left.
    Rectangle(Rectangle),
}

/// A rectangle in pixels from the top left.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rectangle {
    /// Pixels from the left edge.
    pub(crate) x: u32,
    /// Pixels from the top edge.
    pub(crate) y: u32,
    /// Pixels from left to right.
    pub(crate) width: u32,
    /// Pixels from top to bottom.
    pub(crate) height: u32,
}

/// Who makes it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct SellerArgs {
    /// The seller, such as openai or atlas; the usual one if left out.
    #[serde(default)]
    pub(crate) provider: Option<String>,
}

/// Where images go, how long to wait, and what for.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct RunArgs {
    /// Where to save: a path inside the allowed folders, best absolute; several images become name-1.png, name-2.png.
    /// The extension follows what arrives. Named after the prompt if left out.
    #[serde(default)]
    pub(crate) output_path: Option<String>,
    /// Replace files that exist. Without it they are refused before anything is paid.
    #[serde(default)]
    pub(crate) overwrite: Option<bool>,
    /// How many seconds to wait for the image, 0 to 50, 45 if left out. When they are over, the result is a job_id
    /// for wait_for_job, and the job goes on.
    #[serde(default)]
    pub(crate) wait: Option<u32>,
    /// Send nothing and pay nothing: show the exact request, the price and the paths.
    #[serde(default)]
    pub(crate) dry_run: Option<bool>,
    /// Refuse the call, before anything is sent, if it may cost more than this many US dollars.
    #[serde(default)]
    pub(crate) max_cost: Option<Amount>,
    /// Names this image, such as hero-banner-1. Use the same key with the same arguments when you repeat a call for
    /// the same image, for instance after a timeout: you get the same image and it is paid once. A new key means a
    /// new image that is paid for.
    #[serde(default)]
    pub(crate) idempotency_key: Option<String>,
    /// Whether to show small copies of the images in the result; true if left out. The originals are never shown.
    #[serde(default)]
    pub(crate) preview: Option<bool>,
}

/// Which job.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct JobArgs {
    /// The job_id of an earlier result, or of list_jobs.
    pub(crate) job_id: String,
    /// Whether to show small copies of the images in the result; true if left out.
    #[serde(default)]
    pub(crate) preview: Option<bool>,
}

/// How long to wait.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct WaitArgs {
    /// How many seconds to wait, 0 to 50; 45 if left out.
    #[serde(default)]
    pub(crate) wait: Option<u32>,
}

/// Which models.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct ModelsArgs {
    /// The seller, such as openai or atlas; the usual one if left out.
    #[serde(default)]
    pub(crate) provider: Option<String>,
    /// Only this model, with every rule and its source.
    #[serde(default)]
    pub(crate) model: Option<String>,
}

/// What to upload.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct UploadArgs {
    /// The image: a path inside the allowed folders.
    pub(crate) path: String,
}

/// No arguments.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct NoArgs {}
