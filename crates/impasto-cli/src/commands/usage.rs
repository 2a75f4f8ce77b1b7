//! `impasto usage`: what was spent.

use impasto::ledger::FileBudget;

use crate::args::UsageArgs;
use crate::config;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::plan;
use crate::settings::Settings;
use crate::term::Term;
use crate::view::UsageReport;

/// Adds up the ledger.
pub(crate) fn run(args: &UsageArgs, term: &Term) -> Result<Exit, Failure> {
    let ledger = config::ledger().ok_or_else(|| {
        Failure::setup("there is no place for a ledger: neither XDG_STATE_HOME nor HOME is set")
    })?;
    let since = plan::since(&args.since)?;
    let unreadable = |error: std::io::Error| Failure::io("ledger", ledger.directory().display(), &error);
    let listing = ledger.read(since).map_err(unreadable)?;
    term.tell_damaged(&listing.damaged);
    let wanted = listing.entries.iter().filter(|entry| {
        entry.emulated == args.emulated
            && args.provider.as_ref().is_none_or(|id| *id == entry.provider)
            && args.model.as_ref().is_none_or(|model| model == entry.model.as_str())
    });
    let limits = Settings::load()?.get("budget")?.as_deref().map(plan::limits).transpose()?;
    let states = match limits {
        Some(limits) => FileBudget::new(ledger.clone(), limits).states().map_err(unreadable)?,
        None => Vec::new(),
    };
    let report = UsageReport::new(wanted, since, args.emulated, &states);
    if term.wants_json() {
        term.print_json(&report);
    } else {
        term.print(report.text(args.by, term));
    }
    Ok(Exit::Ok)
}
