//! What it may cost, and what it cost: amounts are decimal text, never floating point.

use impasto::{Actual, Estimate, Generation, Money};
use serde::Serialize;

/// What a request may cost, all its calls together.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct EstimateView {
    low: String,
    expected: String,
    high: String,
    currency: String,
    lines: Vec<LineView>,
    assumptions: Vec<String>,
    /// The day the oldest price in it was read.
    sheet_date: String,
    /// Whether that is too long ago to be trusted.
    stale: bool,
    /// For people, with the currency's sign.
    #[serde(skip)]
    words: String,
    /// `high`, to be compared.
    #[serde(skip)]
    most: Money,
}

/// One line of an estimate. They add up to the total exactly.
#[derive(Clone, Debug, Serialize)]
struct LineView {
    what: String,
    unit: String,
    quantity: Range<u64>,
    unit_price: Option<String>,
    per: u64,
    amount: Range<String>,
    note: Option<String>,
    source: String,
    /// For people, with the currency's sign.
    #[serde(skip)]
    words: String,
}

#[derive(Clone, Debug, Serialize)]
struct Range<T> {
    low: T,
    expected: T,
    high: T,
}

/// What the calls cost together. Null where the price of one is not known.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CostView {
    amount: String,
    currency: String,
    /// Where it is known from, one word for each call: `usage`, `seller_price` or `estimate_upper_bound`.
    sources: Vec<&'static str>,
    notes: Vec<String>,
    #[serde(skip)]
    words: String,
}

impl EstimateView {
    /// The sum of the calls a request is split into; nothing without one, or where they cannot be added up.
    pub(crate) fn sum(estimates: &[Estimate]) -> Option<Self> {
        let (first, others) = estimates.split_first()?;
        let (mut low, mut expected, mut high) =
            (first.low.clone(), first.expected.clone(), first.high.clone());
        let mut assumptions = first.assumptions.clone();
        for more in others {
            low = low.plus(&more.low).ok()?;
            expected = expected.plus(&more.expected).ok()?;
            high = high.plus(&more.high).ok()?;
            let new: Vec<String> =
                more.assumptions.iter().filter(|text| !assumptions.contains(text)).cloned().collect();
            assumptions.extend(new);
        }
        let oldest = estimates.iter().map(|estimate| estimate.sheet_date).min()?;
        Some(Self {
            words: range(&low, &expected, &high),
            low: low.amount_text(),
            expected: expected.amount_text(),
            high: high.amount_text(),
            most: high,
            currency: low.currency().code().to_owned(),
            lines: estimates.iter().flat_map(lines).collect(),
            assumptions,
            sheet_date: oldest.to_string(),
            stale: estimates.iter().any(|estimate| estimate.stale),
        })
    }

    /// The estimate in one line.
    pub(crate) fn words(&self) -> String {
        let age =
            if self.stale { format!("; the price was read on {}", self.sheet_date) } else { String::new() };
        format!("{}{}{age}", self.words, left_open(&self.assumptions))
    }

    /// Whether it may cost more than this; what cannot be compared may.
    pub(crate) fn is_over(&self, limit: &Money) -> bool {
        self.most.compare(limit).is_none_or(std::cmp::Ordering::is_gt)
    }
}

impl EstimateView {
    /// The lines as a table: what, how much of it, what that costs.
    pub(super) fn table(&self) -> Vec<String> {
        let rows: Vec<[String; 3]> = self.lines.iter().map(LineView::row).collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let (first, second) = (width(0), width(1));
        rows.iter()
            .map(|[what, quantity, amount]| format!("  {what:<first$}  {quantity:<second$}  {amount}"))
            .collect()
    }

    pub(super) fn notes(&self) -> &[String] {
        &self.assumptions
    }

    pub(super) fn currency(&self) -> &str {
        &self.currency
    }

    pub(super) fn sheet_date(&self) -> &str {
        &self.sheet_date
    }
}

impl LineView {
    fn row(&self) -> [String; 3] {
        let Range { low, expected, high } = &self.quantity;
        let spread = if low == high { String::new() } else { format!(" ({low} to {high})") };
        let unit = self.unit.replace('_', " ");
        let plural = if *expected == 1 { "" } else { "s" };
        [self.what.clone(), format!("{expected}{spread} {unit}{plural}"), self.words.clone()]
    }
}

