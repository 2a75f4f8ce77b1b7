//! Downloads that break off: taken up where the server can, begun anew where it cannot, and never put together wrongly.

use http::header::{IF_RANGE, RANGE};
use impasto::sink::Files;
use impasto::{ErrorKind, RetryPolicy};
use impasto_emulator::Emulator;

use crate::support::{House, in_virtual_time};

/// The requests of a download, in order: the first byte that was asked for, where a part was.
fn asked(house: &House) -> Vec<Option<u64>> {
    let downloads = house.wire.log().into_iter().filter(|line| line.path.contains("/files/"));
    downloads
        .map(|line| {
            let range = line.headers.get(RANGE).map(|value| value.to_str().unwrap());
            assert_eq!(
                range.is_some(),
                line.headers.contains_key(IF_RANGE),
                "a part is asked for with a condition"
            );
            assert!(!line.keyed, "no key goes to a result URL");
            range.map(|range| {
                range.strip_prefix("bytes=").unwrap().strip_suffix('-').unwrap().parse().unwrap()
            })
        })
        .collect()
}

/// Makes an image at Atlas under these faults; its bytes have to be right in the end. Gives what was asked for.
#[track_caller]
fn check(directives: &str, expected: &[Option<u64>]) {
    in_virtual_time(async {
        let house = House::of(Emulator::builder().with(directives)).await;
        let plain = House::of(Emulator::builder()).await;
        let client = house.client("atlas").build().unwrap();
        let generation = client.generate("a cat").send().await.unwrap();
        let wanted = plain.client("atlas").build().unwrap().generate("a cat").send().await.unwrap();
        assert!(
            generation.first().bytes().await.unwrap() == wanted.first().bytes().await.unwrap(),
            "{directives}"
        );
        assert_eq!(asked(&house), expected, "{directives}");
        assert_eq!(house.emulator.bill().images(), 1);
    });
}

#[test]
fn a_download_that_breaks_off_is_taken_up_where_it_stood() {
    check("", &[None]);
    check("cut;10000;on=download;times=1", &[None, Some(10_000)]);
    check("reset-body;1;on=download;times=1", &[None, Some(1)]);
    // Each attempt brings something, so that more of them than usual are made.
    let parts: Vec<Option<u64>> = (0..6).map(|part| (part > 0).then_some(part * 20_000)).collect();
    check("cut;20000;on=download;times=5", &parts);
}

#[test]
fn a_server_that_cannot_go_on_is_asked_for_the_whole_again() {
    check("no-ranges,cut;10000;on=download;times=1", &[None, None]);
    check("no-etag,cut;10000;on=download;times=1", &[None, None]);
    // It answers a part's condition with the whole of what is there now.
    check("changed-file,cut;10000;on=download;times=1", &[None, Some(10_000)]);
    // What comes is not what was asked for, and is not believed.
    check("wrong-range,cut;10000;on=download;times=1", &[None, Some(10_000), None]);
}

#[test]
fn a_file_saved_in_parts_is_whole_and_the_only_one() {
    in_virtual_time(async {
        let directory = tempfile::tempdir().unwrap();
        let directives = "cut;23456;on=download;times=2";
        let house = House::of(Emulator::builder().with(directives)).await;
        let files = Files::within(directory.path(), "cat");
        let client = house.client("atlas").build().unwrap();
        let generation = client.generate("a cat").destination(files).send().await.unwrap();
        let names: Vec<_> = directory.path().read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(names, [generation.first().path().unwrap()]);
        let bytes = std::fs::read(&names[0]).unwrap();
        assert_eq!(Some(impasto_pixels::facts_of_bytes(&bytes).unwrap()), generation.first().facts);
        assert!(crate::whole::is_whole(&bytes));
        assert_eq!(asked(&house), [None, Some(23_456), Some(46_912)]);
    });
}

#[test]
fn a_server_that_sends_nothing_more_is_given_up() {
    in_virtual_time(async {
        let directives = "cut;10000;on=download;times=1,reset-before;on=download;after=1";
        let house = House::of(Emulator::builder().with(directives)).await;
        let client = house.client("atlas").retry(RetryPolicy::default()).build().unwrap();
        let error = client.generate("a cat").send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted);
        assert!(error.job().is_some(), "it can be fetched later");
        // What had come is there to go on from, until the third attempt that brings nothing.
        assert_eq!(asked(&house), [None, Some(10_000), Some(10_000)]);
    });
}
