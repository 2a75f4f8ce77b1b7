//! Calls that are cancelled by a handle: they end at once, and say what was paid and how to go on.

use std::sync::Arc;
use std::time::Duration;

use impasto::journal::{FileJournal, JobRecord, RecordState};
use impasto::{BillingOutcome, CancelHandle, Client, Error, ErrorKind, Generation, ImageCall};
use impasto_emulator::Emulator;
use tempfile::TempDir;

use crate::support::{House, KEY, in_virtual_time};

/// What a cancelled call came to.
struct Ended {
    house: House,
    journal: Arc<FileJournal>,
    _folder: TempDir,
    outcome: Result<Generation, Error>,
    seconds: u64,
}

impl Ended {
    fn error(&self) -> &Error {
        self.outcome.as_ref().unwrap_err()
    }

    fn records(&self) -> Vec<JobRecord> {
        self.journal.list().unwrap().records
    }

    fn charged(&self) -> u64 {
        self.house.emulator.bill().for_key(KEY).images()
    }

    fn client(&self, seller: &str) -> Client {
        self.house.client(seller).journal(self.journal.clone()).build().unwrap()
    }

    #[track_caller]
    fn expect(&self, billing: BillingOutcome, seconds: u64, charged: u64) {
        let error = self.error();
        assert_eq!((error.kind(), error.billing()), (ErrorKind::Cancelled, billing));
        assert_eq!((self.seconds, self.charged()), (seconds, charged));
        assert!(billing != BillingOutcome::Unknown || error.hint().is_some());
    }
}

/// Makes a call at a seller that fails as it is told, and cancels it after some seconds.
async fn cancel(seller: &str, faults: &str, after: u64, order: impl FnOnce(ImageCall) -> ImageCall) -> Ended {
    let house = House::of(Emulator::builder().with("fixed").with(faults)).await;
    let folder = tempfile::tempdir().unwrap();
    let journal = Arc::new(FileJournal::new(folder.path()));
    let client = house.client(seller).journal(journal.clone()).build().unwrap();
    let handle = CancelHandle::new();
    let call = client.generate("a fox").model("gpt-image-2").size("1024x1024").quality("low");
    let started = tokio::time::Instant::now();
    let timer = handle.clone();
    if after == 0 {
        timer.cancel();
    }
    tokio::spawn(async move {
        let passed = tokio::time::timeout(Duration::from_secs(after), std::future::pending::<()>()).await;
        passed.unwrap_err();
        timer.cancel();
    });
    let outcome = order(call).cancel_on(&handle).send().await;
    assert!(handle.is_cancelled());
    let seconds = started.elapsed().as_secs();
    Ended { house, journal, _folder: folder, outcome, seconds }
}

#[test]
fn before_anything_is_sent() {
    in_virtual_time(async {
        let ended = cancel("openai", "", 0, |call| call).await;
        ended.expect(BillingOutcome::NotBilled, 0, 0);
        assert_eq!((ended.house.wire.log(), ended.records()), (vec![], vec![]));
    });
}

#[test]
fn while_the_seller_works() {
    in_virtual_time(async {
        let ended = cancel("openai", "delay;60000", 10, |call| call).await;
        ended.expect(BillingOutcome::Unknown, 10, 0);
        let record = &ended.records()[0];
        assert!(matches!(record.state, RecordState::Stopped { billing: BillingOutcome::Unknown, .. }));
        // Nobody sends it again.
        let error = ended.client("openai").resume(record.clone(), None).finish().await.unwrap_err();
        assert_eq!((error.kind(), error.billing()), (ErrorKind::Interrupted, BillingOutcome::Unknown));
        assert_eq!(ended.house.wire.log().len(), 1);
    });
}

#[test]
fn while_waiting_to_try_again() {
    in_virtual_time(async {
        let ended = cancel("openai", "rate-limit;retry-after=40", 10, |call| call).await;
        ended.expect(BillingOutcome::NotBilled, 10, 0);
        assert_eq!(ended.records(), []);
    });
}

#[test]
fn in_the_body_after_a_whole_image() {
    in_virtual_time(async {
        let ended = cancel("openai", "weight;2000000,stall;4000000", 10, |call| call.n(2_u32)).await;
        ended.expect(BillingOutcome::Unknown, 10, 2);
        let salvaged = ended.error().salvaged();
        assert_eq!(salvaged.len(), 1);
        assert!(salvaged[0].facts.is_some());
    });
}

#[test]
fn a_task_runs_on_and_is_taken_up() {
    in_virtual_time(async {
        let ended = cancel("atlas", "duration;60000", 30, |call| call).await;
        ended.expect(BillingOutcome::Unknown, 30, 1);
        assert!(ended.error().job().unwrap().task.is_some());
        let record = ended.records().remove(0);
        assert!(record.is_resumable());
        let generation = ended.client("atlas").resume(record, memory()).finish().await.unwrap();
        assert_eq!((generation.images.len(), ended.charged()), (1, 1));
        assert_eq!(ended.records(), []);
    });
}

#[test]
fn a_download_is_made_up_for_later() {
    in_virtual_time(async {
        let ended = cancel("openai", "url,stall;1000;on=download;times=1", 10, |call| call).await;
        ended.expect(BillingOutcome::Billed, 10, 1);
        let record = ended.records().remove(0);
        let generation = ended.client("openai").resume(record, memory()).finish().await.unwrap();
        assert_eq!((generation.images.len(), ended.charged()), (1, 1));
    });
}

#[test]
fn images_that_came_are_delivered_beside_the_error() {
    in_virtual_time(async {
        // Two downloads, of which one stalls.
        let faults = "url,stall;1000;on=download;times=1";
        let ended = cancel("openai", faults, 10, |call| call.n(2_u32)).await;
        let generation = ended.outcome.as_ref().unwrap();
        assert_eq!((generation.images.len(), generation.failures.len(), ended.seconds), (1, 1, 10));
        let error = &generation.failures[0].error;
        assert_eq!((error.kind(), error.billing()), (ErrorKind::Cancelled, BillingOutcome::Billed));
    });
}

#[test]
fn a_stream_tells_what_became_of_it() {
    in_virtual_time(async {
        let house = House::of(Emulator::builder().with("delay;60000")).await;
        let client = house.client("openai").build().unwrap();
        let mut stream = client.generate("a fox").model("gpt-image-2").partial_images(1).stream();
        let handle = stream.cancel_handle();
        let error = loop {
            match stream.next().await.unwrap() {
                Ok(impasto::Event::Sent { .. }) => handle.cancel(),
                Ok(_) => {}
                Err(error) => break error,
            }
        };
        assert_eq!((error.kind(), error.billing()), (ErrorKind::Cancelled, BillingOutcome::Unknown));
        assert!(stream.next().await.is_none());
    });
}

#[expect(clippy::unnecessary_wraps, reason = "what `resume` takes")]
fn memory() -> Option<Arc<dyn impasto::sink::Destination>> {
    Some(Arc::new(impasto::sink::Memory::new()))
}
