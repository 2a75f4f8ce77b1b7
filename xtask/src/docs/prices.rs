//! The page of prices: every price of every sheet with its source.

use std::fmt::Write as _;

use impasto_pricing::{Price, PriceBook, Sheet, Standing};

use super::{HEADER, head, row};

const INTRODUCTION: &str = "# Prices

What estimates are made of: every figure with where and when it was read.
Token prices are for a million tokens.
What is `observed` was seen on a bill or in a seller's list, `unverified` is hearsay; a budget reserves the high end.
A model that is not here has no known price: an estimate for it is an error, never 0.
";

/// The page.
#[must_use]
pub fn page(book: &PriceBook) -> String {
    let mut text = format!("{HEADER}\n\n{INTRODUCTION}");
    let mut sheets: Vec<&Sheet> = book.sheets().collect();
    sheets.sort_by(|a, b| a.seller.cmp(&b.seller));
    for sheet in sheets {
        // Writing into a string cannot fail.
        let _ = write_sheet(&mut text, sheet);
    }
    text
}

fn write_sheet(text: &mut String, sheet: &Sheet) -> std::fmt::Result {
    write!(text, "\n## {}\n\nIn {}, read on {}", sheet.seller, sheet.currency, sheet.read_on)?;
    if !sheet.aliases.is_empty() {
        write!(text, "; also for {}", sheet.aliases.join(", "))?;
    }
    text.push_str(".\n");
    if let Some(batch) = &sheet.batch {
        writeln!(text, "A batch costs {} of these prices ({}).", batch.factor, batch.source)?;
    }
    if !sheet.prices.is_empty() {
        text.push('\n');
        text.push_str(&head(&["models", "for", "when", "amount", "known", "source"]));
    }
    for price in &sheet.prices {
        let known = match price.standing {
            Standing::Documented => "documented",
            Standing::Observed => "observed",
            _ => "unverified",
        };
        let note = price.note.as_deref().map(|note| format!("; {note}")).unwrap_or_default();
        let source = format!("{}, {}{note}", price.source, price.read_on);
        let models = price.models.join(", ");
        text.push_str(&row(&[&models, &unit(price), &conditions(price), &amount(price), known, &source]));
    }
    if !sheet.unknown.is_empty() {
        text.push_str("\nNot known:\n\n");
    }
    for unknown in &sheet.unknown {
        let models =
            if unknown.models.is_empty() { "every model".to_owned() } else { unknown.models.join(", ") };
        writeln!(text, "* {models}: {} ({})", unknown.reason, unknown.source)?;
    }
    Ok(())
}

fn unit(price: &Price) -> String {
    let name = price.unit.as_str().replace('_', " ");
    if price.per == 1 { name } else { format!("{} {name}s", thousands(price.per)) }
}

/// A number with its thousands apart.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| str::from_utf8(group).ok()).collect();
    groups.join(",")
}

fn conditions(price: &Price) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(price.operation.as_ref().map(ToString::to_string));
    parts.extend(price.quality.as_ref().map(ToString::to_string));
    parts.extend(price.sizes.iter().map(ToString::to_string));
    parts.extend(price.effective_from.map(|from| format!("from {from}")));
    parts.extend(price.effective_until.map(|until| format!("until {until}")));
    parts.join(", ")
}

fn amount(price: &Price) -> String {
    match &price.amount_high {
        Some(high) => format!("{} to {high}", price.amount),
        None => price.amount.to_string(),
    }
}
