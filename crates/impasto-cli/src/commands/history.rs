//! `impasto history`: earlier runs, newest first.

use crate::args::HistoryArgs;
use crate::config;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::plan;
use crate::term::Term;
use crate::view::HistoryReport;

/// Lists runs.
pub(crate) fn run(args: &HistoryArgs, term: &Term) -> Result<Exit, Failure> {
    let history = config::history().ok_or_else(|| {
        Failure::setup("there is no place for a history: neither XDG_STATE_HOME nor HOME is set")
    })?;
    let since = args.since.as_deref().map(plan::since).transpose()?.unwrap_or(0);
    let is = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted == found);
    let text = args.text.as_ref().map(|text| text.to_lowercase());
    let listing = history
        .newest(args.limit, |run| {
            let in_text = |text: &String| {
                run.prompt().to_lowercase().contains(text)
                    || run.id.to_lowercase().contains(text)
                    || run
                        .images
                        .iter()
                        .any(|image| image.file.to_string_lossy().to_lowercase().contains(text))
            };
            run.at >= since
                && is(&args.provider, &run.provider)
                && is(&args.model, run.model.as_str())
                && text.as_ref().is_none_or(in_text)
        })
        .map_err(|error| Failure::io("history", history.directory().display(), &error))?;
    term.tell_damaged(&listing.damaged);
    let report = HistoryReport::new(&listing.runs);
    if term.wants_json() {
        term.print_json(&report);
    } else {
        term.print(report.text(term));
    }
    Ok(Exit::Ok)
}
