//! The TOML form of a price sheet.

use std::collections::BTreeMap;

use impasto_types::{Date, InputFidelity, ModelId, Operation, Quality, Size, Table};
use rust_decimal::Decimal;
use serde_json::Value;

use super::{BatchPrice, Price, SellerDefault, Sheet, Standing, Unit, UnknownPrice};
use crate::error::{Error, ErrorKind};
use crate::money::{Currency, Money};

struct SheetFile {
    seller: String,
    aliases: Vec<String>,
    currency: Currency,
    read_on: Date,
    standing: Standing,
    source: Option<String>,
    batch: Option<BatchTable>,
    price: Vec<PriceTable>,
    default: Vec<DefaultTable>,
    unknown: Vec<UnknownTable>,
}

struct PriceTable {
    models: Vec<String>,
    operation: Option<String>,
    quality: Option<String>,
    sizes: Vec<Size>,
    per: u64,
    amounts: BTreeMap<Unit, String>,
    amounts_high: BTreeMap<Unit, String>,
    effective_from: Option<Date>,
    effective_until: Option<Date>,
    source: Option<String>,
    read_on: Option<Date>,
    standing: Option<Standing>,
    note: Option<String>,
    formulas_of: Option<String>,
}

struct BatchTable {
    factor: String,
    source: String,
}

struct DefaultTable {
    models: Vec<String>,
    operation: Option<String>,
    quality: Option<String>,
    size: Option<Size>,
    input_fidelity: Option<String>,
    source: String,
}

struct UnknownTable {
    models: Vec<String>,
    reason: String,
    source: String,
}

impl SheetFile {
    fn read(mut table: Table) -> Result<Self, impasto_types::Error> {
        let file = Self {
            seller: table.needed_text("seller")?,
            aliases: table.texts("aliases")?,
            currency: match table.needed_text("currency")? {
                code if code.trim().is_empty() => {
                    return Err(table.wrong("currency", "is empty; give a code such as USD"));
                }
                code => Currency::from(code.as_str()),
            },
            read_on: table.needed_date("read_on")?,
            standing: standing(&mut table)?.unwrap_or_default(),
            source: table.text("source")?,
            batch: table.table("batch")?.map(BatchTable::read).transpose()?,
            price: all(&mut table, "price", PriceTable::read)?,
            default: all(&mut table, "default", DefaultTable::read)?,
            unknown: all(&mut table, "unknown", UnknownTable::read)?,
        };
        table.end()?;
        Ok(file)
    }
}

impl PriceTable {
    fn read(mut table: Table) -> Result<Self, impasto_types::Error> {
        let price = Self {
            models: table.texts("models")?,
            operation: table.text("operation")?,
            quality: table.text("quality")?,
            sizes: table.texts("sizes")?.iter().map(|size| size.parse()).collect::<Result<_, _>>()?,
            per: table.number("per")?.unwrap_or(1),
            amounts: amounts(&mut table, "amounts")?,
            amounts_high: amounts(&mut table, "amounts_high")?,
            effective_from: table.date("effective_from")?,
            effective_until: table.date("effective_until")?,
            source: table.text("source")?,
            read_on: table.date("read_on")?,
            standing: standing(&mut table)?,
            note: table.text("note")?,
            formulas_of: table.text("formulas_of")?,
        };
        table.end()?;
        Ok(price)
    }
}

impl BatchTable {
    fn read(mut table: Table) -> Result<Self, impasto_types::Error> {
        let batch = Self { factor: table.needed_text("factor")?, source: table.needed_text("source")? };
        table.end()?;
        Ok(batch)
    }
}

impl DefaultTable {
    fn read(mut table: Table) -> Result<Self, impasto_types::Error> {
        let default = Self {
            models: table.texts("models")?,
            operation: table.text("operation")?,
            quality: table.text("quality")?,
            size: table.text("size")?.map(|size| size.parse()).transpose()?,
            input_fidelity: table.text("input_fidelity")?,
            source: table.needed_text("source")?,
        };
        table.end()?;
        Ok(default)
    }
}

impl UnknownTable {
    fn read(mut table: Table) -> Result<Self, impasto_types::Error> {
        let unknown = Self {
            models: table.texts("models")?,
            reason: table.needed_text("reason")?,
            source: table.needed_text("source")?,
        };
        table.end()?;
        Ok(unknown)
    }
}

/// The tables of a list, each read by `read`.
fn all<T>(
    table: &mut Table,
    field: &str,
    read: fn(Table) -> Result<T, impasto_types::Error>,
) -> Result<Vec<T>, impasto_types::Error> {
    table.tables(field)?.into_iter().map(read).collect()
}

