//! Jobs that are written down.

use std::sync::Arc;

use impasto::journal::{FileJournal, Journal as _, RecordState};
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

#[tokio::test]
async fn a_job_that_runs_is_not_taken_up_beside_its_run() {
    let emulator = emulator().await;
    let directory = tempfile::tempdir().unwrap();
    let journal = || Arc::new(FileJournal::new(directory.path()));
    let client = builder(&emulator).journal(journal()).build().unwrap();
    let mut stream = client.generate("[[emulator:delay;60000]] a fox").quality("low").events();
    while !matches!(stream.next().await.unwrap().unwrap(), impasto::Event::Sent { .. }) {}

    // Another journal over the same directory is what another process has.
    let listing = journal().list().unwrap();
    let record = listing.records[0].clone();
    assert!(listing.running.contains(record.id()));
    let other = builder(&emulator).journal(journal()).build().unwrap();
    let error = other.resume(record.clone(), None).finish().await.unwrap_err();
    assert_eq!((error.kind(), error.billing()), (ErrorKind::Running, BillingOutcome::NotBilled));
    assert_eq!(error.hint(), Some("wait for the process that runs it, or end that first"));
    assert_eq!(journal().list().unwrap().records[0], record, "it is left alone");

    drop(stream);
    assert!(journal().list().unwrap().running.is_empty());
    let error = other.resume(record, None).finish().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
}

#[tokio::test]
async fn what_another_process_has_finished_is_not_begun_again() {
    let emulator = emulator().await;
    let directory = tempfile::tempdir().unwrap();
    let journal = Arc::new(FileJournal::new(directory.path()));
    let client = builder(&emulator).journal(journal.clone()).build().unwrap();
    // The record of a job that was ready to be sent, as it was read before somebody else sent it.
    let mut events = client.generate("a fox").quality("low").events();
    while !matches!(events.next().await.unwrap().unwrap(), impasto::Event::Estimate(_)) {}
    let mut ready = None;
    while ready.is_none() {
        let next = events.next().await.unwrap().unwrap();
        ready = journal.list().unwrap().records.into_iter().next();
        assert!(matches!(next, impasto::Event::Sent { .. }));
    }
    events.finish().await.unwrap();
    let mut stale = ready.unwrap();
    stale.state = RecordState::Ready;
    let error = client.resume(stale, None).finish().await.unwrap_err();
    assert_eq!((error.kind(), error.billing()), (ErrorKind::NotFound, BillingOutcome::NotBilled));
    assert_eq!(emulator.requests().len(), 1);
    assert_eq!(directory.path().read_dir().unwrap().count(), 0);
}

/// Two images, of which one is lost on the way: its record is all that is left of it.
#[tokio::test]
async fn a_job_that_delivered_in_part_stays_on_record() {
    let emulator = emulator().await;
    let directory = tempfile::tempdir().unwrap();
    let journal = Arc::new(FileJournal::new(directory.path()));
    for (fault, resumable, billing) in [
        ("stream-no-final;image=1", false, BillingOutcome::Unknown),
        ("url,error-shape;text-404;on=download;after=1", true, BillingOutcome::Billed),
    ] {
        let (home, base) = (emulator.url(), emulator.openai_base_url());
        let base = base.replacen(&home, &format!("{home}/with/{fault}"), 1);
        let client = builder(&emulator).base_url(base).journal(journal.clone()).build().unwrap();
        let call = client.generate("a fox").quality("low").n(2_u32);
        let generation = if resumable { call.send().await } else { call.stream().finish().await }.unwrap();
        assert_eq!((generation.images.len(), generation.failures.len()), (1, 1), "{fault}");
        assert_eq!(generation.failures[0].error.billing(), billing, "{fault}");
        let record = journal.list().unwrap().records.remove(0);
        assert_eq!(record.is_resumable(), resumable, "{fault}: {:?}", record.state);
        assert_eq!(Some(record.id()), generation.failures[0].job.as_ref().map(|job| job.id.as_str()));
        journal.remove(record.id()).await.unwrap();
    }
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
