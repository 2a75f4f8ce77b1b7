//! The budget of a server: its own, and the limits of the settings, which hold for it like for every command.

use std::sync::Arc;

use async_trait::async_trait;
use impasto::Money;
use impasto::budget::{Budget, BudgetState, MemoryBudget, Refused};
use impasto::ledger::{FileBudget, FileLedger, Period, SpendingLimit};

use crate::failure::Failure;
use crate::plan;

/// The budget of `own`, under the `general` limits. An emulator has no ledger, and its limits last as long as it.
pub(super) fn budget(
    own: &str,
    general: Option<&str>,
    ledger: Option<&FileLedger>,
) -> Result<Arc<dyn Budget>, Failure> {
    let limit = limit(own)?;
    let Some(ledger) = ledger else { return Ok(Arc::new(MemoryBudget::new(limit.amount))) };
    let general = general.map(plan::limits).transpose()?;
    let mut lasting = general.unwrap_or_default();
    let own: Arc<dyn Budget> = if limit.period == Period::Ever {
        Arc::new(MemoryBudget::new(limit.amount))
    } else {
        lasting.insert(0, limit);
        return Ok(Arc::new(FileBudget::new(ledger.clone(), lasting)));
    };
    if lasting.is_empty() {
        return Ok(own);
    }
    Ok(Arc::new(Both { own, general: FileBudget::new(ledger.clone(), lasting) }))
}

/// A limit, in which the space before the currency may be left out.
fn limit(text: &str) -> Result<SpendingLimit, Failure> {
    let text = text.trim();
    let letters = text.find(|c: char| c.is_ascii_alphabetic() || c == '/');
    let (digits, rest) = text.split_at(letters.unwrap_or(text.len()));
    let spaced = format!("{} {rest}", digits.trim());
    spaced.trim().parse().map_err(|_| {
        let message = format!("{text} is not a limit such as 5USD, 5USD/day or 30CNY/month");
        Failure::usage("budget", message)
    })
}

/// Two budgets that both have to allow an amount. The first is the one that is told of.
#[derive(Debug)]
struct Both {
    own: Arc<dyn Budget>,
    general: FileBudget,
}

#[async_trait]
impl Budget for Both {
    async fn reserve(&self, id: &str, amount: &Money) -> Result<(), Refused> {
        self.own.reserve(id, amount).await?;
        let outcome = self.general.reserve(id, amount).await;
        if outcome.is_err() {
            self.own.release(id).await;
        }
        outcome
    }

    async fn settle(&self, id: &str, actual: &Money) {
        self.own.settle(id, actual).await;
        self.general.settle(id, actual).await;
    }

    async fn release(&self, id: &str) {
        self.own.release(id).await;
        self.general.release(id).await;
    }

    async fn keep(&self, id: &str) {
        self.own.keep(id).await;
        self.general.keep(id).await;
    }

    async fn state(&self) -> BudgetState {
        self.own.state().await
    }
}

#[cfg(test)]
mod tests {
    use impasto::ledger::FileLedger;
    use impasto::{Currency, Money};

    use super::{budget, limit};

    #[test]
    fn a_limit_is_read_with_or_without_a_space() {
        for (text, expected) in [
            ("5USD", "5 USD"),
            ("5 USD", "5 USD"),
            ("$5", "5 USD"),
            ("0.50", "0.5 USD"),
            ("5USD/day", "5 USD/day"),
            ("$20/month", "20 USD/month"),
            ("30 CNY/month", "30 CNY/month"),
        ] {
            assert_eq!(limit(text).unwrap().to_string(), expected, "{text}");
        }
        for wrong in ["", "much", "-1USD", "5USD/hour", "5 U$"] {
            assert!(limit(wrong).is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn the_limits_of_the_settings_hold_for_a_server_too() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = FileLedger::new(folder.path());
        let dollars = |text: &str| Money::parse(text, Currency::Usd).unwrap();
        let both = budget("5USD", Some("1 USD/day"), Some(&ledger)).unwrap();
        assert!(both.reserve("a", &dollars("6")).await.is_err());
        assert!(both.reserve("b", &dollars("2")).await.is_err());
        assert_eq!(both.state().await.reserved, dollars("0"));
        both.reserve("c", &dollars("0.75")).await.unwrap();
        both.settle("c", &dollars("0.5")).await;
        assert!(both.reserve("d", &dollars("0.75")).await.is_err());
        assert_eq!(both.state().await.spent, dollars("0.5"));
        let lasting = budget("1USD/day", None, Some(&ledger)).unwrap();
        assert_eq!(lasting.state().await.spent, dollars("0.5"), "it is kept in the ledger");
    }
}
