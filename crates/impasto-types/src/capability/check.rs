//! Checks a request against the rules, before any money is spent.

use std::fmt;

use super::{Capabilities, LifeCycle, Rule, Sizes, Standing};
use crate::date::Date;
use crate::image::ImageFormat;
use crate::input::{ImageInput, Mask};
use crate::options::{Background, Complexity, InputFidelity, Moderation, OutputFormat, Quality};
use crate::request::{ImageRequest, Operation};
use crate::size::Size;

/// Whether a finding stops the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "a request goes on or it does not")]
pub enum Severity {
    /// The request goes on; the caller is told.
    Warning,
    /// The request is refused before it is sent.
    Refusal,
}

/// One thing the rules say about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// Whether it stops the request.
    pub severity: Severity,
    /// The field by its wire name.
    pub field: &'static str,
    /// A sentence for people: what is wrong and what is allowed.
    pub message: String,
    /// The source of the rule; empty where the finding follows from the request alone.
    pub source: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

/// Checks each named field against the rule of its name.
macro_rules! choices {
    ($check:ident, $rules:expr, $request:expr; $($field:ident: $type:ty),+) => {
        $( $check.choice(stringify!($field), $rules.$field.as_deref(), $request.$field.as_ref(), <$type>::is_known); )+
    };
}

impl Capabilities {
    /// What these rules say about `request` on the day `today`; an empty list: nothing.
    ///
    /// A value the rule's list does not have is refused when this version knows the value (`xhigh` on a model
    /// without it), and only warned of when it is new to this version: sellers add values faster than clients.
    /// Input images are checked as far as their facts are filled in.
    #[must_use]
    pub fn check(&self, request: &ImageRequest, today: Date) -> Vec<Finding> {
        let model = request.model.as_ref().map_or_else(|| "this model".to_owned(), ToString::to_string);
        let mut check = Check { model, findings: Vec::new() };
        check.operation(self.operations.as_deref(), request);
        check.prompt(self.prompt_chars.as_deref(), request);
        check.size(self.size.as_deref(), request);
        choices!(check, self, request;
            quality: Quality, background: Background, output_format: OutputFormat, moderation: Moderation,
            input_fidelity: InputFidelity, complexity: Complexity);
        check.compression(self, request);
        check.stream(self, request);
        check.images(self, request);
        check.mask(self, request);
        check.life_cycle(self.life_cycle.as_deref(), today);
        check.findings
    }
}

struct Check {
    /// The model's name, for sentences.
    model: String,
    findings: Vec<Finding>,
}

impl Check {
    fn say<T>(&mut self, mut severity: Severity, field: &'static str, rule: &Rule<T>, mut message: String) {
        if severity == Severity::Refusal && rule.standing == Standing::Unverified {
            severity = Severity::Warning;
            message.push_str(" (nobody has verified this: it is sent all the same)");
        }
        self.findings.push(Finding { severity, field, message, source: rule.source.clone() });
    }

    fn refuse<T>(&mut self, field: &'static str, rule: &Rule<T>, message: String) {
        self.say(Severity::Refusal, field, rule, message);
    }

    /// A finding that follows from the files themselves.
    fn plain(&mut self, severity: Severity, field: &'static str, message: String) {
        self.findings.push(Finding { severity, field, message, source: String::new() });
    }

    fn operation(&mut self, rule: Option<&Rule<Vec<Operation>>>, request: &ImageRequest) {
        if let Some(rule) = rule.filter(|rule| !rule.allowed.contains(&request.operation)) {
            let message =
                format!("{} cannot {}; it can {}", self.model, request.operation, list(&rule.allowed));
            self.refuse("model", rule, message);
        }
    }

    fn prompt(&mut self, rule: Option<&Rule<u32>>, request: &ImageRequest) {
        let Some(rule) = rule else { return };
        let length = request.prompt.chars().count();
        if length > rule.allowed as usize {
            self.refuse("prompt", rule, format!("{length} characters; at most {} are allowed", rule.allowed));
        }
    }

