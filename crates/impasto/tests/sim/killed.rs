//! A process killed at random moments of a run of fifty images, and taken up again: by the bill, no image is charged
//! twice and none is forgotten.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use impasto::journal::{FileJournal, JobRecord};
use impasto::sink::Files;
use impasto::transport::{Entropy as _, SeededEntropy};
use impasto::{Client, Event, GenerationStream, PollSchedule};
use impasto_emulator::Emulator;

use crate::support::KEY;
use crate::whole::is_whole;

/// How often the process is killed unless `IMPASTO_KILLS` says otherwise.
const KILLS: u64 = 10;

/// Tells the process that it is the one to be killed: the emulator's address and the folder, with a bar in between.
const VICTIM: &str = "IMPASTO_KILL_VICTIM";

/// The calls of the run, fifty images together: seller, images, whether they are streamed.
const CALLS: &[(&str, u32, bool)] = &[
    ("openai", 10, false),
    ("openai", 6, false),
    ("openai", 4, true),
    ("openai", 5, true),
    ("atlas", 12, false),
    ("atlas", 13, false),
];

#[test]
fn a_killed_process_pays_once_and_forgets_nothing() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    if let Some(victim) = crate::support::text_variable(VICTIM) {
        let (url, folder) = victim.split_once('|').unwrap();
        runtime.block_on(make_fifty(url, Path::new(folder)));
        return;
    }
    let kills = crate::support::variable("IMPASTO_KILLS").unwrap_or(KILLS);
    let dice = SeededEntropy::new(kills);
    let (mut died, mut at_moments) = (0, Vec::new());
    runtime.block_on(async {
        let emulator = Emulator::builder().with("fixed").start().await.unwrap();
        // A run that is left alone says how many moments there are.
        let (moments, _) = round(&emulator, u64::MAX).await;
        assert_eq!(emulator.bill().images(), 50);
        for _ in 0..kills {
            emulator.reset();
            let moment = 1 + dice.u64() % moments;
            let (_, killed) = round(&emulator, moment).await;
            died += u64::from(killed);
            at_moments.push(moment);
        }
    });
    assert!(died * 2 > kills, "only {died} of {kills} were killed in time: at {at_moments:?}");
}

/// Starts the process, kills it when it has said so many lines, takes its jobs up, and checks the bill. Gives the
/// number of lines it said, and whether it was killed.
async fn round(emulator: &Emulator, moment: u64) -> (u64, bool) {
    let folder = tempfile::tempdir().unwrap();
    let (url, place) = (emulator.url(), folder.path().to_owned());
    let (lines, killed) =
        tokio::task::spawn_blocking(move || watch_and_kill(&url, &place, moment)).await.unwrap();
    let journal = Arc::new(FileJournal::new(folder.path().join("jobs")));
    for record in journal.list().unwrap().records {
        let number = call_of(&record);
        let client = client(&emulator.url(), number, &journal);
        // What cannot be taken up says so, and stays written down.
        let _ = client.resume(record, None).finish().await;
    }
    let left = journal.list().unwrap();
    assert_eq!(left.set_aside, [], "a record was torn");
    for number in 0..CALLS.len() {
        check(emulator, folder.path(), number, &left.records, moment);
    }
    (lines, killed)
}

fn watch_and_kill(url: &str, folder: &Path, moment: u64) -> (u64, bool) {
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::a_killed_process_pays_once_and_forgets_nothing", "--nocapture"])
        .env(VICTIM, format!("{url}|{}", folder.display()))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = 0;
    let out = BufReader::new(victim.stdout.take().unwrap());
    for line in out.lines() {
        let line = line.unwrap();
        lines += u64::from(line.starts_with("moment"));
        if lines >= moment {
            // Not to be caught: SIGKILL.
            victim.kill().unwrap();
            victim.wait().unwrap();
            return (lines, true);
        }
    }
    assert!(victim.wait().unwrap().success());
    (lines, false)
}

fn check(emulator: &Emulator, folder: &Path, number: usize, left: &[JobRecord], moment: u64) {
    let (seller, n, _) = CALLS[number];
    let charged = usize::try_from(emulator.bill().for_key(&key(number)).images()).unwrap();
    assert!(charged <= n as usize, "killed at {moment}: {seller} charged {charged} of {n} images");
    let mut answered = BTreeSet::new();
    for entry in folder.join(format!("call-{number}")).read_dir().into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(name.starts_with("image-"), "killed at {moment}: {name} was left behind");
        assert!(is_whole(&std::fs::read(&path).unwrap()), "killed at {moment}: {name} is not whole");
        assert!(
            answered.insert(name["image-".len()..].split('.').next().unwrap().parse::<usize>().unwrap() - 1)
        );
    }
    for record in left.iter().filter(|record| call_of(record) == number) {
        answered.extend(record.offset..record.offset + record.job.request.count() as usize);
    }
    assert!(
        charged <= answered.len(),
        "killed at {moment}: {seller} charged {charged}, answered {answered:?}"
    );
}

/// The process that is killed: all calls at once, a line for each thing that happens.
async fn make_fifty(url: &str, folder: &Path) {
    let journal = Arc::new(FileJournal::new(folder.join("jobs")));
    let calls = CALLS.iter().enumerate().map(|(number, (seller, n, streamed))| {
        let client = client(url, number, &journal);
        let out = folder.join(format!("call-{number}/image"));
        let call = client.generate("a fox").n(*n).destination(Files::at(out));
        let call = call.model("gpt-image-2").size("1024x1024").quality("low").output_format("jpeg");
        let events = if *streamed { call.stream() } else { call.events() };
        tell(seller, events)
    });
    join_all(calls).await;
}

async fn tell(seller: &str, mut events: GenerationStream) {
    while let Some(event) = events.next().await {
        let word = match event.unwrap() {
            Event::Sent { .. } => "sent",
            Event::Accepted { .. } => "accepted",
            Event::Status { .. } => "status",
            Event::Image(_) => "image",
            Event::Done(_) => "done",
            _ => "other",
        };
        println!("moment {seller} {word}");
    }
}

fn client(url: &str, number: usize, journal: &Arc<FileJournal>) -> Client {
    let journal: Arc<FileJournal> = Arc::clone(journal);
    let (seller, _, _) = CALLS[number];
    let mut polls = PollSchedule::default();
    (polls.first, polls.next, polls.cap) =
        (Duration::from_millis(20), Duration::from_millis(20), Duration::from_millis(50));
    let path = if seller == "atlas" { "/with/duration;150/api/v1" } else { "/v1" };
    let builder = Client::builder().ignore_env().provider(seller).api_key(key(number));
    builder.base_url(format!("{url}{path}")).polls(polls).journal(journal).build().unwrap()
}

fn key(number: usize) -> String {
    format!("{KEY}-killed-{number}")
}

fn call_of(record: &JobRecord) -> usize {
    let folder = PathBuf::from(record.destination["directory"].as_str().unwrap());
    folder.file_name().unwrap().to_str().unwrap()["call-".len()..].parse().unwrap()
}
