//! The price before, the cost after, and limits in between.

use std::sync::Arc;

use impasto::budget::{Budget as _, MemoryBudget};
use impasto::ledger::MemoryLedger;
use impasto::{ActualSource, BillingOutcome, Client, Currency, ErrorKind, Money};

use crate::support::{KEY, builder, client, emulator};

fn usd(text: &str) -> Money {
    Money::parse(text, Currency::Usd).unwrap()
}

#[tokio::test]
async fn an_estimate_needs_neither_key_nor_network() {
    let client = Client::builder().ignore_env().provider("openai").without_key().build().unwrap();
    let call = client.generate("a fox").model("gpt-image-2").size("3840x2160").quality("high").n(4_u32);
    let estimates = call.clone().estimate().await.unwrap();
    assert_eq!(estimates.len(), 1);
    assert!(estimates[0].high >= usd("1.60"), "{}", estimates[0].high);
    let error = call.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MissingKey);
}

#[tokio::test]
async fn the_cost_after_lies_in_the_estimate_before() {
    let emulator = emulator().await;
    let call = client(&emulator).generate("a fox in the snow").size("1536x1024").quality("medium").n(2_u32);
    let generation = call.send().await.unwrap();
    let (estimate, actual) = (&generation.estimates[0], &generation.costs[0]);
    assert_eq!(actual.source, ActualSource::Usage);
    assert!(estimate.contains(&actual.amount), "{} in {}..{}", actual.amount, estimate.low, estimate.high);
    assert_eq!(generation.cost().unwrap().amount_text(), emulator.bill().for_key(KEY).total_usd());
}

#[tokio::test]
async fn a_limit_refuses_before_anything_is_sent() {
    let emulator = emulator().await;
    let client = client(&emulator);
    let dear = || client.generate("a fox").size("1024x1024").quality("high");
    let error = dear().max_cost(usd("0.10")).send().await.unwrap_err();
    assert_eq!((error.kind(), error.billing()), (ErrorKind::OverBudget, BillingOutcome::NotBilled));
    let error = dear().model("gpt-image-99").max_cost(usd("10")).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownPrice);
    assert_eq!(emulator.requests().len(), 0);
    dear().max_cost(usd("0.30")).send().await.unwrap();
}

#[tokio::test]
async fn a_budget_is_shared_and_settled() {
    let emulator = emulator().await;
    let budget = Arc::new(MemoryBudget::new(usd("0.02")));
    let ledger = Arc::new(MemoryLedger::new());
    let client = builder(&emulator).budget(budget.clone()).ledger(ledger.clone()).build().unwrap();
    let call = || client.generate("a fox").size("1024x1024").quality("low");
    // Each needs a little over half a cent at the high end: of six at once not all can be reserved.
    let calls = (0..6).map(|_| tokio::spawn(call().send()));
    let mut outcomes = Vec::new();
    for outcome in calls.collect::<Vec<_>>() {
        outcomes.push(outcome.await.unwrap());
    }
    let made = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert!(
        outcomes.iter().filter_map(|o| o.as_ref().err()).all(|error| error.kind() == ErrorKind::OverBudget)
    );
    assert!((1..6).contains(&made), "{made} made");
    let state = budget.state().await;
    assert_eq!(state.spent.amount_text(), emulator.bill().for_key(KEY).total_usd());
    assert!(state.reserved.is_zero());
    assert_eq!(ledger.entries().len(), made);
    assert!(
        ledger
            .entries()
            .iter()
            .all(|entry| entry.billing == BillingOutcome::Billed && entry.actual.is_some())
    );
}

#[tokio::test]
async fn a_refused_call_gives_its_reservation_back() {
    let emulator = emulator().await;
    let budget = Arc::new(MemoryBudget::new(usd("1")));
    let ledger = Arc::new(MemoryLedger::new());
    let client = builder(&emulator).budget(budget.clone()).ledger(ledger.clone()).build().unwrap();
    let error = client.generate("[[emulator:moderation]] a fox").quality("low").send().await.unwrap_err();
    assert_eq!((error.kind(), error.billing()), (ErrorKind::Moderation, BillingOutcome::NotBilled));
    let state = budget.state().await;
    assert!(state.spent.is_zero() && state.reserved.is_zero(), "{state:?}");
    assert_eq!(ledger.entries()[0].failure.as_deref(), Some("moderation"));
}

#[tokio::test]
async fn what_may_have_been_billed_is_sent_once_and_stays_reserved() {
    let emulator = emulator().await;
    let budget = Arc::new(MemoryBudget::new(usd("1")));
    let client = builder(&emulator).budget(budget.clone()).build().unwrap();
    for fault in ["server-error", "html-502", "cut;2000", "reset-after", "html-200", "empty-200"] {
        emulator.reset();
        let prompt = format!("[[emulator:{fault}]] a fox");
        let error = client.generate(prompt).quality("low").send().await.unwrap_err();
        assert_eq!(error.billing(), BillingOutcome::Unknown, "{fault}: {error}");
        assert!(error.hint().is_some());
        let sent = emulator.requests().len();
        assert_eq!((sent, emulator.bill().for_key(KEY).len()), (1, 1), "{fault}: {error}");
    }
    let state = budget.state().await;
    assert!(state.spent.is_zero() && !state.reserved.is_zero(), "{state:?}");
}
