//! Price sheets: what one seller charges, each price with its source and the day it was read.

mod file;

use std::fmt;

use impasto_types::{Date, InputFidelity, ModelId, Operation, Quality, Size};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::money::{Currency, Money};

/// What a price is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum Unit {
    /// A text token of the prompt.
    TextInputToken,
    /// A text token read from a cache. OpenAI grants it to its Responses tool only, so no estimate uses it.
    CachedTextInputToken,
    /// A token of an input image.
    ImageInputToken,
    /// An image token read from a cache; see [`Unit::CachedTextInputToken`].
    CachedImageInputToken,
    /// A text token the model writes.
    TextOutputToken,
    /// A token of an image the model makes.
    ImageOutputToken,
    /// One image made, everything included.
    Image,
    /// One call, everything included.
    Run,
    /// The price per call that a seller advertises although it may charge more.
    BaseRun,
    /// One svg written by the language model the price belongs to.
    Svg,
    /// No price of a sheet: the amount by which another way to charge would differ. Only in estimates.
    Difference,
}

impl Unit {
    /// All units, in the order above.
    pub const ALL: &'static [Self] = &[
        Self::TextInputToken,
        Self::CachedTextInputToken,
        Self::ImageInputToken,
        Self::CachedImageInputToken,
        Self::TextOutputToken,
        Self::ImageOutputToken,
        Self::Image,
        Self::Run,
        Self::BaseRun,
        Self::Svg,
        Self::Difference,
    ];

    /// The name used in sheets and JSON, such as `image_output_token`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TextInputToken => "text_input_token",
            Self::CachedTextInputToken => "cached_text_input_token",
            Self::ImageInputToken => "image_input_token",
            Self::CachedImageInputToken => "cached_image_input_token",
            Self::TextOutputToken => "text_output_token",
            Self::ImageOutputToken => "image_output_token",
            Self::Image => "image",
            Self::Run => "run",
            Self::BaseRun => "base_run",
            Self::Svg => "svg",
            Self::Difference => "difference",
        }
    }
}

// By hand, because TOML has no enums as keys.
impl TryFrom<String> for Unit {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::ALL.iter().copied().find(|unit| unit.as_str() == name).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|unit| unit.as_str()).collect();
            format!("{name:?} is not a unit; known are {}", known.join(", "))
        })
    }
}

impl From<Unit> for String {
    fn from(unit: Unit) -> Self {
        unit.as_str().to_owned()
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How well a price is known, the weakest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Standing {
    /// A guess or hearsay.
    Unverified,
    /// Seen by somebody, such as on a bill or in a seller's model list.
    Observed,
    /// Stated by the seller as its price.
    #[default]
    Documented,
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Unverified => "unverified",
            Self::Observed => "observed",
            Self::Documented => "documented",
        })
    }
}

/// One price of one seller.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Price {
    /// The seller, by its id.
    pub seller: String,
    /// The models it is for: ids as the seller spells them, or bare OpenAI names, which also match longer ids.
    pub models: Vec<String>,
    /// What it is for.
    pub unit: Unit,
    /// Only for this operation.
    pub operation: Option<Operation>,
    /// Only for this quality.
    pub quality: Option<Quality>,
    /// Only for these sizes; for any when empty.
    pub sizes: Vec<Size>,
    /// The amount for [`Price::per`] units.
    pub amount: Money,
    /// The most it could be for [`Price::per`] units, where the price itself is in doubt.
    pub amount_high: Option<Money>,
    /// How many units the amount buys: 1,000,000 for token prices, else 1.
    pub per: u64,
    /// The first day it holds. Absent where the source does not say; then it holds from the beginning.
    pub effective_from: Option<Date>,
    /// The last day it holds.
    pub effective_until: Option<Date>,
    /// Where it was read.
    pub source: String,
    /// The day it was read.
    pub read_on: Date,
    /// How well it is known.
    pub standing: Standing,
    /// What else to know about it.
    pub note: Option<String>,
    /// The model whose token formulas apply, where the id itself does not tell.
    pub formulas_of: Option<ModelId>,
    each: Money,
    each_high: Money,
}

impl Price {
    /// The amount for a single unit.
    #[must_use]
    pub const fn each(&self) -> &Money {
        &self.each
    }

