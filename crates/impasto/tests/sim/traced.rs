//! What a subscriber of `tracing` is told of a call: the tree of its spans, and never a key or a prompt.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::sync::Once;

use impasto_emulator::Emulator;
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};

use crate::support::{House, KEY, in_virtual_time};

/// Words that must be told to nobody.
const PROMPT: &str = "a fox that nobody may hear of";

#[test]
fn a_call_that_needs_a_second_attempt() {
    let told = listen("openai", "", |house| house.wire.refuse(1));
    insta::assert_snapshot!(told);
}

#[test]
fn a_task_that_is_polled_and_fetched() {
    let told = listen("atlas", "polls;2", |_| {});
    insta::assert_snapshot!(told);
}

#[test]
fn a_call_whose_outcome_nobody_knows() {
    let told = listen("openai", "reset-after", |_| {});
    insta::assert_snapshot!(told);
}

/// Makes one call and gives what was told of it.
fn listen(seller: &'static str, faults: &'static str, before: impl FnOnce(&House)) -> String {
    // A subscriber of one thread alone misses what another thread asked for first: there is one for the process.
    static SUBSCRIBED: Once = Once::new();
    SUBSCRIBED.call_once(|| {
        tracing::subscriber::set_global_default(Registry::default().with(Collect)).unwrap();
    });
    TOLD.set(Some(Nodes::default()));
    in_virtual_time(async {
        let house = House::of(Emulator::builder().with("fixed").with(faults)).await;
        before(&house);
        let client = house.client(seller).build().unwrap();
        let call = client.generate(PROMPT).model("gpt-image-2").size("1024x1024").quality("low");
        // What comes of it is told to the subscriber as well.
        let _ = call.output_format("jpeg").send().await;
    });
    let told = TOLD.take().unwrap().text();
    for secret in [KEY, PROMPT, "http://", "?"] {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
    told
}

thread_local! {
    /// What was told on this thread, while somebody listens there: runs in virtual time stay on theirs.
    static TOLD: RefCell<Option<Nodes>> = const { RefCell::new(None) };
}

/// Everything that was told, in order.
#[derive(Default)]
struct Nodes {
    spans: Vec<Span>,
    /// The spans that are below no other.
    top: Vec<usize>,
}

#[derive(Default)]
struct Span {
    name: &'static str,
    fields: Fields,
    below: Vec<Below>,
}

enum Below {
    Span(usize),
    Event(Fields),
}

#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl tracing::field::Visit for Fields {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn Debug) {
        // The only things that are not the same in every run, or in every version of the emulator.
        let shown = match field.name() {
            "server.port" => "PORT".to_owned(),
            "impasto.image.bytes" => "BYTES".to_owned(),
            _ => format!("{value:?}"),
        };
        self.0.insert(field.name(), shown);
    }
}

struct Collect;

/// Where a span stands among those collected.
struct Number(usize);

impl<S: tracing::Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Collect {
    fn on_new_span(
        &self,
        attributes: &tracing::span::Attributes<'_>,
        id: &tracing::Id,
        context: Context<'_, S>,
    ) {
        if attributes.metadata().target() != "impasto" {
            return;
        }
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let span = context.span(id).unwrap();
        let parent = span.parent().and_then(|parent| Some(parent.extensions().get::<Number>()?.0));
        with_told(|nodes| {
            let number = nodes.spans.len();
            span.extensions_mut().insert(Number(number));
            nodes.spans.push(Span { name: attributes.metadata().name(), fields, below: Vec::new() });
            match parent {
                Some(parent) => nodes.spans[parent].below.push(Below::Span(number)),
                None => nodes.top.push(number),
            }
        });
    }

    fn on_record(&self, id: &tracing::Id, values: &tracing::span::Record<'_>, context: Context<'_, S>) {
        if let Some(number) = context.span(id).and_then(|span| Some(span.extensions().get::<Number>()?.0)) {
            with_told(|nodes| values.record(&mut nodes.spans[number].fields));
        }
    }

    fn on_event(&self, event: &tracing::Event<'_>, context: Context<'_, S>) {
        if event.metadata().target() != "impasto" {
            return;
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        with_told(|nodes| {
            let number = context.event_span(event).unwrap().extensions().get::<Number>().unwrap().0;
            nodes.spans[number].below.push(Below::Event(fields));
        });
    }
}

fn with_told(work: impl FnOnce(&mut Nodes)) {
    TOLD.with_borrow_mut(|told| told.as_mut().map(work));
}

impl Nodes {
    fn text(&self) -> String {
        let mut text = String::new();
        for top in &self.top {
            self.write(*top, 0, &mut text);
        }
        text
    }

    fn write(&self, number: usize, depth: usize, text: &mut String) {
        let span = &self.spans[number];
        let indent = "  ".repeat(depth);
        writeln!(text, "{indent}{}", span.name).unwrap();
        for (name, value) in &span.fields.0 {
            writeln!(text, "{indent}  . {name} = {value}").unwrap();
        }
        for below in &span.below {
            match below {
                Below::Span(number) => self.write(*number, depth + 1, text),
                Below::Event(fields) => {
                    let others = fields.0.iter().filter(|(name, _)| **name != "message");
                    let others: Vec<String> =
                        others.map(|(name, value)| format!("{name} = {value}")).collect();
                    writeln!(text, "{indent}  - {}: {}", fields.0["message"], others.join(", ")).unwrap();
                }
            }
        }
    }
}
