//! The bill that a reported usage comes to.

use impasto_types::{ModelId, SvgUsage, TokenDetails, Usage};
use rust_decimal::Decimal;

use super::{Receipt, at_most};
use crate::book::{PriceBook, Query};
use crate::error::Error;
use crate::estimate::{Estimate, Line, has_input_images};
use crate::interval::Interval;
use crate::sheet::{Price, Unit};

/// The prices a usage is settled by.
struct Rates<'a> {
    text_in: &'a Price,
    image_in: &'a Price,
    text_out: &'a Price,
    image_out: &'a Price,
    factor: Option<Decimal>,
}

/// The lines of the bill, or nothing when the usage cannot be priced: it is missing or says nothing of the output, or
/// the estimate did not expect to be charged by tokens.
pub(super) fn lines(
    book: &PriceBook,
    estimate: &Estimate,
    receipt: &Receipt<'_>,
    notes: &mut Vec<String>,
) -> Result<Option<Vec<Line>>, Error> {
    let Some(usage) = receipt.usage.filter(|usage| !usage.is_empty() || has_details(usage)) else {
        return Ok(None);
    };
    let by_tokens = estimate.lines.iter().any(|line| line.unit == Unit::ImageOutputToken);
    let Some(rates) = rates(book, estimate).filter(|_| by_tokens) else {
        notes.push("tokens were reported, and the seller is not expected to charge by tokens".to_owned());
        return Ok(None);
    };
    let Some(output) = output_tokens(usage) else {
        notes.push("the reported usage does not say how many tokens the images took".to_owned());
        return Ok(None);
    };
    let mut lines = input(estimate, usage, output, &rates, notes)?;
    lines.extend(output_lines(usage, output, &rates)?);
    lines.extend(svg(book, estimate, receipt.svg_usage, &rates, notes)?);
    Ok(Some(lines))
}

fn rates<'a>(book: &'a PriceBook, estimate: &Estimate) -> Option<Rates<'a>> {
    let query = query(estimate, &estimate.model);
    let find = |unit| book.find(query, unit);
    let (text_in, image_out) = (find(Unit::TextInputToken)?, find(Unit::ImageOutputToken)?);
    let image_in = find(Unit::ImageInputToken).unwrap_or(text_in);
    // Where written text has no price of its own it counts as image, which is dearer wherever both are known.
    let text_out = find(Unit::TextOutputToken).unwrap_or(image_out);
    let batch = || book.sheets_of(&estimate.seller).find_map(|sheet| sheet.batch.as_ref());
    let factor = if estimate.batch { Some(batch()?.factor) } else { None };
    Some(Rates { text_in, image_in, text_out, image_out, factor })
}

fn query<'a>(estimate: &'a Estimate, model: &'a ModelId) -> Query<'a> {
    Query { seller: &estimate.seller, model, operation: None, day: estimate.day }
}

fn has_details(usage: &Usage) -> bool {
    [&usage.input_tokens_details, &usage.output_tokens_details].into_iter().flatten().any(|d| of_kinds(d) > 0)
}

/// Text and image tokens together.
fn of_kinds(details: &TokenDetails) -> u64 {
    details.text_tokens.unwrap_or(0).saturating_add(details.image_tokens.unwrap_or(0))
}

/// The output tokens: as reported, or what the total leaves, or the sum of the details. Never nothing: no image is
/// made of no tokens.
fn output_tokens(usage: &Usage) -> Option<u64> {
    let detailed = usage.output_tokens_details.as_ref().map_or(0, of_kinds);
    let left = match (usage.total_tokens, usage.input_tokens) {
        (Some(total), Some(input)) if usage.output_tokens.is_none() => total.saturating_sub(input),
        _ => 0,
    };
    Some(usage.output_tokens.unwrap_or(0).max(detailed).max(left)).filter(|tokens| *tokens > 0)
}

