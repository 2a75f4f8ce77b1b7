//! Estimates: what a request will cost, as a range with its lines and assumptions.

mod asked;
mod line;
mod tokens;
mod ways;

use impasto_types::{Date, ImageRequest, ModelId};
use serde::{Deserialize, Serialize};

pub use line::Line;
pub(crate) use line::sum;

use crate::book::{PriceBook, Query};
use crate::error::{Error, ErrorKind};
use crate::interval::Interval;
use crate::money::Money;
use crate::sheet::{Standing, Unit};
use asked::Asked;
use ways::Way;

/// What to estimate: a request, where it is to be sent, and on which day.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct EstimateInput<'a> {
    /// The request. Of its input images only [`impasto_types::ImageInput::facts`] is read, so fill those in first.
    pub request: &'a ImageRequest,
    /// The seller, by its id.
    pub seller: &'a str,
    /// The model, as the seller spells it or by its bare name. The request's own model is not looked at.
    pub model: &'a ModelId,
    /// The day the request is sent.
    pub today: Date,
    /// Whether it goes through the seller's batch interface.
    pub batch: bool,
}

impl<'a> EstimateInput<'a> {
    /// `request` sent to `seller` for `model` on `today`.
    #[must_use]
    pub const fn new(request: &'a ImageRequest, seller: &'a str, model: &'a ModelId, today: Date) -> Self {
        Self { request, seller, model, today, batch: false }
    }

    /// Sets whether it goes through the seller's batch interface.
    #[must_use]
    pub const fn with_batch(mut self, batch: bool) -> Self {
        self.batch = batch;
        self
    }
}

/// What a request will cost: at least `low`, at most `high`, probably `expected`.
///
/// The lines add up to the three totals exactly. `high` is what a budget should reserve: it holds for everything the
/// request leaves open, and for everything about the seller that is in doubt; the assumptions say what that was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Estimate {
    /// The seller, by the id of its sheet.
    pub seller: String,
    /// The model, as it was asked about.
    pub model: ModelId,
    /// How many images.
    pub images: u64,
    /// The day the request is sent.
    pub day: Date,
    /// Whether it goes through the seller's batch interface.
    pub batch: bool,
    /// The least it can cost.
    pub low: Money,
    /// What it will probably cost.
    pub expected: Money,
    /// The most it can cost.
    pub high: Money,
    /// What the totals are made of.
    pub lines: Vec<Line>,
    /// What was taken for granted, each as a sentence.
    pub assumptions: Vec<String>,
    /// The day the oldest price used was read.
    pub sheet_date: Date,
    /// Whether a price used is older than the book's staleness allows.
    pub stale: bool,
    /// How well the prices used are known.
    pub standing: Standing,
}

impl Estimate {
    /// The three totals as a range.
    #[must_use]
    pub fn total(&self) -> Interval<Money> {
        Interval { low: self.low.clone(), expected: self.expected.clone(), high: self.high.clone() }
    }

    /// Whether `amount` lies between `low` and `high`; never for another currency.
    #[must_use]
    pub fn contains(&self, amount: &Money) -> bool {
        self.low <= *amount && *amount <= self.high
    }
}

impl PriceBook {
    /// What a request will cost, without a key and without a network.
    ///
    /// Where a seller may charge in more than one way (per image, per call, by tokens), the best documented one is
    /// expected, and the range spans all of them.
    ///
    /// ```
    /// use impasto_pricing::{EstimateInput, PriceBook};
    /// use impasto_types::{ImageRequest, ModelId, Quality, Size};
    ///
    /// let request = ImageRequest::generate("a lighthouse at dusk")
    ///     .with_n(4_u32)
    ///     .with_size(Size::exact(3840, 2160))
    ///     .with_quality(Quality::High);
    /// let (model, today) = (ModelId::new("gpt-image-2"), "2026-11-21".parse().unwrap());
    /// let estimate = PriceBook::builtin().estimate(&EstimateInput::new(&request, "openai", &model, today))?;
    /// assert_eq!(format!("{:.2}", estimate.high), "$1.60");
    /// # Ok::<(), impasto_pricing::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::UnknownSeller`], [`ErrorKind::UnknownModel`] and [`ErrorKind::UnknownPrice`] when something the
    /// request needs has no price: never an estimate with a part missing. [`ErrorKind::StaleSheet`] when the book
    /// refuses old prices. [`ErrorKind::InvalidRequest`] for 0 images.
    pub fn estimate(&self, input: &EstimateInput<'_>) -> Result<Estimate, Error> {
        let asked = Asked::new(self, input)?;
        let ways = ways::all(self, &asked)?;
        let query = asked.query;
        let Some(at) = ways::preferred(&ways) else {
            return Err(no_way(self, query, &ways));
        };
        let mut lines = ways[at].lines.clone();
        let total = ways[at].total()?;
        if let Some(line) = ways::difference(&ways, at, &total)? {
            lines.push(line);
        }
        let total = sum(&lines)?;
        let assumptions = assumptions(self, &asked, &ways, at);
        let oldest = ways.iter().map(|way| way.read_on).min().unwrap_or(query.day);
        let seller = self.sheets_of(query.seller).next().map_or(query.seller, |sheet| sheet.seller.as_str());
        Ok(Estimate {
            seller: seller.to_owned(),
            model: query.model.clone(),
            images: asked.n,
            day: query.day,
            batch: input.batch,
            low: total.low,
            expected: total.expected,
            high: total.high,
            lines,
            assumptions,
            sheet_date: oldest,
            stale: ways.iter().any(|way| way.stale),
            standing: ways[at].standing,
        })
    }
}

/// A seller that advertises a base price and nothing else has no price that could be relied on.
fn no_way(book: &PriceBook, query: Query<'_>, ways: &[Way]) -> Error {
    if ways.is_empty() {
        return book.missing(query, None);
    }
    Error::new(
        ErrorKind::UnknownPrice,
        format!(
            "{} advertises a base price for {} and may charge more; add a price sheet with what it really charges",
            query.seller, query.model
        ),
    )
}

fn assumptions(book: &PriceBook, asked: &Asked<'_>, ways: &[Way], preferred: usize) -> Vec<String> {
    let mut said = asked.assumptions.clone();
    said.extend(ways[preferred].assumptions.iter().cloned());
    if ways.len() > 1 {
        let others: Vec<&str> =
            ways.iter().enumerate().filter(|(at, _)| *at != preferred).map(|(_, way)| way.name).collect();
        said.push(format!(
            "{} is expected to charge {}; the range also holds for charging {}",
            asked.query.seller,
            ways[preferred].name,
            others.join(" and ")
        ));
    }
    if ways.iter().any(|way| way.stale) {
        let days = book.staleness().max_age_days;
        said.push(format!("a price used was read more than {days} days ago; check it against its source"));
    }
    said
}

/// Whether a line is about input images.
pub(crate) fn has_input_images(estimate: &Estimate) -> bool {
    estimate.lines.iter().any(|line| line.unit == Unit::ImageInputToken)
}
