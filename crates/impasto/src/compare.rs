//! The same request at every seller and model that can do it, cheapest first.
//!
//! Needs neither keys nor a network. Prices in different currencies are not converted into each other: offers are
//! ordered within a currency, dollars first.

use std::cmp::Ordering;

use impasto_pricing::{Currency, Estimate, EstimateInput, PriceBook};
use impasto_providers::{Book, Seller, Sellers, SoldModel};
use impasto_types::capability::{Capabilities, Finding, Severity};
use impasto_types::{Background, Date, ImageRequest, ModelId, Operation, OutputFormat, Quality, Size};

/// One way to have a request done.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Offer {
    /// The seller's id.
    pub provider: String,
    /// The model as the seller spells it.
    pub model: ModelId,
    /// What it may cost; or why nobody knows.
    pub estimate: Result<Estimate, String>,
    /// What would be different from the request, each as a sentence; empty: nothing.
    pub changes: Vec<String>,
    /// What is worth knowing: life cycle, unverified fields.
    pub notes: Vec<String>,
    /// In how many calls it is done.
    pub calls: u32,
    /// The request as it would be sent.
    pub request: ImageRequest,
}

/// Every way the known sellers offer to do `request`, cheapest first, those without a known price last.
///
/// What a seller does not take is changed where the result is still an image of the same thing: the format, the
/// nearest quality or size, fields that only tune. What would make it another request (a mask, transparency, more
/// input images than allowed) rules the seller's model out. The facts of input images must be filled in.
#[must_use]
pub fn compare(
    request: &ImageRequest,
    sellers: &Sellers,
    book: &Book,
    prices: &PriceBook,
    today: Date,
) -> Vec<Offer> {
    let mut offers = Vec::new();
    for (seller, _) in sellers.iter() {
        for sold in book.sold_by(seller) {
            offers.extend(offer(request, seller, &sold, prices, today));
        }
    }
    offers.sort_by(cheapest_first);
    offers
}

fn offer(
    request: &ImageRequest,
    seller: &Seller,
    sold: &SoldModel,
    prices: &PriceBook,
    today: Date,
) -> Option<Offer> {
    let edit = request.operation == Operation::Edit;
    let model = ModelId::new(seller.spell(&sold.base, edit));
    // Where ids name the task, the same model stands once for each: only the one of this task is an offer.
    if model != sold.id && seller.spell(&sold.base, !edit) == sold.id.as_str() {
        return None;
    }
    let mut adapted = request.clone();
    adapted.model = Some(sold.id.clone());
    // What is sent when the request leaves it open, as a call would.
    if adapted.quality.is_none() {
        adapted.quality.clone_from(&seller.defaults.quality);
    }
    let mut changes = Vec::new();
    let mut notes = Vec::new();
    // Each round mends what the one before was refused for; one that mends nothing cannot be done.
    for _ in 0..16 {
        let (refusals, warnings): (Vec<Finding>, Vec<Finding>) = sold
            .rules
            .check(&adapted, today)
            .into_iter()
            .partition(|finding| finding.severity == Severity::Refusal);
        let Some(refusal) = refusals.first() else {
            notes = warnings.iter().map(ToString::to_string).collect();
            break;
        };
        changes.push(mend(&mut adapted, &sold.rules, refusal)?);
    }
    if sold.rules.check(&adapted, today).iter().any(|finding| finding.severity == Severity::Refusal) {
        return None;
    }
    if adapted.mask.is_some() && seller.mask.polarity != "transparent_is_edited" {
        let reading = seller.mask.polarity.replace('_', " ");
        changes.push(format!("the mask is drawn anew for this seller ({reading})"));
    }
    let limit = sold.rules.n.as_ref().map_or(u32::MAX, |rule| rule.allowed).max(1);
    let calls = adapted.count().div_ceil(limit);
    if calls > 1 {
        notes.push(format!("done in {calls} calls of at most {limit} images"));
    }
    let input = EstimateInput::new(&adapted, &seller.id, &sold.id, today);
    let estimate = prices.estimate(&input).map_err(|error| error.to_string());
    Some(Offer {
        provider: seller.id.clone(),
        model: sold.id.clone(),
        estimate,
        changes,
        notes,
        calls,
        request: adapted,
    })
}

