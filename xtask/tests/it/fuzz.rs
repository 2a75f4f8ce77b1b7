//! The fuzz targets on a stable compiler: their corpus, and mutations of it.

#[expect(clippy::expect_used, unreachable_pub, reason = "panics are what a fuzz target is for")]
#[path = "../../../fuzz/src/lib.rs"]
mod targets;

use std::fs;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use xtask::repository;

/// Runs the corpus of a target, and `mutations` made of it.
#[track_caller]
fn check(name: &str, target: fn(&[u8]), mutations: u32) {
    let folder = repository::root().join("fuzz/corpus").join(name);
    let mut seeds: Vec<Vec<u8>> = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        seeds.push(fs::read(entry.unwrap().path()).unwrap());
    }
    assert!(seeds.len() >= 5, "{name} has only {} seeds", seeds.len());
    for seed in &seeds {
        target(seed);
    }
    let config = Config { cases: mutations, failure_persistence: None, ..Config::default() };
    let changes = prop::collection::vec((any::<prop::sample::Index>(), change()), 1..6);
    TestRunner::new(config)
        .run(&(prop::sample::select(seeds), changes), |(mut bytes, changes)| {
            for (at, change) in changes {
                change.apply(&mut bytes, at);
            }
            target(&bytes);
            Ok(())
        })
        .unwrap();
}

/// One thing done to a seed.
#[derive(Clone, Debug)]
enum Change {
    Flip(u8),
    Insert(Vec<u8>),
    Remove(usize),
    Cut,
    Repeat(usize),
}

fn change() -> impl Strategy<Value = Change> {
    let tokens = prop::sample::select(vec![
        "\"", "\\", "{", "}", "[", "]", ":", ",", "\n\n", "\r\n", "data:", "null", "1e999", "==",
    ]);
    prop_oneof![
        any::<u8>().prop_map(Change::Flip),
        tokens.prop_map(|token| Change::Insert(token.as_bytes().to_vec())),
        prop::collection::vec(any::<u8>(), 1..8).prop_map(Change::Insert),
        (1..40_usize).prop_map(Change::Remove),
        Just(Change::Cut),
        (1..60_usize).prop_map(Change::Repeat),
    ]
}

impl Change {
    fn apply(self, bytes: &mut Vec<u8>, at: prop::sample::Index) {
        let at = at.index(bytes.len() + 1);
        let end = |count: usize| (at + count).min(bytes.len());
        match self {
            Self::Flip(with) => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= with;
                }
            }
            Self::Insert(what) => drop(bytes.splice(at..at, what)),
            Self::Remove(count) => drop(bytes.drain(at..end(count))),
            Self::Cut => bytes.truncate(at),
            Self::Repeat(count) => {
                let what = bytes[at..end(count)].to_vec();
                drop(bytes.splice(at..at, what));
            }
        }
    }
}

#[test]
fn scanner() {
    check("scanner", targets::scanner, 1500);
}

#[test]
fn sse() {
    check("sse", targets::sse, 1500);
}

#[test]
fn wire() {
    check("wire", targets::wire, 1500);
}

#[test]
fn mask() {
    check("mask", targets::mask, 1000);
}

#[test]
fn multipart() {
    check("multipart", targets::multipart, 150);
}
