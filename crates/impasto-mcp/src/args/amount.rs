//! Amounts of money as assistants write them: numbers or text, read exactly.

use std::borrow::Cow;

use impasto::{Currency, Money};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

/// An amount of US dollars.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Amount(pub(crate) Money);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A number is read by its digits, never as a floating-point value.
        let text = match Value::deserialize(deserializer)? {
            Value::Number(number) => number.to_string(),
            Value::String(text) => text,
            other => return Err(de::Error::custom(format!("{other} is not an amount of US dollars"))),
        };
        let digits = text.trim().trim_start_matches('$').trim_end_matches("USD").trim();
        match Money::parse(digits, Currency::Usd) {
            Ok(money) if !money.is_negative() => Ok(Self(money)),
            _ => Err(de::Error::custom(format!("{text} is not an amount of US dollars, such as 0.50"))),
        }
    }
}

impl JsonSchema for Amount {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        // Text is taken as well; one type is what every client understands.
        json_schema!({ "type": "number", "minimum": 0, "examples": [0.5] })
    }
}

#[cfg(test)]
mod tests {
    use super::Amount;
    use serde_json::{Value, from_value, json};

    #[test]
    fn amounts_are_read_by_their_digits() {
        let check = |value: Value, expected: Option<&str>| {
            let read = from_value::<Amount>(value.clone()).ok().map(|amount| amount.0.amount_text());
            assert_eq!(read.as_deref(), expected, "{value}");
        };
        check(json!(0.1), Some("0.1"));
        check(json!(2), Some("2"));
        check(json!("0.50"), Some("0.5"));
        check(json!("$0.50"), Some("0.5"));
        check(json!("0.5 USD"), Some("0.5"));
        check(json!(-1), None);
        check(json!("much"), None);
        check(json!([1]), None);
    }
}
