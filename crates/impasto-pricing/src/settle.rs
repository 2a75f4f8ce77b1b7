//! Settlement: what a call really cost, and how that compares with its estimate.

mod usage;

use impasto_types::{SvgUsage, Usage};
use serde::{Deserialize, Serialize};

use crate::book::PriceBook;
use crate::error::Error;
use crate::estimate::{Estimate, Line};
use crate::interval::Interval;
use crate::money::Money;

/// What the seller said about the cost once the call was over. Everything may be missing.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Receipt<'a> {
    /// The tokens it reported.
    pub usage: Option<&'a Usage>,
    /// The tokens of the language model that wrote an svg.
    pub svg_usage: Option<&'a SvgUsage>,
    /// The price it named, as text: Atlas's `price` on the settled prediction. In the currency of its sheet.
    pub price: Option<&'a str>,
}

impl<'a> Receipt<'a> {
    /// A receipt that says nothing.
    #[must_use]
    pub const fn nothing() -> Self {
        Self { usage: None, svg_usage: None, price: None }
    }

    /// A receipt with the tokens reported.
    #[must_use]
    pub const fn usage(usage: &'a Usage) -> Self {
        Self { usage: Some(usage), svg_usage: None, price: None }
    }

    /// A receipt with the price named.
    #[must_use]
    pub const fn price(price: &'a str) -> Self {
        Self { usage: None, svg_usage: None, price: Some(price) }
    }

    /// Sets the tokens of the language model that wrote an svg.
    #[must_use]
    pub const fn with_svg_usage(mut self, usage: &'a SvgUsage) -> Self {
        self.svg_usage = Some(usage);
        self
    }
}

/// Where the actual cost is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ActualSource {
    /// The tokens the seller reported, at its token prices.
    Usage,
    /// The price the seller named.
    SellerPrice,
    /// Nothing the seller said could be priced: this is the high end of the estimate, and the true cost is not more.
    EstimateUpperBound,
}

impl ActualSource {
    /// The word used in JSON: `usage`, `seller_price` or `estimate_upper_bound`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::SellerPrice => "seller_price",
            Self::EstimateUpperBound => "estimate_upper_bound",
        }
    }
}

/// What a call cost. Never nothing by accident: what is not known is an upper bound, and marked as one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Actual {
    /// The cost.
    pub amount: Money,
    /// Where it is known from.
    pub source: ActualSource,
    /// What it is made of, where that is known. The lines add up to the amount exactly.
    pub lines: Vec<Line>,
    /// What had to be assumed because the seller left it out, each as a sentence.
    pub notes: Vec<String>,
}

/// How a cost lies to its estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// Between the low and the high end.
    Within,
    /// More than the high end.
    Over,
    /// Less than the low end.
    Under,
}

/// A cost compared with its estimate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reconciliation {
    /// How the cost lies to the estimate.
    pub verdict: Verdict,
    /// The cost less the expected cost.
    pub from_expected: Money,
    /// How far outside the estimate the cost is: over its high end or, negative, under its low end; else nothing.
    pub outside: Money,
    /// Where the cost is known from.
    pub source: ActualSource,
}

impl PriceBook {
    /// What a call cost, by the best that is known: the seller's own price, else its usage, else the estimate.
    ///
    /// Missing details are never taken as nothing. Input tokens without a split into text and image count at the
    /// dearer of the two prices; a missing part of the usage counts as the estimate's high end for that part; and
    /// when nothing is left the whole high end counts, marked [`ActualSource::EstimateUpperBound`]. A named price of
    /// nothing is taken as not yet named, because sellers fill it in late. Cached tokens count in full, because no
    /// Images API grants a discount on them.
    ///
    /// ```
    /// use impasto_pricing::{ActualSource, EstimateInput, PriceBook, Receipt};
    /// use impasto_types::{ImageRequest, ModelId, TokenDetails, Usage};
    ///
    /// let book = PriceBook::builtin();
    /// let (request, model) = (ImageRequest::generate("a lighthouse at dusk"), ModelId::new("gpt-image-1.5"));
    /// let input = EstimateInput::new(&request, "openai", &model, "2026-11-21".parse().unwrap());
    /// let estimate = book.estimate(&input)?;
    ///
    /// let usage = Usage::new(11, 1056).with_input_details(TokenDetails::new(11, 0));
    /// let actual = book.settle(&estimate, &Receipt::usage(&usage))?;
    /// assert_eq!(actual.amount.to_string(), "$0.033847");
    ///
    /// let actual = book.settle(&estimate, &Receipt::nothing())?;
    /// assert_eq!((actual.source, actual.amount), (ActualSource::EstimateUpperBound, estimate.high));
    /// # Ok::<(), impasto_pricing::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`crate::ErrorKind::MalformedAmount`] when the named price is no amount of money or is negative, and
    /// [`crate::ErrorKind::AmountOutOfRange`] when an amount is too large.
    pub fn settle(&self, estimate: &Estimate, receipt: &Receipt<'_>) -> Result<Actual, Error> {
        let mut notes = Vec::new();
        if let Some(text) = receipt.price.map(str::trim).filter(|text| !text.is_empty()) {
            let amount = Money::parse(text, estimate.high.currency().clone())?;
            if amount.is_negative() {
                return Err(negative(&estimate.seller, &amount));
            }
            if !amount.is_zero() {
                return Ok(Actual { amount, source: ActualSource::SellerPrice, lines: Vec::new(), notes });
            }
            notes.push("the seller named a price of nothing, which is taken as not yet known".to_owned());
        }
        if let Some(lines) = usage::lines(self, estimate, receipt, &mut notes)? {
            let amount = crate::estimate::sum(&lines)?.expected;
            return Ok(Actual { amount, source: ActualSource::Usage, lines, notes });
        }
        notes.push("the seller did not say what it charged; this is the most it can have been".to_owned());
        let lines = estimate.lines.iter().map(at_most).collect();
        Ok(Actual { amount: estimate.high.clone(), source: ActualSource::EstimateUpperBound, lines, notes })
    }
}

/// Compares what a call cost with its estimate.
///
/// # Errors
/// [`crate::ErrorKind::MixedCurrencies`] when the two are of different currencies.
pub fn reconcile(estimate: &Estimate, actual: &Actual) -> Result<Reconciliation, Error> {
    let from_expected = actual.amount.minus(&estimate.expected)?;
    let (over, under) = (actual.amount.minus(&estimate.high)?, actual.amount.minus(&estimate.low)?);
    let (verdict, outside) = if under.is_negative() {
        (Verdict::Under, under)
    } else if over.is_negative() || over.is_zero() {
        (Verdict::Within, Money::zero(over.currency().clone()))
    } else {
        (Verdict::Over, over)
    };
    Ok(Reconciliation { verdict, from_expected, outside, source: actual.source })
}

/// A line of an estimate at its high end.
fn at_most(line: &Line) -> Line {
    let mut line = line.clone();
    line.quantity = Interval::exactly(line.quantity.high);
    line.amount = Interval::exactly(line.amount.high);
    line
}

fn negative(seller: &str, amount: &Money) -> Error {
    Error::new(
        crate::error::ErrorKind::MalformedAmount,
        format!("{seller} named a price of {amount}; a price cannot be negative, so check the reply"),
    )
}
