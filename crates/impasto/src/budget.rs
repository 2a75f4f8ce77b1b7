//! A limit on spending: reserved at the high end before anything is sent, settled after.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use impasto_pricing::Money;

/// A limit on spending that several calls, or several processes, share.
///
/// Every reservation ends in exactly one of [`settle`](Self::settle), [`release`](Self::release) or
/// [`keep`](Self::keep). One whose owner vanished (a call that was dropped, a crash) counts as kept: its money may be
/// spent.
#[async_trait]
pub trait Budget: Send + Sync + fmt::Debug {
    /// Sets `amount` aside under `id`, if that much is left.
    ///
    /// # Errors
    /// When it is not, or the amount is of another currency; then nothing is set aside.
    async fn reserve(&self, id: &str, amount: &Money) -> Result<(), Refused>;

    /// The call cost `actual`; the rest of the reservation is free again.
    async fn settle(&self, id: &str, actual: &Money);

    /// The call cost nothing.
    async fn release(&self, id: &str);

    /// Nobody knows whether the call was paid: the reservation stays.
    async fn keep(&self, id: &str);

    /// Where the budget stands.
    async fn state(&self) -> BudgetState;
}

/// Why a reservation was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refused {
    /// A sentence for people.
    pub message: String,
}

impl Refused {
    /// A refusal, said in the sentence `message`.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

/// Where a budget stands.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct BudgetState {
    /// The limit.
    pub limit: Money,
    /// What was spent for sure.
    pub spent: Money,
    /// What is set aside: calls under way, and those whose outcome nobody knows.
    pub reserved: Money,
}

/// A budget in memory.
#[derive(Debug)]
pub struct MemoryBudget {
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    limit: Money,
    spent: Money,
    reserved: HashMap<String, Money>,
}

impl MemoryBudget {
    /// A budget of `limit`.
    #[must_use]
    pub fn new(limit: Money) -> Self {
        let spent = Money::zero(limit.currency().clone());
        Self { inner: Mutex::new(Inner { limit, spent, reserved: HashMap::new() }) }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        // A panic elsewhere leaves whole numbers behind; they are as good as before.
        work(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Inner {
    fn reserved(&self) -> Result<Money, impasto_pricing::Error> {
        let zero = Money::zero(self.limit.currency().clone());
        self.reserved.values().try_fold(zero, |sum, amount| sum.plus(amount))
    }

    fn reserve(&mut self, id: &str, amount: &Money) -> Result<(), Refused> {
        let reserved = self.reserved().map_err(|error| Refused::new(error.to_string()))?;
        let left = self.limit.minus(&self.spent).and_then(|left| left.minus(&reserved));
        let left = left.map_err(|error| Refused::new(error.to_string()))?;
        let after = left.minus(amount).map_err(|error| Refused::new(error.to_string()))?;
        if after.is_negative() {
            let message = format!("up to {amount} is needed and {left} of {} is left", self.limit);
            return Err(Refused::new(message));
        }
        self.reserved.insert(id.to_owned(), amount.clone());
        Ok(())
    }
}

#[async_trait]
impl Budget for MemoryBudget {
    async fn reserve(&self, id: &str, amount: &Money) -> Result<(), Refused> {
        self.with(|inner| inner.reserve(id, amount))
    }

    async fn settle(&self, id: &str, actual: &Money) {
        self.with(|inner| {
            // What cannot be added (another currency) stays reserved: never nothing by accident.
            if let Ok(spent) = inner.spent.plus(actual) {
                inner.spent = spent;
                inner.reserved.remove(id);
            }
        });
    }

    async fn release(&self, id: &str) {
        self.with(|inner| inner.reserved.remove(id));
    }

    async fn keep(&self, _id: &str) {}

    async fn state(&self) -> BudgetState {
        self.with(|inner| BudgetState {
            limit: inner.limit.clone(),
            spent: inner.spent.clone(),
            reserved: inner.reserved().unwrap_or_else(|_| inner.limit.clone()),
        })
    }
}
