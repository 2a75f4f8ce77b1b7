//! Exact money: a decimal amount and its currency.

use std::cmp::Ordering;
use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, ErrorKind};

/// The most decimal places an amount can have.
///
/// With [`MAX_WHOLE_DIGITS`] it keeps every amount within 27 digits, which a 96-bit decimal holds exactly, so no
/// sum is ever rounded.
const MAX_SCALE: u32 = 15;

/// The most digits before the point.
const MAX_WHOLE_DIGITS: u32 = 12;

/// A currency. The two that the known sellers charge in have names; any other keeps its code.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Currency {
    /// United States dollar.
    Usd,
    /// Chinese yuan.
    Cny,
    /// Another one, by its ISO 4217 code or the seller's own name (`credits`).
    Other(String),
}

impl Currency {
    /// The code, such as `USD`.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Usd => "USD",
            Self::Cny => "CNY",
            Self::Other(code) => code,
        }
    }
}

impl From<&str> for Currency {
    fn from(code: &str) -> Self {
        match code {
            "USD" => Self::Usd,
            "CNY" => Self::Cny,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        if code.is_empty() {
            return Err(D::Error::custom("currency is empty; give a code such as USD"));
        }
        Ok(Self::from(code.as_str()))
    }
}

/// An exact amount of money in one currency. Never a float, never rounded.
///
/// Amounts have at most 15 decimal places and 12 digits before the point; what does not fit is an error, because
/// it could only be kept by rounding. There is deliberately no conversion from `f64` and no exchange rate.
///
/// In JSON it is `{"amount":"0.1671","currency":"USD"}`, the amount as a plain decimal string.
///
/// ```
/// use impasto_pricing::{Currency, Money};
///
/// let token = Money::parse("0.00004", Currency::Usd)?;
/// let image = token.times(4160)?;
/// assert_eq!(image.to_string(), "$0.1664");
/// assert_eq!(image.plus(&Money::parse("0.0007", Currency::Usd)?)?.to_string(), "$0.1671");
/// assert!(image.plus(&Money::parse("1.165", Currency::Cny)?).is_err());
/// # Ok::<(), impasto_pricing::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    amount: Decimal,
    currency: Currency,
}

impl Money {
    /// The amount `amount` of `currency`.
    ///
    /// # Errors
    /// [`ErrorKind::AmountOutOfRange`] beyond 15 decimal places or 12 digits before the point.
    pub fn new(amount: Decimal, currency: Currency) -> Result<Self, Error> {
        let amount = amount.normalize();
        if amount.scale() > MAX_SCALE || amount.abs() >= Decimal::from(10_u64.pow(MAX_WHOLE_DIGITS)) {
            return Err(out_of_range(&amount, &currency));
        }
        // Normalising leaves the sign of zero alone, and "-0" would print as such.
        let amount = if amount.is_zero() { Decimal::ZERO } else { amount };
        Ok(Self { amount, currency })
    }

