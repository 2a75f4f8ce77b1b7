//! What a model can do at a seller, as data: every rule with its source and the day it was read.
//!
//! What is documented as unsupported is refused before any money is spent; what nobody has verified passes with a
//! warning. A rule that is absent checks nothing.

mod check;
mod read;
mod rule;

pub use check::{Finding, Severity};
pub use rule::{Rule, Standing};

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::date::Date;
use crate::error::Error;
use crate::image::ImageFormat;
use crate::options::{Background, Complexity, InputFidelity, Moderation, OutputFormat, Quality};
use crate::request::Operation;
use crate::size::Size;
use crate::table::Table;

/// The rules of one model at one seller.
///
/// Each rule is shared: those of a model, of a seller, and of a model at a seller lie over each other.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
#[non_exhaustive]
pub struct Capabilities {
    /// What can be done at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operations: Option<Arc<Rule<Vec<Operation>>>>,
    /// The longest prompt, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_chars: Option<Arc<Rule<u32>>>,
    /// The most images one call makes; more are split into several calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<Arc<Rule<u32>>>,
    /// The sizes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Arc<Rule<Sizes>>>,
    /// The qualities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<Arc<Rule<Vec<Quality>>>>,
    /// The backgrounds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<Arc<Rule<Vec<Background>>>>,
    /// The file formats that can be asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_format: Option<Arc<Rule<Vec<OutputFormat>>>>,
    /// The formats for which `output_compression` is read; an empty list: the field is not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_compression: Option<Arc<Rule<Vec<OutputFormat>>>>,
    /// The filters; an empty list: the field is not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moderation: Option<Arc<Rule<Vec<Moderation>>>>,
    /// The values of `input_fidelity`; an empty list: the field must be left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_fidelity: Option<Arc<Rule<Vec<InputFidelity>>>>,
    /// The values of `complexity`; an empty list: the field is not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complexity: Option<Arc<Rule<Vec<Complexity>>>>,
    /// Whether the answer can be streamed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<Arc<Rule<bool>>>,
    /// The most unfinished images of a stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partial_images: Option<Arc<Rule<u8>>>,
    /// The most input images of an edit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_images: Option<Arc<Rule<u32>>>,
    /// The formats of input images.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_formats: Option<Arc<Rule<Vec<ImageFormat>>>>,
    /// The longest input image, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_bytes: Option<Arc<Rule<u64>>>,
    /// Whether an edit takes a mask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mask: Option<Arc<Rule<bool>>>,
    /// The longest mask, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mask_bytes: Option<Arc<Rule<u64>>>,
    /// Whether an edit takes drawn instructions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub markup: Option<Arc<Rule<bool>>>,
    /// When the model came and goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub life_cycle: Option<Arc<Rule<LifeCycle>>>,
}

/// The sizes of a model: a list, and where it can, any size within bounds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Sizes {
    /// Sizes by name, `auto` among them where the model chooses.
    pub fixed: Vec<Size>,
    /// The bounds of free sizes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free: Option<FreeSizes>,
}

/// The bounds of free sizes. Data, because the sellers call them current.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FreeSizes {
    /// Both sides are multiples of this many pixels.
    pub multiple_of: u32,
    /// The longest side in pixels.
    pub max_side: u32,
    /// The long side is at most this many times the short one.
    pub max_ratio: u32,
    /// The fewest pixels in all.
    pub min_pixels: u64,
    /// The most pixels in all.
    pub max_pixels: u64,
}

