//! Request fields checked in the order in which OpenAI's API was observed to check them:
//! unknown fields, prompt, model, n, size, quality, formats, and the rest.

mod format;

use std::sync::Arc;

use format::{check_animation, check_compression, check_format, check_still_only, check_svg};

use crate::api_error::{ApiError, ApiResult};
use crate::form::{Form, base_name};
use crate::models::{self, Family, Model, Quality};
use crate::render::{Animation, Format};
use crate::seller::{Delivery, ResponseFormat, Seller, Unknown};
use crate::sizes;

/// What is asked of the images endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Generate,
    Edit,
}

impl Operation {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Generate => "generate",
            Self::Edit => "edit",
        }
    }

    /// The stem of its event names.
    pub(crate) const fn event_stem(self) -> &'static str {
        match self {
            Self::Generate => "image_generation",
            Self::Edit => "image_edit",
        }
    }
}

/// A size that was named, or is still to be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    Auto,
    Fixed(u32, u32),
}

/// Checked parameters, everything but the input images.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "independent parameters of the API")]
pub(crate) struct Params {
    pub(crate) operation: Operation,
    pub(crate) prompt: Arc<str>,
    /// The model as the request named it.
    pub(crate) model_name: String,
    pub(crate) model: &'static Model,
    pub(crate) n: u32,
    pub(crate) size: Size,
    pub(crate) quality: Quality,
    pub(crate) transparent: bool,
    /// `background: opaque`, said explicitly.
    pub(crate) opaque: bool,
    pub(crate) format: Format,
    pub(crate) compression: u8,
    pub(crate) stream: bool,
    pub(crate) partial_images: u32,
    pub(crate) high_fidelity: bool,
    pub(crate) safety_identifier: Option<String>,
    pub(crate) animation: Option<Animation>,
    /// The author model of an SVG.
    pub(crate) svg_model: Option<String>,
    pub(crate) delivery: Delivery,
}

const COMMON_FIELDS: &[&str] = &[
    "prompt",
    "model",
    "n",
    "size",
    "quality",
    "background",
    "output_format",
    "output_compression",
    "moderation",
    "stream",
    "partial_images",
    "user",
    "safety_identifier",
    "complexity",
    "frame_count",
    "frame_duration_ms",
    "svg",
];
const EDIT_FIELDS: &[&str] = &["image", "images", "mask", "markup", "input_fidelity"];
const MAX_PROMPT_CHARS: usize = 32_000;

impl Params {
    /// Checks the fields of a request to `seller`.
    pub(crate) fn check(form: &Form, seller: &Seller, operation: Operation) -> ApiResult<Self> {
        check_names(form, seller, operation)?;
        let prompt = check_prompt(form)?;
        let (model_name, model) = check_model(form, seller, operation)?;
        let family = model.family;
        let n = form.integer_within("n", 1, seller.max_n(family))?.unwrap_or(1);
        let format = check_format(form, seller, family)?;
        let animation = check_animation(form, format)?;
        let size = check_size(form, seller, family, format, animation)?;
        let quality = check_quality(form, seller.default_quality[operation as usize], &model_name, family)?;
        let background = choice(form, "background", &["transparent", "opaque", "auto"])?;
        if background == Some("transparent") && format == Format::Jpeg {
            return Err(ApiError::user(
                "invalid_value",
                "background",
                "Transparent background is not supported for JPEG output format.",
            ));
        }
        let compression = check_compression(form, format)?;
        choice(form, "moderation", &["low", "auto"])?;
        let high_fidelity = check_fidelity(form, &model_name, family)?;
        let (stream, partial_images) = check_stream(form, seller)?;
        check_complexity(form, &model_name, family)?;
        for name in ["user", "safety_identifier"] {
            form.text(name)?;
        }
        let svg_model = check_svg(form, format)?;
        check_still_only(form, format, n, stream)?;
        Ok(Self {
            operation,
            prompt: prompt.into(),
            model_name,
            model,
            n: u32::try_from(n).unwrap_or(1),
            size,
            quality,
            transparent: background == Some("transparent"),
            opaque: background == Some("opaque"),
            format,
            compression,
            stream,
            partial_images,
            high_fidelity,
            safety_identifier: form.text("safety_identifier")?.map(str::to_owned),
            animation,
            svg_model,
            delivery: check_delivery(form, seller)?,
        })
    }
}

