//! Seeded runs of mixed calls over random faults, cancellations and crashes, held to what is promised of money,
//! images, time and keys.

mod check;
mod dice;
mod life;
mod plan;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use impasto_emulator::Emulator;

use crate::support::{House, in_virtual_time, variable};
use dice::Dice;

/// How many runs a plain test makes; `IMPASTO_SIM_RUNS` sets another number.
const RUNS: u64 = 1000;

/// Where the seeds begin, so that a plain test makes the same runs every time.
const FIRST: u64 = 1;

#[test]
fn random_runs_keep_every_promise() {
    if let Some(seed) = variable("IMPASTO_SIM_SEED") {
        simulate(&AtomicU64::new(seed), seed + 1, true);
        return;
    }
    let runs = variable("IMPASTO_SIM_RUNS").unwrap_or(RUNS);
    let next = Arc::new(AtomicU64::new(FIRST));
    println!("seeds {FIRST} to {}", FIRST + runs - 1);
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(8);
    let workers: Vec<_> = (0..threads)
        .map(|_| {
            let next = Arc::clone(&next);
            std::thread::spawn(move || simulate(&next, FIRST + runs, false))
        })
        .collect();
    let failed = workers.into_iter().filter_map(|worker| worker.join().err()).count();
    assert_eq!(failed, 0, "some seeds failed; each names itself above");
}

/// Runs seed after seed until `end`, all on one emulator: pictures are drawn once.
fn simulate(next: &AtomicU64, end: u64, told: bool) {
    in_virtual_time(async {
        let house = House::of(Emulator::builder().with("fixed")).await;
        // Pictures are drawn once: afterwards every run takes the same steps, whichever runs went before.
        let every = plan::every_call();
        let facts = Box::pin(life::live(&house, &every, &mut Dice::new(0), false)).await;
        check::check(&house, &every, &facts);
        house.emulator.reset();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= end {
                return;
            }
            let guard = Named(seed);
            let mut dice = Dice::new(seed);
            let run = plan::run(&mut dice, seed);
            if told {
                println!("{run:#?}");
            }
            let facts = Box::pin(life::live(&house, &run, &mut dice, told)).await;
            check::check(&house, &run, &facts);
            house.emulator.reset();
            house.wire.forget();
            std::mem::forget(guard);
        }
    });
}

/// Says which seed failed when a run panics.
struct Named(u64);

impl Drop for Named {
    fn drop(&mut self) {
        let seed = self.0;
        eprintln!(
            "seed {seed} failed; run it alone with\n    IMPASTO_SIM_SEED={seed} cargo test -p impasto --test sim random -- --nocapture"
        );
    }
}
