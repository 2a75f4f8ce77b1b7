//! Reads data files field by field: sellers, rules, prices.
//!
//! By hand, because derived readers of these types were a tenth of every program that links this crate.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::date::Date;
use crate::error::Error;

/// A table of a data file, from which each field is taken once; one that nobody took is an error.
///
/// Errors are [`crate::ErrorKind::Malformed`] and name the field with the tables it stands in.
///
/// ```
/// use impasto_types::Table;
///
/// let mut table = Table::new(serde_json::json!({"title": "a price list", "colour": 3}))?;
/// assert_eq!(table.needed_text("title")?, "a price list");
/// assert_eq!(table.number("pages")?, None);
/// assert_eq!(table.end().unwrap_err().to_string(), "colour: is no field that this version knows");
/// # Ok::<(), impasto_types::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Where the table stands; empty for the whole file.
    place: String,
    fields: Map<String, Value>,
}

impl Table {
    /// A whole file.
    ///
    /// # Errors
    /// When `value` is no table.
    pub fn new(value: Value) -> Result<Self, Error> {
        Self::at("", value)
    }

    /// The table that stands at `place`.
    ///
    /// # Errors
    /// When `value` is no table.
    pub fn at(place: impl Into<String>, value: Value) -> Result<Self, Error> {
        let place = place.into();
        match value {
            Value::Object(fields) => Ok(Self { place, fields }),
            other => Err(Error::malformed(place, format!("{other} is no table"))),
        }
    }

    /// The same table under another name in errors: the id it gives itself says more than its number.
    #[must_use]
    pub fn renamed(self, place: impl Into<String>) -> Self {
        Self { place: place.into(), fields: self.fields }
    }

    /// The fields that are left, by name.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Value)> {
        self.fields.iter_mut().map(|(name, value)| (name.as_str(), value))
    }

    /// Where a field of this table stands in the file, such as `auth.style`.
    #[must_use]
    pub fn place_of(&self, field: &str) -> String {
        if self.place.is_empty() { field.to_owned() } else { format!("{}.{field}", self.place) }
    }

    /// What is wrong with a field of this table.
    pub fn wrong(&self, field: &str, message: impl Into<String>) -> Error {
        Error::malformed(self.place_of(field), message.into())
    }

    /// A field as it stands.
    pub fn take(&mut self, field: &str) -> Option<Value> {
        self.fields.remove(field)
    }

    /// A field that must be there, as it stands.
    ///
    /// # Errors
    /// When it is not there.
    pub fn needed(&mut self, field: &str) -> Result<Value, Error> {
        self.take(field).ok_or_else(|| self.wrong(field, "is missing"))
    }

    /// A text.
    ///
    /// # Errors
    /// When it is something else.
    pub fn text(&mut self, field: &str) -> Result<Option<String>, Error> {
        match self.take(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(self.wrong(field, format!("{other} is not text"))),
        }
    }

    /// A text that must be there.
    ///
    /// # Errors
    /// When it is not there or something else.
    pub fn needed_text(&mut self, field: &str) -> Result<String, Error> {
        self.text(field)?.ok_or_else(|| self.wrong(field, "is missing"))
    }

    /// A list of texts; empty when it is not there.
    ///
    /// # Errors
    /// When it is something else.
    pub fn texts(&mut self, field: &str) -> Result<Vec<String>, Error> {
        let value = self.take(field).unwrap_or_else(|| Value::Array(Vec::new()));
        texts(value).map_err(|why| self.wrong(field, why))
    }

    /// One of a few words.
    ///
    /// # Errors
    /// When it is none of them; the message lists them.
    pub fn word<T: Clone>(&mut self, field: &str, words: &[(&str, T)]) -> Result<Option<T>, Error> {
        let Some(text) = self.text(field)? else { return Ok(None) };
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| meaning.clone());
        found.map(Some).ok_or_else(|| {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.wrong(field, format!("{text:?} is not one of {}", known.join(", ")))
        })
    }

    /// A whole number, not negative.
    ///
    /// # Errors
    /// When it is something else.
    pub fn number(&mut self, field: &str) -> Result<Option<u64>, Error> {
        match self.take(field) {
            None => Ok(None),
            Some(value) => match value.as_u64() {
                Some(number) => Ok(Some(number)),
                None => Err(self.wrong(field, format!("{value} is not a whole number"))),
            },
        }
    }

    /// A whole number that must be there and at most 2^32 - 1.
    ///
    /// # Errors
    /// When it is not there, something else or larger.
    pub fn needed_u32(&mut self, field: &str) -> Result<u32, Error> {
        let number = self.number(field)?.ok_or_else(|| self.wrong(field, "is missing"))?;
        u32::try_from(number).map_err(|_| self.wrong(field, format!("{number} is too large")))
    }

    /// Whether something is so; no, when it is not there.
    ///
    /// # Errors
    /// When it is neither `true` nor `false`.
    pub fn flag(&mut self, field: &str) -> Result<bool, Error> {
        match self.take(field) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(other) => Err(self.wrong(field, format!("{other} is neither true nor false"))),
        }
    }

    /// A day.
    ///
    /// # Errors
    /// When it is something else.
    pub fn date(&mut self, field: &str) -> Result<Option<Date>, Error> {
        let Some(text) = self.text(field)? else { return Ok(None) };
        text.parse().map(Some).map_err(|error: Error| self.wrong(field, error.message().to_owned()))
    }

    /// A day that must be there.
    ///
    /// # Errors
    /// When it is not there or something else.
    pub fn needed_date(&mut self, field: &str) -> Result<Date, Error> {
        self.date(field)?.ok_or_else(|| self.wrong(field, "is missing"))
    }

    /// A table within this one.
    ///
    /// # Errors
    /// When it is something else.
    pub fn table(&mut self, field: &str) -> Result<Option<Self>, Error> {
        let place = self.place_of(field);
        self.take(field).map(|value| Self::at(place, value)).transpose()
    }

    /// A list of tables; empty when it is not there.
    ///
    /// # Errors
    /// When it is something else.
    pub fn tables(&mut self, field: &str) -> Result<Vec<Self>, Error> {
        let place = self.place_of(field);
        match self.take(field) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => {
                let numbered = items.into_iter().zip(1..);
                numbered.map(|(item, number)| Self::at(format!("{place} {number}"), item)).collect()
            }
            Some(other) => Err(self.wrong(field, format!("{other} is no list of tables"))),
        }
    }

    /// The tables of a table, by name; none when it is not there.
    ///
    /// # Errors
    /// When it is something else.
    pub fn tables_by_name(&mut self, field: &str) -> Result<Vec<(String, Self)>, Error> {
        let Some(Self { place, fields }) = self.table(field)? else { return Ok(Vec::new()) };
        let mut tables = Vec::with_capacity(fields.len());
        for (name, value) in fields {
            let table = Self::at(format!("{place}.{name}"), value)?;
            tables.push((name, table));
        }
        Ok(tables)
    }

    /// The texts of a table, by name; none when it is not there.
    ///
    /// # Errors
    /// When it is something else.
    pub fn texts_by_name(&mut self, field: &str) -> Result<BTreeMap<String, String>, Error> {
        let Some(mut table) = self.table(field)? else { return Ok(BTreeMap::new()) };
        let names: Vec<String> = table.fields.keys().cloned().collect();
        let mut texts = BTreeMap::new();
        for name in names {
            let text = table.needed_text(&name)?;
            texts.insert(name, text);
        }
        Ok(texts)
    }

    /// Says that every field was taken.
    ///
    /// # Errors
    /// When one was not; the message names it.
    pub fn end(self) -> Result<(), Error> {
        match self.fields.keys().next() {
            None => Ok(()),
            Some(stray) => Err(self.wrong(stray, "is no field that this version knows")),
        }
    }
}

