//! The ledger and the budget on disk.

use std::sync::Arc;
use std::time::Duration;

use impasto::budget::Budget as _;
use impasto::ledger::{FileBudget, FileLedger, SpendingLimit};
use impasto::transport::test_util::ManualClock;
use impasto::{BillingOutcome, Currency, Error, ErrorKind, Money};
use tempfile::tempdir;

use crate::support::{KEY, builder, emulator};

fn usd(text: &str) -> Money {
    Money::parse(text, Currency::Usd).unwrap()
}

fn limit(text: &str) -> SpendingLimit {
    text.parse().unwrap()
}

#[test]
fn limits_are_read_as_people_write_them() {
    let shown = ["$5/day", "5USD/day", " 30 cny / month ", "0.50", "20 usd"];
    let shown = shown.map(|text| limit(text).to_string());
    assert_eq!(shown, ["5 USD/day", "5 USD/day", "30 CNY/month", "0.5 USD", "20 USD"]);
    for wrong in ["", "five", "-1", "5 USD/year", "5/5 USD", "5 US-D", "5 dollars", "5 USD, 3"] {
        let error: Error = wrong.parse::<SpendingLimit>().unwrap_err();
        assert_eq!(error.field(), Some("budget"), "{wrong}");
    }
}

#[tokio::test]
async fn a_budget_outlives_the_process_and_is_settled() {
    let (emulator, folder) = (emulator().await, tempdir().unwrap());
    // Each process has a ledger and a budget of its own over the same folder.
    let process = || {
        let ledger = FileLedger::new(folder.path());
        let budget = FileBudget::new(ledger.clone(), vec![limit("0.02 USD/day")]);
        let client = builder(&emulator).ledger(Arc::new(ledger)).budget(Arc::new(budget.clone()));
        (client.build().unwrap(), budget)
    };
    let call = |client: &impasto::Client| client.generate("a fox").size("1024x1024").quality("low").send();
    let mut made = 0;
    let refused = loop {
        match call(&process().0).await {
            Ok(_) => made += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((refused.kind(), refused.billing()), (ErrorKind::OverBudget, BillingOutcome::NotBilled));
    assert_eq!(made, 3, "{refused}");
    let states = process().1.states().unwrap();
    assert_eq!(states[0].spent.amount_text(), emulator.bill().for_key(KEY).total_usd());
    assert!(states[0].reserved.is_zero());
    let listing = FileLedger::new(folder.path()).read(0).unwrap();
    assert_eq!((listing.entries.len(), listing.damaged.len()), (made, 0));
    assert!(listing.entries.iter().all(|entry| entry.actual.is_some() && !entry.emulated));
}

#[tokio::test]
async fn reservations_are_judged_by_what_stands_above_them() {
    let folder = tempdir().unwrap();
    let budget = || FileBudget::new(FileLedger::new(folder.path()), vec![limit("1 USD/month")]);
    let asked = (0..8).map(|number| {
        let budget = budget();
        tokio::spawn(async move { budget.reserve(&format!("job-{number}"), &usd("0.30")).await.is_ok() })
    });
    let mut allowed = 0;
    for one in asked.collect::<Vec<_>>() {
        allowed += usize::from(one.await.unwrap());
    }
    // One that is refused may stand above another for a moment, so fewer may pass, never more.
    assert!((1..=3).contains(&allowed), "{allowed}");
    let state = budget().state().await;
    assert_eq!(state.reserved, usd("0.30").times(allowed as u64).unwrap());
    let refused = budget().reserve("other", &Money::parse("1", Currency::Cny).unwrap()).await.unwrap_err();
    assert!(refused.message.contains("1 USD/month"), "{}", refused.message);
}

#[tokio::test]
async fn a_new_day_has_a_new_limit() {
    let folder = tempdir().unwrap();
    let clock = Arc::new(ManualClock::new());
    clock.set_unix(Duration::from_secs(1_795_219_200));
    let budget = |text: &str| {
        FileBudget::new(FileLedger::new(folder.path()), vec![limit(text)]).with_clock(clock.clone())
    };
    budget("1 USD/day").reserve("one", &usd("0.8")).await.unwrap();
    budget("1 USD/day").settle("one", &usd("0.7")).await;
    assert!(budget("1 USD/day").reserve("two", &usd("0.8")).await.is_err());
    clock.set_unix(Duration::from_secs(1_795_219_200 + 86_400));
    budget("1 USD/day").reserve("three", &usd("0.8")).await.unwrap();
    assert!(budget("1.4 USD/month").reserve("four", &usd("0.8")).await.is_err());
    assert!(budget("1.4 USD").reserve("five", &usd("0.8")).await.is_err());
}

#[tokio::test]
async fn a_torn_line_is_told_and_spoils_nothing() {
    let folder = tempdir().unwrap();
    let clock = Arc::new(ManualClock::new());
    clock.set_unix(Duration::from_secs(1_795_219_200));
    let ledger = FileLedger::new(folder.path());
    let budget = FileBudget::new(ledger.clone(), vec![limit("1 USD")]).with_clock(clock);
    budget.reserve("one", &usd("0.2")).await.unwrap();
    let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let mut text = std::fs::read_to_string(&file).unwrap();
    text.push_str("{\"is\":\"reserved\",\"id\":\"to");
    std::fs::write(&file, text).unwrap();
    budget.reserve("two", &usd("0.2")).await.unwrap();
    assert_eq!(budget.state().await.reserved, usd("0.4"));
    let damaged = ledger.read(0).unwrap().damaged;
    assert_eq!((damaged.len(), damaged[0].line), (1, 2), "{damaged:?}");
}

#[tokio::test]
async fn what_an_emulator_answers_costs_nothing() {
    let (emulator, folder) = (emulator().await, tempdir().unwrap());
    let flag = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let ledger = FileLedger::new(folder.path()).with_emulated(flag);
    let budget = FileBudget::new(ledger.clone(), vec![limit("1 USD")]);
    let client = builder(&emulator).ledger(Arc::new(ledger.clone())).budget(Arc::new(budget.clone()));
    client.build().unwrap().generate("a fox").quality("low").send().await.unwrap();
    let state = budget.state().await;
    assert!(state.spent.is_zero() && state.reserved.is_zero(), "{state:?}");
    assert!(ledger.read(0).unwrap().entries[0].emulated);
}
