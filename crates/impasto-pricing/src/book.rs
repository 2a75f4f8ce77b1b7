//! The price book: sheets laid over one another, and the look-up of a price on a day.

mod builtin;
mod foreign;
mod validate;

use std::sync::Arc;

use impasto_types::{Date, ModelId, Operation, Quality, Size};

pub use foreign::{DifferenceKind, ForeignDifference};
pub use validate::{Finding, FindingKind};

use crate::error::{Error, ErrorKind};
use crate::sheet::{Price, Sheet, Unit, names};

/// How old prices may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Staleness {
    /// A price is stale when it was read more than this many days ago.
    pub max_age_days: u32,
    /// Whether a stale price is an [`ErrorKind::StaleSheet`] error; else the estimate is marked and says so.
    pub refuse: bool,
}

impl Staleness {
    /// Stale prices are used, and the estimate is marked.
    #[must_use]
    pub const fn warn_after(max_age_days: u32) -> Self {
        Self { max_age_days, refuse: false }
    }

    /// Stale prices are an error.
    #[must_use]
    pub const fn refuse_after(max_age_days: u32) -> Self {
        Self { max_age_days, refuse: true }
    }

    /// Whether a price read on `read_on` is stale on `today`.
    #[must_use]
    pub fn is_stale(&self, read_on: Date, today: Date) -> bool {
        today.days_since_epoch() - read_on.days_since_epoch() > i64::from(self.max_age_days)
    }
}

/// A warning after 180 days.
impl Default for Staleness {
    fn default() -> Self {
        Self::warn_after(180)
    }
}

/// All known prices: the sheets that come with this crate, and any laid over them at run time.
///
/// A sheet added later is asked first; what it does not price is looked up in the ones below. The ways it states to
/// charge a model replace those below. The book never reads
/// a clock: every question names the day it is about.
///
/// ```
/// use impasto_pricing::{PriceBook, Unit};
///
/// let book = PriceBook::builtin();
/// let price = book.lookup("openai", &"gpt-image-2".into(), Unit::ImageOutputToken, "2026-11-21".parse().unwrap())?;
/// assert_eq!(price.amount.to_string(), "$30.00");
/// assert_eq!(price.per, 1_000_000);
/// # Ok::<(), impasto_pricing::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct PriceBook {
    /// The lowest first.
    sheets: Vec<Arc<Sheet>>,
    staleness: Staleness,
}

/// What a price is looked up for.
#[derive(Clone, Copy)]
pub(crate) struct Query<'a> {
    pub(crate) seller: &'a str,
    pub(crate) model: &'a ModelId,
    pub(crate) operation: Option<&'a Operation>,
    pub(crate) day: Date,
}

impl PriceBook {
    /// A book without any sheet, for callers who bring all prices themselves.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// The book of the sheets that come with this crate.
    #[must_use]
    pub fn builtin() -> Self {
        Self { sheets: builtin::sheets().to_vec(), staleness: Staleness::default() }
    }

    /// Lays a sheet in TOML over the ones there are; see [`Sheet::parse`].
    ///
    /// # Errors
    /// [`ErrorKind::MalformedSheet`] with the place and what should stand there.
    #[cfg(feature = "toml")]
    pub fn with_sheet(mut self, toml: &str) -> Result<Self, Error> {
        self.sheets.push(Arc::new(Sheet::parse(toml)?));
        Ok(self)
    }

    /// Sets how old prices may be; by default 180 days, then a warning.
    #[must_use]
    pub fn with_staleness(mut self, staleness: Staleness) -> Self {
        self.staleness = staleness;
        self
    }

    /// How old prices may be.
    #[must_use]
    pub const fn staleness(&self) -> Staleness {
        self.staleness
    }

    /// The sheets, the lowest first.
    pub fn sheets(&self) -> impl Iterator<Item = &Sheet> {
        self.sheets.iter().map(AsRef::as_ref)
    }

    /// The ids of all sellers with a sheet, each once, in the order they were added.
    #[must_use]
    pub fn sellers(&self) -> Vec<&str> {
        let mut sellers: Vec<&str> = Vec::new();
        for sheet in &self.sheets {
            if !sellers.contains(&sheet.seller.as_str()) {
                sellers.push(&sheet.seller);
            }
        }
        sellers
    }

    /// The models that `seller` has any price for, each once, as its sheets spell them.
    #[must_use]
    pub fn models(&self, seller: &str) -> Vec<&str> {
        let mut models: Vec<&str> = Vec::new();
        for price in self.sheets_of(seller).flat_map(|sheet| &sheet.prices) {
            for model in &price.models {
                if !models.contains(&model.as_str()) {
                    models.push(model);
                }
            }
        }
        models
    }

    /// What one `unit` of `model` costs at `seller` on `day`, whatever the quality and size.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownSeller`], [`ErrorKind::UnknownModel`], [`ErrorKind::UnknownPrice`]; and
    /// [`ErrorKind::StaleSheet`] when the book refuses old prices.
    pub fn lookup(&self, seller: &str, model: &ModelId, unit: Unit, day: Date) -> Result<&Price, Error> {
        let query = Query { seller, model, operation: None, day };
        let price = self.find(query, unit).ok_or_else(|| self.missing(query, Some(unit)))?;
        self.check_age(price, day)?;
        Ok(price)
    }

