//! What a run does: its calls, what breaks in each, and when its process dies.

use super::dice::Dice;

/// One run.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) calls: Vec<Call>,
    /// After how many polls of its work each life of the process ends; the last life is not cut short.
    pub(super) crashes: Vec<u64>,
}

/// One call of the client.
#[derive(Debug)]
pub(super) struct Call {
    /// Its own key, so that the bill tells what it was charged.
    pub(super) key: String,
    pub(super) seller: &'static str,
    pub(super) kind: Kind,
    pub(super) n: u32,
    /// The emulator's modes and faults, as in `/with/…`.
    pub(super) faults: Vec<String>,
    /// How many connections are refused when it begins.
    pub(super) refusals: u32,
    /// Dropped by its caller at this poll.
    pub(super) dropped_at: Option<u64>,
    /// Cancelled by its caller after so many seconds.
    pub(super) cancelled_after: Option<u64>,
    /// At which write of its journal the disk is full.
    pub(super) disk_full_at: Option<u32>,
    /// How long it waits for a late charge, in seconds.
    pub(super) price_wait: u64,
    /// Whether its caller wishes to repeat what may have been billed.
    pub(super) opted_in: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Generate,
    Edit,
    Stream,
}

pub(super) fn run(dice: &mut Dice, seed: u64) -> Run {
    let calls = (0..dice.between(1, 3)).map(|number| call(dice, seed, number)).collect();
    let crashes = (0..dice.pick(&[0, 0, 1, 1, 2])).map(|_| 1 + dice.skewed(400)).collect();
    Run { calls, crashes }
}

/// Each kind of call once, with nothing that breaks.
pub(super) fn every_call() -> Run {
    let kinds = [
        ("openai", Kind::Generate, 3),
        ("openai", Kind::Edit, 1),
        ("openai", Kind::Stream, 3),
        ("atlas", Kind::Generate, 3),
        ("atlas", Kind::Edit, 1),
        ("modelverse", Kind::Generate, 5),
        ("modelverse", Kind::Edit, 1),
    ];
    let calls = kinds.into_iter().enumerate().map(|(number, (seller, kind, n))| Call {
        key: format!("{}-0-{number}", crate::support::KEY),
        seller,
        kind,
        n,
        faults: Vec::new(),
        refusals: 0,
        dropped_at: None,
        cancelled_after: None,
        disk_full_at: None,
        price_wait: 0,
        opted_in: false,
    });
    Run { calls: calls.collect(), crashes: Vec::new() }
}

fn call(dice: &mut Dice, seed: u64, number: u64) -> Call {
    let seller = dice.pick(&["openai", "openai", "atlas", "atlas", "modelverse"]);
    let kind = match seller {
        "openai" => dice.pick(&[Kind::Generate, Kind::Generate, Kind::Edit, Kind::Stream]),
        _ => dice.pick(&[Kind::Generate, Kind::Generate, Kind::Edit]),
    };
    let n = match (seller, kind) {
        // More than one call makes: it is split.
        ("modelverse", Kind::Generate) => dice.pick(&[1, 1, 2, 5]),
        (_, Kind::Edit) => 1,
        _ => dice.pick(&[1, 1, 2, 3]),
    };
    let mut faults = Vec::new();
    for _ in 0..dice.pick(&[0, 1, 1, 1, 2]) {
        faults.push(fault(dice, seller, kind));
    }
    if seller == "atlas" && dice.chance(60) {
        faults.push(format!("duration;{}", dice.pick(&[1_000, 15_000, 60_000, 400_000, 900_000])));
    }
    Call {
        key: format!("{}-{seed}-{number}", crate::support::KEY),
        seller,
        kind,
        n,
        faults,
        refusals: if dice.chance(10) { dice.pick(&[1, 2, 5]) } else { 0 },
        dropped_at: dice.chance(15).then(|| 1 + dice.skewed(300)),
        cancelled_after: dice.chance(15).then(|| dice.pick(&[0, 1, 2, 5, 10, 30, 120, 400])),
        disk_full_at: if dice.chance(8) { Some(dice.pick(&[0, 1, 2, 3, 5, 8])) } else { None },
        price_wait: if dice.chance(30) { dice.pick(&[5, 30, 300]) } else { 0 },
        opted_in: dice.chance(8),
    }
}

