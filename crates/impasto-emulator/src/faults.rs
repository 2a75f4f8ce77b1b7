//! Faults on demand: what breaks before the work, after it, and in the middle of a reply.
//!
//! Work is charged when it is done. A fault that strikes before the work costs nothing; one that strikes after it
//! leaves the charge on the bill, as a real seller would.

mod after;
mod before;
mod names;
mod plan;

use bytes::Bytes;

use crate::api_error::ApiError;
use crate::directives::{Directive, Directives};
use crate::images::stream::{error_event, flat_error_event};
use crate::images::{Downgrade, Order};
use crate::render::Format;
use crate::request::{Phase, Request};
use crate::state::State;

pub(crate) use after::after;
pub(crate) use before::before;
pub(crate) use names::{FAULTS, MODES, check_known, is_fault};
pub(crate) use plan::{Plan, Rule, parse as parse_plan};

/// Decides which faults strike this request: those of the right phase whose count is not used up, and those that the
/// plan adds.
pub(crate) fn activate(state: &State, request: &mut Request) {
    let (phase, key) = (request.phase(), request.key_label.clone().unwrap_or_default());
    request.directives.retain(|directive| strikes(state, directive, phase, &key));
    for directive in state.plan.pick(&request.path, phase) {
        request.directives.add(directive);
    }
}

/// Adds the faults that a prompt asks for.
pub(crate) fn from_prompt(state: &State, request: &mut Request, prompt: &str) {
    let mut found = Directives::default();
    found.add_prompt(prompt);
    let (phase, key) = (request.phase(), request.key_label.clone().unwrap_or_default());
    found.retain(|directive| strikes(state, directive, phase, &key));
    for directive in found.iter() {
        request.directives.add(directive.clone());
    }
}

/// Modes always hold; a fault needs its phase (`on=`, by default the request that does the work) and a count left.
fn strikes(state: &State, directive: &Directive, phase: Phase, key: &str) -> bool {
    if !is_fault(&directive.name) {
        return true;
    }
    let wanted = directive.option("on").unwrap_or("submit");
    if wanted != "any" && wanted != phase.name() {
        return false;
    }
    let skip = directive.number_option("after").unwrap_or(0);
    let times = directive.number_option("times").unwrap_or(u64::MAX);
    if skip == 0 && times == u64::MAX {
        return true;
    }
    let seen = state.count(&format!("{key} {}", directive.identity())) - 1;
    seen >= skip && seen - skip < times
}

/// How the delivery falls short: `downgrade;size;quality;format;alpha;count`, by default size and quality.
pub(crate) fn downgrade(directives: &Directives, order: &Order) -> Downgrade {
    let Some(fault) = directives.find("downgrade") else {
        return Downgrade::default();
    };
    let says =
        |what: &str| fault.says(what) || (fault.arguments.is_empty() && ["size", "quality"].contains(&what));
    let to = fault.option("to").and_then(crate::sizes::parse);
    let half = |side: u32| (side / 2).max(16) / 16 * 16;
    let other = if order.params.format == Format::Png { Format::Jpeg } else { Format::Png };
    Downgrade {
        size: to.or_else(|| says("size").then(|| (half(order.width), half(order.height)))),
        low_quality: says("quality"),
        format: says("format").then_some(other),
        opaque: says("alpha"),
        fewer: says("count"),
    }
}

/// `moderation;output`: the finished images are withheld, and not charged.
pub(crate) fn output_moderation(directives: &Directives, request_id: &str) -> Option<ApiError> {
    let fault = directives.find("moderation")?;
    fault.says("output").then(|| ApiError::moderation("output", request_id))
}

/// A stream that ends before its last image.
#[derive(Debug)]
pub(crate) struct StreamEnd {
    /// The image in place of which it ends.
    pub(crate) after: u32,
    pub(crate) events: Vec<Bytes>,
    /// How many images are charged.
    pub(crate) charged: u32,
}

impl StreamEnd {
    /// `moderation;stream`, `stream-error[;flat]` or `stream-no-final`; `image=1` lets the first image pass.
    pub(crate) fn of(directives: &Directives, request_id: &str, n: u32) -> Option<Self> {
        let image = |fault: &Directive| {
            u32::try_from(fault.number_option("image").unwrap_or(0)).unwrap_or(0).min(n.saturating_sub(1))
        };
        if let Some(fault) = directives.find("moderation").filter(|fault| fault.says("stream")) {
            let error = ApiError::moderation("output", request_id);
            let after = image(fault);
            let charged = if fault.says("billed") { n } else { after };
            return Some(Self { after, events: vec![write(fault, &error)], charged });
        }
        if let Some(fault) = directives.find("stream-error") {
            let error = ApiError::server("The server had an error while processing your request.");
            // The work was done: the outcome is the caller's to find out.
            return Some(Self { after: image(fault), events: vec![write(fault, &error)], charged: n });
        }
        let fault = directives.find("stream-no-final")?;
        Some(Self { after: image(fault), events: Vec::new(), charged: n })
    }
}

fn write(fault: &Directive, error: &ApiError) -> Bytes {
    if fault.says("flat") { flat_error_event(error) } else { error_event(error) }
}
