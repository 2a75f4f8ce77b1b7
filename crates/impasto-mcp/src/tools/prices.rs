//! `estimate_cost` and `compare_prices`: nothing is sent and no key is needed.

use impasto::compare::{self, Offer};
use impasto::{Book, Currency, Date, Estimate, ImageRequest, Money};
use rmcp::model::CallToolResult;

use crate::answer;
use crate::args::{ImageArgs, PricedArgs, SellerArgs};
use crate::error::Error;
use crate::output::{BudgetView, CompareView, EstimateView, LineView, OfferView, RangeView};
use crate::request;
use crate::server::Call;

/// Of more offers than this the words name only the first.
const SHOWN: usize = 8;

/// What a request may cost.
pub(crate) async fn estimate(call: &Call<'_>) -> Result<CallToolResult, Error> {
    let (request, seller) = asked(call)?;
    let client = call.shared.settings.clients.unsent(seller.provider.as_deref())?;
    let estimates = client.request(request).estimate().await?;
    let range = RangeView::sum(&estimates)
        .ok_or_else(|| Error::new("unknown_price", "the calls of the request cannot be added up"))?;
    let budget = call.shared.budget().await;
    let answer = EstimateView {
        status: "ok".to_owned(),
        provider: Some(client.provider().to_owned()),
        model: estimates.first().map(|estimate| estimate.model.to_string()),
        fits_budget: Some(fits(&range, &budget)),
        lines: estimates.iter().flat_map(lines).collect(),
        assumptions: assumptions(&estimates),
        prices_read: estimates.iter().map(|estimate| estimate.sheet_date).min().map(|day| day.to_string()),
        stale: Some(estimates.iter().any(|estimate| estimate.stale)),
        estimate: Some(range),
        budget: Some(budget),
        error: None,
    };
    Ok(answer::plain(words(&answer), &answer))
}

fn asked(call: &Call<'_>) -> Result<(ImageRequest, SellerArgs), Error> {
    let image: ImageArgs = call.read.part()?;
    let priced: PricedArgs = call.read.part()?;
    Ok((request::priced(&image, &priced, &call.roots)?, call.read.part()?))
}

/// Whether the high end fits into what is left.
fn fits(range: &RangeView, budget: &BudgetView) -> bool {
    let money = |amount: &str, currency: &str| Money::parse(amount, Currency::from(currency)).ok();
    match (money(&range.high, &range.currency), money(&budget.left, &budget.currency)) {
        (Some(high), Some(left)) => high.compare(&left).is_some_and(std::cmp::Ordering::is_le),
        _ => false,
    }
}

fn lines(estimate: &Estimate) -> Vec<LineView> {
    estimate
        .lines
        .iter()
        .map(|line| LineView {
            what: line.what.clone(),
            estimate: RangeView::new(&line.amount.low, &line.amount.expected, &line.amount.high),
        })
        .collect()
}

/// Each assumption once.
fn assumptions(estimates: &[Estimate]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for assumption in estimates.iter().flat_map(|estimate| &estimate.assumptions) {
        if !all.contains(assumption) {
            all.push(assumption.clone());
        }
    }
    all
}

fn words(answer: &EstimateView) -> String {
    let mut lines = Vec::new();
    if let (Some(estimate), Some(model), Some(provider)) = (&answer.estimate, &answer.model, &answer.provider)
    {
        lines.push(format!("{model} at {provider}: {estimate}"));
    }
    lines.extend(answer.lines.iter().map(|line| format!("- {}: {}", line.what, line.estimate)));
    lines.extend(answer.assumptions.iter().map(|assumption| format!("Assumed: {assumption}")));
    if let Some(budget) = &answer.budget {
        let fits = if answer.fits_budget == Some(true) { "fits" } else { "does NOT fit" };
        lines.push(format!("It {fits} into the budget: {budget}"));
    }
    lines.push("Nothing was sent or paid.".to_owned());
    lines.join("\n")
}

/// The same request everywhere.
pub(crate) async fn compare(call: &Call<'_>) -> Result<CallToolResult, Error> {
    let (request, seller) = asked(call)?;
    let settings = &call.shared.settings;
    let named = request.model.clone();
    // Any seller will do: nothing is sent, only the input images are looked into.
    let reader =
        impasto::Client::builder().ignore_env().provider("openai").unchecked(true).without_key().build()?;
    let mut looked_into = reader.request(request).preview().await?.request;
    looked_into.model = None;
    let book = Book::builtin().map_err(impasto::Error::from)?;
    let today = Date::from_unix(settings.clock.unix().as_secs());
    let mut offers = compare::compare(&looked_into, &settings.sellers, &book, &settings.prices, today);
    if let Some(named) = named {
        offers.retain(|offer| offer.model == named || offer.model.base_name() == named.base_name());
    }
    if let Some(id) = &seller.provider {
        settings.sellers.find(id).map_err(impasto::Error::from)?;
        offers.retain(|offer| offer.provider == *id);
    }
    let answer =
        CompareView { status: "ok".to_owned(), offers: offers.iter().map(offer).collect(), error: None };
    Ok(answer::plain(compared(&answer), &answer))
}

fn offer(offer: &Offer) -> OfferView {
    let estimate = offer.estimate.as_ref();
    OfferView {
        provider: offer.provider.clone(),
        model: offer.model.to_string(),
        estimate: estimate.ok().map(|all| RangeView::new(&all.low, &all.expected, &all.high)),
        unpriced: estimate.err().cloned(),
        changes: offer.changes.clone(),
        notes: offer.notes.clone(),
    }
}

fn compared(answer: &CompareView) -> String {
    if answer.offers.is_empty() {
        return "Nobody that is known can do this request as it is.".to_owned();
    }
    let mut lines: Vec<String> = answer
        .offers
        .iter()
        .take(SHOWN)
        .map(|offer| {
            let price =
                offer.estimate.as_ref().map_or_else(|| "price unknown".to_owned(), ToString::to_string);
            let changes = match offer.changes.as_slice() {
                [] => String::new(),
                changes => format!(" ({})", changes.join("; ")),
            };
            format!("{} at {}: {price}{changes}", offer.model, offer.provider)
        })
        .collect();
    if let Some(more) = answer.offers.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        lines.push(format!("and {more} more"));
    }
    lines.push("Nothing was sent or paid.".to_owned());
    lines.join("\n")
}
