//! `cargo xtask prices`: whether the price sheets are complete, and where they differ from somebody else's.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use impasto_pricing::{FindingKind, PriceBook};
use impasto_transport::{Clock as _, TokioClock};
use impasto_types::Date;

use crate::findings::{Findings, count};

/// Checks the price sheets: sources, dates, overlaps, gaps. Old figures are only warned of.
#[derive(clap::Args)]
pub struct Args {
    /// Accepted for symmetry: this command never writes.
    #[arg(long)]
    check: bool,
    /// Also lists the differences from a map in the form of LiteLLM's `model_prices_and_context_window.json`.
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
}

const ADVICE: &str = "The sheets stand in crates/impasto-pricing/sheets. Mend them, then run `cargo xtask prices`, \
    and `cargo xtask docs` for the page.";

/// Runs the command.
///
/// # Errors
///
/// When a sheet is wrong, or the other map cannot be read.
pub fn run(args: &Args) -> anyhow::Result<()> {
    // Nothing to write, so nothing that `--check` could forbid.
    let Args { check: _, against } = args;
    let today = today()?;
    check(today)?;
    let book = PriceBook::builtin();
    if let Some(path) = against {
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let differences = book.compare_with(&text, today)?;
        for difference in &differences {
            println!("{difference}");
        }
        println!("{}; neither side is taken to be right", count(differences.len(), "difference"));
    }
    println!("prices: {} in order", count(book.sheets().count(), "sheet"));
    Ok(())
}

/// Checks the built-in sheets as of `today`.
///
/// # Errors
///
/// When one is wrong in another way than by its age.
pub fn check(today: Date) -> anyhow::Result<()> {
    let mut findings = Findings::default();
    for finding in PriceBook::builtin().validate(today) {
        match finding.kind {
            FindingKind::Stale => findings.warning(&finding.about, None, finding.message),
            _ => findings.error(&finding.about, None, finding.message),
        }
    }
    findings.conclude(ADVICE)
}

/// The day the newest sheet was read: a day that does not pass.
#[must_use]
pub fn last_read() -> Option<Date> {
    PriceBook::builtin().sheets().map(|sheet| sheet.read_on).max()
}

fn today() -> anyhow::Result<Date> {
    // The clock hangs on a runtime, though nothing waits here.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let _inside = runtime.enter();
    Ok(Date::from_unix(TokioClock::new().unix().as_secs()))
}