    /// What one image of `quality` and `size` costs at `seller` on `day`, where the seller has such a price.
    ///
    /// # Errors
    /// As [`PriceBook::lookup`].
    pub fn lookup_image(
        &self,
        seller: &str,
        model: &ModelId,
        quality: &Quality,
        size: &Size,
        day: Date,
    ) -> Result<&Price, Error> {
        let query = Query { seller, model, operation: None, day };
        let fits = |price: &&Price| fits_image(price, Some(quality), Some(size));
        let price =
            self.all(query, Unit::Image).into_iter().filter(fits).max_by_key(|price| price.conditions());
        let price = price.ok_or_else(|| self.missing(query, Some(Unit::Image)))?;
        self.check_age(price, day)?;
        Ok(price)
    }

    /// The sheets of a seller, the one to be asked first in front.
    pub(crate) fn sheets_of<'b>(&'b self, seller: &str) -> impl Iterator<Item = &'b Sheet> {
        self.sheets.iter().rev().map(AsRef::as_ref).filter(move |sheet| sheet.is_of(seller))
    }

    /// The price of a unit that has one price for every quality and size.
    pub(crate) fn find(&self, query: Query<'_>, unit: Unit) -> Option<&Price> {
        let prices = self.all(query, unit).into_iter();
        prices
            .filter(|price| price.quality.is_none() && price.sizes.is_empty())
            .max_by_key(|price| price.conditions())
    }

    /// All prices of a unit in the first sheet that has any for the query.
    pub(crate) fn all(&self, query: Query<'_>, unit: Unit) -> Vec<&Price> {
        let mut found = self.sheets_of(query.seller).map(|sheet| fitting(sheet, query, unit));
        found.find(|prices| !prices.is_empty()).unwrap_or_default()
    }

    /// The first sheet that states a way to charge the query's model.
    ///
    /// A sheet laid over another replaces its ways to charge a model, all of them; single prices that it leaves out,
    /// such as that of a text token, still come from below.
    pub(crate) fn charging_sheet(&self, query: Query<'_>) -> Option<&Sheet> {
        let ways = [Unit::Image, Unit::Run, Unit::ImageOutputToken, Unit::BaseRun];
        self.sheets_of(query.seller)
            .find(|sheet| ways.into_iter().any(|unit| !fitting(sheet, query, unit).is_empty()))
    }

    /// Why nothing was found, as exactly as the sheets tell.
    pub(crate) fn missing(&self, query: Query<'_>, unit: Option<Unit>) -> Error {
        let Query { seller, model, day, .. } = query;
        let remedy = "add a price sheet of your own for it";
        let Some(sheet) = self.sheets_of(seller).next() else {
            let known = self.sellers().join(", ");
            return Error::new(
                ErrorKind::UnknownSeller,
                format!("no price sheet is about the seller {seller:?}; known are {known}; {remedy}"),
            );
        };
        let named = |price: &&Price| names(&price.models, model);
        let mut prices = self.sheets_of(seller).flat_map(|sheet| &sheet.prices).filter(named).peekable();
        if prices.peek().is_none() {
            let unknown =
                sheet.unknown.iter().find(|entry| entry.models.is_empty() || names(&entry.models, model));
            if let Some(entry) = unknown {
                return Error::new(
                    ErrorKind::UnknownPrice,
                    format!(
                        "the price of {model} at {seller} is unknown: {} ({}); {remedy}",
                        entry.reason, entry.source
                    ),
                );
            }
            let known = self.models(seller).join(", ");
            return Error::new(
                ErrorKind::UnknownModel,
                format!(
                    "the price sheet of {seller} does not name the model {model}; it names {known}; {remedy}"
                ),
            );
        }
        let unit = unit.map_or_else(|| "any unit".to_owned(), |unit| unit.to_string());
        Error::new(
            ErrorKind::UnknownPrice,
            format!(
                "{seller} has no price for {unit} of {model} on {day}; {remedy}, or ask about another day"
            ),
        )
    }

    /// Whether a price is stale; an error when the book refuses such.
    pub(crate) fn check_age(&self, price: &Price, today: Date) -> Result<bool, Error> {
        let stale = self.staleness.is_stale(price.read_on, today);
        if stale && self.staleness.refuse {
            let days = self.staleness.max_age_days;
            return Err(Error::new(
                ErrorKind::StaleSheet,
                format!(
                    "the price of {} was read on {}, more than {days} days before {today}; check it against {} and \
                     add a sheet with the day you read it, or allow older prices",
                    price.label(),
                    price.read_on,
                    price.source
                ),
            ));
        }
        Ok(stale)
    }
}

/// The prices of a unit that a sheet has for the query, those for the seller's own spelling of the model before those
/// for its bare name.
pub(crate) fn fitting<'a>(sheet: &'a Sheet, query: Query<'_>, unit: Unit) -> Vec<&'a Price> {
    let fits = |price: &&Price| {
        price.unit == unit
            && price.holds_on(query.day)
            && (price.operation.is_none()
                || query.operation.is_none()
                || price.operation.as_ref() == query.operation)
    };
    for name in [query.model.as_str(), query.model.base_name()] {
        let named = |price: &&Price| price.models.iter().any(|model| model == name);
        let found: Vec<&Price> = sheet.prices.iter().filter(fits).filter(named).collect();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// Whether a price per image can be meant for a quality and a size; an open one fits any.
pub(crate) fn fits_image(price: &Price, quality: Option<&Quality>, size: Option<&Size>) -> bool {
    let same_quality = match (&price.quality, quality) {
        (Some(priced), Some(asked)) => priced == asked,
        _ => true,
    };
    let same_size = size.is_none_or(|asked| price.sizes.is_empty() || price.sizes.contains(asked));
    same_quality && same_size
}