    fn size(&mut self, rule: Option<&Rule<Sizes>>, request: &ImageRequest) {
        let (Some(rule), Some(size)) = (rule, &request.size) else { return };
        if rule.allowed.fixed.contains(size) {
            return;
        }
        match (size, rule.allowed.free) {
            (Size::Exact { width, height }, Some(free)) => {
                let Some(problem) = free.problem(*width, *height) else { return };
                let hint = free
                    .nearest(*width, *height)
                    .map_or_else(String::new, |(w, h)| format!("; the nearest allowed size is {w}x{h}"));
                self.refuse("size", rule, format!("{size}: {problem}{hint}"));
            }
            (Size::Other(_), _) => {
                let message = format!("{size} is not a size this version knows; it is sent as it is");
                self.say(Severity::Warning, "size", rule, message);
            }
            _ => {
                let message = format!(
                    "{size} is not offered by {}; allowed are {}",
                    self.model,
                    list(&rule.allowed.fixed)
                );
                self.refuse("size", rule, message);
            }
        }
    }

    fn choice<T: PartialEq + fmt::Display>(
        &mut self,
        field: &'static str,
        rule: Option<&Rule<Vec<T>>>,
        value: Option<&T>,
        known: impl Fn(&T) -> bool,
    ) {
        let (Some(rule), Some(value)) = (rule, value) else { return };
        if rule.allowed.contains(value) {
            return;
        }
        if rule.allowed.is_empty() {
            self.refuse(field, rule, format!("{} does not take the field; leave it out", self.model));
        } else if known(value) {
            self.refuse(
                field,
                rule,
                format!("{value} is not offered by {}; allowed are {}", self.model, list(&rule.allowed)),
            );
        } else {
            let message = format!("{value} is new to this version; known are {}", list(&rule.allowed));
            self.say(Severity::Warning, field, rule, message);
        }
    }

    fn compression(&mut self, rules: &Capabilities, request: &ImageRequest) {
        let (Some(rule), Some(_)) = (&rules.output_compression, request.output_compression) else { return };
        if rule.allowed.is_empty() {
            self.refuse(
                "output_compression",
                rule,
                format!("{} does not take the field; leave it out", self.model),
            );
            return;
        }
        let format = request.output_format.clone().unwrap_or(OutputFormat::Png);
        if !rule.allowed.contains(&format) {
            let message = format!("means nothing for {format}; it is read for {}", list(&rule.allowed));
            // OpenAI's own example sends 100 with a png: meaningless is not forbidden.
            self.say(Severity::Warning, "output_compression", rule, message);
        }
    }

    fn stream(&mut self, rules: &Capabilities, request: &ImageRequest) {
        if let Some(rule) = rules.stream.as_ref().filter(|rule| request.stream && !rule.allowed) {
            self.refuse("stream", rule, format!("{} does not stream; leave stream out", self.model));
        }
        let (Some(rule), Some(count)) = (&rules.partial_images, request.partial_images) else { return };
        if count > rule.allowed {
            let message = format!("{count} asked for; at most {} are allowed", rule.allowed);
            self.refuse("partial_images", rule, message);
        }
    }

    fn images(&mut self, rules: &Capabilities, request: &ImageRequest) {
        if let Some(rule) =
            rules.input_images.as_ref().filter(|rule| request.images.len() > rule.allowed as usize)
        {
            let message =
                format!("{} input images; at most {} are allowed", request.images.len(), rule.allowed);
            self.refuse("image", rule, message);
        }
        for image in &request.images {
            self.input("image", rules, image);
        }
        if let Some(markup) = &request.markup {
            if let Some(rule) = rules.markup.as_ref().filter(|rule| !rule.allowed) {
                self.refuse("markup", rule, format!("{} takes no markup; leave it out", self.model));
            }
            self.input("markup", rules, markup);
            self.overlay("markup", request.images.first(), markup);
        }
    }

