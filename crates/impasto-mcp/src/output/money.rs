//! Amounts: exact decimal text with their currency, never floating-point numbers.

use std::fmt;

use impasto::budget::BudgetState;
use impasto::history::{CostRecord, PriceRange};
use impasto::{Estimate, Money};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What something may cost: at least `low`, at most `high`, probably `expected`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct RangeView {
    /// Exact decimal text.
    pub(crate) low: String,
    /// Exact decimal text.
    pub(crate) expected: String,
    /// Exact decimal text; this much is set aside in the budget.
    pub(crate) high: String,
    /// USD, CNY, ….
    pub(crate) currency: String,
}

impl RangeView {
    /// The sum of several estimates, if they are of one currency.
    pub(crate) fn sum(estimates: &[Estimate]) -> Option<Self> {
        let (first, others) = estimates.split_first()?;
        let mut total = first.total();
        for more in others {
            total.low = total.low.plus(&more.low).ok()?;
            total.expected = total.expected.plus(&more.expected).ok()?;
            total.high = total.high.plus(&more.high).ok()?;
        }
        Some(Self::new(&total.low, &total.expected, &total.high))
    }

    pub(crate) fn new(low: &Money, expected: &Money, high: &Money) -> Self {
        Self {
            low: low.amount_text(),
            expected: expected.amount_text(),
            high: high.amount_text(),
            currency: expected.currency().code().to_owned(),
        }
    }
}

impl From<&PriceRange> for RangeView {
    fn from(range: &PriceRange) -> Self {
        Self::new(&range.low, &range.expected, &range.high)
    }
}

impl fmt::Display for RangeView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.low == self.high {
            return write!(f, "{} {}", self.expected, self.currency);
        }
        write!(f, "about {} {} ({} to {})", self.expected, self.currency, self.low, self.high)
    }
}

/// What something cost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct CostView {
    /// Exact decimal text.
    pub(crate) amount: String,
    /// USD, CNY, ….
    pub(crate) currency: String,
    /// True: the seller said nothing, and this is the high end of the estimate.
    pub(crate) is_estimate: bool,
    /// usage, seller_price or estimate_upper_bound, one for each call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) sources: Vec<String>,
}

impl From<&CostRecord> for CostView {
    fn from(cost: &CostRecord) -> Self {
        Self {
            amount: cost.total.amount_text(),
            currency: cost.total.currency().code().to_owned(),
            is_estimate: cost.is_upper_bound(),
            sources: cost.sources.clone(),
        }
    }
}

/// A line of an estimate.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct LineView {
    pub(crate) what: String,
    pub(crate) estimate: RangeView,
}

/// Where the budget stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct BudgetView {
    /// The limit.
    pub(crate) limit: String,
    /// What was spent for sure.
    pub(crate) spent: String,
    /// What is set aside: for jobs under way, and for those that may have been billed.
    pub(crate) reserved: String,
    /// What can still be spent.
    pub(crate) left: String,
    /// USD, CNY, ….
    pub(crate) currency: String,
}

impl From<&BudgetState> for BudgetView {
    fn from(state: &BudgetState) -> Self {
        let left = state.limit.minus(&state.spent).and_then(|left| left.minus(&state.reserved));
        Self {
            limit: state.limit.amount_text(),
            spent: state.spent.amount_text(),
            reserved: state.reserved.amount_text(),
            left: left.map_or_else(|_| "0".to_owned(), |left| left.amount_text()),
            currency: state.limit.currency().code().to_owned(),
        }
    }
}

impl fmt::Display for BudgetView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limit, spent, reserved, left, currency } = self;
        write!(f, "{spent} {currency} of {limit} {currency} spent, {reserved} set aside, {left} left")
    }
}
