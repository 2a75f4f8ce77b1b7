//! What `generate` and `edit` have in common: everything from the request to the files.

use impasto::sink::{Destination as _, Files};
use impasto::transport::{Clock as _, TokioClock};
use impasto::{
    BillingOutcome, Client, Estimate, Event, Generation, GenerationStream, Image, ImageCall, ImageRequest,
    Warning,
};

use crate::args::{OutputArgs, SellerArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::plan;
use crate::term::{Progress, Term, plain};
use crate::view::{DryRun, EstimateView, Report, summary};

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
        return dry_run(&choice.dry(term)?, request, &files, term).await;
    }
    let (client, emulator) = plan::client(choice, term).await?;
    let clock = TokioClock::new();
    let mut run = Run::new(term);
    let mut call = client.request(request.clone()).destination(files);
    if let Some(limit) = limit {
        call = call.max_cost(limit);
    }
    run.progress.start(&request, client.provider());
    let outcome = run.watch(call).await;
    run.progress.finish();
    let elapsed = clock.now();
    let generation = outcome?;
    let report = Report::new(&client, &generation, &run.seen, emulator.is_some(), elapsed);
    if let Some(emulator) = emulator {
        emulator.shutdown().await;
    }
    Ok(tell(&generation, &run.seen.warnings, &report, term))
}

/// Prints what was delivered.
fn tell(generation: &Generation, told: &[Warning], report: &Report, term: &Term) -> Exit {
    if term.wants_json() {
        term.print_json(report);
    } else {
        for path in generation.images.iter().filter_map(Image::path) {
            term.print(plain(path));
        }
    }
    // Those known before the call were told then.
    for warning in generation.warnings.iter().filter(|warning| !told.contains(warning)) {
        term.warn(warning);
    }
    for failure in &generation.failures {
        term.explain(&Failure::from(&failure.error).of_images(&failure.indexes));
    }
    term.say(summary(report));
    if generation.failures.is_empty() { Exit::Ok } else { Exit::Partial }
}

/// Shows the exact requests and where the images would go.
async fn dry_run(
    client: &Client,
    request: ImageRequest,
    files: &Files,
    term: &Term,
) -> Result<Exit, Failure> {
    let preview = client.request(request.clone()).preview().await?;
    // What would make saving fail should be known now as well.
    files.prepare(&preview.request).await?;
    // A seller without a known price can be asked all the same.
    let estimate = client.request(request).estimate().await;
    let dry = DryRun::new(client, &preview, files, EstimateView::sum(&estimate.unwrap_or_default()));
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
        None => term.say("estimate: no price is known"),
    }
    term.say("dry run: nothing was sent");
    Ok(Exit::Ok)
}

/// What was seen of a call on its way.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// How often something was sent that costs money.
    sent: u32,
    /// Sketches, each with its number among those of its image.
    pub(crate) partials: Vec<(u32, Image)>,
    warnings: Vec<Warning>,
    images: Vec<Image>,
    tasks: Vec<String>,
}

/// A call under way.
struct Run<'a> {
    term: &'a Term,
    progress: Progress,
    seen: Seen,
    /// Those not yet told: they come one for each call, before the first is sent.
    estimates: Vec<Estimate>,
}

impl<'a> Run<'a> {
    fn new(term: &'a Term) -> Self {
        Self { term, progress: term.progress(), seen: Seen::default(), estimates: Vec::new() }
    }

    /// Sends the request and shows what happens, until everything is there, or fails, or Ctrl-C.
    async fn watch(&mut self, call: ImageCall) -> Result<Generation, Failure> {
        let mut events = call.events();
        tokio::select! {
            outcome = self.follow(&mut events) => outcome,
            _ = tokio::signal::ctrl_c() => Err(self.interrupted()),
        }
    }

    async fn follow(&mut self, events: &mut GenerationStream) -> Result<Generation, Failure> {
        loop {
            match events.next().await {
                Some(Ok(Event::Done(generation))) => return Ok(*generation),
                Some(Ok(event)) => self.take(event),
                Some(Err(error)) => return Err(error.into()),
                None => return Err(Failure::own("the call ended without a result")),
            }
        }
    }

    fn take(&mut self, event: Event) {
        self.progress.show(&event);
        match event {
            Event::Warning(warning) => {
                self.progress.above(|| self.term.warn(&warning));
                self.seen.warnings.push(warning);
            }
            Event::Estimate(estimate) => self.estimates.push(*estimate),
            Event::Sent { .. } => {
                self.tell_estimate();
                self.seen.sent += 1;
            }
            Event::Accepted { task_id } => self.seen.tasks.push(task_id),
            Event::Retrying { after, reason, .. } => self.progress.above(|| {
                let seconds = after.as_secs_f64();
                self.term.say(format_args!("not billed: {reason}; trying again in {seconds:.1} s"));
            }),
            Event::Partial { partial_index, image } => self.seen.partials.push((partial_index, image)),
            Event::Image(image) => self.seen.images.push(image),
            _ => {}
        }
    }

    fn tell_estimate(&mut self) {
        if let Some(estimate) = EstimateView::sum(&std::mem::take(&mut self.estimates)) {
            self.progress.above(|| self.term.say(format_args!("estimate: {}", estimate.words())));
        }
    }

    /// Ctrl-C: what may have been paid is said, what had arrived is kept.
    fn interrupted(&mut self) -> Failure {
        let seen = std::mem::take(&mut self.seen);
        if seen.sent == 0 {
            return Failure::interrupted("interrupted before anything was sent", BillingOutcome::NotBilled);
        }
        let times = if seen.sent == 1 { "1 request".to_owned() } else { format!("{} requests", seen.sent) };
        let message = match seen.tasks.as_slice() {
            [] => format!("interrupted after {times} had been sent: it may be billed all the same"),
            tasks => format!(
                "interrupted while the seller works on it, which is billed: task {}",
                tasks.join(", ")
            ),
        };
        let billing = if seen.tasks.is_empty() { BillingOutcome::Unknown } else { BillingOutcome::Billed };
        let mut failure = Failure::interrupted(message, billing);
        failure.attempts = seen.sent;
        failure.task_id = seen.tasks.into_iter().next();
        failure.images = seen.images;
        failure
    }
}
