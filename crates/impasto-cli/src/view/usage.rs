//! What was spent: as JSON, and as a chart and tables for people.

use std::collections::BTreeMap;

use impasto::ledger::{LedgerEntry, LimitState};
use impasto::{ActualSource, BillingOutcome, Currency, Date, Money};
use serde::Serialize;

use crate::args::UsageBy;
use crate::term::Term;

/// How long the longest bar of the chart is.
const BAR: u64 = 40;

/// The object printed by `usage --json`. Amounts of different currencies stand apart everywhere.
#[derive(Debug, Serialize)]
pub(crate) struct UsageReport {
    ok: bool,
    /// The first day.
    since: String,
    emulated: bool,
    total: Group,
    days: Vec<Group>,
    sellers: Vec<Group>,
    models: Vec<Group>,
    /// Where the limits of the settings stand.
    budgets: Vec<BudgetView>,
}

/// Jobs that have something in common.
#[derive(Clone, Debug, Default, Serialize)]
struct Group {
    name: String,
    jobs: u64,
    images: u64,
    /// Jobs that failed and cost nothing.
    free: u64,
    /// Paid jobs of which no price is known.
    unpriced: u64,
    amounts: Vec<Amounts>,
}

/// What was spent of one currency.
#[derive(Clone, Debug, Serialize)]
struct Amounts {
    currency: String,
    /// What the sellers said, or what their usage comes to.
    actual: String,
    /// What the estimates allow at most, where the sellers said nothing.
    at_most: String,
    /// What jobs may have cost of which nobody knows whether they were billed.
    unknown: String,
    #[serde(skip)]
    sums: [Option<Money>; 3],
}

#[derive(Debug, Serialize)]
struct BudgetView {
    limit: String,
    spent: String,
    reserved: String,
    left: Option<String>,
    currency: String,
}

impl UsageReport {
    pub(crate) fn new<'a>(
        entries: impl Iterator<Item = &'a LedgerEntry>,
        since: u64,
        emulated: bool,
        states: &[LimitState],
    ) -> Self {
        // A job that was taken up again has an entry for each time, and is paid for once: the last one knows most.
        let mut jobs = BTreeMap::new();
        for entry in entries {
            jobs.insert(entry.job.as_str(), entry);
        }
        let mut total = Group::named("total");
        let (mut days, mut sellers, mut models) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for entry in jobs.into_values() {
            total.add(entry);
            group(&mut days, &Date::from_unix(entry.at).to_string()).add(entry);
            group(&mut sellers, &entry.provider).add(entry);
            group(&mut models, &format!("{} at {}", entry.model, entry.provider)).add(entry);
        }
        Self {
            ok: true,
            since: Date::from_unix(since).to_string(),
            emulated,
            total: total.written(),
            days: listed(days),
            sellers: listed(sellers),
            models: listed(models),
            budgets: states.iter().map(BudgetView::new).collect(),
        }
    }

    /// The same for people.
    pub(crate) fn text(&self, by: Option<UsageBy>, term: &Term) -> String {
        let mut lines = Vec::new();
        if self.total.jobs == 0 {
            let what = if self.emulated { "no emulator was asked" } else { "nothing was spent" };
            lines.push(format!("{what} since {}", self.since));
        } else {
            if by.is_none_or(|by| by == UsageBy::Day) {
                lines.extend(self.chart(term));
            }
            if by.is_none_or(|by| by == UsageBy::Seller) {
                lines.extend(table("by seller", &self.sellers, term));
            }
            if by.is_none_or(|by| by == UsageBy::Model) {
                lines.extend(table("by model", &self.models, term));
            }
            let images = if self.total.images == 1 { "image" } else { "images" };
            let head =
                format!("since {}: {} {images}, {}", self.since, self.total.images, self.total.words());
            lines.push(term.heading(&head));
            if self.emulated {
                lines.push("emulators answered: none of it was paid".to_owned());
            }
        }
        for budget in &self.budgets {
            let left = budget.left.as_deref().unwrap_or("unknown");
            let BudgetView { limit, spent, reserved, currency, .. } = budget;
            lines
                .push(format!("budget {limit}: spent {spent}, set aside {reserved}, left {left} {currency}"));
        }
        lines.join("\n")
    }

    /// A bar for each day and currency; bars of one currency are to one scale.
    fn chart(&self, term: &Term) -> Vec<String> {
        let mut lines = vec![term.heading("by day")];
        let all = || self.days.iter().flat_map(|day| &day.amounts);
        let currencies: Vec<&str> = self.total.amounts.iter().map(|one| one.currency.as_str()).collect();
        for currency in currencies {
            let of = |amounts: &&Amounts| amounts.currency == currency;
            let most = all()
                .filter(of)
                .filter_map(Amounts::all)
                .max_by(|a, b| a.compare(b).unwrap_or(std::cmp::Ordering::Equal));
            for day in &self.days {
                let Some(amounts) = day.amounts.iter().find(of) else { continue };
                let bar = amounts.all().zip(most.clone()).map_or(0, |(sum, most)| length(&sum, &most));
                lines.push(format!("  {}  {}  {}", day.name, bar_of(bar), amounts.words()));
            }
        }
        for day in self.days.iter().filter(|day| day.amounts.is_empty()) {
            lines.push(format!("  {}  {}  {}", day.name, bar_of(0), day.words()));
        }
        lines
    }
}