    /// Nothing, in `currency`.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self { amount: Decimal::ZERO, currency }
    }

    /// Reads a decimal number such as `0.1671`, or with an exponent, `7.173e-2`, as JSON writes small numbers.
    ///
    /// # Errors
    /// [`ErrorKind::MalformedAmount`] when the text is no decimal number; [`ErrorKind::AmountOutOfRange`] when it
    /// cannot be kept exactly.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, Error> {
        let malformed = || {
            Error::new(
                ErrorKind::MalformedAmount,
                format!("{text:?} is not an amount of money; write a decimal number such as 0.1671"),
            )
        };
        let (digits, exponent) = match text.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse::<i32>().map_err(|_| malformed())?),
            None => (text, 0),
        };
        let unsigned = digits.strip_prefix('-').unwrap_or(digits);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(whole) || !all_digits(fraction) {
            return Err(malformed());
        }
        let too_long = || {
            Error::new(
                ErrorKind::AmountOutOfRange,
                format!("{text} {currency} has more digits than are kept exactly"),
            )
        };
        let mut amount = Decimal::from_str_exact(digits).map_err(|_| too_long())?.normalize();
        if exponent < 0 {
            amount
                .set_scale(amount.scale().saturating_add(exponent.unsigned_abs()))
                .map_err(|_| too_long())?;
        }
        for _ in 0..exponent.clamp(0, 28) {
            amount = amount.checked_mul(Decimal::TEN).ok_or_else(too_long)?;
        }
        if exponent > 28 && !amount.is_zero() {
            return Err(too_long());
        }
        Self::new(amount, currency)
    }

    /// The amount as a decimal number.
    #[must_use]
    pub const fn amount(&self) -> Decimal {
        self.amount
    }

    /// The currency.
    #[must_use]
    pub const fn currency(&self) -> &Currency {
        &self.currency
    }

    /// The amount as a plain decimal string without currency, such as `0.1671`.
    #[must_use]
    pub fn amount_text(&self) -> String {
        self.amount.to_string()
    }

    /// Whether this is nothing.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.amount.is_zero()
    }

    /// Whether this is less than nothing.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.amount.is_sign_negative() && !self.amount.is_zero()
    }

    /// Both amounts together.
    ///
    /// # Errors
    /// [`ErrorKind::MixedCurrencies`], or [`ErrorKind::AmountOutOfRange`] when the sum is too large.
    pub fn plus(&self, other: &Self) -> Result<Self, Error> {
        self.same_currency(other)?;
        let sum = self.amount.checked_add(other.amount);
        Self::new(sum.ok_or_else(|| out_of_range(&self.amount, &self.currency))?, self.currency.clone())
    }

    /// What is left after taking `other` away; may be negative.
    ///
    /// # Errors
    /// [`ErrorKind::MixedCurrencies`], or [`ErrorKind::AmountOutOfRange`] when the difference is too large.
    pub fn minus(&self, other: &Self) -> Result<Self, Error> {
        self.same_currency(other)?;
        let difference = self.amount.checked_sub(other.amount);
        Self::new(
            difference.ok_or_else(|| out_of_range(&self.amount, &self.currency))?,
            self.currency.clone(),
        )
    }

    /// The amount `count` times.
    ///
    /// # Errors
    /// [`ErrorKind::AmountOutOfRange`] when the product is too large.
    pub fn times(&self, count: u64) -> Result<Self, Error> {
        self.scaled(Decimal::from(count))
    }

    /// The amount multiplied by a decimal factor, such as 0.5 for a batch.
    ///
    /// # Errors
    /// [`ErrorKind::AmountOutOfRange`] when the product cannot be kept exactly.
    pub fn scaled(&self, factor: Decimal) -> Result<Self, Error> {
        let too_large = || out_of_range(&self.amount, &self.currency);
        let factor = factor.normalize();
        // The product of two short decimals is exact; of longer ones the library would round silently.
        let exact = self.amount.mantissa().checked_mul(factor.mantissa()).ok_or_else(too_large)?;
        let scale = self.amount.scale() + factor.scale();
        let (exact, scale) = without_trailing_zeros(exact, scale);
        let product = Decimal::try_from_i128_with_scale(exact, scale).map_err(|_| too_large())?;
        Self::new(product, self.currency.clone())
    }

    /// Which of the two is more, or nothing when the currencies differ.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        (self.currency == other.currency).then(|| self.amount.cmp(&other.amount))
    }

    fn same_currency(&self, other: &Self) -> Result<(), Error> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::MixedCurrencies,
            format!(
                "{self} and {other} are of different currencies; exchange rates change, so convert one of them \
                 yourself first"
            ),
        ))
    }
}

fn without_trailing_zeros(mut mantissa: i128, mut scale: u32) -> (i128, u32) {
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    (mantissa, scale)
}

fn out_of_range(amount: &Decimal, currency: &Currency) -> Error {
    Error::new(
        ErrorKind::AmountOutOfRange,
        format!(
            "an amount around {amount} {currency} cannot be kept exactly; amounts have at most \
             {MAX_WHOLE_DIGITS} digits before the point and {MAX_SCALE} after it"
        ),
    )
}

/// Amounts of the same currency are ordered by amount; amounts of different currencies have no order.
impl PartialOrd for Money {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.compare(other)
    }
}

