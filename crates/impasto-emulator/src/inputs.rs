//! The input images of an edit, from multipart files, data URLs, file ids or the emulator's own URLs.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use image::imageops::FilterType;
use serde_json::Value;

use crate::api_error::{ApiError, ApiResult};
use crate::form::{Form, wrong_type};
use crate::ids::digest;
use crate::models::Family;
use crate::params::{Params, missing, unsupported};
use crate::render::edit::EditBase;
use crate::seller::Uploads;
use crate::state::State;
use crate::uploads::{InputImage, MAX_IMAGES, MaskMeaning, Origin, region};

/// The longest data URL (`ImageRefParam` in the published API description).
const MAX_URL_CHARS: usize = 20_971_520;
/// How many further input images are shown in the result.
const SHOWN_OTHERS: usize = 3;

/// Input images whose headers were checked.
#[derive(Debug, Clone)]
pub(crate) struct Inputs {
    pub(crate) images: Vec<InputImage>,
    pub(crate) mask: Option<InputImage>,
    pub(crate) markup: Option<InputImage>,
}

fn origin(param: &'static str, number: usize, alone: bool) -> Origin<'static> {
    let name = if alone { param.to_owned() } else { format!("{param}[{number}]") };
    Origin { param, name, number: number + 1 }
}

impl Inputs {
    /// Collects and checks the inputs of an edit.
    pub(crate) fn collect(state: &State, form: &Form, params: &Params, uploads: Uploads) -> ApiResult<Self> {
        let inputs =
            if form.is_multipart { Self::from_files(form, uploads)? } else { Self::from_json(state, form)? };
        let Some(first) = inputs.images.first() else {
            return Err(missing(if form.is_multipart { "image" } else { "images" }));
        };
        if inputs.mask.is_some() && inputs.markup.is_some() {
            return Err(ApiError::invalid(
                "invalid_value",
                "markup",
                "The 'mask' and 'markup' parameters are mutually exclusive.",
            ));
        }
        if let Some(mask) = &inputs.mask {
            mask.check_mask(first, &origin("mask", 0, true))?;
        }
        if let Some(markup) = &inputs.markup {
            if !params.model.family.takes_markup() {
                return Err(unsupported(&params.model_name, "markup"));
            }
            markup.check_markup(first, &origin("markup", 0, true))?;
        }
        Ok(inputs)
    }

    fn from_files(form: &Form, uploads: Uploads) -> ApiResult<Self> {
        for name in ["image", "image[]", "mask", "markup"] {
            if form.get(name).is_some() {
                return Err(ApiError::invalid(
                    "invalid_type",
                    name.trim_end_matches("[]"),
                    format!("Invalid type for '{name}': expected a file, but got a string instead."),
                ));
            }
        }
        let count = form.files_named("image").count();
        check_count("image", count)?;
        let images = form
            .files_named("image")
            .enumerate()
            .map(|(number, file)| {
                InputImage::from_file(file, uploads, &origin("image", number, file.field == "image"))
            })
            .collect::<ApiResult<_>>()?;
        let single = |name: &'static str| {
            form.files_named(name)
                .next()
                .map(|file| InputImage::from_file(file, uploads, &origin(name, 0, true)))
                .transpose()
        };
        Ok(Self { images, mask: single("mask")?, markup: single("markup")? })
    }

    fn from_json(state: &State, form: &Form) -> ApiResult<Self> {
        let images = match form.get("images") {
            None => return Err(missing("images")),
            Some(Value::Array(images)) => images,
            Some(other) => return Err(wrong_type("images", "an array", other)),
        };
        check_count("images", images.len())?;
        let images = images
            .iter()
            .enumerate()
            .map(|(number, reference)| resolve(state, reference, &origin("images", number, false)))
            .collect::<ApiResult<_>>()?;
        let single = |name: &'static str| {
            form.get(name).map(|reference| resolve(state, reference, &origin(name, 0, true))).transpose()
        };
        Ok(Self { images, mask: single("mask")?, markup: single("markup")? })
    }

    /// Tokens of all input images together.
    pub(crate) fn tokens(&self, family: Family, high_fidelity: bool) -> u64 {
        self.images
            .iter()
            .map(|image| crate::usage::input_image_tokens(family, high_fidelity, image.width, image.height))
            .sum()
    }

    /// The source of an edit, and its pixels; decoding is slow, so this belongs on a blocking thread.
    pub(crate) fn into_source(
        self,
        meaning: MaskMeaning,
        opaque: bool,
    ) -> ApiResult<(Arc<EditSource>, Arc<EditBase>)> {
        let images: Vec<[u8; 32]> = self.images.iter().map(InputImage::digest).collect();
        let extra = [&self.mask, &self.markup]
            .map(|extra| extra.as_ref().map(InputImage::digest).unwrap_or_default());
        let flags = [u8::from(meaning == MaskMeaning::Alpha), u8::from(opaque)];
        let digest = digest(images.iter().chain(&extra).map(<[u8; 32]>::as_slice).chain([flags.as_slice()]));
        let source =
            Arc::new(EditSource { inputs: self, meaning, opaque, digest, decoded: Mutex::default() });
        let base = source.decoded()?;
        Ok((source, base))
    }
}

