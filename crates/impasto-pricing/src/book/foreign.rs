//! Comparison with another project's price map.

use std::collections::BTreeMap;
use std::fmt;

use impasto_types::{Date, ModelFamily, ModelId, Quality, Size};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{PriceBook, Query};
use crate::error::{Error, ErrorKind};
use crate::interval::Interval;
use crate::money::Money;
use crate::sheet::Unit;
use crate::tokens::output::image_tokens;

/// What their fields are called, and whether a field is about batches.
const TOKEN_FIELDS: &[(&str, Unit, bool)] = &[
    ("input_cost_per_token", Unit::TextInputToken, false),
    ("cache_read_input_token_cost", Unit::CachedTextInputToken, false),
    ("input_cost_per_image_token", Unit::ImageInputToken, false),
    ("cache_read_input_image_token_cost", Unit::CachedImageInputToken, false),
    ("output_cost_per_token", Unit::TextOutputToken, false),
    ("output_cost_per_image_token", Unit::ImageOutputToken, false),
    ("input_cost_per_token_batches", Unit::TextInputToken, true),
    ("cache_read_input_token_cost_batches", Unit::CachedTextInputToken, true),
    ("input_cost_per_image_token_batches", Unit::ImageInputToken, true),
    ("output_cost_per_token_batches", Unit::TextOutputToken, true),
    ("output_cost_per_image_token_batches", Unit::ImageOutputToken, true),
];

/// Fields with a price for one image made; the first is one under a name that says otherwise.
const IMAGE_FIELDS: &[&str] = &["input_cost_per_image", "output_cost_per_image"];

/// Fields with a price for one pixel of an image made.
const PIXEL_FIELDS: &[&str] = &["input_cost_per_pixel", "output_cost_per_pixel"];

/// Their names of sellers, where they differ from ours.
const SELLERS: &[(&str, &str)] = &[("azure_ai", "azure"), ("aiml", "aimlapi")];

/// How a price of theirs and a price of ours differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DifferenceKind {
    /// Both have one, and they are not the same.
    Differs,
    /// Only this book has one.
    OnlyOurs,
    /// Only the other map has one.
    OnlyTheirs,
}

/// One difference between this book and another project's map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ForeignDifference {
    /// How they differ.
    pub kind: DifferenceKind,
    /// The key of their entry, or the seller and model that they lack.
    pub key: String,
    /// Their field, or empty where a whole entry is meant.
    pub field: String,
    /// Our price for one unit, or for one image.
    pub ours: Option<Money>,
    /// Their price.
    pub theirs: Option<Money>,
    /// What else to know about it.
    pub note: Option<String>,
}

impl fmt::Display for ForeignDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.key)?;
        if !self.field.is_empty() {
            write!(f, " {}", self.field)?;
        }
        let shown =
            |money: &Option<Money>| money.as_ref().map_or_else(|| "nothing".to_owned(), Money::to_string);
        write!(f, ": ours {}, theirs {}", shown(&self.ours), shown(&self.theirs))?;
        self.note.as_ref().map_or(Ok(()), |note| write!(f, " ({note})"))
    }
}

impl PriceBook {
    /// Compares the book's prices of `today` with a map in the form of LiteLLM's
    /// `model_prices_and_context_window.json`.
    ///
    /// Only models of the gpt-image family are compared; sellers that this book has no prices of are named once each.
    /// Their prices per image are compared with the output tokens a formula gives, within 2 % or half of a tenth of a
    /// cent, since such tables are rounded. Neither side is taken to be right.
    ///
    /// # Errors
    /// [`ErrorKind::MalformedSheet`] when the text is not a JSON object of objects.
    pub fn compare_with(&self, json: &str, today: Date) -> Result<Vec<ForeignDifference>, Error> {
        let map: BTreeMap<String, Map<String, Value>> = serde_json::from_str(json).map_err(|error| {
            Error::new(
                ErrorKind::MalformedSheet,
                format!(
                    "the other price map could not be read: {error}; it must be a JSON object of objects"
                ),
            )
        })?;
        let mut differences = Vec::new();
        let mut strangers: BTreeMap<&str, usize> = BTreeMap::new();
        let mut listed: Vec<(&str, String)> = Vec::new();
        for (key, entry) in &map {
            let model = ModelId::new(key.as_str());
            let family = model.family();
            if matches!(family, ModelFamily::Unknown | ModelFamily::DallE2 | ModelFamily::DallE3) {
                continue;
            }
            let provider = entry.get("litellm_provider").and_then(Value::as_str).unwrap_or("openai");
            let seller =
                SELLERS.iter().find(|(theirs, _)| *theirs == provider).map_or(provider, |(_, ours)| ours);
            if self.models(seller).is_empty() {
                *strangers.entry(provider).or_default() += 1;
                continue;
            }
            let theirs =
                Theirs { book: self, key, entry, model: ModelId::new(model.base_name()), seller, today };
            listed.push((seller, model.base_name().to_owned()));
            differences.extend(theirs.differences());
        }
        differences.extend(strangers.into_iter().map(|(provider, count)| ForeignDifference {
            kind: DifferenceKind::OnlyTheirs,
            key: provider.to_owned(),
            field: String::new(),
            ours: None,
            theirs: None,
            note: Some(format!("{count} entries of a seller that this book has no prices of")),
        }));
        differences.extend(self.not_listed(&listed));
        Ok(differences)
    }