fn group<'a>(groups: &'a mut BTreeMap<String, Group>, name: &str) -> &'a mut Group {
    groups.entry(name.to_owned()).or_insert_with(|| Group::named(name))
}

fn listed(groups: BTreeMap<String, Group>) -> Vec<Group> {
    groups.into_values().map(Group::written).collect()
}

fn table(title: &str, groups: &[Group], term: &Term) -> Vec<String> {
    let width = groups.iter().map(|group| group.name.chars().count()).max().unwrap_or(0);
    let mut lines = vec![term.heading(title)];
    for group in groups {
        let images = if group.images == 1 { " image, " } else { " images," };
        lines.push(format!("  {:<width$}  {:>5}{images} {}", group.name, group.images, group.words()));
    }
    lines
}

fn bar_of(length: u64) -> String {
    let full = usize::try_from(length).unwrap_or(0);
    let empty = usize::try_from(BAR.saturating_sub(length)).unwrap_or(0);
    format!("{}{}", "█".repeat(full), "·".repeat(empty))
}

/// The length of a bar: at least one for what is not nothing.
fn length(amount: &Money, most: &Money) -> u64 {
    let reaches = |length: u64| {
        let (one, other) = (amount.times(BAR), most.times(length));
        one.ok()
            .zip(other.ok())
            .and_then(|(one, other)| one.compare(&other))
            .is_some_and(std::cmp::Ordering::is_ge)
    };
    let longest = (1..=BAR).rev().find(|length| reaches(*length)).unwrap_or(0);
    if amount.is_zero() { 0 } else { longest.max(1) }
}

impl Group {
    fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    fn add(&mut self, entry: &LedgerEntry) {
        self.jobs += 1;
        self.images += u64::from(entry.delivered);
        let high = entry.estimate.as_ref().map(|estimate| &estimate.high);
        let (place, amount) = match (entry.billing, &entry.actual) {
            (BillingOutcome::NotBilled, _) => {
                self.free += 1;
                return;
            }
            (BillingOutcome::Unknown, _) => (2, high),
            (BillingOutcome::Billed, Some(actual)) if actual.source == ActualSource::EstimateUpperBound => {
                (1, Some(&actual.amount))
            }
            (BillingOutcome::Billed, Some(actual)) => (0, Some(&actual.amount)),
            (BillingOutcome::Billed, None) => (1, high),
        };
        let Some(amount) = amount else {
            self.unpriced += 1;
            return;
        };
        let code = amount.currency().code();
        let at = self.amounts.iter().position(|one| one.currency == code).unwrap_or_else(|| {
            self.amounts.push(Amounts::of(amount.currency()));
            self.amounts.len() - 1
        });
        let sum = &mut self.amounts[at].sums[place];
        *sum = sum.take().and_then(|sum| sum.plus(amount).ok());
    }