fn fault(dice: &mut Dice, seller: &str, kind: Kind) -> String {
    let pool: &[&str] = match (seller, dice.below(10)) {
        ("atlas", 0..=3) => ATLAS,
        ("atlas", 4..=5) => POLLS,
        ("atlas", 6..=7) => DOWNLOADS,
        ("openai" | "modelverse", 0..=1) => URLS,
        (_, 2..=3) if kind == Kind::Stream => STREAMS,
        (_, 2) if kind != Kind::Stream => REPLIES,
        _ => SUBMITS,
    };
    let mut fault = dice.pick(pool).replace("{K}", &dice.skewed(200_000).to_string());
    fault = fault.replace("{S}", &dice.pick(&[1, 5, 40, 130]).to_string());
    fault = fault.replace("{T}", &dice.pick(&[1, 1, 2, 4]).to_string());
    fault
}

const SUBMITS: &[&str] = &[
    "reset-before",
    "reset-after",
    "reset-after;times=1",
    "stall-before",
    "stall-after",
    "cut;{K}",
    "cut;{K};chunked",
    "cut;{K};close",
    "reset-body;{K}",
    "stall;{K}",
    "slow;20000",
    "html-200",
    "html-502",
    "html-502;before;times=1",
    "html-524",
    "gateway-timeout",
    "server-error",
    "server-error;before",
    "error-200",
    "empty-200",
    "request-timeout",
    "redirect",
    "delay;200000",
    "delay;400000",
    "overloaded;times={T}",
    "rate-limit;times={T}",
    "rate-limit;retry-after={S};times={T}",
    "rate-limit;message=467ms;times=1",
    "rate-limit;retry-after=3600",
    "quota",
    "moderation",
    "content-type;binary",
    "error-shape;empty-500",
];

const REPLIES: &[&str] =
    &["shape;item-error", "downgrade;count", "moderation;output", "data-uri", "task-200"];

const STREAMS: &[&str] = &[
    "moderation;stream",
    "moderation;stream;billed",
    "stream-error",
    "stream-error;image=1",
    "stream-no-final",
    "stream-no-final;image=1",
    "json-stream",
    "stream-comments",
    "cut;{K}",
];

const URLS: &[&str] = &[
    "url",
    "url,expired-url",
    "url,cut;{K};on=download;times={T}",
    "url,html-502;before;on=download;times={T}",
    "url,reset-before;on=download;times={T}",
    "url,stall;{K};on=download;times=1",
];

const DOWNLOADS: &[&str] = &[
    "expired-url",
    "cut;{K};on=download;times={T}",
    "html-502;before;on=download;times={T}",
    "reset-before;on=download;times={T}",
    "stall;{K};on=download;times=1",
];

const POLLS: &[&str] = &[
    "server-error;before;on=poll;times={T}",
    "html-502;before;on=poll;times={T}",
    "reset-before;on=poll;times={T}",
    "stall-before;on=poll;times={T}",
    "cut;{K};on=poll;times={T}",
    "rate-limit;retry-after={S};on=poll;times={T}",
    "html-200;on=poll;times={T}",
    "empty-200;on=poll;times={T}",
    "delay;30000;on=poll;times={T}",
];

const ATLAS: &[&str] = &[
    "bare",
    "bare-submit",
    "string-code",
    "succeeded",
    "object-outputs",
    "foreign-poll-url",
    "polls;4",
    "status;done",
    "status;timeout",
    "failed",
    "failed;500",
    "moderation",
    "lost;2",
    "lost;9",
    "duplicate-status",
    "out-of-order",
    "null-outputs",
    "late-price",
    "late-price;3",
    "broke",
    "html-502;before;on=upload;times={T}",
    "reset-after;on=upload;times={T}",
];