    /// The models with token prices that they lack, at the sellers they know.
    fn not_listed(&self, listed: &[(&str, String)]) -> Vec<ForeignDifference> {
        let mut missing = Vec::new();
        let known = |sheet_seller: &str| listed.iter().any(|(seller, _)| *seller == sheet_seller);
        for sheet in self.sheets().filter(|sheet| known(&sheet.seller)) {
            let made = sheet.prices.iter().filter(|price| price.unit == Unit::ImageOutputToken);
            for (price, model) in made.flat_map(|price| price.models.iter().map(move |model| (price, model)))
            {
                if !listed.iter().any(|(seller, listed)| *seller == sheet.seller && listed == model) {
                    missing.push(ForeignDifference {
                        kind: DifferenceKind::OnlyOurs,
                        key: format!("{} {model}", sheet.seller),
                        field: String::new(),
                        ours: Some(price.each().clone()),
                        theirs: None,
                        note: Some("they have no entry for the model".to_owned()),
                    });
                }
            }
        }
        missing
    }
}

/// One entry of theirs, and what it is to be compared with.
struct Theirs<'a> {
    book: &'a PriceBook,
    key: &'a str,
    entry: &'a Map<String, Value>,
    model: ModelId,
    seller: &'a str,
    today: Date,
}

impl Theirs<'_> {
    fn differences(&self) -> Vec<ForeignDifference> {
        let size =
            self.key.split('/').find_map(|part| part.replace("-x-", "x").parse::<Size>().ok()?.dimensions());
        match size {
            Some(size) => self.per_image(size),
            None => TOKEN_FIELDS.iter().filter_map(|field| self.per_token(*field)).collect(),
        }
    }

    fn ours(&self, unit: Unit) -> Option<Money> {
        let query = Query { seller: self.seller, model: &self.model, operation: None, day: self.today };
        self.book.find(query, unit).map(|price| price.each().clone())
    }

    fn per_token(&self, (field, unit, batch): (&str, Unit, bool)) -> Option<ForeignDifference> {
        let mut ours = self.ours(unit);
        if batch {
            let factor =
                self.book.sheets_of(self.seller).find_map(|sheet| sheet.batch.as_ref()).map(|b| b.factor);
            ours = ours.and_then(|money| money.scaled(factor?).ok());
        }
        let theirs = self.field(field);
        if ours == theirs { None } else { Some(self.difference(field, ours, theirs, None)) }
    }

    fn per_image(&self, (width, height): (u32, u32)) -> Vec<ForeignDifference> {
        let quality = self.key.split('/').map(Quality::from).find(|quality| {
            matches!(quality, Quality::Low | Quality::Medium | Quality::High | Quality::XHigh | Quality::Max)
        });
        let size = Size::exact(width, height);
        let tokens = image_tokens(&self.model, quality.as_ref(), Some(&size));
        let range = self.ours(Unit::ImageOutputToken).zip(tokens).and_then(|(each, tokens)| {
            let times = |count| each.times(count).ok();
            Some(Interval {
                low: times(tokens.low)?,
                expected: times(tokens.expected)?,
                high: times(tokens.high)?,
            })
        });
        let pixels = Decimal::from(u64::from(width) * u64::from(height));
        let of_image = IMAGE_FIELDS.iter().map(|field| (*field, self.number(field)));
        let of_pixels = PIXEL_FIELDS.iter().map(|field| {
            (*field, self.number(field).and_then(|each| each.checked_mul(pixels)).map(|p| p.round_dp(6)))
        });
        let compared = of_image.chain(of_pixels).filter_map(|(field, theirs)| {
            let theirs = theirs.filter(|price| !price.is_zero())?;
            self.compare_image(field, quality.is_some(), theirs, range.as_ref())
        });
        compared.collect()
    }

    fn compare_image(
        &self,
        field: &str,
        has_quality: bool,
        theirs: Decimal,
        range: Option<&Interval<Money>>,
    ) -> Option<ForeignDifference> {
        let currency = range.map_or(crate::money::Currency::Usd, |range| range.low.currency().clone());
        let money = Money::new(theirs, currency).ok();
        let Some(range) = range else {
            return Some(self.difference(field, None, money, None));
        };
        let slack = (theirs * Decimal::new(2, 2)).max(Decimal::new(5, 4));
        let (low, high) = (range.low.amount() - slack, range.high.amount() + slack);
        if !has_quality && theirs < range.high.amount() - slack {
            let note = "no quality in the key: an image may cost as much as ours";
            return Some(self.difference(field, Some(range.high.clone()), money, Some(note)));
        }
        if low <= theirs && theirs <= high {
            return None;
        }
        Some(self.difference(field, Some(range.expected.clone()), money, Some("for one image, output only")))
    }

    fn number(&self, field: &str) -> Option<Decimal> {
        let text = match self.entry.get(field)? {
            Value::Number(number) => number.to_string(),
            Value::String(text) => text.clone(),
            _ => return None,
        };
        Decimal::from_str_exact(&text).or_else(|_| Decimal::from_scientific(&text)).ok()
    }

    fn field(&self, field: &str) -> Option<Money> {
        let currency = self.book.sheets_of(self.seller).next()?.currency.clone();
        Money::new(self.number(field)?, currency).ok()
    }

    fn difference(
        &self,
        field: &str,
        ours: Option<Money>,
        theirs: Option<Money>,
        note: Option<&str>,
    ) -> ForeignDifference {
        let kind = match (&ours, &theirs) {
            (Some(_), Some(_)) => DifferenceKind::Differs,
            (Some(_), None) => DifferenceKind::OnlyOurs,
            _ => DifferenceKind::OnlyTheirs,
        };
        let note = note.map(str::to_owned);
        ForeignDifference { kind, key: self.key.to_owned(), field: field.to_owned(), ours, theirs, note }
    }
}
