//! The lives of a run's process: calls until it dies, then the journal is read and jobs are taken up.

use std::collections::{BTreeMap, BTreeSet};
use std::future::{Future, poll_fn};
use std::io;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use impasto::budget::{Budget, BudgetState, Refused};
use impasto::journal::{Claim, FileJournal, JobRecord, Journal};
use impasto::sink::{Files, Fsync};
use impasto::transport::SeededEntropy;
use impasto::{ActualSource, BillingOutcome, CancelHandle, Client, Error, Generation, Money, RetryPolicy};
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::dice::Dice;
use super::plan::{Call, Kind, Run};
use crate::support::{House, input};

/// No call takes longer than this, whatever happens: submits at most 1200 s, a task 600 s and its last question
/// 1800 s, three downloads 1800 s, the wait for a price 300 s.
const PATIENCE: Duration = Duration::from_secs(6000);

/// What the calls of a run came to.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) folder: TempDir,
    pub(super) calls: Vec<CallFacts>,
    /// What the journal holds in the end.
    pub(super) left: Vec<JobRecord>,
}

/// What one call came to, over all lives.
#[derive(Debug, Default)]
pub(super) struct CallFacts {
    /// Images that were handed over, by index.
    pub(super) delivered: BTreeMap<usize, PathBuf>,
    /// Images that the caller was told are missing, and whether they were billed.
    pub(super) missing: BTreeMap<usize, BillingOutcome>,
    /// Jobs of which an error said that they were or may have been paid for: they are to stay on record.
    pub(super) lost: BTreeSet<String>,
    /// Whether every cost told is the seller's own figure.
    pub(super) exact: bool,
    pub(super) accounts: Arc<Accounts>,
    pub(super) begun: bool,
    pub(super) dropped: bool,
}

pub(super) async fn live(house: &House, run: &Run, dice: &mut Dice, told: bool) -> Facts {
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
    let mut facts = Facts { folder, calls: Vec::new(), left: Vec::new() };
    facts.calls.extend(run.calls.iter().map(|_| CallFacts { exact: true, ..CallFacts::default() }));
    let journal = Arc::new(FileJournal::new(facts.folder.path().join("jobs")));
    for life in 0..=run.crashes.len() {
        let crash = run.crashes.get(life).copied();
        let work = one_life(house, run, &mut facts, &journal, dice, told);
        let over = Box::pin(until(crash, work)).await;
        settle().await;
        if told {
            println!("life {life}: {}", if over { "over" } else { "died" });
        }
    }
    let listing = journal.list().unwrap();
    assert!(listing.set_aside.is_empty() && listing.running.is_empty(), "{listing:?}");
    facts.left = listing.records;
    facts
}

/// First what an earlier life left, then the calls that were not begun.
async fn one_life(
    house: &House,
    run: &Run,
    facts: &mut Facts,
    journal: &Arc<FileJournal>,
    dice: &mut Dice,
    told: bool,
) {
    for record in journal.list().unwrap().records {
        let number = call_of(&record);
        let call = &run.calls[number];
        let facts = &mut facts.calls[number];
        let (offset, count) = (record.offset, record.job.request.count() as usize);
        let client = build(house, call, journal, facts, dice.below(u64::MAX));
        if told {
            println!("taking up job {} of call {number}: {:?}", record.id(), record.state);
        }
        facts.lost.remove(record.id());
        let outcome = within(client.resume(record, None).finish()).await;
        take(facts, outcome, offset..offset + count, told);
    }
    for (number, call) in run.calls.iter().enumerate() {
        let facts_of = &mut facts.calls[number];
        if std::mem::replace(&mut facts_of.begun, true) {
            continue;
        }
        let client = build(house, call, journal, facts_of, dice.below(u64::MAX));
        house.wire.refuse(call.refusals);
        let out = facts.folder.path().join(format!("call-{number}/image"));
        let ordered = order(&client, call).destination(Files::at(out).with_fsync(Fsync::Never));
        let handle = CancelHandle::new();
        let ordered = ordered.cancel_on(&handle);
        let timer = call.cancelled_after.map(|seconds| cancel_after(handle, seconds));
        let work = async {
            match call.kind {
                Kind::Stream => within(ordered.stream().finish()).await,
                _ => within(ordered.send()).await,
            }
        };
        let mut outcome = None;
        let over = until(call.dropped_at, async { outcome = Some(work.await) }).await;
        let facts_of = &mut facts.calls[number];
        if let Some(outcome) = outcome {
            take(facts_of, outcome, 0..call.n as usize, told);
        } else {
            facts_of.dropped = true;
            settle().await;
        }
        if told {
            println!("call {number}: {}", if over { "over" } else { "dropped" });
        }
        house.wire.refuse(0);
        drop(timer);
    }
}

