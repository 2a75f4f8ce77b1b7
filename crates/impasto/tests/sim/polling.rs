//! A thousand tasks in flight at once: how soon an end is noticed, and what the asking costs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use impasto::sink::Writers;
use impasto::{Client, Quality};
use impasto_emulator::Emulator;

use crate::support::{House, in_virtual_time};

/// A kind of task, and the middle of what it takes in seconds.
const KINDS: [(Quality, f64); 3] = [(Quality::Low, 6.5), (Quality::Medium, 17.0), (Quality::High, 47.0)];
/// How far durations of a kind lie from its middle: 5 to 59 seconds in all.
const APART: f64 = 0.25;
/// Pictures are drawn once for each prompt: so many durations of each kind.
const STEPS: u32 = 10;

/// One task: how long it took, and how late that was noticed, in seconds.
type Ended = (f64, f64);

async fn run(client: &Client, index: u32) -> Ended {
    let (quality, middle) = KINDS[index as usize % KINDS.len()].clone();
    let step = f64::from(index / 3 * 7 % STEPS) / f64::from(STEPS - 1);
    let took = (middle * (1.0 + APART * (2.0 * step - 1.0)) * 1e3).round() / 1e3;
    let prompt = format!("a cat [[emulator:duration;{}]]", (took * 1e3).round());
    let began = tokio::time::Instant::now();
    let nowhere = Writers::new(|_| async { Ok(tokio::io::sink()) });
    client.generate(prompt).quality(quality).destination(nowhere).send().await.unwrap();
    (took, began.elapsed().as_secs_f64() - took)
}

/// The polls of each task, from what went over the wire since `from`.
fn polls(house: &House, from: usize) -> Vec<usize> {
    let mut polls: HashMap<String, usize> = HashMap::new();
    for line in house.wire.log().into_iter().skip(from).filter(|line| line.path.contains("/prediction/")) {
        *polls.entry(line.path).or_default() += 1;
    }
    polls.into_values().collect()
}

fn part(sorted: &[f64], part: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "an index"
    )]
    let index = ((sorted.len() - 1) as f64 * part) as usize;
    sorted[index]
}

#[test]
#[expect(clippy::cast_precision_loss, reason = "a few digits are shown")]
fn a_thousand_tasks_are_noticed_in_time_and_asked_after_seldom() {
    in_virtual_time(async {
        let house = House::of(Emulator::builder().with("fixed")).await;
        let client = house.client("atlas").model("gpt-image-2").build().unwrap();
        // By the seller's own pace; what they took is learned from.
        let learning = together(&client, 30).await;
        let cold_polls = polls(&house, 0);
        for _ in 0..2 {
            together(&client, 30).await;
        }
        let cold = house.wire.log().len();
        let ended = together(&client, 1_000).await;
        let polls = polls(&house, cold);
        assert_eq!(polls.len(), 1_000);
        for &(took, late) in &ended {
            assert!(late <= (took * 0.1).max(0.5) + 0.01, "{took} s noticed {late:.3} s late");
        }
        let most = *polls.iter().max().unwrap();
        assert!(most <= 12, "{most} polls of one task");
        for (name, ended, polls) in [("before", learning, cold_polls), ("after", ended, polls)] {
            let mut parts: Vec<f64> = ended.iter().map(|(took, late)| late / took).collect();
            parts.sort_by(f64::total_cmp);
            println!(
                "{name} learning: {} tasks, noticed late by {:.1}% of their duration (median), {:.1}% (99 of 100); \
                 polls: {:.1} on average, {} at most",
                ended.len(),
                100.0 * part(&parts, 0.5),
                100.0 * part(&parts, 0.99),
                polls.iter().sum::<usize>() as f64 / polls.len() as f64,
                polls.iter().max().unwrap(),
            );
        }
    });
}

async fn together(client: &Client, tasks: u32) -> Vec<Ended> {
    let ended = Arc::new(Mutex::new(Vec::new()));
    let running: Vec<_> = (0..tasks)
        .map(|index| {
            let (client, ended) = (client.clone(), Arc::clone(&ended));
            tokio::spawn(async move {
                let one = run(&client, index).await;
                ended.lock().unwrap().push(one);
            })
        })
        .collect();
    for task in running {
        task.await.unwrap();
    }
    std::mem::take(&mut *ended.lock().unwrap())
}