/// The inputs of an edit as they were sent; pixels are decoded when somebody draws, and shared while somebody does.
#[derive(Debug)]
pub(crate) struct EditSource {
    inputs: Inputs,
    meaning: MaskMeaning,
    opaque: bool,
    /// What identifies the inputs.
    pub(crate) digest: [u8; 32],
    decoded: Mutex<Weak<EditBase>>,
}

impl EditSource {
    /// The pixels.
    pub(crate) fn decoded(&self) -> ApiResult<Arc<EditBase>> {
        let mut decoded = self.decoded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(base) = decoded.upgrade() {
            return Ok(base);
        }
        let base = Arc::new(self.decode()?);
        *decoded = Arc::downgrade(&base);
        Ok(base)
    }

    fn decode(&self) -> ApiResult<EditBase> {
        let Some((first, others)) = self.inputs.images.split_first() else {
            return Err(missing("image"));
        };
        let image = first.decode(&origin("image", 0, false))?;
        let others = others
            .iter()
            .take(SHOWN_OTHERS)
            .enumerate()
            .map(|(number, other)| {
                let decoded = other.decode(&origin("image", number + 1, false))?;
                Ok(decoded.resize_to_fill(256, 256, FilterType::Triangle).to_rgba8())
            })
            .collect::<ApiResult<_>>()?;
        let extra = |image: &Option<InputImage>, name: &'static str| {
            image.as_ref().map(|image| image.decode(&origin(name, 0, true))).transpose()
        };
        let mask = extra(&self.inputs.mask, "mask")?;
        let markup = extra(&self.inputs.markup, "markup")?;
        Ok(EditBase {
            image,
            others,
            region: mask.map(|mask| region(&mask, self.meaning)),
            markup: markup.map(|markup| markup.to_rgba8()),
            opaque: self.opaque,
        })
    }
}

fn check_count(param: &str, count: usize) -> ApiResult<()> {
    if count == 0 {
        return Err(missing(param));
    }
    if count > MAX_IMAGES {
        return Err(ApiError::invalid(
            "array_above_max_length",
            param,
            format!(
                "Invalid '{param}': array too long. Expected an array with maximum length {MAX_IMAGES}, but got an array \
                 with length {count} instead."
            ),
        ));
    }
    Ok(())
}

/// An image reference of the JSON form: exactly one of `image_url` and `file_id`.
fn resolve(state: &State, reference: &Value, origin: &Origin<'_>) -> ApiResult<InputImage> {
    let Value::Object(reference) = reference else {
        return Err(wrong_type(&origin.name, "an object", reference));
    };
    if let Some(name) = reference.keys().find(|name| !matches!(name.as_str(), "image_url" | "file_id")) {
        let name = format!("{}.{name}", origin.name);
        return Err(ApiError::invalid("unknown_parameter", &name, format!("Unknown parameter: '{name}'.")));
    }
    let field = |name: &str| match reference.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(other) => Err(wrong_type(&format!("{}.{name}", origin.name), "a string", other)),
    };
    match (field("image_url")?, field("file_id")?) {
        (Some(url), None) => from_url(state, url, origin),
        (None, Some(id)) => {
            let file = state.file(id).ok_or_else(|| {
                ApiError::invalid("image_file_not_found", origin.param, format!("No such file: '{id}'."))
            })?;
            InputImage::from_bytes(state.read(&file)?, origin)
        }
        _ => Err(ApiError::invalid(
            "invalid_value",
            origin.param,
            format!("Invalid '{}': exactly one of 'image_url' and 'file_id' must be given.", origin.name),
        )),
    }
}

/// A data URL, or a file that this emulator serves itself.
pub(crate) fn from_url(state: &State, url: &str, origin: &Origin<'_>) -> ApiResult<InputImage> {
    if url.chars().count() > MAX_URL_CHARS {
        return Err(ApiError::invalid(
            "string_above_max_length",
            origin.param,
            format!(
                "Invalid '{}.image_url': string too long. Expected a string with maximum length {MAX_URL_CHARS}.",
                origin.name
            ),
        ));
    }
    if let Some(data) = url.strip_prefix("data:") {
        let bytes = decode_data_url(data).ok_or_else(|| {
            ApiError::invalid(
                "invalid_base64_image",
                origin.param,
                format!("Invalid base64 image in '{}'.", origin.name),
            )
        })?;
        return InputImage::from_bytes(bytes.into(), origin);
    }
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(ApiError::invalid(
            "invalid_image_url",
            origin.param,
            format!("Invalid image URL in '{}': expected an http(s) URL or a data URL.", origin.name),
        ));
    }
    // The emulator opens no connections: only what it serves itself can be an input.
    let own = url
        .split_once("/files/")
        .and_then(|(_, id)| id.split(['?', '/']).next())
        .and_then(|id| state.file(id));
    match own {
        Some(file) => InputImage::from_bytes(state.read(&file)?, origin),
        None => Err(ApiError::invalid(
            "failed_to_download_image",
            origin.param,
            format!(
                "Failed to download the image of '{}': the emulator fetches only files it serves itself.",
                origin.name
            ),
        )),
    }
}

/// The bytes of `image/png;base64,…`.
pub(crate) fn decode_data_url(data: &str) -> Option<Vec<u8>> {
    let (head, payload) = data.split_once(',')?;
    if !head.ends_with(";base64") || payload.is_empty() {
        return None;
    }
    base64_simd::STANDARD.decode_to_vec(payload.as_bytes()).ok()
}