/// `$0.1671`, `¥1.165`, `0.5 EUR`: exact unless a precision is given, and at least two decimals after a sign.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = f.precision().and_then(|places| u32::try_from(places).ok());
        let shown = match places {
            Some(places) => {
                self.amount.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero)
            }
            None => self.amount,
        };
        let least = places.unwrap_or(2).min(28) as usize;
        let number = if (shown.scale() as usize) < least || places.is_some() {
            format!("{:.least$}", shown.abs())
        } else {
            shown.abs().to_string()
        };
        let sign = if shown.is_sign_negative() && !shown.is_zero() { "-" } else { "" };
        let text = match &self.currency {
            Currency::Usd => format!("{sign}${number}"),
            Currency::Cny => format!("{sign}¥{number}"),
            Currency::Other(code) => format!("{sign}{number} {code}"),
        };
        // The precision belongs to the number; only width and alignment are left for the whole.
        match f.width() {
            Some(width) if f.align() == Some(fmt::Alignment::Left) => write!(f, "{text:<width$}"),
            Some(width) => write!(f, "{text:>width$}"),
            None => f.write_str(&text),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plain {
    amount: String,
    currency: Currency,
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Plain { amount: self.amount_text(), currency: self.currency.clone() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let plain = Plain::deserialize(deserializer)?;
        Self::parse(&plain.amount, plain.currency).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::{Currency, Money};
    use crate::ErrorKind;

    fn usd(text: &str) -> Money {
        Money::parse(text, Currency::Usd).unwrap()
    }

    #[track_caller]
    fn refused(text: &str, kind: ErrorKind) {
        let error = Money::parse(text, Currency::Usd).expect_err(text);
        assert_eq!(error.kind(), kind, "{text}: {error}");
    }

    #[test]
    fn reads_decimal_text_exactly() {
        for (text, amount) in [
            ("0.1671", "0.1671"),
            ("0.10", "0.1"),
            ("5", "5"),
            ("-0", "0"),
            ("-0.05", "-0.05"),
            ("7.173e-2", "0.07173"),
            ("5e-06", "0.000005"),
            ("1.5E3", "1500"),
            ("0e99", "0"),
            ("999999999999.999999999999999", "999999999999.999999999999999"),
        ] {
            assert_eq!(usd(text).amount_text(), amount, "{text}");
        }
        for text in
            ["", "-", ".5", "5.", "1_000", "1,5", "$1", "+1", " 1", "NaN", "1e", "0x10", "1e1.5", "--1"]
        {
            refused(text, ErrorKind::MalformedAmount);
        }
        for text in ["0.0000000000000001", "1000000000000", "1e12", "1e-16", "1e400", "1e-400"] {
            refused(text, ErrorKind::AmountOutOfRange);
        }
    }

    #[test]
    fn prints_as_people_write_it() {
        for (text, shown) in
            [("0.1671", "$0.1671"), ("5", "$5.00"), ("0.1", "$0.10"), ("-0.05", "-$0.05"), ("0", "$0.00")]
        {
            assert_eq!(usd(text).to_string(), shown);
        }
        assert_eq!(Money::parse("1.165", Currency::Cny).unwrap().to_string(), "¥1.165");
        assert_eq!(Money::parse("0.5", Currency::from("EUR")).unwrap().to_string(), "0.50 EUR");
        assert_eq!(format!("{:.4}", usd("0.00585")), "$0.0059");
        assert_eq!(format!("{:.0}", usd("0.5")), "$1");
        assert_eq!(format!("{:>8.2}|{:<8}|", usd("0.005"), usd("1")), "   $0.01|$1.00   |");
    }

    #[test]
    fn json_holds_the_amount_as_a_string() {
        let json = serde_json::to_string(&usd("0.16710")).unwrap();
        assert_eq!(json, r#"{"amount":"0.1671","currency":"USD"}"#);
        assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), usd("0.1671"));
        for json in
            [r#"{"amount":0.1671,"currency":"USD"}"#, r#"{"amount":"1","currency":""}"#, r#"{"amount":"1"}"#]
        {
            assert!(serde_json::from_str::<Money>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn arithmetic_is_exact_or_an_error() {
        assert_eq!(usd("0.00004").times(4160).unwrap(), usd("0.1664"));
        assert_eq!(usd("0.1").minus(&usd("0.3")).unwrap(), usd("-0.2"));
        assert_eq!(usd("0.0000125").scaled(Decimal::new(5, 1)).unwrap(), usd("0.00000625"));
        let kind = |result: Result<Money, crate::Error>| result.expect_err("should fail").kind();
        assert_eq!(kind(usd("999999999999").plus(&usd("1"))), ErrorKind::AmountOutOfRange);
        assert_eq!(kind(usd("1").times(u64::MAX)), ErrorKind::AmountOutOfRange);
        assert_eq!(kind(usd("0.000000000000001").scaled(Decimal::new(5, 1))), ErrorKind::AmountOutOfRange);
        assert_eq!(kind(usd("1").plus(&Money::zero(Currency::Cny))), ErrorKind::MixedCurrencies);
        assert!(usd("1") > usd("0.9999"));
        assert!(usd("1").compare(&Money::zero(Currency::Cny)).is_none());
    }
}
