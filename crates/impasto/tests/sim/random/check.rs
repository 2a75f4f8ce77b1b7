//! What is promised, checked against the emulator's bill, the disk and the wire.

use std::collections::BTreeSet;
use std::path::Path;

use impasto::{BillingOutcome, Currency, Money};

use super::life::{CallFacts, Facts, call_of};
use super::plan::{Call, Run};
use crate::support::House;
use crate::whole::is_whole;

pub(super) fn check(house: &House, run: &Run, facts: &Facts) {
    for (number, (call, of)) in run.calls.iter().zip(&facts.calls).enumerate() {
        let folder = facts.folder.path().join(format!("call-{number}"));
        let files = files(&folder);
        for path in of.delivered.values() {
            assert!(files.iter().any(|name| path == &folder.join(name)), "{} is not there", path.display());
        }
        let died = of.dropped || !run.crashes.is_empty();
        images(house, call, of, facts, number, if died { &files } else { &[] });
        money(house, call, of);
    }
    journal(facts);
    keys(house);
}

/// Never two charges for an image, and every charge is answered for.
fn images(house: &House, call: &Call, of: &CallFacts, facts: &Facts, number: usize, files: &[String]) {
    let charged = usize::try_from(house.emulator.bill().for_key(&call.key).images()).unwrap();
    // Three attempts at most, and more than one charge only where the caller wished for it.
    let attempts = if call.opted_in { 3 } else { 1 };
    assert!(charged <= call.n as usize * attempts, "call {number}: {charged} charges for {} images", call.n);
    let forgotten = of.lost.iter().find(|id| !facts.left.iter().any(|record| record.id() == **id));
    assert_eq!(forgotten, None, "call {number}: a job that may be paid for is not on record: {of:?}");
    let mut told: BTreeSet<usize> = of.delivered.keys().copied().collect();
    told.extend(of.missing.iter().filter(|(_, how)| **how != BillingOutcome::NotBilled).map(|(at, _)| *at));
    for record in facts.left.iter().filter(|record| call_of(record) == number) {
        told.extend(record.offset..record.offset + record.job.request.count() as usize);
    }
    // What was saved just before the process died is there, though nobody was told.
    told.extend(files.iter().map(|name| index_of(name)));
    if !files.is_empty() && call.faults.iter().any(|fault| fault == "downgrade;count") {
        // A seller's short delivery is a warning, and the process died before it was read.
        told.extend(0..call.n as usize);
    }
    let answered = told.len() * attempts;
    assert!(charged <= answered, "call {number}: {charged} charged, answered for are {told:?}: {of:?}");
    let free = of.missing.values().filter(|how| **how == BillingOutcome::NotBilled).count();
    assert!(
        call.opted_in || charged + free <= call.n as usize,
        "call {number}: called free, and charged: {of:?}"
    );
    assert!(of.delivered.len() <= charged, "call {number}: delivered more than was charged");
}

/// Which image of the call a file is: `image-2.jpg` is the second.
fn index_of(name: &str) -> usize {
    let stem = name.split('.').next().unwrap();
    stem.split_once('-').map_or(0, |(_, number)| number.parse::<usize>().unwrap() - 1)
}

/// The budget equals the bill where the outcome is known, and covers it where it is not.
fn money(house: &House, call: &Call, of: &CallFacts) {
    let currency = if call.seller == "modelverse" { "CNY" } else { "USD" };
    let parsed: Currency = currency.into();
    let zero = Money::zero(parsed.clone());
    let nano = house.emulator.bill().for_key(&call.key).total_nano(currency);
    let bill = format!("{}.{:09}", nano / 1_000_000_000, nano % 1_000_000_000);
    let bill = Money::parse(&bill, parsed).unwrap();
    let accounts = of.accounts.0.lock().unwrap();
    let (mut held, mut open) = (zero, false);
    for reservation in accounts.values() {
        let amount = match (&reservation.settled, reservation.released) {
            (Some(settled), _) => settled,
            (None, true) => continue,
            (None, false) => {
                open = true;
                &reservation.reserved
            }
        };
        held = held.plus(amount).unwrap();
    }
    assert!(
        !held.minus(&bill).unwrap().is_negative(),
        "billed {bill}, the budget holds {held}: {accounts:?}"
    );
    let free = |how: &BillingOutcome| *how == BillingOutcome::NotBilled;
    if of.begun && !call.opted_in && !of.dropped && !open && of.exact && of.missing.values().all(free) {
        assert!(bill.minus(&held).unwrap().is_zero(), "billed {bill}, the budget says {held}: {accounts:?}");
    }
}

/// The files of a call: whole, and nothing else beside them.
fn files(folder: &Path) -> Vec<String> {
    let Ok(entries) = folder.read_dir() else { return Vec::new() };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .inspect(|name| {
            assert!(name.starts_with("image"), "{name} was left behind");
            let bytes = std::fs::read(folder.join(name)).unwrap();
            assert!(is_whole(&bytes), "{name} is not whole: {} bytes", bytes.len());
        })
        .collect()
}

/// The journal holds records and the inputs of their jobs, and no key.
fn journal(facts: &Facts) {
    let Ok(entries) = facts.folder.path().join("jobs").read_dir() else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let id = name.split('.').next().unwrap();
        assert!(facts.left.iter().any(|record| record.id() == id), "{name} belongs to no job");
        assert!(path.extension().is_none_or(|extension| extension != "part"), "{name} was left behind");
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        assert!(!text.contains(crate::support::KEY), "{name} holds a key");
    }
}

/// The key goes to the seller's own address, and not along with downloads.
fn keys(house: &House) {
    for line in house.wire.log() {
        let home = line.origin == house.emulator.url() && !line.path.contains("/files/");
        assert!(home || !line.keyed, "the key went to {}{}", line.origin, line.path);
    }
}