fn check_names(form: &Form, seller: &Seller, operation: Operation) -> ApiResult<()> {
    let known = |name: &str| {
        COMMON_FIELDS.contains(&name)
            || (operation == Operation::Edit
                && EDIT_FIELDS.contains(&name)
                && (form.is_multipart || name != "image"))
            || (name == "response_format" && seller.response_format != ResponseFormat::Refused)
    };
    let names =
        form.values.keys().map(String::as_str).chain(form.files.iter().map(|file| base_name(&file.field)));
    let refused = |name: &str| match seller.unknown {
        Unknown::Refused => !known(name),
        // Gateways drop what they do not know, but pass this one on to OpenAI.
        Unknown::Dropped => name == "response_format" && seller.response_format == ResponseFormat::Refused,
    };
    match names.into_iter().find(|name| refused(name)) {
        Some(name) => {
            Err(ApiError::invalid("unknown_parameter", name, format!("Unknown parameter: '{name}'.")))
        }
        None => Ok(()),
    }
}

fn check_prompt(form: &Form) -> ApiResult<&str> {
    let prompt = form.text("prompt")?.ok_or_else(|| missing("prompt"))?;
    let length = prompt.chars().count();
    if length == 0 {
        return Err(ApiError::invalid(
            "empty_string",
            "prompt",
            "Invalid 'prompt': empty string. Expected a string with minimum length 1, but got an empty string instead.",
        ));
    }
    if length > MAX_PROMPT_CHARS {
        return Err(ApiError::invalid(
            "string_above_max_length",
            "prompt",
            format!(
                "Invalid 'prompt': string too long. Expected a string with maximum length {MAX_PROMPT_CHARS}, but got a \
                 string with length {length} instead."
            ),
        ));
    }
    Ok(prompt)
}

