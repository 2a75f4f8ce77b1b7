//! Amounts as they are typed.

use impasto::{Currency, Money};

use crate::failure::Failure;

/// An amount of US dollars, with or without its sign.
pub(crate) fn dollars(text: &str) -> Result<Money, Failure> {
    let digits = text.trim().trim_start_matches('$');
    let wrong = || Failure::usage("max_cost", format!("{text} is not an amount of US dollars, such as 0.50"));
    let money = Money::parse(digits, Currency::Usd).map_err(|_| wrong())?;
    if money.is_negative() { Err(wrong()) } else { Ok(money) }
}

#[cfg(test)]
mod tests {
    use super::dollars;

    #[test]
    fn amounts_are_read_exactly() {
        for (text, amount) in [("0.50", "0.5"), ("$2", "2"), (" 0 ", "0")] {
            assert_eq!(dollars(text).unwrap().amount_text(), amount, "{text}");
        }
        for wrong in ["", "-1", "one", "1 USD", "0,5"] {
            assert!(dollars(wrong).is_err(), "{wrong}");
        }
    }
}
