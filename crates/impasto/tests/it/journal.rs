//! Jobs that are written down.

use std::sync::Arc;

use impasto::journal::{FileJournal, RecordState};
use impasto::{BillingOutcome, ErrorKind};

use crate::support::{KEY, builder, emulator};

#[tokio::test]
async fn a_job_that_is_over_leaves_nothing() {
    let emulator = emulator().await;
    let directory = tempfile::tempdir().unwrap();
    let journal = Arc::new(FileJournal::new(directory.path().join("jobs")));
    let client = builder(&emulator).journal(journal.clone()).build().unwrap();
    let generation = client.generate("a fox").quality("low").send().await.unwrap();
    let image = generation.first().bytes().await.unwrap();
    // The image in memory is spooled into the journal while its job runs.
    client.edit(image.to_vec(), "at night").quality("low").send().await.unwrap();
    assert_eq!(journal.list().unwrap().records, []);
    assert_eq!(journal.directory().read_dir().unwrap().count(), 0);
}

#[tokio::test]
async fn an_unknown_outcome_stays_on_record_and_is_not_sent_again() {
    let emulator = emulator().await;
    let directory = tempfile::tempdir().unwrap();
    let journal = Arc::new(FileJournal::new(directory.path()));
    let client = builder(&emulator).journal(journal.clone()).build().unwrap();
    client.generate("[[emulator:reset-after]] a fox").quality("low").send().await.unwrap_err();
    let record = journal.list().unwrap().records.remove(0);
    assert!(
        matches!(record.state, RecordState::Stopped { billing: BillingOutcome::Unknown, .. }),
        "{:?}",
        record.state
    );
    assert!(
        !std::fs::read_to_string(directory.path().join(format!("{}.json", record.id())))
            .unwrap()
            .contains(KEY)
    );
    let error = client.resume(record, None).finish().await.unwrap_err();
    assert_eq!((error.kind(), error.billing()), (ErrorKind::Interrupted, BillingOutcome::Unknown));
    assert_eq!(emulator.requests().len(), 1);
}

#[tokio::test]
async fn a_call_dropped_while_it_was_sent_is_on_record_as_such() {
    let emulator = emulator().await;
    let directory = tempfile::tempdir().unwrap();
    let journal = Arc::new(FileJournal::new(directory.path()));
    let client = builder(&emulator).journal(journal.clone()).build().unwrap();
    let mut stream = client.generate("[[emulator:delay;60000]] a fox").quality("low").events();
    while let Some(event) = stream.next().await {
        if matches!(event.unwrap(), impasto::Event::Sent { .. }) {
            break;
        }
    }
    // One more turn lets the request leave.
    let left = tokio::time::timeout(std::time::Duration::from_millis(300), stream.next()).await;
    assert!(left.is_err(), "the emulator holds the reply back");
    drop(stream);
    let record = journal.list().unwrap().records.remove(0);
    assert_eq!(record.state, RecordState::Sending);
    assert!(!record.is_resumable());
}

#[test]
fn damaged_files_are_set_aside_and_named() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("a.json"), "{\"version\": 1, \"jo").unwrap();
    std::fs::write(directory.path().join("notes.txt"), "not ours").unwrap();
    let listing = FileJournal::new(directory.path()).list().unwrap();
    assert_eq!(listing.records, []);
    assert_eq!(listing.set_aside[0].path, directory.path().join("a.json.damaged"));
    assert!(directory.path().join("notes.txt").exists());
}
