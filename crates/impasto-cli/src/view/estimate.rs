//! An estimate line by line, and the same request at every seller.

use std::collections::BTreeMap;

use impasto::compare::Offer;
use impasto::{Estimate, Money};
use serde::Serialize;

use super::cost::EstimateView;
use crate::term::Term;

/// The object printed by `estimate --json`.
#[derive(Debug, Serialize)]
pub(crate) struct EstimateReport {
    ok: bool,
    provider: String,
    model: String,
    /// How many images.
    n: u64,
    /// In how many calls they are made.
    calls: usize,
    #[serde(flatten)]
    estimate: EstimateView,
}

impl EstimateReport {
    /// The estimate of a request, one part for each of its calls.
    pub(crate) fn new(estimates: &[Estimate]) -> Option<Self> {
        let first = estimates.first()?;
        Some(Self {
            ok: true,
            provider: first.seller.clone(),
            model: first.model.to_string(),
            n: estimates.iter().map(|estimate| estimate.images).sum(),
            calls: estimates.len(),
            estimate: EstimateView::sum(estimates)?,
        })
    }

    /// Whether it may cost more than this; what cannot be compared may.
    pub(crate) fn is_over(&self, limit: &Money) -> bool {
        self.estimate.is_over(limit)
    }

    /// The same for people.
    pub(crate) fn text(&self, term: &Term) -> String {
        let images = if self.n == 1 { "1 image".to_owned() } else { format!("{} images", self.n) };
        let calls = if self.calls == 1 { String::new() } else { format!(" in {} calls", self.calls) };
        let title = format!("{images} by {} at {}{calls}", self.model, self.provider);
        let mut lines = vec![format!("{}: {}", term.heading(&title), self.estimate.words())];
        lines.extend(self.estimate.table());
        lines.extend(self.estimate.notes().iter().map(|note| format!("  - {note}")));
        lines.push(format!("  - prices read on {}", self.estimate.sheet_date()));
        lines.join("\n")
    }
}

/// The object printed by `compare --json`.
#[derive(Debug, Serialize)]
pub(crate) struct CompareReport {
    ok: bool,
    /// Cheapest first, those without a known price last.
    offers: Vec<OfferView>,
}

#[derive(Debug, Serialize)]
struct OfferView {
    provider: String,
    model: String,
    /// Null where no price is known.
    estimate: Option<EstimateView>,
    /// Why no price is known.
    unknown: Option<String>,
    /// What would be different from the request.
    changes: Vec<String>,
    notes: Vec<String>,
    calls: u32,
}

impl OfferView {
    /// A note without the name of the model, which stands in the line above it.
    fn without_name<'a>(&self, note: &'a str) -> &'a str {
        let rest = note.strip_prefix("model: ").unwrap_or(note);
        rest.strip_prefix(self.model.as_str()).map_or(rest, str::trim_start)
    }
}

impl CompareReport {
    pub(crate) fn new(offers: &[Offer]) -> Self {
        let view = |offer: &Offer| OfferView {
            provider: offer.provider.clone(),
            model: offer.model.to_string(),
            estimate: offer
                .estimate
                .as_ref()
                .ok()
                .and_then(|one| EstimateView::sum(std::slice::from_ref(one))),
            unknown: offer.estimate.as_ref().err().cloned(),
            changes: offer.changes.clone(),
            notes: offer.notes.clone(),
            calls: offer.calls,
        };
        Self { ok: true, offers: offers.iter().map(view).collect() }
    }

    /// The sellers without a known price, with how many models, or which where it is one.
    fn unknown(&self) -> Vec<String> {
        let mut models: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for offer in self.offers.iter().filter(|offer| offer.estimate.is_none()) {
            models.entry(&offer.provider).or_default().push(&offer.model);
        }
        let words = models.into_iter().map(|(provider, models)| match models.as_slice() {
            [one] => format!("{one} at {provider}"),
            many => format!("{} models at {provider}", many.len()),
        });
        words.collect()
    }

    /// The same for people: one line an offer, below it what it would change and what is worth knowing.
    pub(crate) fn text(&self) -> String {
        let mut lines = Vec::new();
        let width = self.offers.iter().map(|offer| offer.model.chars().count()).max().unwrap_or(0);
        let mut before: Option<&str> = None;
        for offer in &self.offers {
            let Some(estimate) = &offer.estimate else { continue };
            if let Some(first) = before.filter(|first| *first != estimate.currency()) {
                let currency = estimate.currency();
                lines.push(format!("in {currency}, which is not compared with {first}:"));
            }
            before = Some(estimate.currency());
            lines.push(format!("{:<width$}  {:<12} {}", offer.model, offer.provider, estimate.words()));
            lines.extend(offer.changes.iter().map(|change| format!("  ! {change}")));
            lines.extend(offer.notes.iter().map(|note| format!("  - {}", offer.without_name(note))));
        }
        if lines.is_empty() {
            lines.push("no seller with a known price can do this".to_owned());
        }
        let unknown = self.unknown();
        if !unknown.is_empty() {
            lines.push(format!("\nno price is known for {}", unknown.join(", ")));
        }
        lines.join("\n")
    }
}
