//! `impasto call`: any other endpoint of a seller.

use std::io::{IsTerminal as _, Read as _};
use std::path::Path;

use impasto::{RawCall, RawReply};
use serde_json::Value;

use crate::args::CallArgs;
use crate::commands::block_on;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::plan;
use crate::term::Term;
use crate::view::CallReport;

/// Calls it, or shows what would be sent.
pub(crate) fn run(args: &CallArgs, term: &Term) -> Result<Exit, Failure> {
    let body = args.body.as_deref().map(body).transpose()?;
    if let Some(out) = args.out.as_deref().filter(|out| out.exists() && !args.force) {
        return Err(Failure::usage("out", format!("{} exists already; nothing was sent", out.display()))
            .with_hint("choose another name, or overwrite with --force"));
    }
    let choice = plan::choose(&args.seller.as_seller())?;
    let call = |client: &impasto::Client| {
        let call = client.call(&args.method, &args.path).poll(args.poll);
        match body {
            Some(body) => call.json(body),
            None => call,
        }
    };
    if args.dry_run {
        return dry_run(&call(&choice.dry(term)?), term);
    }
    block_on(async {
        let started = plan::client(choice, term).await?;
        let sent = call(&started.client).follow(|task| {
            let status = if task.status.is_empty() { "unknown" } else { &task.status };
            term.say(format_args!("task {}: {status}", task.id));
        });
        let reply = tokio::select! {
            reply = sent => reply?,
            _ = tokio::signal::ctrl_c() => return Err(interrupted(&args.method)),
        };
        if let Some(emulator) = started.emulator {
            emulator.shutdown().await;
        }
        show(&reply, args.out.as_deref(), term)
    })
}

fn interrupted(method: &str) -> Failure {
    let free = ["GET", "HEAD"].iter().any(|one| method.eq_ignore_ascii_case(one));
    let billing = if free { impasto::BillingOutcome::NotBilled } else { impasto::BillingOutcome::Unknown };
    Failure::interrupted("interrupted after it had been sent", billing)
}

fn dry_run(call: &RawCall, term: &Term) -> Result<Exit, Failure> {
    let request = call.preview()?;
    if term.wants_json() {
        term.print_json(&serde_json::json!({ "ok": true, "dry_run": true, "request": request }));
    } else {
        term.print(request.trim_end());
    }
    term.say("dry run: nothing was sent");
    Ok(Exit::Ok)
}

/// Prints the reply, or writes it into a file. The exit code is 1 where its task went wrong.
fn show(reply: &RawReply, out: Option<&Path>, term: &Term) -> Result<Exit, Failure> {
    if let Some(out) = out {
        std::fs::write(out, &reply.body).map_err(|error| Failure::io("out", out.display(), &error))?;
    }
    let failed = reply.task.as_ref().is_some_and(|task| task.is_failed);
    let unwritable = |error: std::io::Error| Failure::io("stdout", "stdout", &error);
    if term.wants_json() {
        term.print_json(&CallReport::new(reply, out));
    } else if let Some(out) = out {
        term.print(out.display());
    } else {
        match reply.json().filter(|_| std::io::stdout().is_terminal()) {
            // Escaped as JSON is, nothing in it can steer the terminal.
            Some(value) => term.print(serde_json::to_string_pretty(&value).unwrap_or_default()),
            None => term.print_bytes(&reply.body).map_err(unwritable)?,
        }
    }
    Ok(if failed { Exit::Failure } else { Exit::Ok })
}

/// JSON as it is typed, from a file, or from stdin.
fn body(text: &str) -> Result<Value, Failure> {
    let read = match text.strip_prefix('@') {
        None => text.to_owned(),
        Some("-") => {
            let mut read = String::new();
            std::io::stdin()
                .read_to_string(&mut read)
                .map_err(|error| Failure::io("body", "stdin", &error))?;
            read
        }
        Some(path) => std::fs::read_to_string(path).map_err(|error| Failure::io("body", path, &error))?,
    };
    serde_json::from_str(&read).map_err(|error| Failure::usage("body", format!("it is not JSON: {error}")))
}