fn lines(estimate: &Estimate) -> Vec<LineView> {
    let view = estimate.lines.iter().map(|line| LineView {
        what: line.what.clone(),
        unit: line.unit.to_string(),
        quantity: Range {
            low: line.quantity.low,
            expected: line.quantity.expected,
            high: line.quantity.high,
        },
        unit_price: line.unit_price.as_ref().map(Money::amount_text),
        per: line.per,
        amount: Range {
            low: line.amount.low.amount_text(),
            expected: line.amount.expected.amount_text(),
            high: line.amount.high.amount_text(),
        },
        note: line.note.clone(),
        source: line.source.clone(),
        words: range(&line.amount.low, &line.amount.expected, &line.amount.high),
    });
    view.collect()
}

impl CostView {
    pub(crate) fn of(generation: &Generation) -> Option<Self> {
        let amount = generation.cost()?;
        Some(Self {
            amount: amount.amount_text(),
            currency: amount.currency().code().to_owned(),
            sources: generation.costs.iter().map(|cost| cost.source.as_str()).collect(),
            notes: generation.costs.iter().flat_map(|cost| cost.notes.clone()).collect(),
            words: words(&amount, &generation.costs),
        })
    }

    /// The cost in a few words.
    pub(crate) fn words(&self) -> &str {
        &self.words
    }
}

fn words(amount: &Money, costs: &[Actual]) -> String {
    let bound = costs.iter().any(|cost| cost.source == impasto::ActualSource::EstimateUpperBound);
    if bound { format!("at most {}", short(amount)) } else { short(amount) }
}

/// The line that stands where an estimate would, with the reason where it is known.
pub(crate) fn unpriced(reason: Option<&str>) -> String {
    format!("estimate: {}", reason.unwrap_or("no price is known"))
}

/// Why the range is wide, where the request could narrow it.
fn left_open(assumptions: &[String]) -> &'static str {
    let open = |field: &str| {
        assumptions.iter().any(|text| {
            text.strip_prefix(field).is_some_and(|rest| rest.starts_with(' ') && rest.contains("range spans"))
        })
    };
    match (open("size"), open("quality")) {
        (true, true) => "; size and quality are left open",
        (true, false) => "; size is left open",
        (false, true) => "; quality is left open",
        (false, false) => "",
    }
}

/// `$0.0064`, or `$0.0064 ($0.0051 to $0.0077)` where it is not known exactly.
fn range(low: &Money, expected: &Money, high: &Money) -> String {
    let (low, expected, high) = (short(low), short(expected), short(high));
    if low == high { expected } else { format!("{expected} ({low} to {high})") }
}

/// Four places, or all of them where four would show nothing of it.
fn short(amount: &Money) -> String {
    let four = format!("{amount:.4}");
    let nothing = four.chars().all(|c| !c.is_ascii_digit() || c == '0');
    if nothing && !amount.is_zero() { amount.to_string() } else { four }
}

#[cfg(test)]
mod tests {
    use super::{left_open, range, short};
    use impasto::{Currency, Money};

    fn dollars(text: &str) -> Money {
        Money::parse(text, Currency::Usd).unwrap()
    }

    #[test]
    fn amounts_are_short_and_never_nothing_by_rounding() {
        let shown = ["0", "0.000005", "0.00005", "1.60128", "20"].map(|text| short(&dollars(text)));
        assert_eq!(shown, ["$0.0000", "$0.000005", "$0.0001", "$1.6013", "$20.0000"]);
        let (low, high) = (dollars("0.5"), dollars("2"));
        assert_eq!(range(&low, &dollars("1"), &high), "$1.0000 ($0.5000 to $2.0000)");
        assert_eq!(range(&low, &low, &low), "$0.5000");
    }

    #[test]
    fn only_what_the_request_could_narrow_is_left_open() {
        let check = |assumptions: &[&str], expected: &str| {
            let assumptions: Vec<String> = assumptions.iter().map(|&text| text.to_owned()).collect();
            assert_eq!(left_open(&assumptions), expected, "{assumptions:?}");
        };
        let size = "size is left to the model: the range spans every size it could choose";
        let quality = "quality is not set: the range spans everything gpt-image-2 could make of it";
        check(&[quality, size], "; size and quality are left open");
        check(&[size], "; size is left open");
        check(&[quality], "; quality is left open");
        check(&["quality is not set; a seller takes medium (its documents)", "sizes: the range spans"], "");
    }
}