/// Cancels a call, unless it is over before.
fn cancel_after(handle: CancelHandle, seconds: u64) -> JoinSet<()> {
    let mut timer = JoinSet::new();
    timer.spawn(async move {
        let passed = tokio::time::timeout(Duration::from_secs(seconds), std::future::pending::<()>()).await;
        passed.unwrap_err();
        handle.cancel();
    });
    timer
}

/// Does the work until it is over, or for so many polls; says whether it was over.
async fn until(polls: Option<u64>, work: impl Future<Output = ()>) -> bool {
    let mut work = pin!(work);
    let mut left = polls;
    poll_fn(|context| {
        if let Some(left) = &mut left {
            if *left == 0 {
                return Poll::Ready(false);
            }
            *left -= 1;
        }
        work.as_mut().poll(context).map(|()| true)
    })
    .await
}

/// Lets the disk finish what it was told before the process died; its one thread takes one thing after the other.
async fn settle() {
    tokio::task::spawn_blocking(|| ()).await.unwrap();
}

/// Whoever waits longer hangs.
async fn within<T>(work: impl Future<Output = T>) -> T {
    let outcome = tokio::time::timeout(PATIENCE, work).await;
    outcome.unwrap_or_else(|_| panic!("still waiting after {PATIENCE:?}"))
}

fn take(
    facts: &mut CallFacts,
    outcome: Result<Generation, Error>,
    asked: std::ops::Range<usize>,
    told: bool,
) {
    if told {
        match &outcome {
            Ok(all) => println!("  {} images, {} failures", all.images.len(), all.failures.len()),
            Err(error) => println!("  {} {}: {error}", error.kind().as_str(), error.billing()),
        }
    }
    match outcome {
        Ok(generation) => {
            for image in &generation.images {
                facts.delivered.insert(image.index, image.path().unwrap().to_owned());
                facts.missing.remove(&image.index);
            }
            if generation.warnings.iter().any(|warning| warning.field.as_deref() == Some("n")) {
                // Fewer than were asked for, and the caller is told.
                let there = |index: &usize| generation.images.iter().any(|image| image.index == *index);
                for index in asked.filter(|index| !there(index)) {
                    facts.missing.entry(index).or_insert(BillingOutcome::Billed);
                }
            }
            for failure in &generation.failures {
                miss(facts, &failure.error, failure.job.as_ref().map(|job| &job.id), failure.indexes.clone());
            }
            let told_price = |cost: &impasto::Actual| cost.source != ActualSource::EstimateUpperBound;
            facts.exact &= generation.costs.len() == generation.calls;
            facts.exact &= generation.costs.iter().all(told_price);
        }
        Err(error) => {
            for image in error.salvaged() {
                assert!(image.path().unwrap().exists());
            }
            assert!(error.billing() != BillingOutcome::Unknown || error.hint().is_some());
            miss(facts, &error, error.job().map(|job| &job.id), asked);
        }
    }
}

fn miss(facts: &mut CallFacts, error: &Error, job: Option<&String>, indexes: std::ops::Range<usize>) {
    // Paid and lost: only the most it can have cost is known.
    facts.exact &= error.billing() != BillingOutcome::Billed;
    if error.billing() != BillingOutcome::NotBilled {
        facts.lost.extend(job.cloned());
    }
    for index in indexes {
        if !facts.delivered.contains_key(&index) {
            let known = facts.missing.entry(index).or_insert(error.billing());
            *known = error.billing().max(*known);
        }
    }
}

