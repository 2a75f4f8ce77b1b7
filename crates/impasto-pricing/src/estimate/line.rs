//! One line of an estimate or of a bill.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};
use crate::interval::Interval;
use crate::money::Money;
use crate::sheet::{Price, Unit};

/// A quantity of one unit and what it costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Line {
    /// What it is, in words.
    pub what: String,
    /// The unit that is charged.
    pub unit: Unit,
    /// How many units.
    pub quantity: Interval<u64>,
    /// What [`Line::per`] units cost, a batch discount included. Absent on a line that is a difference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<Money>,
    /// How many units the unit price buys.
    pub per: u64,
    /// What the quantity costs.
    pub amount: Interval<Money>,
    /// What else to know about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Where the price was read.
    pub source: String,
}

impl Line {
    /// `quantity` units at `price`, reduced by `factor` in a batch.
    ///
    /// A price in doubt counts at its most for the high end.
    pub(crate) fn priced(
        what: impl Into<String>,
        price: &Price,
        quantity: Interval<u64>,
        factor: Option<Decimal>,
    ) -> Result<Self, Error> {
        let reduced = |money: &Money| factor.map_or_else(|| Ok(money.clone()), |factor| money.scaled(factor));
        let (each, each_high) = (reduced(price.each())?, reduced(price.each_high())?);
        let amount = Interval {
            low: each.times(quantity.low)?,
            expected: each.times(quantity.expected)?,
            high: each_high.times(quantity.high)?,
        };
        Ok(Self {
            what: what.into(),
            unit: price.unit,
            quantity,
            unit_price: Some(reduced(&price.amount)?),
            per: price.per,
            amount,
            note: None,
            source: price.source.clone(),
        })
    }

    pub(crate) fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

/// The lines added up.
pub(crate) fn sum(lines: &[Line]) -> Result<Interval<Money>, Error> {
    let mut lines = lines.iter().map(|line| &line.amount);
    let first = lines.next().cloned().ok_or_else(|| {
        // Nothing to add would read as nothing to pay.
        Error::new(ErrorKind::UnknownPrice, "nothing of this request has a price; add a price sheet for it")
    })?;
    lines.try_fold(first, |total, amount| {
        Ok(Interval {
            low: total.low.plus(&amount.low)?,
            expected: total.expected.plus(&amount.expected)?,
            high: total.high.plus(&amount.high)?,
        })
    })
}
