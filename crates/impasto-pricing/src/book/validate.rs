//! Checks of the sheets against themselves: dates, sources, gaps and overlaps.

use std::fmt;

use impasto_types::Date;
use serde::{Deserialize, Serialize};

use super::PriceBook;
use crate::sheet::{Price, Sheet, Unit};

/// What is wrong with a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FindingKind {
    /// A price ends before it begins, or was read in the future.
    Dates,
    /// A price, default or factor does not say where it was read.
    Source,
    /// Two prices of a sheet hold for the same thing on the same day.
    Overlap,
    /// There are days between two prices of the same thing on which neither holds.
    Gap,
    /// A model has a price for some of the tokens of a call and not for others.
    Incomplete,
    /// Two sellers answer to the same id.
    Seller,
    /// A price was read longer ago than the book's staleness allows.
    Stale,
}

/// One thing that is wrong with a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// What is wrong.
    pub kind: FindingKind,
    /// What it is about, such as `openai gpt-image-2 image_output_token`.
    pub about: String,
    /// What is wrong and what to do, as a sentence.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.about, self.message)
    }
}

impl PriceBook {
    /// Everything that is wrong with the sheets as of `today`; empty when all is well.
    ///
    /// Overlaps and gaps are looked for within each sheet: laying one sheet over another is no mistake.
    ///
    /// ```
    /// use impasto_pricing::PriceBook;
    ///
    /// assert_eq!(PriceBook::builtin().validate("2026-11-21".parse().unwrap()), []);
    /// ```
    #[must_use]
    pub fn validate(&self, today: Date) -> Vec<Finding> {
        let mut findings = Vec::new();
        for sheet in self.sheets() {
            for price in &sheet.prices {
                self.check_price(price, today, &mut findings);
            }
            check_other_sources(sheet, &mut findings);
            check_windows(sheet, &mut findings);
            check_tokens(sheet, &mut findings);
        }
        self.check_sellers(&mut findings);
        findings
    }

    fn check_price(&self, price: &Price, today: Date, findings: &mut Vec<Finding>) {
        let mut found =
            |kind, message: String| findings.push(Finding { kind, about: price.label(), message });
        if let (Some(from), Some(until)) = (price.effective_from, price.effective_until)
            && until < from
        {
            found(FindingKind::Dates, format!("it ends on {until}, before it begins on {from}"));
        }
        if price.read_on > today {
            found(FindingKind::Dates, format!("it was read on {}, which is after {today}", price.read_on));
        }
        if price.source.trim().is_empty() {
            found(FindingKind::Source, "it has no source; say where the price was read".to_owned());
        }
        if self.staleness().is_stale(price.read_on, today) {
            let message = format!("it was read on {}; read it again at {}", price.read_on, price.source);
            found(FindingKind::Stale, message);
        }
    }

    fn check_sellers(&self, findings: &mut Vec<Finding>) {
        let sheets: Vec<&Sheet> = self.sheets().collect();
        for (at, sheet) in sheets.iter().enumerate() {
            let ids = std::iter::once(&sheet.seller).chain(&sheet.aliases);
            for id in ids {
                let other =
                    sheets[at + 1..].iter().find(|other| other.seller != sheet.seller && other.is_of(id));
                if let Some(other) = other {
                    findings.push(Finding {
                        kind: FindingKind::Seller,
                        about: sheet.seller.clone(),
                        message: format!("{} also answers to {id}; give the id to one of them", other.seller),
                    });
                }
            }
        }
    }
}

fn check_other_sources(sheet: &Sheet, findings: &mut Vec<Finding>) {
    let batch = sheet.batch.iter().map(|batch| ("batch", &batch.source));
    let defaults = sheet.defaults.iter().map(|default| ("default", &default.source));
    let unknown = sheet.unknown.iter().map(|unknown| ("unknown", &unknown.source));
    for (what, source) in batch.chain(defaults).chain(unknown) {
        if source.trim().is_empty() {
            findings.push(Finding {
                kind: FindingKind::Source,
                about: format!("{} {what}", sheet.seller),
                message: "it has no source; say where it was read".to_owned(),
            });
        }
    }
}

/// Whether two prices are meant for the same thing, days aside.
fn same_thing(a: &Price, b: &Price) -> bool {
    let both_open = a.sizes.is_empty() && b.sizes.is_empty();
    a.unit == b.unit
        && a.operation == b.operation
        && a.quality == b.quality
        && (both_open || a.sizes.iter().any(|size| b.sizes.contains(size)))
        && a.models.iter().any(|model| b.models.contains(model))
}

fn check_windows(sheet: &Sheet, findings: &mut Vec<Finding>) {
    let from = |price: &Price| price.effective_from.map_or(i64::MIN, Date::days_since_epoch);
    let until = |price: &Price| price.effective_until.map_or(i64::MAX, Date::days_since_epoch);
    for (at, price) in sheet.prices.iter().enumerate() {
        for other in &sheet.prices[at + 1..] {
            if same_thing(price, other) && from(price) <= until(other) && from(other) <= until(price) {
                findings.push(Finding {
                    kind: FindingKind::Overlap,
                    about: price.label(),
                    message: format!("it holds on the same days as {}; end the older one", other.label()),
                });
            }
        }
        let later = |other: &&Price| {
            !std::ptr::eq(price, *other) && same_thing(price, other) && from(other) > until(price)
        };
        let next = sheet.prices.iter().filter(later);
        if let Some(next) = next.min_by_key(|other| from(other))
            && until(price).checked_add(1).is_some_and(|day| day < from(next))
        {
            findings.push(Finding {
                kind: FindingKind::Gap,
                about: price.label(),
                message: "no price holds on some days between this one and the next".to_owned(),
            });
        }
    }
}

fn check_tokens(sheet: &Sheet, findings: &mut Vec<Finding>) {
    for price in sheet.prices.iter().filter(|price| price.unit == Unit::ImageOutputToken) {
        for model in &price.models {
            for unit in [Unit::TextInputToken, Unit::ImageInputToken] {
                if !sheet.prices.iter().any(|other| other.unit == unit && other.models.contains(model)) {
                    findings.push(Finding {
                        kind: FindingKind::Incomplete,
                        about: price.label(),
                        message: format!(
                            "{model} has no price for {unit}; add it, or no call can be estimated"
                        ),
                    });
                }
            }
        }
    }
}