/// The call that a job is of; each call saves into a folder of its own.
pub(super) fn call_of(record: &JobRecord) -> usize {
    let folder = record.destination["directory"].as_str().unwrap();
    folder.rsplit_once("call-").unwrap().1.parse().unwrap()
}

fn build(house: &House, call: &Call, journal: &Arc<FileJournal>, facts: &CallFacts, seed: u64) -> Client {
    let writes_left = Mutex::new(call.disk_full_at.unwrap_or(u32::MAX));
    let journal = Arc::new(Disk { journal: Arc::clone(journal), writes_left });
    let budget: Arc<Accounts> = Arc::clone(&facts.accounts);
    house
        .client_with(call.seller, &call.faults.join(","))
        .api_key(&call.key)
        .entropy(Arc::new(SeededEntropy::new(seed)))
        .price_wait(Duration::from_secs(call.price_wait))
        .retry(RetryPolicy::default().with_repeat_unknown(call.opted_in))
        .journal(journal)
        .budget(budget)
        .build()
        .unwrap()
}

fn order(client: &Client, call: &Call) -> impasto::ImageCall {
    let ordered = match call.kind {
        Kind::Generate => client.generate("a fox").n(call.n),
        Kind::Stream => client.generate("a fox").n(call.n).partial_images(1),
        Kind::Edit => client.edit(input(), "a fox"),
    };
    match call.seller {
        "modelverse" => ordered.model("gpt-image-1").size("1024x1024").quality("low"),
        _ => ordered.model("gpt-image-2").size("1024x1024").quality("low").output_format("jpeg"),
    }
}

/// A journal whose disk is full after so many writes.
#[derive(Debug)]
struct Disk {
    journal: Arc<FileJournal>,
    writes_left: Mutex<u32>,
}

#[async_trait]
impl Journal for Disk {
    async fn write(&self, record: &JobRecord) -> io::Result<()> {
        let left = {
            let mut left = self.writes_left.lock().unwrap();
            *left = left.saturating_sub(1);
            *left
        };
        if left == 0 { Err(io::ErrorKind::StorageFull.into()) } else { self.journal.write(record).await }
    }

    async fn remove(&self, id: &str) -> io::Result<()> {
        self.journal.remove(id).await
    }

    async fn claim(&self, id: &str) -> io::Result<Claim> {
        self.journal.claim(id).await
    }

    async fn read(&self, id: &str) -> io::Result<Option<JobRecord>> {
        self.journal.read(id).await
    }

    async fn spool(&self, id: &str, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
        self.journal.spool(id, name, bytes).await
    }
}

/// A budget without a limit, that remembers what becomes of each reservation.
#[derive(Debug, Default)]
pub(super) struct Accounts(pub(super) Mutex<BTreeMap<String, Reservation>>);

#[derive(Clone, Debug)]
pub(super) struct Reservation {
    pub(super) reserved: Money,
    pub(super) settled: Option<Money>,
    pub(super) released: bool,
}

#[async_trait]
impl Budget for Accounts {
    async fn reserve(&self, id: &str, amount: &Money) -> Result<(), Refused> {
        let reservation = Reservation { reserved: amount.clone(), settled: None, released: false };
        let before = self.0.lock().unwrap().insert(id.to_owned(), reservation);
        assert!(before.is_none(), "{id} was reserved twice");
        Ok(())
    }

    async fn settle(&self, id: &str, actual: &Money) {
        let mut all = self.0.lock().unwrap();
        let known = all.get_mut(id).unwrap();
        assert!(known.settled.is_none() && !known.released);
        known.settled = Some(actual.clone());
    }

    async fn release(&self, id: &str) {
        let mut all = self.0.lock().unwrap();
        let known = all.get_mut(id).unwrap();
        assert!(known.settled.is_none());
        known.released = true;
    }

    async fn keep(&self, id: &str) {
        assert!(self.0.lock().unwrap().contains_key(id));
    }

    async fn state(&self) -> BudgetState {
        // Nobody asks: there is no limit.
        std::future::pending().await
    }
}
