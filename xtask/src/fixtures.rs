//! `cargo xtask fixtures`: every byte that goes over the wire, case by case; written from the cases, or compared.

pub mod case;
pub mod picture;
pub mod play;
pub mod record;
pub mod reply;
pub mod token;
pub mod told;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use impasto_providers::{Book, Sellers};

use self::case::Case;
use self::record::Recorder;
use crate::findings::{Findings, count};
use crate::mode::Mode;
use crate::repository;

/// Regenerates the requests and results of the fixtures from their cases and replies.
#[derive(clap::Args)]
pub struct Args {
    /// Only those of a seller, an operation of it, or one case: `openai`, `openai/edit`, `openai/edit/mask`.
    below: Option<String>,
    /// Writes nothing, and fails naming each case that differs.
    #[arg(long, conflicts_with = "record")]
    check: bool,
    /// First asks for the replies of these cases anew, without a key of yours at the emulator, or with it at the
    /// seller itself, which costs money.
    #[arg(long, value_name = "FROM", requires = "below")]
    record: Option<record::From>,
    /// With `--record live`: another address than the seller's own.
    #[arg(long, value_name = "URL", requires = "record")]
    base_url: Option<String>,
}

const ADVICE: &str = "An adapter sends or reads something else than the fixtures say. If that is meant, run \
    `cargo xtask fixtures` and read the difference before committing it; fixtures/README.md explains the files.";

/// The size of the pieces in which replies arrive: small and odd, so that everything is cut somewhere.
const PIECE: usize = 1021;

/// Runs the command.
///
/// # Errors
///
/// When a case cannot be played, or differs in check mode.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let below = args.below.as_deref().unwrap_or_default();
    if let Some(from) = args.record {
        let recorded = record(&repository::root(), below, &Recorder::new(from, args.base_url.as_deref())?)?;
        println!("fixtures: recorded {}", count(recorded, "case"));
    }
    let number = settle(&repository::root(), below, Mode::from_check(args.check))?;
    println!("fixtures: {} in order", count(number, "case"));
    Ok(())
}

/// Compares every case with what the adapters make of it.
///
/// # Errors
///
/// When one differs or cannot be played.
pub fn check() -> anyhow::Result<()> {
    settle(&repository::root(), "", Mode::Check).map(drop)
}

/// Plays the cases of `root/fixtures` below `below`, and writes or compares what comes of them; gives their number.
///
/// # Errors
///
/// When one cannot be played, or differs in check mode.
pub fn settle(root: &Path, below: &str, mode: Mode) -> anyhow::Result<usize> {
    let (sellers, book) = (Sellers::builtin()?, Book::builtin()?);
    let mut findings = Findings::default();
    let folders = folders(root, below)?;
    anyhow::ensure!(!folders.is_empty(), "no case below fixtures/{below}");
    for folder in &folders {
        if let Err(error) = settle_case(root, folder, &sellers, &book, mode, &mut findings) {
            findings.error(folder, None, format!("{error:#}"));
        }
    }
    findings.conclude(ADVICE)?;
    Ok(folders.len())
}

/// Asks for the replies of the cases of `root/fixtures` below `below`, and stores them; gives the number of cases.
///
/// # Errors
///
/// At the first case whose replies cannot be had.
pub fn record(root: &Path, below: &str, recorder: &Recorder) -> anyhow::Result<usize> {
    let (sellers, book) = (Sellers::builtin()?, Book::builtin()?);
    let folders = folders(root, below)?;
    for folder in &folders {
        recorder.record(root, folder, &sellers, &book).with_context(|| folder.clone())?;
    }
    Ok(folders.len())
}

fn settle_case(
    root: &Path,
    folder: &str,
    sellers: &Sellers,
    book: &Book,
    mode: Mode,
    findings: &mut Findings,
) -> anyhow::Result<()> {
    let case = Case::read(root, folder)?;
    let played = play::play(&case, sellers, book, PIECE)?;
    if let Some((unread, _)) =
        case.replies.iter().next_back().filter(|_| case.replies.len() != played.replies)
    {
        anyhow::bail!("exchange-{unread}.reply.http: nothing asks for this reply");
    }
    let mut written = BTreeSet::new();
    for (index, request) in played.requests.iter().enumerate() {
        let name = format!("exchange-{}.request.http", index + 1);
        mode.settle(root, &format!("{folder}/{name}"), request.as_bytes(), findings)?;
        written.insert(name);
    }
    mode.settle(root, &format!("{folder}/result.json"), played.told.render()?.as_bytes(), findings)?;
    for entry in fs::read_dir(root.join(folder))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".request.http") && !written.contains(&name) {
            match mode {
                Mode::Write => fs::remove_file(root.join(folder).join(&name))?,
                Mode::Check => findings.error(&format!("{folder}/{name}"), None, "is not sent any more"),
            }
        }
    }
    Ok(())
}

/// The folders of the cases, in order of their paths.
///
/// # Errors
///
/// When a folder cannot be read, or a file stands where none belongs.
pub fn folders(root: &Path, below: &str) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    for seller in children(root, "fixtures")? {
        for operation in children(root, &seller)? {
            found.extend(children(root, &operation)?);
        }
    }
    // By whole names: `n-1` is not the beginning of `n-10`.
    let below = format!("fixtures/{}", below.trim_end_matches('/'));
    let is_below = |folder: &str| {
        folder.strip_prefix(&below).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    found.retain(|folder| below == "fixtures/" || is_below(folder));
    found.sort();
    Ok(found)
}

/// The folders in a folder; files may stand only at the top.
fn children(root: &Path, folder: &str) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root.join(folder)).with_context(|| folder.to_owned())? {
        let entry = entry?;
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            found.push(path);
        } else {
            anyhow::ensure!(folder == "fixtures", "{path}: only folders stand here");
        }
    }
    Ok(found)
}
