//! What `generate` and `edit` have in common: everything from the request to the files.

use impasto::sink::{Destination as _, Files};
use impasto::{Client, ImageRequest, Money};

use crate::args::{OutputArgs, SellerArgs};
use crate::commands::keep::Keep;
use crate::commands::sketches::Sketches;
use crate::commands::watch::{Context, watch};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::plan;
use crate::term::Term;
use crate::view::{DryRun, EstimateView, unpriced};

/// Makes the images of `request`, or shows what would be sent.
pub(crate) async fn run(
    request: ImageRequest,
    output: &OutputArgs,
    seller: &SellerArgs,
    term: &Term,
) -> Result<Exit, Failure> {
    let files = plan::place(output, &request.prompt)?;
    let limit = seller.max_cost.as_deref().map(plan::dollars).transpose()?;
    let choice = plan::choose(seller)?;
    if output.dry_run {
        return dry_run(&choice.dry(term)?, request, &files, limit.as_ref(), term).await;
    }
    let plan::Started { client, emulator, journaled, emulated, ledger } = plan::client(choice, term).await?;
    let named = if output.no_preview { "none" } else { output.preview.as_deref().unwrap_or("auto") };
    let preview = term.preview(Some(named));
    let sketched = preview.is_shown() && request.partial_images.is_some() && !output.save_partials;
    let call = client.request(request.clone());
    let mut call = if sketched { call.destination(Sketches(files)) } else { call.destination(files) };
    if let Some(limit) = limit {
        call = call.max_cost(limit);
    }
    let context = Context { emulated, journaled, keep: Keep::of(output), preview };
    let watched = watch(&client, &request, call.events(), context, term).await;
    if let Some(trouble) = ledger.and_then(|ledger| ledger.trouble()) {
        term.say(format_args!("what was spent is not in the ledger: {trouble}"));
    }
    let watched = watched?;
    if let Some(emulator) = emulator {
        emulator.shutdown().await;
    }
    if term.wants_json() {
        term.print_json(&watched.report);
    }
    Ok(watched.show(term))
}

/// Shows the exact requests and where the images would go; says by the exit code whether the limit would hold.
async fn dry_run(
    client: &Client,
    request: ImageRequest,
    files: &Files,
    limit: Option<&Money>,
    term: &Term,
) -> Result<Exit, Failure> {
    let preview = client.request(request.clone()).preview().await?;
    // What would make saving fail should be known now as well.
    files.prepare(&preview.request).await?;
    // A seller without a known price can be asked all the same.
    let (estimate, unknown) = match client.request(request).estimate().await {
        Ok(estimates) => (EstimateView::sum(&estimates), None),
        Err(error) => (None, Some(error.message().to_owned())),
    };
    let dry = DryRun::new(client, &preview, files, estimate, unknown);
    if term.wants_json() {
        term.print_json(&dry);
    } else {
        term.print(dry.text());
    }
    for warning in &preview.warnings {
        term.warn(warning);
    }
    match &dry.estimate {
        Some(estimate) => term.say(format_args!("estimate: {}", estimate.words())),
        None => term.say(unpriced(dry.estimate_unknown.as_deref())),
    }
    term.say("dry run: nothing was sent");
    match (limit, &dry.estimate) {
        (Some(limit), Some(estimate)) if estimate.is_over(limit) => {
            term.say(format_args!("it may cost more than {limit}"));
            Ok(Exit::OverBudget)
        }
        (Some(limit), None) => {
            term.say(format_args!("without a known price nobody can tell whether it stays below {limit}"));
            Ok(Exit::OverBudget)
        }
        _ => Ok(Exit::Ok),
    }
}