    fn input(&mut self, field: &'static str, rules: &Capabilities, image: &ImageInput) {
        let Some(facts) = &image.facts else { return };
        let name = image.label();
        if let Some(rule) = rules.input_formats.as_ref().filter(|rule| !rule.allowed.contains(&facts.format))
        {
            let hint = match facts.format {
                ImageFormat::Mpo => " (a phone's multi-picture JPEG; save it again as a plain JPEG)",
                ImageFormat::Heic => " (a phone's HEIC; convert it to JPEG first)",
                _ => "",
            };
            let message = format!("{name} is {}{hint}; allowed are {}", facts.format, list(&rule.allowed));
            self.refuse(field, rule, message);
        }
        if let Some(rule) = rules.input_bytes.as_ref().filter(|rule| facts.bytes >= rule.allowed) {
            let message =
                format!("{name} has {} bytes; it must have fewer than {}", facts.bytes, rule.allowed);
            self.refuse(field, rule, message);
        }
    }

    fn mask(&mut self, rules: &Capabilities, request: &ImageRequest) {
        let Some(mask) = &request.mask else { return };
        if let Some(rule) = rules.mask.as_ref().filter(|rule| !rule.allowed) {
            self.refuse("mask", rule, format!("{} takes no mask; leave it out", self.model));
        }
        match mask {
            Mask::Image { image, .. } => {
                self.overlay("mask", request.images.first(), image);
                let (Some(rule), Some(facts)) = (&rules.mask_bytes, &image.facts) else { return };
                if facts.bytes >= rule.allowed {
                    let name = image.label();
                    let message = format!(
                        "{name} has {} bytes; masks are documented below {}",
                        facts.bytes, rule.allowed
                    );
                    self.say(Severity::Warning, "mask", rule, message);
                }
            }
            Mask::Rectangle { x, y, width, height } => {
                let Some(facts) = request.images.first().and_then(|first| first.facts) else { return };
                let right = u64::from(*x) + u64::from(*width);
                let bottom = u64::from(*y) + u64::from(*height);
                if *width == 0 || *height == 0 || right > facts.width.into() || bottom > facts.height.into() {
                    let (w, h) = facts.dimensions();
                    let message =
                        format!("the rectangle {width}x{height}+{x}+{y} must lie within the {w}x{h} image");
                    self.plain(Severity::Refusal, "mask", message);
                }
            }
        }
    }

    /// A mask or markup lies over the first image: same size, and a PNG with transparency.
    fn overlay(&mut self, field: &'static str, first: Option<&ImageInput>, over: &ImageInput) {
        let Some(facts) = &over.facts else { return };
        let name = over.label();
        if let Some(first) = first.and_then(|image| image.facts) {
            let ((w, h), (first_w, first_h)) = (facts.shown_dimensions(), first.shown_dimensions());
            if (w, h) != (first_w, first_h) {
                let message = format!(
                    "{name} is {w}x{h}, the first image {first_w}x{first_h}; both must have the same size"
                );
                self.plain(Severity::Refusal, field, message);
            }
        }
        if field == "markup" && (facts.format != ImageFormat::Png || facts.alpha == Some(false)) {
            let message =
                format!("{name} is {} without transparency; markup is a transparent PNG", facts.format);
            self.plain(Severity::Refusal, field, message);
        }
    }

    fn life_cycle(&mut self, rule: Option<&Rule<LifeCycle>>, today: Date) {
        let Some(rule) = rule else { return };
        let instead = rule
            .allowed
            .successor
            .as_ref()
            .map_or_else(String::new, |model| format!("; its successor is {model}"));
        let at = rule.allowed.at.as_ref().map_or_else(String::new, |seller| format!(" at {seller}"));
        let model = self.model.clone();
        if let Some(end) = rule.allowed.shutdown {
            let message = if end <= today {
                format!("{model} was shut down{at} on {end}{instead}")
            } else if end.days_since_epoch() - today.days_since_epoch() <= 90 {
                format!("{model} will be shut down{at} on {end}{instead}")
            } else {
                return;
            };
            self.say(Severity::Warning, "model", rule, message);
        } else if let Some(since) = rule.allowed.deprecated.filter(|since| *since <= today) {
            self.say(
                Severity::Warning,
                "model",
                rule,
                format!("{model} is deprecated{at} since {since}{instead}"),
            );
        }
    }
}

fn list<T: fmt::Display>(values: &[T]) -> String {
    let words: Vec<String> = values.iter().map(ToString::to_string).collect();
    match words.as_slice() {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
