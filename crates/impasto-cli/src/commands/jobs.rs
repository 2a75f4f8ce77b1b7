//! `impasto jobs`: what a crash, Ctrl-C or a deadline left behind.

use std::sync::Arc;

use impasto::journal::{FileJournal, JobRecord, Journal as _, Listing};
use impasto::transport::{Clock as _, TokioClock};

use crate::args::{JobsAction, JobsArgs, ResumeArgs};
use crate::commands::block_on;
use crate::commands::watch::{Context, Watched, watch};
use crate::config;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::plan::{self, Emulated};
use crate::term::Term;
use crate::view::{ErrorReport, ForgottenReport, JobsReport, ResumedReport};

/// Lists jobs, takes them up, or forgets them.
pub(crate) fn run(args: &JobsArgs, term: &Term) -> Result<Exit, Failure> {
    let journal = config::jobs().ok_or_else(|| {
        Failure::setup("jobs are written down nowhere: neither XDG_STATE_HOME nor HOME is set")
    })?;
    match &args.action {
        None | Some(JobsAction::List) => list(&journal, term),
        Some(JobsAction::Resume(args)) => block_on(resume(&journal, args, term)),
        Some(JobsAction::Forget { ids }) => block_on(forget(&journal, ids, term)),
    }
}

fn list(journal: &FileJournal, term: &Term) -> Result<Exit, Failure> {
    let listing = listing(journal, term)?;
    let report = JobsReport::new(&listing, TokioClock::new().unix().as_secs());
    if term.wants_json() {
        term.print_json(&report);
    } else {
        term.print(report.text());
    }
    Ok(Exit::Ok)
}

async fn resume(journal: &FileJournal, args: &ResumeArgs, term: &Term) -> Result<Exit, Failure> {
    let Listing { records, running, .. } = listing(journal, term)?;
    let chosen = if args.all || args.ids.is_empty() {
        for id in &running {
            term.say(format_args!("job {id} is running: it is left to its own process"));
        }
        let left = |record: &JobRecord| record.is_resumable() && !running.contains(record.id());
        records.into_iter().filter(left).collect()
    } else {
        choose(records, &args.ids)?
    };
    let mut results = Vec::new();
    let mut worst = Exit::Ok;
    for record in chosen {
        let id = record.id().to_owned();
        term.say(format_args!("job {id} at {}", record.job.seller));
        let exit = match take_up(journal, record, args, term).await {
            Ok(watched) => {
                let exit = watched.show(term);
                results.push(ResumedReport::delivered(id, watched.report));
                exit
            }
            Err(failure) if failure.exit == Exit::Interrupted => return Err(failure),
            Err(failure) => {
                term.explain(&failure);
                results.push(ResumedReport::failed(id, ErrorReport::new(&failure)));
                failure.exit
            }
        };
        // The first trouble is the one to tell of.
        if worst == Exit::Ok {
            worst = exit;
        }
    }
    if term.wants_json() {
        term.print_json(&ResumedReport::all(worst == Exit::Ok, results));
    } else if results.is_empty() {
        term.say("no job can be taken up");
    }
    Ok(worst)
}

async fn take_up(
    journal: &FileJournal,
    record: JobRecord,
    args: &ResumeArgs,
    term: &Term,
) -> Result<Watched, Failure> {
    let emulated = Emulated::default();
    let client = plan::client_of(&record, args, Arc::new(journal.clone()), &emulated)?;
    let request = record.job.request.clone();
    let events = client.resume(record, None);
    watch(&client, &request, events, Context { emulated, journaled: true, ..Context::default() }, term).await
}

async fn forget(journal: &FileJournal, ids: &[String], term: &Term) -> Result<Exit, Failure> {
    let Listing { records, running, .. } = listing(journal, term)?;
    let chosen = choose(records, ids)?;
    if let Some(record) = chosen.iter().find(|record| running.contains(record.id())) {
        return Err(Failure::usage("id", format!("{} is running", record.id()))
            .with_hint("end the process that runs it first; nothing was forgotten"));
    }
    let mut forgotten = Vec::new();
    for record in chosen {
        let id = record.id().to_owned();
        journal.remove(&id).await.map_err(|error| Failure::io("id", &id, &error))?;
        forgotten.push(id);
    }
    if term.wants_json() {
        term.print_json(&ForgottenReport::new(forgotten));
    } else {
        for id in forgotten {
            term.print(id);
        }
    }
    Ok(Exit::Ok)
}

/// The jobs with these ids, or with tasks of these ids.
fn choose(records: Vec<JobRecord>, ids: &[String]) -> Result<Vec<JobRecord>, Failure> {
    let is = |record: &JobRecord, id: &String| {
        record.id() == id || record.job.task.as_ref().is_some_and(|task| task.id == *id)
    };
    if let Some(unknown) = ids.iter().find(|id| !records.iter().any(|record| is(record, id))) {
        return Err(Failure::usage("id", format!("{unknown} is no job that is written down"))
            .with_hint("`impasto jobs` lists them"));
    }
    Ok(records.into_iter().filter(|record| ids.iter().any(|id| is(record, id))).collect())
}

/// All records, and which of them somebody runs; what is damaged was set aside and is told.
fn listing(journal: &FileJournal, term: &Term) -> Result<Listing, Failure> {
    let listing =
        journal.list().map_err(|error| Failure::io("jobs", journal.directory().display(), &error))?;
    for aside in &listing.set_aside {
        term.say(format_args!("set aside {}: {}", aside.path.display(), aside.problem));
    }
    Ok(listing)
}
