//! The ways a seller may charge a request, and how they are brought together.

use impasto_types::{Date, OutputFormat, Quality, Size};

use super::asked::Asked;
use super::line::{Line, sum};
use super::tokens;
use crate::book::{PriceBook, fits_image, fitting};
use crate::error::Error;
use crate::interval::Interval;
use crate::money::Money;
use crate::sheet::{Price, Standing, Unit};
use crate::tokens::output::expected_quality;

/// One way to charge a request, complete.
pub(super) struct Way {
    /// How it is called: `by tokens`.
    pub(super) name: &'static str,
    /// The more exactly it is meant for the request, the more; 0 for a base price, which holds for nothing.
    rank: u8,
    pub(super) lines: Vec<Line>,
    pub(super) assumptions: Vec<String>,
    pub(super) standing: Standing,
    pub(super) read_on: Date,
    pub(super) stale: bool,
}

impl Way {
    /// A way by `prices`: as well known as the least known of them, and as old as the oldest. Their notes are told.
    pub(super) fn new(
        book: &PriceBook,
        today: Date,
        name: &'static str,
        rank: u8,
        prices: &[&Price],
    ) -> Result<Self, Error> {
        let (mut standing, mut read_on, mut stale) = (Standing::Documented, today, false);
        let mut assumptions: Vec<String> = Vec::new();
        for (at, price) in prices.iter().enumerate() {
            if let Some(note) = price.note.as_ref().filter(|note| !assumptions.contains(note)) {
                assumptions.push(note.clone());
            }
            standing = standing.min(price.standing);
            read_on = if at == 0 { price.read_on } else { read_on.min(price.read_on) };
            stale |= book.check_age(price, today)?;
        }
        Ok(Self { name, rank, lines: Vec::new(), assumptions, standing, read_on, stale })
    }

    pub(super) fn total(&self) -> Result<Interval<Money>, Error> {
        sum(&self.lines)
    }
}

/// Every way that the topmost sheet about the model states.
///
/// Tokens that cannot be counted are an error only where there is no other way.
pub(super) fn all(book: &PriceBook, asked: &Asked<'_>) -> Result<Vec<Way>, Error> {
    let Some(sheet) = book.charging_sheet(asked.query) else {
        return Ok(Vec::new());
    };
    let stated = |unit| !fitting(sheet, asked.query, unit).is_empty();
    let mut ways = Vec::new();
    if stated(Unit::Image) {
        ways.extend(per_image(book, asked)?);
    }
    if stated(Unit::Run) {
        ways.extend(per_call(book, asked, Unit::Run)?);
    }
    if stated(Unit::ImageOutputToken) {
        let by_tokens = tokens::way(book, asked);
        if ways.is_empty() {
            ways.extend(by_tokens?);
        } else if let Ok(way) = by_tokens {
            ways.extend(way);
        }
    }
    if stated(Unit::BaseRun) {
        ways.extend(per_call(book, asked, Unit::BaseRun)?);
    }
    if asked.is_format(&OutputFormat::Svg) {
        for way in &mut ways {
            way.lines.push(tokens::svg_author(book, asked)?);
        }
    }
    Ok(ways)
}

/// The place of the way to expect: the best known, then the most exactly meant. Never a base price.
pub(super) fn preferred(ways: &[Way]) -> Option<usize> {
    let usable = ways.iter().enumerate().filter(|(_, way)| way.rank > 0);
    usable.max_by_key(|(_, way)| (way.standing, way.rank)).map(|(at, _)| at)
}

/// A line that widens the preferred way's total to hold every other way.
pub(super) fn difference(ways: &[Way], at: usize, total: &Interval<Money>) -> Result<Option<Line>, Error> {
    let (mut low, mut high) = (total.low.clone(), total.high.clone());
    let mut notes = Vec::new();
    let mut sources = Vec::new();
    for (_, way) in ways.iter().enumerate().filter(|(other, _)| *other != at) {
        let other = way.total()?;
        notes.push(format!("{}: {:.4} to {:.4}", way.name, other.low, other.high));
        sources.extend(way.lines.first().map(|line| line.source.as_str()));
        if other.low < low {
            low = other.low;
        }
        if other.high > high {
            high = other.high;
        }
    }
    let amount = Interval {
        low: low.minus(&total.low)?,
        expected: Money::zero(total.low.currency().clone()),
        high: high.minus(&total.high)?,
    };
    if amount.low.is_zero() && amount.high.is_zero() {
        return Ok(None);
    }
    Ok(Some(Line {
        what: "if charged in another way".to_owned(),
        unit: Unit::Difference,
        quantity: Interval::exactly(1),
        unit_price: None,
        per: 1,
        amount,
        note: Some(notes.join("; ")),
        source: sources.join("; "),
    }))
}

/// A price for each image, by quality and size; an open one spans all that it could be.
fn per_image(book: &PriceBook, asked: &Asked<'_>) -> Result<Option<Way>, Error> {
    let all = book.all(asked.query, Unit::Image);
    let quality = asked.quality.filter(|quality| **quality != Quality::Auto);
    let size = asked.size.filter(|size| !matches!(size, Size::Auto));
    let fitting: Vec<&Price> = all.into_iter().filter(|price| fits_image(price, quality, size)).collect();
    let most = fitting.iter().map(|price| price.conditions()).max();
    let prices: Vec<&Price> = fitting.into_iter().filter(|price| Some(price.conditions()) == most).collect();
    let guess = expected_quality(asked.query.model);
    let square = Size::exact(1024, 1024);
    let likely = |price: &&&Price| {
        (fits_image(price, Some(quality.unwrap_or(&guess)), None), fits_image(price, None, Some(&square)))
    };
    let (Some(expected), Some(least), Some(dearest)) = (
        // The first of equals, in the order of the sheet.
        prices.iter().rev().max_by_key(likely),
        prices.iter().min_by_key(|price| price.each().amount()),
        prices.iter().max_by_key(|price| price.each_high().amount()),
    ) else {
        return Ok(None);
    };
    let mut way = Way::new(book, asked.query.day, "per image", 3, &prices)?;
    let quantity = Interval::exactly(asked.n);
    let mut line = Line::priced("images", expected, quantity, asked.factor)?;
    line.amount.low = Line::priced("", least, quantity, asked.factor)?.amount.low;
    line.amount.high = Line::priced("", dearest, quantity, asked.factor)?.amount.high;
    way.lines.push(line);
    if prices.len() > 1 {
        way.assumptions.push(format!(
            "quality or size is left open; the range spans {} to {} an image",
            least.each(),
            dearest.each_high()
        ));
    }
    Ok(Some(way))
}

/// A flat price for each call; whether several images in one call are one run is not known.
fn per_call(book: &PriceBook, asked: &Asked<'_>, unit: Unit) -> Result<Option<Way>, Error> {
    let Some(price) = book.find(asked.query, unit) else {
        return Ok(None);
    };
    let (name, rank) = if unit == Unit::BaseRun { ("the advertised base price", 0) } else { ("per call", 1) };
    let mut way = Way::new(book, asked.query.day, name, rank, &[price])?;
    let quantity = Interval::new(1, asked.n, asked.n);
    way.lines.push(Line::priced("calls", price, quantity, asked.factor)?);
    if asked.n > 1 {
        way.assumptions
            .push("each image is expected to be a call of its own; at least one call is charged".to_owned());
    }
    Ok(Some(way))
}
