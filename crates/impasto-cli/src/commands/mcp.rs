//! `impasto mcp`: image tools for assistants, until the client leaves or Ctrl-C.

mod clients;
mod limits;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use impasto_emulator::Emulator;
use impasto_mcp::{Server, Settings, serve_http, serve_stdio};
use tokio::runtime::Builder;

use crate::args::McpArgs;
use crate::commands::no_runtime;
use crate::config;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::plan;
use crate::settings;
use crate::term::Term;

use clients::OwnClients;

/// Serves until it is told to stop.
pub(crate) fn run(args: &McpArgs, term: &Term) -> Result<Exit, Failure> {
    // The server speaks while it makes images, so one thread is not enough.
    let runtime = Builder::new_multi_thread().enable_all().build().map_err(no_runtime)?;
    let outcome = runtime.block_on(serve(args, term));
    // Stdin is read by a thread that may never come back.
    runtime.shutdown_background();
    outcome
}

async fn serve(args: &McpArgs, term: &Term) -> Result<Exit, Failure> {
    let choice = plan::choose(&args.seller)?;
    let notice = choice.notice().map(str::to_owned);
    let emulator = match &notice {
        Some(notice) => {
            term.say(notice);
            Some(plan::emulator().await?)
        }
        None => None,
    };
    let settings = settings(args, emulator.as_ref(), notice, term)?;
    let server = Server::new(settings);
    match args.http {
        Some(address) => {
            let http = serve_http(server.clone(), address).await.map_err(failure)?;
            term.say(format_args!("serving on {} until Ctrl-C", http.url()));
            tokio::select! {
                ended = http.run() => ended.map_err(failure)?,
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        None => serve_stdio(server.clone()).await.map_err(failure)?,
    }
    finish(&server, term).await;
    if let Some(emulator) = emulator {
        emulator.shutdown().await;
    }
    Ok(Exit::Ok)
}

/// The client is gone, but what it ordered may be paid for: its images are waited for.
async fn finish(server: &Server, term: &Term) {
    let running = server.running_jobs();
    if running == 0 {
        return;
    }
    let jobs = if running == 1 { "1 job that may be paid for" } else { "jobs that may be paid for" };
    term.say(format_args!("finishing {jobs}; Ctrl-C leaves them, to be taken up with `impasto jobs resume`"));
    tokio::select! {
        () = server.finish_jobs() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

fn settings(
    args: &McpArgs,
    emulator: Option<&Emulator>,
    notice: Option<String>,
    term: &Term,
) -> Result<Settings, Failure> {
    let real = emulator.is_none();
    let set = settings::Settings::load()?;
    let limits = set.get("budget")?;
    let ledger = config::ledger().filter(|_| real);
    let budget = limits::budget(&args.budget, limits.as_deref(), ledger.as_ref())?;
    let journal = if real { plan::journal(term) } else { None };
    let clients = OwnClients {
        seller: args.seller.clone(),
        model: args.model.clone(),
        budget: Arc::clone(&budget),
        journal: journal.clone(),
        emulator: emulator.map(Emulator::url),
        notice,
    };
    let named = !args.root.is_empty();
    let roots = if named { args.root.clone() } else { vec![PathBuf::from(".")] };
    let mut settings = Settings::new(Arc::new(clients), budget, config::sellers()?, ".");
    settings.roots = roots.iter().map(|root| existing(root)).collect::<Result<_, _>>()?;
    // Over HTTP any program of this machine can be the client: what it announces must not widen anything.
    settings.roots_are_final = named || args.http.is_some();
    settings.prices = config::prices()?;
    settings.out_dir.clone_from(&args.out_dir);
    settings.max_cost = args.seller.max_cost.as_deref().map(plan::dollars).transpose()?;
    settings.journal = journal;
    // What the emulator drew is forgotten with it: a key must not stand in for a real image later.
    settings.receipts = config::state("mcp-keys").filter(|_| real);
    settings.history = if set.is_on("history")? { config::history() } else { None };
    settings.sidecars = set.is_on("sidecar")?;
    Ok(settings)
}

fn existing(root: &Path) -> Result<PathBuf, Failure> {
    root.canonicalize().map_err(|error| Failure::io("root", root.display(), &error))
}

#[expect(clippy::needless_pass_by_value, reason = "as map_err wants it")]
fn failure(error: impasto_mcp::Error) -> Failure {
    let failure = match error.field() {
        Some(field) => Failure::usage(field, error.message()),
        None => Failure::own(error.message()),
    };
    failure.with_hint(error.next_step())
}