fn check_model(form: &Form, seller: &Seller, operation: Operation) -> ApiResult<(String, &'static Model)> {
    // Defaults of the published API description (2026-08); the first of them is retired.
    let default = match operation {
        Operation::Generate => "dall-e-2",
        Operation::Edit => "gpt-image-1.5",
    };
    let name = form.text("model")?.unwrap_or(default);
    let id = seller.model_prefix.and_then(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
    let model = models::find(id).ok_or_else(|| no_such_model(name))?;
    Ok((name.to_owned(), model))
}

/// The answer for a model that is not there, as recorded on the images endpoints.
pub(crate) fn no_such_model(name: &str) -> ApiError {
    ApiError::user("invalid_value", "model", format!("The model '{name}' does not exist."))
}

fn check_size(
    form: &Form,
    seller: &Seller,
    family: Family,
    format: Format,
    animation: Option<Animation>,
) -> ApiResult<Size> {
    let fixed = |(width, height)| Size::Fixed(width, height);
    match (form.text("size")?, animation) {
        (None | Some("auto"), Some(_)) => Ok(Size::Fixed(512, 512)),
        (None | Some("auto"), None) if format == Format::Svg => Ok(Size::Fixed(1024, 1024)),
        (None, None) if seller.default_size.is_some() => Ok(seller.default_size.map_or(Size::Auto, fixed)),
        (None | Some("auto"), None) => Ok(Size::Auto),
        (Some(size), Some(animation)) => sizes::check_animation(size, animation.frames).map(fixed),
        (Some(size), None) => sizes::check(family, size).map(fixed),
    }
}

fn check_quality(form: &Form, default: Option<Quality>, model: &str, family: Family) -> ApiResult<Quality> {
    let Some(name) = form.text("quality")? else {
        return Ok(default.unwrap_or_else(|| family.auto_quality()));
    };
    if name == "auto" {
        return Ok(family.auto_quality());
    }
    let Some(quality) = Quality::parse(name) else {
        let mut allowed: Vec<&str> = family.qualities().iter().map(|quality| quality.name()).collect();
        allowed.push("auto");
        return Err(not_a_choice("quality", name, &allowed));
    };
    if family.qualities().contains(&quality) {
        return Ok(quality);
    }
    let message = format!("The model '{model}' does not support quality '{name}'");
    Err(ApiError::user("invalid_value", "quality", message))
}

fn check_fidelity(form: &Form, model: &str, family: Family) -> ApiResult<bool> {
    if form.get("input_fidelity").is_none() {
        return Ok(false);
    }
    if family.fidelities().is_empty() {
        return Err(ApiError::user(
            "invalid_input_fidelity_model",
            "input_fidelity",
            format!("The model '{model}' does not support the 'input_fidelity' parameter."),
        ));
    }
    Ok(choice(form, "input_fidelity", family.fidelities())? == Some("high"))
}

fn check_stream(form: &Form, seller: &Seller) -> ApiResult<(bool, u32)> {
    let stream = form.boolean("stream")?.unwrap_or(false) && seller.streams;
    let partial_images = form.integer_within("partial_images", 0, 3)?.unwrap_or(0);
    if partial_images > 0 && !stream && seller.streams {
        return Err(ApiError::invalid(
            "invalid_value",
            "partial_images",
            "The 'partial_images' parameter is only supported when 'stream' is true.",
        ));
    }
    Ok((stream, u32::try_from(partial_images).unwrap_or(0)))
}

fn check_complexity(form: &Form, model: &str, family: Family) -> ApiResult<()> {
    if choice(form, "complexity", &["low", "medium", "high"])?.is_some() && !family.is_two_six() {
        return Err(unsupported(model, "complexity"));
    }
    Ok(())
}

/// 400 for a parameter that the model does not have.
pub(crate) fn unsupported(model: &str, param: &str) -> ApiError {
    let message = format!("The model '{model}' does not support the '{param}' parameter.");
    ApiError::user("unsupported_parameter", param, message)
}

fn check_delivery(form: &Form, seller: &Seller) -> ApiResult<Delivery> {
    let ResponseFormat::Accepted(default) = seller.response_format else {
        return Ok(Delivery::Base64);
    };
    Ok(match choice(form, "response_format", &["url", "b64_json", "base64"])? {
        Some("url") => Delivery::Url,
        Some(_) => Delivery::Base64,
        None => default,
    })
}

/// A text field that must be one of a few words.
fn choice<'a>(form: &'a Form, name: &str, allowed: &[&str]) -> ApiResult<Option<&'a str>> {
    match form.text(name)? {
        Some(value) if !allowed.contains(&value) => Err(not_a_choice(name, value, allowed)),
        value => Ok(value),
    }
}

/// The message that was recorded for a word that is not in the list.
fn not_a_choice(name: &str, value: &str, allowed: &[&str]) -> ApiError {
    let quoted: Vec<String> = allowed.iter().map(|word| format!("'{word}'")).collect();
    let list = match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, [only])) => format!("{only} and {last}"),
        Some((last, rest)) => format!("{}, and {last}", rest.join(", ")),
        None => String::new(),
    };
    ApiError::invalid(
        "invalid_value",
        name,
        format!("Invalid value: '{value}'. Supported values are: {list}."),
    )
}

/// 400 for a field that must be there.
pub(crate) fn missing(name: &str) -> ApiError {
    ApiError::invalid("missing_required_parameter", name, format!("Missing required parameter: '{name}'."))
}
