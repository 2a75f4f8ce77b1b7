//! Money, dated and sourced price sheets, token formulas, estimates and settlement for image models.

mod error;
mod interval;
mod money;
pub mod tokens;

pub use error::{Error, ErrorKind};
pub use interval::Interval;
pub use money::{Currency, Money};
/// The decimal number an amount is made of.
pub use rust_decimal::Decimal;