/// The amounts of a table, by unit.
fn amounts(table: &mut Table, field: &str) -> Result<BTreeMap<Unit, String>, impasto_types::Error> {
    let mut amounts = BTreeMap::new();
    for (unit, amount) in table.texts_by_name(field)? {
        let unit = Unit::try_from(unit).map_err(|why| table.wrong(field, why))?;
        amounts.insert(unit, amount);
    }
    Ok(amounts)
}

fn standing(table: &mut Table) -> Result<Option<Standing>, impasto_types::Error> {
    let standings = [
        ("unverified", Standing::Unverified),
        ("observed", Standing::Observed),
        ("documented", Standing::Documented),
    ];
    table.word("standing", &standings)
}

#[cfg(feature = "toml")]
pub(super) fn parse(toml: &str) -> Result<Sheet, Error> {
    // By way of one dynamic value: each type read straight from TOML would bring its own copy of the reader.
    read(basic_toml::from_str(toml).map_err(|error| unreadable(&error.to_string()))?)
}

fn unreadable(why: &str) -> Error {
    malformed(format!(
        "a price sheet could not be read: {why}; see the sheets of impasto-pricing for the form"
    ))
}

/// Reads a sheet whose text was read already.
pub(super) fn read(file: Value) -> Result<Sheet, Error> {
    let file = Table::new(file).and_then(SheetFile::read).map_err(|error| unreadable(&error.to_string()))?;
    if file.seller.trim().is_empty() {
        return Err(malformed("seller is empty; give the seller's id, such as openai"));
    }
    let mut prices = Vec::new();
    for (at, table) in file.price.iter().enumerate() {
        add_prices(&file, at + 1, table, &mut prices)?;
    }
    let batch = file.batch.as_ref().map(|table| batch(&file.seller, table)).transpose()?;
    let defaults = file.default.iter().map(|table| SellerDefault {
        models: table.models.clone(),
        operation: table.operation.as_deref().map(Operation::from),
        quality: table.quality.as_deref().map(Quality::from),
        size: table.size.clone(),
        input_fidelity: table.input_fidelity.as_deref().map(InputFidelity::from),
        source: table.source.clone(),
    });
    let unknown = file.unknown.iter().map(|table| UnknownPrice {
        models: table.models.clone(),
        reason: table.reason.clone(),
        source: table.source.clone(),
    });
    let (defaults, unknown) = (defaults.collect(), unknown.collect());
    Ok(Sheet {
        seller: file.seller,
        aliases: file.aliases,
        currency: file.currency,
        read_on: file.read_on,
        prices,
        batch,
        defaults,
        unknown,
    })
}

fn batch(seller: &str, table: &BatchTable) -> Result<BatchPrice, Error> {
    let factor = Decimal::from_str_exact(&table.factor)
        .ok()
        .filter(|factor| *factor > Decimal::ZERO && *factor <= Decimal::ONE && factor.scale() <= 4);
    let factor = factor.ok_or_else(|| {
        malformed(format!(
            "{seller}: batch.factor {:?} must be a decimal string over 0 and up to 1, such as \"0.5\"",
            table.factor
        ))
    })?;
    Ok(BatchPrice { factor, source: table.source.clone() })
}

/// Appends one price for each unit of the table.
fn add_prices(
    file: &SheetFile,
    number: usize,
    table: &PriceTable,
    prices: &mut Vec<Price>,
) -> Result<(), Error> {
    let place = format!("{}, price {number} ({})", file.seller, table.models.join("/"));
    if table.models.is_empty() || table.models.iter().any(|model| model.trim().is_empty()) {
        return Err(malformed(format!(
            "{place}: models must name at least one model, and none may be empty"
        )));
    }
    if table.amounts.is_empty() {
        return Err(malformed(format!(
            "{place}: amounts is empty; give at least one, such as image = \"0.04\""
        )));
    }
    let per = table.per;
    let shift = (0..=9_u32).find(|shift| per == 10_u64.pow(*shift)).ok_or_else(|| {
        malformed(format!("{place}: per is {per}; it must be 1, 1000, 1000000 or another power of ten"))
    })?;
    let source = table.source.as_ref().or(file.source.as_ref()).filter(|source| !source.trim().is_empty());
    let source = source
        .ok_or_else(|| malformed(format!("{place}: has no source; say where the price was read")))?
        .clone();
    if let Some(stray) = table.amounts_high.keys().find(|unit| !table.amounts.contains_key(unit)) {
        return Err(malformed(format!("{place}: amounts_high has {stray}, which is not in amounts")));
    }
    for (unit, text) in &table.amounts {
        if *unit == Unit::Difference {
            return Err(malformed(format!("{place}: {unit} is a line of estimates and has no price")));
        }
        let read = |text: &str| amount(&place, *unit, text, &file.currency);
        let amount = read(text)?;
        let amount_high = table.amounts_high.get(unit).map(|text| read(text)).transpose()?;
        if amount_high.as_ref().is_some_and(|high| *high < amount) {
            return Err(malformed(format!("{place}: amounts_high of {unit} is less than its amount")));
        }
        prices.push(Price {
            seller: file.seller.clone(),
            models: table.models.clone(),
            unit: *unit,
            operation: table.operation.as_deref().map(Operation::from),
            quality: table.quality.as_deref().map(Quality::from),
            sizes: table.sizes.clone(),
            each: single(&place, &amount, shift)?,
            each_high: single(&place, amount_high.as_ref().unwrap_or(&amount), shift)?,
            amount,
            amount_high,
            per,
            effective_from: table.effective_from,
            effective_until: table.effective_until,
            source: source.clone(),
            read_on: table.read_on.unwrap_or(file.read_on),
            standing: table.standing.unwrap_or(file.standing),
            note: table.note.clone(),
            formulas_of: table.formulas_of.as_deref().map(ModelId::from),
        });
    }
    Ok(())
}