fn input(
    estimate: &Estimate,
    usage: &Usage,
    output: u64,
    rates: &Rates<'_>,
    notes: &mut Vec<String>,
) -> Result<Vec<Line>, Error> {
    let details = usage.input_tokens_details.as_ref();
    let detailed = details.map_or(0, of_kinds);
    let left = match (usage.total_tokens, usage.input_tokens) {
        (Some(total), None) => total.saturating_sub(output),
        _ => 0,
    };
    let all = usage.input_tokens.unwrap_or(0).max(detailed).max(left);
    if all == 0 {
        notes.push("no input tokens were reported; the estimate's most for the input is charged".to_owned());
        let is_input = |line: &&Line| matches!(line.unit, Unit::TextInputToken | Unit::ImageInputToken);
        return Ok(estimate.lines.iter().filter(is_input).map(at_most).collect());
    }
    let editing = has_input_images(estimate);
    let images = details.and_then(|details| details.image_tokens).unwrap_or(0);
    // An edit always has image tokens. Where none are reported, the split is not to be trusted.
    let (text, images) = match details.and_then(|details| details.text_tokens) {
        Some(text) if !editing || images > 0 => (text, images),
        None if !editing && images == 0 => (all, 0),
        _ => (0, images),
    };
    let unsplit = all.saturating_sub(text.saturating_add(images));
    if unsplit > 0 {
        notes.push(format!(
            "{unsplit} input tokens were not reported as text or image; they are charged at the dearer price"
        ));
    }
    let dearer = if rates.image_in.each() > rates.text_in.each() { rates.image_in } else { rates.text_in };
    collect(
        [
            ("text input", rates.text_in, text),
            ("image input", rates.image_in, images),
            ("input, text or image", dearer, unsplit),
        ],
        rates,
    )
}

fn output_lines(usage: &Usage, output: u64, rates: &Rates<'_>) -> Result<Vec<Line>, Error> {
    let text = usage.output_tokens_details.as_ref().and_then(|details| details.text_tokens).unwrap_or(0);
    let text = text.min(output);
    collect([("images made", rates.image_out, output - text), ("text written", rates.text_out, text)], rates)
}

/// The language model's second bill: its usage at its prices, or the estimate's line.
fn svg(
    book: &PriceBook,
    estimate: &Estimate,
    usage: Option<&SvgUsage>,
    rates: &Rates<'_>,
    notes: &mut Vec<String>,
) -> Result<Vec<Line>, Error> {
    let estimated: Vec<Line> =
        estimate.lines.iter().filter(|line| line.unit == Unit::Svg).map(at_most).collect();
    let tokens =
        usage.and_then(|usage| Some((usage.model.as_deref()?, usage.input_tokens?, usage.output_tokens?)));
    if let Some((model, input, output)) = tokens {
        let author = ModelId::new(model);
        let query = query(estimate, &author);
        let prices = (book.find(query, Unit::TextInputToken), book.find(query, Unit::TextOutputToken));
        if let (Some(read), Some(written)) = prices {
            return collect([("svg, text read", read, input), ("svg, text written", written, output)], rates);
        }
    }
    if !estimated.is_empty() || usage.is_some() {
        notes.push("the language model's part of the svg could not be priced by its tokens".to_owned());
    }
    if estimated.is_empty() && usage.is_some() {
        return Err(book.missing(query(estimate, &ModelId::new("the svg's language model")), None));
    }
    Ok(estimated)
}

/// One line for each part that has any tokens.
fn collect<const N: usize>(parts: [(&str, &Price, u64); N], rates: &Rates<'_>) -> Result<Vec<Line>, Error> {
    let charged = parts.into_iter().filter(|(_, _, tokens)| *tokens > 0);
    charged.map(|(what, price, tokens)| line(what, price, tokens, rates.factor)).collect()
}

fn line(what: &str, price: &Price, tokens: u64, factor: Option<Decimal>) -> Result<Line, Error> {
    let mut line = Line::priced(what, price, Interval::exactly(tokens), factor)?;
    // A price in doubt is settled at its most: an actual cost must not be too small.
    line.amount = Interval::exactly(line.amount.high);
    Ok(line)
}
