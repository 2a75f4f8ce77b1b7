//! A call under way: shown while it runs, told when it is over.

use impasto::transport::{Clock as _, TokioClock};
use impasto::{
    BillingOutcome, Client, ErrorKind, Estimate, Event, Generation, GenerationStream, Image, ImageRequest,
    Warning,
};

use crate::commands::keep::{Keep, Over, keep};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::plan::Emulated;
use crate::term::{Preview, Progress, Term, plain};
use crate::view::{EstimateView, Report, summary, unpriced};

/// What is worth knowing of a call beside its events.
#[derive(Clone, Debug, Default)]
pub(crate) struct Context {
    /// Whether an emulator answers, the built-in one or another.
    pub(crate) emulated: Emulated,
    /// The job is written down and can be taken up again.
    pub(crate) journaled: bool,
    /// What is kept of the call.
    pub(crate) keep: Keep,
    /// How images are shown in the terminal.
    pub(crate) preview: Preview,
}

/// A call that delivered something.
#[derive(Debug)]
pub(crate) struct Watched {
    generation: Generation,
    /// Warnings that were told before anything was sent.
    told: Vec<Warning>,
    /// The same as JSON.
    pub(crate) report: Report,
}

/// Shows what happens on the way, until everything is there, or fails, or Ctrl-C.
pub(crate) async fn watch(
    client: &Client,
    request: &ImageRequest,
    mut events: GenerationStream,
    context: Context,
    term: &Term,
) -> Result<Watched, Failure> {
    let clock = TokioClock::new();
    let mut run = Run {
        client,
        request,
        term,
        context: &context,
        progress: term.progress(),
        seen: Seen::default(),
        told: Vec::new(),
        estimates: Vec::new(),
    };
    run.progress.start(request, client.provider());
    let outcome = tokio::select! {
        outcome = run.follow(&mut events) => outcome,
        _ = tokio::signal::ctrl_c() => Err(run.interrupted()),
    };
    // Whatever is still on its way is dropped before anything is said of it.
    drop(events);
    run.progress.finish();
    let outcome = outcome.map_err(|failure| run.resumable(failure));
    let (emulated, elapsed) = (context.emulated.is(), clock.now());
    let over = Over { client, request, outcome: outcome.as_ref(), emulated, elapsed };
    keep(over, context.keep, term).await;
    let generation = outcome?;
    for image in &generation.images {
        context.preview.show(image).await;
    }
    if generation.estimates.is_empty() && run.seen.unpriced.is_none() {
        run.seen.unpriced = run.why_unpriced().await;
    }
    let report = Report::new(client, &generation, &run.seen, emulated, elapsed);
    Ok(Watched { generation, told: run.told, report })
}

impl Watched {
    /// Prints the paths, unless stdout is for JSON, and says how it went.
    pub(crate) fn show(&self, term: &Term) -> Exit {
        if !term.wants_json() {
            for path in self.generation.images.iter().filter_map(Image::path) {
                term.print(plain(path));
            }
        }
        for warning in self.generation.warnings.iter().filter(|warning| !self.told.contains(warning)) {
            term.warn(warning);
        }
        for failure in &self.generation.failures {
            term.explain(&Failure::from(&failure.error).of_images(&failure.indexes));
        }
        term.say(summary(&self.report));
        if self.generation.failures.is_empty() { Exit::Ok } else { Exit::Partial }
    }
}

/// What was seen of a call on its way.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// How often something was sent that costs money.
    sent: u32,
    /// Sketches, each with its number among those of its image.
    pub(crate) partials: Vec<(u32, Image)>,
    /// Why nobody knows beforehand what it costs.
    pub(crate) unpriced: Option<String>,
    images: Vec<Image>,
    tasks: Vec<String>,
}

/// A call under way.
struct Run<'a> {
    client: &'a Client,
    request: &'a ImageRequest,
    term: &'a Term,
    context: &'a Context,
    progress: Progress,
    seen: Seen,
    told: Vec<Warning>,
    /// Those not yet told: they come one for each call, before the first is sent.
    estimates: Vec<Estimate>,
}

impl Run<'_> {
    async fn follow(&mut self, events: &mut GenerationStream) -> Result<Generation, Failure> {
        loop {
            match events.next().await {
                Some(Ok(Event::Done(generation))) => return Ok(*generation),
                Some(Ok(event)) => {
                    if matches!(event, Event::Sent { .. }) && self.seen.sent == 0 {
                        self.tell_estimate().await;
                    }
                    self.progress.show(&event);
                    self.take(event);
                }
                Some(Err(error)) => return Err(error.into()),
                None => return Err(Failure::own("the call ended without a result")),
            }
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Warning(warning) => {
                self.progress.above(|| self.term.warn(&warning));
                self.told.push(warning);
            }
            Event::Estimate(estimate) => self.estimates.push(*estimate),
            Event::Sent { .. } => self.seen.sent += 1,
            Event::Accepted { task_id } => {
                // Whoever loses this process needs it to find the image again.
                self.progress.above(|| self.term.say(format_args!("accepted as task {task_id}")));
                self.seen.tasks.push(task_id);
            }
            Event::Retrying { after, reason, .. } => self.progress.above(|| {
                let seconds = after.as_secs_f64();
                self.term.say(format_args!("not billed: {reason}; trying again in {seconds:.1} s"));
            }),
            Event::Partial { partial_index, image } => {
                self.progress.above(|| self.context.preview.sketch(&image));
                self.seen.partials.push((partial_index, image));
            }
            Event::Image(image) => self.seen.images.push(image),
            _ => {}
        }
    }

    /// Says what it may cost, or why nobody knows, before the first request is shown as sent.
    async fn tell_estimate(&mut self) {
        let line = if let Some(estimate) = EstimateView::sum(&std::mem::take(&mut self.estimates)) {
            format!("estimate: {}", estimate.words())
        } else {
            self.seen.unpriced = self.why_unpriced().await;
            unpriced(self.seen.unpriced.as_deref())
        };
        self.progress.above(|| self.term.say(line));
    }

    /// Why no price is known. The events tell of known ones only, so it is asked for once more.
    async fn why_unpriced(&self) -> Option<String> {
        let error = self.client.request(self.request.clone()).estimate().await.err()?;
        (error.kind() == ErrorKind::UnknownPrice).then(|| error.message().to_owned())
    }

    /// Says how a task that still runs at the seller is taken up again.
    fn resumable(&self, mut failure: Failure) -> Failure {
        let unfinished = matches!(failure.kind, "timeout" | "cancelled" | "connect" | "interrupted");
        if let Some(task) = failure.task_id.clone().filter(|_| self.context.journaled && unfinished) {
            failure.hint = Some(format!("`impasto jobs resume {task}` takes it up again; do not ask anew"));
        }
        failure
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