/// An amount of a price: more than nothing, because an unknown price is left out and never written as 0.
fn amount(place: &str, unit: Unit, text: &str, currency: &Currency) -> Result<Money, Error> {
    let amount = Money::parse(text, currency.clone())
        .map_err(|error| malformed(format!("{place}, {unit}: {error}")))?;
    if amount.is_zero() || amount.is_negative() {
        return Err(malformed(format!(
            "{place}, {unit}: {text} is not more than nothing; leave out what is unknown, or list it under unknown"
        )));
    }
    Ok(amount)
}

/// The amount for one unit: the amount moved by `shift` decimal places, which is exact.
fn single(place: &str, amount: &Money, shift: u32) -> Result<Money, Error> {
    amount.scaled(Decimal::new(1, shift)).map_err(|error| malformed(format!("{place}: {error}")))
}

fn malformed(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::MalformedSheet, message.into())
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::ErrorKind;

    const HEAD: &str = "seller = \"s\"\ncurrency = \"USD\"\nread_on = \"2026-11-21\"\n";

    #[track_caller]
    fn refused(toml: &str, says: &str) {
        let error = parse(toml).expect_err(toml);
        assert_eq!(error.kind(), ErrorKind::MalformedSheet);
        assert!(error.to_string().contains(says), "{error}");
    }

    fn priced(rest: &str) -> String {
        format!("{HEAD}source = \"a page\"\n[[price]]\nmodels = [\"m\"]\n{rest}\n")
    }

    #[test]
    fn what_is_wrong_with_a_sheet_is_said() {
        refused("seller = 1", "could not be read");
        refused("currency = \"USD\"\nread_on = \"2026-11-21\"\nseller = \" \"", "seller is empty");
        refused(&format!("{HEAD}colour = 1"), "colour");
        refused(&format!("{HEAD}[[price]]\nmodels = [\"m\"]\namounts = {{ image = \"1\" }}"), "no source");
        refused(&priced("amounts = { image = \"0\" }"), "not more than nothing");
        refused(&priced("amounts = { image = \"-1\" }"), "not more than nothing");
        refused(&priced("amounts = { image = \"1,5\" }"), "not an amount");
        refused(&priced("amounts = { image = 0.04 }"), "could not be read");
        refused(&priced("amounts = { picture = \"1\" }"), "picture");
        refused(&priced("amounts = {}"), "amounts is empty");
        refused(&priced("amounts = { difference = \"1\" }"), "estimates");
        refused(&priced("per = 12\namounts = { image = \"1\" }"), "power of ten");
        refused(&priced("amounts = { image = \"1\" }\namounts_high = { run = \"1\" }"), "amounts_high");
        refused(&priced("amounts = { image = \"2\" }\namounts_high = { image = \"1\" }"), "less than");
        refused(&priced("amounts = { image = \"1\" }\neffective_from = \"2026-02-30\""), "2026-02-30");
        refused(&format!("{HEAD}[batch]\nfactor = \"0\"\nsource = \"x\""), "batch.factor");
        refused(
            &format!("{HEAD}source = \"x\"\n[[price]]\nmodels = []\namounts = {{ image = \"1\" }}"),
            "models",
        );
    }

    #[test]
    fn a_price_of_many_units_knows_what_one_costs() {
        let sheet = parse(&priced("per = 1_000_000\namounts = { image_output_token = \"30.00\" }")).unwrap();
        assert_eq!(sheet.prices[0].each().amount_text(), "0.00003");
        assert_eq!(sheet.prices[0].amount.to_string(), "$30.00");
        assert!(sheet.is_of("S"));
    }
}
