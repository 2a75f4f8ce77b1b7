//! The meter: what was charged, request by request.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::usage::Usage;

/// One charge: a request whose work was done, whether or not its reply arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Charge {
    /// Number of the charge since the start, from 0.
    pub index: u64,
    /// A label made from the caller's key by hashing; the key itself is never kept. See [`Bill::for_key`].
    pub key: String,
    /// The seller's mount, such as `openai` or `atlas`.
    pub seller: String,
    /// `generate` or `edit`.
    pub operation: String,
    /// The model as the request named it.
    pub model: String,
    /// How many images were asked for.
    pub n: u32,
    /// How many images were made and charged.
    pub images: u32,
    /// The tokens the amount was computed from.
    pub usage: Usage,
    /// The amount in billionths of [`Charge::currency`].
    pub amount_nano: u64,
    /// `USD`, or `CNY` for Modelverse.
    pub currency: &'static str,
    /// The request id of the reply.
    pub request_id: String,
    /// The prediction id, for sellers that work with tasks.
    pub task: Option<String>,
    /// Whether the whole reply was handed to the connection.
    pub delivered: bool,
}

impl Charge {
    /// The amount as exact decimal text, such as `0.21072`.
    pub fn amount(&self) -> String {
        decimal(self.amount_nano)
    }

    /// This charge as JSON, as `/_emulator/bill` shows it.
    fn to_json(&self) -> Value {
        let mut value = json!({
            "index": self.index,
            "key": self.key,
            "seller": self.seller,
            "operation": self.operation,
            "model": self.model,
            "n": self.n,
            "images": self.images,
            "usage": self.usage.to_json(),
            "amount": self.amount(),
            "currency": self.currency,
            "request_id": self.request_id,
            "delivered": self.delivered,
        });
        if let (Some(task), Some(object)) = (&self.task, value.as_object_mut()) {
            object.insert("task".into(), task.as_str().into());
        }
        value
    }
}

/// A snapshot of everything that was charged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bill {
    /// The charges in the order in which their work was done.
    pub charges: Vec<Charge>,
}

impl Bill {
    /// The charges made to one key.
    ///
    /// ```
    /// # use impasto_emulator::Bill;
    /// assert_eq!(Bill::default().for_key("sk-test").images(), 0);
    /// ```
    #[must_use]
    pub fn for_key(&self, key: &str) -> Self {
        let label = crate::ids::key_label(key);
        self.for_label(&label)
    }

    /// The charges made to one key, by its label.
    pub(crate) fn for_label(&self, label: &str) -> Self {
        Self { charges: self.charges.iter().filter(|charge| charge.key == label).cloned().collect() }
    }

    /// How many images were charged.
    pub fn images(&self) -> u64 {
        self.charges.iter().map(|charge| u64::from(charge.images)).sum()
    }

    /// How many requests were charged.
    pub fn len(&self) -> usize {
        self.charges.len()
    }

    /// Whether nothing was charged.
    pub fn is_empty(&self) -> bool {
        self.charges.is_empty()
    }

    /// The sum in one currency, in billionths.
    pub fn total_nano(&self, currency: &str) -> u64 {
        self.charges
            .iter()
            .filter(|charge| charge.currency == currency)
            .map(|charge| charge.amount_nano)
            .sum()
    }

    /// The sum of all charges in US dollars, as exact decimal text.
    pub fn total_usd(&self) -> String {
        decimal(self.total_nano("USD"))
    }

    /// The bill as JSON, as `/_emulator/bill` shows it.
    pub fn to_json(&self) -> Value {
        let mut totals = serde_json::Map::new();
        for currency in ["USD", "CNY"] {
            let total = self.total_nano(currency);
            if total > 0 {
                totals.insert(currency.into(), decimal(total).into());
            }
        }
        json!({
            "requests": self.len(),
            "images": self.images(),
            "total": totals,
            "charges": self.charges.iter().map(Charge::to_json).collect::<Vec<_>>(),
        })
    }
}

/// Billionths as decimal text without trailing zeros.
pub(crate) fn decimal(nano: u64) -> String {
    let text = format!("{}.{:09}", nano / 1_000_000_000, nano % 1_000_000_000);
    let text = text.trim_end_matches('0');
    text.strip_suffix('.').unwrap_or(text).to_owned()
}

/// The running meter.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    charges: Mutex<Vec<Charge>>,
    /// The index of the next charge; a late delivery never marks a charge made after a reset.
    next: AtomicU64,
}

impl Meter {
    /// Writes a charge down and returns its index.
    pub(crate) fn add(&self, mut charge: Charge) -> u64 {
        let mut charges = self.lock();
        charge.index = self.next.fetch_add(1, Ordering::Relaxed);
        let index = charge.index;
        charges.push(charge);
        index
    }

    /// Notes the task that a charge belongs to.
    pub(crate) fn name_task(&self, index: u64, task: &str) {
        self.amend(index, |charge| charge.task = Some(task.to_owned()));
    }

    /// Notes that the reply carrying a charge went out whole.
    pub(crate) fn delivered(&self, index: u64) {
        self.amend(index, |charge| charge.delivered = true);
    }

    fn amend(&self, index: u64, change: impl FnOnce(&mut Charge)) {
        if let Some(charge) = self.lock().iter_mut().rev().find(|charge| charge.index == index) {
            change(charge);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Charge>> {
        self.charges.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn snapshot(&self) -> Bill {
        Bill { charges: self.lock().clone() }
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn amounts_are_exact() {
        for (nano, text) in [(0, "0"), (1, "0.000000001"), (210_720_000, "0.21072"), (3_000_000_000, "3")] {
            assert_eq!(decimal(nano), text);
        }
    }
}