    /// The sums as text.
    fn written(mut self) -> Self {
        for amounts in &mut self.amounts {
            let text = |sum: &Option<Money>| sum.as_ref().map_or_else(|| "?".to_owned(), Money::amount_text);
            amounts.actual = text(&amounts.sums[0]);
            amounts.at_most = text(&amounts.sums[1]);
            amounts.unknown = text(&amounts.sums[2]);
        }
        self.amounts.sort_by(|a, b| a.currency.cmp(&b.currency));
        self
    }

    fn words(&self) -> String {
        let mut words: Vec<String> = self.amounts.iter().map(Amounts::words).collect();
        if self.unpriced > 0 {
            words.push(format!("{} without a known price", self.unpriced));
        }
        if words.is_empty() {
            words.push("nothing paid".to_owned());
        }
        words.join(" + ")
    }
}

impl Amounts {
    fn of(currency: &Currency) -> Self {
        let zero = || Some(Money::zero(currency.clone()));
        Self {
            currency: currency.code().to_owned(),
            actual: String::new(),
            at_most: String::new(),
            unknown: String::new(),
            sums: [zero(), zero(), zero()],
        }
    }

    /// Everything that may have been spent.
    fn all(&self) -> Option<Money> {
        let [actual, at_most, unknown] = &self.sums;
        actual.as_ref()?.plus(at_most.as_ref()?).ok()?.plus(unknown.as_ref()?).ok()
    }

    fn words(&self) -> String {
        let Self { currency, actual, at_most, unknown, .. } = self;
        let mut words = Vec::new();
        if actual != "0" {
            words.push(format!("{actual} {currency}"));
        }
        if at_most != "0" {
            words.push(format!("at most {at_most} {currency} more"));
        }
        if unknown != "0" {
            words.push(format!("{unknown} {currency} perhaps billed"));
        }
        if words.is_empty() { format!("0 {currency}") } else { words.join(", ") }
    }
}

impl BudgetView {
    fn new(state: &LimitState) -> Self {
        Self {
            limit: state.limit.to_string(),
            spent: state.spent.amount_text(),
            reserved: state.reserved.amount_text(),
            left: state.left().ok().map(|left| left.amount_text()),
            currency: state.limit.amount.currency().code().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BAR, UsageReport, length};
    use impasto::ledger::LedgerEntry;
    use impasto::{Currency, Money};
    use serde_json::json;

    #[test]
    fn a_job_that_was_taken_up_again_counts_once() {
        let entry = |job: &str, at: u64, delivered: u32| -> LedgerEntry {
            serde_json::from_value(json!({
                "at": at, "job": job, "provider": "openai", "model": "gpt-image-2", "operation": "generate",
                "asked": 1, "delivered": delivered, "attempts": 1, "billing": "billed", "estimate": null,
                "actual": null, "request_id": null, "task_id": null, "failure": null,
            }))
            .unwrap()
        };
        let entries = [entry("a", 1, 0), entry("b", 2, 1), entry("a", 3, 0), entry("a", 90_000, 1)];
        let report = UsageReport::new(entries.iter(), 0, false, &[]);
        assert_eq!((report.total.jobs, report.total.images), (2, 2));
        assert_eq!(report.days.len(), 2);
    }

    #[test]
    fn bars_are_to_scale_and_never_hide_what_was_spent() {
        let money = |text: &str| Money::parse(text, Currency::Usd).unwrap();
        for (amount, expected) in [("0", 0), ("0.0001", 1), ("5", BAR / 2), ("10", BAR)] {
            assert_eq!(length(&money(amount), &money("10")), expected, "{amount}");
        }
    }
}