    /// The most a single unit could cost; the same as [`Price::each`] where the price is not in doubt.
    #[must_use]
    pub const fn each_high(&self) -> &Money {
        &self.each_high
    }

    /// Whether the price holds on `day`.
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        self.effective_from.is_none_or(|from| from <= day)
            && self.effective_until.is_none_or(|until| day <= until)
    }

    /// How many conditions besides the model the price has: the more of them, the more exactly it is meant.
    pub(crate) fn conditions(&self) -> usize {
        usize::from(self.operation.is_some())
            + usize::from(self.quality.is_some())
            + usize::from(!self.sizes.is_empty())
    }

    /// A short name for messages: `openai gpt-image-2 image_output_token`.
    #[must_use]
    pub fn label(&self) -> String {
        let mut parts = vec![self.seller.clone(), self.models.join("/"), self.unit.to_string()];
        parts.extend(self.quality.as_ref().map(ToString::to_string));
        parts.extend(self.sizes.iter().map(ToString::to_string));
        parts.join(" ")
    }
}

/// What a seller's batch interface costs, as a part of the normal price.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct BatchPrice {
    /// The factor on every price, such as 0.5.
    pub factor: Decimal,
    /// Where it was read.
    pub source: String,
}

/// What a seller does when a field that changes the price is left out.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SellerDefault {
    /// The models it is for.
    pub models: Vec<String>,
    /// Only for this operation.
    pub operation: Option<Operation>,
    /// The quality taken.
    pub quality: Option<Quality>,
    /// The size taken.
    pub size: Option<Size>,
    /// The input fidelity taken.
    pub input_fidelity: Option<InputFidelity>,
    /// Where it was read.
    pub source: String,
}

/// What was looked for and not found, so that nobody has to wonder whether it was forgotten.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct UnknownPrice {
    /// The models it is about; all of the seller's when empty.
    pub models: Vec<String>,
    /// Why there is no price.
    pub reason: String,
    /// Where it was looked for.
    pub source: String,
}

/// Everything known of one seller's prices.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Sheet {
    /// The seller's id.
    pub seller: String,
    /// Other ids of the same seller.
    pub aliases: Vec<String>,
    /// The currency of every amount.
    pub currency: Currency,
    /// The day the sheet was last read against its sources.
    pub read_on: Date,
    /// The prices, in the order of the file.
    pub prices: Vec<Price>,
    /// What a batch costs; unknown when absent.
    pub batch: Option<BatchPrice>,
    /// What the seller does with fields left out.
    pub defaults: Vec<SellerDefault>,
    /// What is known to be unknown.
    pub unknown: Vec<UnknownPrice>,
}

impl Sheet {
    /// Reads a sheet from TOML. The crate's own sheets, in its `sheets` folder, are examples of the form.
    ///
    /// ```
    /// use impasto_pricing::Sheet;
    ///
    /// let sheet = Sheet::parse(
    ///     r#"
    ///     seller = "my-gateway"
    ///     currency = "USD"
    ///     read_on = "2026-11-21"
    ///     source = "our contract of 2026"
    ///
    ///     [[price]]
    ///     models = ["gpt-image-2"]
    ///     amounts = { image = "0.04" }
    ///     "#,
    /// )?;
    /// assert_eq!(sheet.prices[0].each().to_string(), "$0.04");
    /// # Ok::<(), impasto_pricing::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`crate::ErrorKind::MalformedSheet`] with the place and what should stand there.
    #[cfg(feature = "toml")]
    pub fn parse(toml: &str) -> Result<Self, Error> {
        file::parse(toml)
    }

    /// Reads a sheet whose text was read already.
    pub(crate) fn read(file: serde_json::Value) -> Result<Self, Error> {
        file::read(file)
    }

    /// Whether `seller` is this sheet's seller, by id or alias, whatever the case.
    #[must_use]
    pub fn is_of(&self, seller: &str) -> bool {
        self.seller.eq_ignore_ascii_case(seller)
            || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(seller))
    }
}

/// Whether `models` names `model`, by the seller's own spelling or by its bare name.
pub(crate) fn names(models: &[String], model: &ModelId) -> bool {
    let (id, base) = (model.as_str(), model.base_name());
    models.iter().any(|name| name == id || name == base)
}