/// The texts of a list; else what is wrong with it.
pub(crate) fn texts(value: Value) -> Result<Vec<String>, String> {
    let Value::Array(items) = value else { return Err(format!("{value} is no list of texts")) };
    let text = |item| match item {
        Value::String(text) => Ok(text),
        other => Err(format!("{other} is not text")),
    };
    items.into_iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Table;
    use crate::error::Error;

    #[track_caller]
    fn check<T: std::fmt::Debug>(read: impl Fn(&mut Table) -> Result<T, Error>, says: &str) {
        let file = json!({"outer": {"it": {"a": 1, "list": ["x", 2]}, "rows": [{}, 3], "day": "2026-02-30"}});
        let mut file = Table::new(file).unwrap();
        let mut outer = file.table("outer").unwrap().unwrap();
        let told = read(&mut outer).map(|value| format!("{value:?}"));
        assert_eq!(told.unwrap_or_else(|error| error.to_string()), says);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        check(|table| table.text("it"), r#"outer.it: {"a":1,"list":["x",2]} is not text"#);
        check(|table| table.needed_text("name"), "outer.name: is missing");
        check(|table| table.date("day"), "outer.day: 2026-02-30 is not a day of the calendar");
        check(|table| table.tables("rows"), "outer.rows 2: 3 is no table");
        check(|table| table.tables("it"), r#"outer.it: {"a":1,"list":["x",2]} is no list of tables"#);
        check(|table| table.texts_by_name("it"), "outer.it.a: 1 is not text");
        check(|table| table.tables_by_name("it"), "outer.it.a: 1 is no table");
        check(|table| table.flag("day"), r#"outer.day: "2026-02-30" is neither true nor false"#);
        check(|table| table.number("day"), r#"outer.day: "2026-02-30" is not a whole number"#);
        check(|table| table.texts("day"), r#"outer.day: "2026-02-30" is no list of texts"#);
        check(
            |table| table.word("day", &[("a", 1), ("b", 2)]),
            r#"outer.day: "2026-02-30" is not one of a, b"#,
        );
        check(|table| table.table("it").unwrap().unwrap().texts("list"), "outer.it.list: 2 is not text");
        check(|table| table.table("it").unwrap().unwrap().needed_u32("a"), "1");
        check(|table| table.clone().end(), "outer.day: is no field that this version knows");
        assert_eq!(Table::new(json!(3)).unwrap_err().to_string(), ": 3 is no table");
    }
}
