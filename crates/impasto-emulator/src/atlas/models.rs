//! Atlas's ids for the gpt-image models, and what each takes.

use crate::models::{self, Model};
use crate::params::Operation;

/// One id such as `openai/gpt-image-1/edit`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AtlasModel {
    pub(crate) model: &'static Model,
    pub(crate) operation: Operation,
    /// `image` (one) or `images` (a list); for generations neither matters.
    pub(crate) image_field: &'static str,
    pub(crate) mask: bool,
    /// Parameters besides prompt, images and the two output flags.
    pub(crate) parameters: &'static [&'static str],
    pub(crate) default_format: &'static str,
}

/// Why an id is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnknownModel {
    /// A family without its task.
    Family,
    Unknown,
}

const FULL: &[&str] = &["quality", "size", "output_format", "output_compression", "n"];
const PLAIN: &[&str] = &["quality", "size"];
const FORMAT: &[&str] = &["quality", "size", "output_format"];
const FIDELITY: &[&str] = &["quality", "size", "output_format", "input_fidelity"];
const NEWER: &[&str] = &["quality", "size", "output_format", "moderation"];

/// The families that Atlas lists, as its ids spell them.
pub(crate) const LISTED: &[&str] =
    &["gpt-image-1", "gpt-image-1-mini", "gpt-image-1.5", "gpt-image-2", "gpt-image-2-developer"];

/// Finds an id. Families newer than those listed follow the pattern of gpt-image-2.
pub(crate) fn find(id: &str) -> Result<AtlasModel, UnknownModel> {
    let rest = id.strip_prefix("openai/").ok_or(UnknownModel::Unknown)?;
    let (family, task) = rest.split_once('/').unwrap_or((rest, ""));
    let model = models::find(family.trim_end_matches("-developer")).ok_or(UnknownModel::Unknown)?;
    let operation = match task {
        "text-to-image" => Operation::Generate,
        "edit" => Operation::Edit,
        "" => return Err(UnknownModel::Family),
        _ => return Err(UnknownModel::Unknown),
    };
    let edit = operation == Operation::Edit;
    let (parameters, default_format) = match family {
        "gpt-image-1" | "gpt-image-1-mini" => (if edit { PLAIN } else { FULL }, "png"),
        "gpt-image-1.5" => (if edit { FIDELITY } else { FORMAT }, "png"),
        _ => (NEWER, "jpeg"),
    };
    let single = family == "gpt-image-1";
    Ok(AtlasModel {
        model,
        operation,
        image_field: if single { "image" } else { "images" },
        mask: single && edit,
        parameters,
        default_format,
    })
}