impl FreeSizes {
    /// What is wrong with `width` by `height`, or nothing.
    #[must_use]
    pub fn problem(&self, width: u32, height: u32) -> Option<String> {
        let (long, short) = (width.max(height), width.min(height));
        let pixels = u64::from(width) * u64::from(height);
        if !width.is_multiple_of(self.multiple_of) || !height.is_multiple_of(self.multiple_of) {
            return Some(format!("both sides must be multiples of {}", self.multiple_of));
        }
        if long > self.max_side {
            return Some(format!("the longer side is at most {} pixels", self.max_side));
        }
        if u64::from(long) > u64::from(short) * u64::from(self.max_ratio) {
            return Some(format!("the longer side is at most {} times the shorter", self.max_ratio));
        }
        if pixels < self.min_pixels {
            return Some(format!("{pixels} pixels are fewer than the {} needed", self.min_pixels));
        }
        (pixels > self.max_pixels)
            .then(|| format!("{pixels} pixels are more than the {} allowed", self.max_pixels))
    }

    /// The nearest allowed size to `width` by `height`, for a hint; none where the bounds contradict each other.
    #[must_use]
    pub fn nearest(&self, width: u32, height: u32) -> Option<(u32, u32)> {
        let step = self.multiple_of.max(1);
        let round = |side: u32| side.saturating_add(step / 2) / step * step;
        let (mut w, mut h) = (round(width).max(step), round(height).max(step));
        // Each pass mends one bound; the bounds are few, so this ends soon or not at all.
        for _ in 0..4_096 {
            let (long, short) = (w.max(h), w.min(h));
            let pixels = u64::from(w) * u64::from(h);
            if self.problem(w, h).is_none() {
                return Some((w, h));
            }
            let grow_short = u64::from(long) > u64::from(short) * u64::from(self.max_ratio);
            let shrink = long > self.max_side || pixels > self.max_pixels;
            let (side_w, side_h) = (&mut w, &mut h);
            let (longer, shorter) = if *side_w >= *side_h { (side_w, side_h) } else { (side_h, side_w) };
            if shrink {
                *longer = longer.saturating_sub(step).max(step);
            } else if grow_short || pixels < self.min_pixels {
                *shorter += step;
            } else {
                return None;
            }
        }
        None
    }
}

/// When a model came and goes at a seller.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LifeCycle {
    /// At whose place these dates hold: `OpenAI`. Others may sell the model longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The first day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released: Option<Date>,
    /// The day it was called deprecated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<Date>,
    /// The last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shutdown: Option<Date>,
    /// The model to use instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successor: Option<String>,
}

/// Names every rule once, for the code that goes through all of them.
macro_rules! each_rule {
    ($work:ident!($($context:tt)*)) => {
        $work!($($context)*; operations, prompt_chars, n, size, quality, background, output_format,
            output_compression, moderation, input_fidelity, complexity, stream, partial_images, input_images,
            input_formats, input_bytes, mask, mask_bytes, markup, life_cycle)
    };
}

/// Takes each rule of `over` where it has one, else that of `base`.
macro_rules! overlay {
    ($base:ident, $over:ident; $($field:ident),+) => {
        Capabilities { $( $field: $over.$field.clone().or_else(|| $base.$field.clone()), )+ }
    };
}

/// Takes each rule that `table` holds out of it.
macro_rules! take {
    ($table:ident; $($field:ident),+) => {
        Capabilities { $( $field: rule::take(&mut $table, stringify!($field))?, )+ }
    };
}

impl TryFrom<Map<String, Value>> for Capabilities {
    type Error = Error;

    fn try_from(map: Map<String, Value>) -> Result<Self, Error> {
        Self::read(Table::new(Value::Object(map))?)
    }
}

impl Capabilities {
    /// Reads the rules that stand in a table, each under its field's name.
    ///
    /// # Errors
    /// When a rule has no source, allows what cannot be, or is not known to this version.
    pub fn read(mut table: Table) -> Result<Self, Error> {
        let rules = each_rule!(take!(table));
        table.end()?;
        Ok(rules)
    }

    /// These rules, with every rule that `over` states in their place: a seller's own limits over the model's.
    #[must_use]
    pub fn overlaid_by(&self, over: &Self) -> Self {
        let base = self;
        each_rule!(overlay!(base, over))
    }

    /// Whether there is no rule at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
