//! Money, dated and sourced price sheets, token formulas, estimates and settlement for image models.
#![doc = ""]
#![doc = include_str!("../README.md")]

mod book;
mod error;
mod estimate;
mod interval;
mod money;
mod settle;
mod sheet;
pub mod tokens;

pub use book::{DifferenceKind, Finding, FindingKind, ForeignDifference, PriceBook, Staleness};
pub use error::{Error, ErrorKind};
pub use estimate::{Estimate, EstimateInput, Line};
pub use interval::Interval;
pub use money::{Currency, Money};
/// The decimal number an amount is made of.
pub use rust_decimal::Decimal;
pub use settle::{Actual, ActualSource, Receipt, Reconciliation, Verdict, reconcile};
pub use sheet::{BatchPrice, Price, SellerDefault, Sheet, Standing, Unit, UnknownPrice};
