//! Amounts as they are typed.

use impasto::ledger::SpendingLimit;
use impasto::{Currency, Money};

use crate::failure::Failure;

/// An amount of US dollars, with or without its sign.
pub(crate) fn dollars(text: &str) -> Result<Money, Failure> {
    let digits = text.trim().trim_start_matches('$');
    let wrong = || Failure::usage("max_cost", format!("{text} is not an amount of US dollars, such as 0.50"));
    let money = Money::parse(digits, Currency::Usd).map_err(|_| wrong())?;
    if money.is_negative() { Err(wrong()) } else { Ok(money) }
}

/// Limits such as `5 USD/day`, several with a comma between them.
pub(crate) fn limits(text: &str) -> Result<Vec<SpendingLimit>, Failure> {
    text.split(',').map(|limit| limit.trim().parse::<SpendingLimit>().map_err(Failure::from)).collect()
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
