//! `impasto regenerate`: an earlier run once more.

use std::path::Path;

use impasto::history::RunRecord;
use impasto::sidecar::Sidecar;

use crate::args::RegenerateArgs;
use crate::commands::{block_on, images};
use crate::config;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::plan;
use crate::term::Term;

/// Makes the images of an earlier run once more.
pub(crate) fn run(args: &mut RegenerateArgs, term: &Term) -> Result<Exit, Failure> {
    let run = find(&args.run)?;
    let mut earlier = run.request()?;
    let same = args.seller.provider.as_ref().is_none_or(|provider| *provider == run.provider);
    if same && earlier.model.is_none() && !run.model.as_str().is_empty() {
        // What the seller took by default then may be another today.
        earlier.model = Some(run.model.clone());
    }
    args.seller.provider.get_or_insert_with(|| run.provider.clone());
    let request = plan::again(earlier, args)?;
    if !args.output.dry_run {
        let cost = run.cost.as_ref().map(|cost| format!(", which cost {}", cost.total));
        let (id, cost) = (&run.id, cost.unwrap_or_default());
        term.say(format_args!("once more run {id}{cost}: this is a new charge, and the images will differ"));
    }
    block_on(images::run(request, &args.output, &args.seller, term))
}

/// The run that is meant: an image with a sidecar, or an id of the history.
fn find(named: &str) -> Result<RunRecord, Failure> {
    let path = Path::new(named);
    if path.exists() {
        return Ok(Sidecar::read(path)?.run);
    }
    let history = config::history().filter(|_| !named.is_empty());
    let found = match &history {
        Some(history) => history
            .find(named)
            .map_err(|error| Failure::io("history", history.directory().display(), &error))?,
        None => Vec::new(),
    };
    match <[RunRecord; 1]>::try_from(found) {
        Ok([run]) => Ok(run),
        Err(none) if none.is_empty() => {
            Err(Failure::usage("run", format!("{named} is neither a file nor a run of the history"))
                .with_hint("`impasto history` lists the runs"))
        }
        Err(many) => {
            let ids: Vec<&str> = many.iter().map(|run| run.id.as_str()).take(5).collect();
            Err(Failure::usage("run", format!("{named} may be {}", ids.join(", "))))
        }
    }
}