/// Changes what a finding refuses, and says so; nothing where that would make it another request.
fn mend(request: &mut ImageRequest, rules: &Capabilities, refusal: &Finding) -> Option<String> {
    let drop = |field: &str| Some(format!("{field} is left out"));
    match refusal.field {
        "output_format" => {
            let allowed = &rules.output_format.as_ref()?.allowed;
            let wanted = request.output_format.take()?;
            let transparent = request.background == Some(Background::Transparent);
            let fits = |format: &&OutputFormat| !transparent || **format != OutputFormat::Jpeg;
            request.output_format = allowed.iter().find(fits).cloned();
            let now = request
                .output_format
                .as_ref()
                .map_or_else(|| "the seller's own".to_owned(), ToString::to_string);
            Some(format!("output_format {wanted} becomes {now}"))
        }
        "quality" => {
            let allowed = &rules.quality.as_ref()?.allowed;
            let wanted = request.quality.take()?;
            let now = nearest_quality(&wanted, allowed);
            let text = now.as_ref().map_or_else(|| "the seller's own".to_owned(), ToString::to_string);
            request.quality = now;
            Some(format!("quality {wanted} becomes {text}"))
        }
        "size" => {
            let sizes = &rules.size.as_ref()?.allowed;
            let wanted = request.size.take()?;
            let (width, height) = wanted.dimensions()?;
            let free = sizes.free.and_then(|free| free.nearest(width, height)).map(Size::from);
            let now = free.or_else(|| nearest_size(width, height, &sizes.fixed))?;
            request.size = Some(now.clone());
            Some(format!("size {wanted} becomes {now}"))
        }
        "background" if request.background == Some(Background::Opaque) => {
            request.background = None;
            drop("background")
        }
        "output_compression" => request.output_compression.take().and_then(|_| drop("output_compression")),
        "moderation" => request.moderation.take().and_then(|_| drop("moderation")),
        "input_fidelity" => request.input_fidelity.take().and_then(|_| drop("input_fidelity")),
        "complexity" => request.complexity.take().and_then(|_| drop("complexity")),
        "partial_images" => request.partial_images.take().and_then(|_| drop("partial_images")),
        "stream" => {
            request.stream = false;
            request.partial_images = None;
            drop("stream")
        }
        _ => None,
    }
}

/// The highest allowed quality that is not above the wanted one, else the lowest.
fn nearest_quality(wanted: &Quality, allowed: &[Quality]) -> Option<Quality> {
    let ladder = [Quality::Low, Quality::Medium, Quality::High, Quality::XHigh, Quality::Max];
    let rank = |quality: &Quality| ladder.iter().position(|known| known == quality);
    let top = rank(wanted).unwrap_or(ladder.len());
    let ranked = || allowed.iter().filter_map(|quality| Some((rank(quality)?, quality)));
    let below = ranked().filter(|(at, _)| *at <= top).max_by_key(|(at, _)| *at);
    below.or_else(|| ranked().min_by_key(|(at, _)| *at)).map(|(_, quality)| quality.clone())
}

/// The fixed size whose shape is nearest, by exact cross-multiplication.
fn nearest_size(width: u32, height: u32, fixed: &[Size]) -> Option<Size> {
    let (width, height) = (u64::from(width), u64::from(height));
    let distance = |size: &&Size| {
        let (w, h) = size.dimensions().unwrap_or((1, 1));
        (width * u64::from(h)).abs_diff(u64::from(w) * height) / u64::from(h).max(1)
    };
    fixed.iter().filter(|size| size.dimensions().is_some()).min_by_key(distance).cloned()
}

fn cheapest_first(a: &Offer, b: &Offer) -> Ordering {
    let rank = |offer: &Offer| match &offer.estimate {
        Ok(estimate) if *estimate.expected.currency() == Currency::Usd => 0,
        Ok(_) => 1,
        Err(_) => 2,
    };
    let by_price = match (&a.estimate, &b.estimate) {
        (Ok(a), Ok(b)) => a.expected.compare(&b.expected).unwrap_or(Ordering::Equal),
        _ => Ordering::Equal,
    };
    rank(a)
        .cmp(&rank(b))
        .then(by_price)
        .then(a.changes.len().cmp(&b.changes.len()))
        .then_with(|| (&a.provider, &a.model).cmp(&(&b.provider, &b.model)))
}
