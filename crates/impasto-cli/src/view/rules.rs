//! Capability rules in words.

use std::fmt::Display;

use impasto::capability::{Capabilities, LifeCycle, Rule, Sizes, Standing};

/// What one chooses a model by: sizes, qualities, formats, life cycle.
pub(super) fn short(rules: &Capabilities) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if let Some(rule) = &rules.size {
        lines.push(("sizes", sizes(&rule.allowed)));
    }
    if let Some(rule) = &rules.quality {
        lines.push(("qualities", list(&rule.allowed)));
    }
    if let Some(rule) = &rules.output_format {
        lines.push(("formats", list(&rule.allowed)));
    }
    if let Some(text) = rules.life_cycle.as_ref().map(|rule| life_cycle(&rule.allowed)) {
        lines.push(("life", text));
    }
    lines
}

/// Every rule, each with its source under it.
pub(super) fn full(rules: &Capabilities) -> Vec<String> {
    let mut lines = Vec::new();
    line(&mut lines, "operations", rules.operations.as_deref(), |all| list(all));
    line(&mut lines, "prompt", rules.prompt_chars.as_deref(), |most| format!("at most {most} characters"));
    line(&mut lines, "n", rules.n.as_deref(), |most| format!("at most {most} a call"));
    line(&mut lines, "size", rules.size.as_deref(), sizes);
    line(&mut lines, "quality", rules.quality.as_deref(), |all| list(all));
    line(&mut lines, "background", rules.background.as_deref(), |all| list(all));
    line(&mut lines, "output_format", rules.output_format.as_deref(), |all| list(all));
    line(&mut lines, "output_compression", rules.output_compression.as_deref(), |all| list(all));
    line(&mut lines, "moderation", rules.moderation.as_deref(), |all| list(all));
    line(&mut lines, "input_fidelity", rules.input_fidelity.as_deref(), |all| list(all));
    line(&mut lines, "complexity", rules.complexity.as_deref(), |all| list(all));
    line(&mut lines, "stream", rules.stream.as_deref(), |yes| yes_or_no(*yes));
    line(&mut lines, "partial_images", rules.partial_images.as_deref(), |most| format!("at most {most}"));
    line(&mut lines, "image", rules.input_images.as_deref(), |most| format!("at most {most}"));
    line(&mut lines, "image formats", rules.input_formats.as_deref(), |all| list(all));
    line(&mut lines, "image bytes", rules.input_bytes.as_deref(), |most| format!("fewer than {most}"));
    line(&mut lines, "mask", rules.mask.as_deref(), |yes| yes_or_no(*yes));
    line(&mut lines, "mask bytes", rules.mask_bytes.as_deref(), |most| format!("fewer than {most}"));
    line(&mut lines, "markup", rules.markup.as_deref(), |yes| yes_or_no(*yes));
    line(&mut lines, "life cycle", rules.life_cycle.as_deref(), life_cycle);
    if lines.is_empty() {
        lines.push("  nothing is known of it; nothing is checked".to_owned());
    }
    lines
}

fn line<T>(lines: &mut Vec<String>, name: &str, rule: Option<&Rule<T>>, words: impl Fn(&T) -> String) {
    let Some(rule) = rule else { return };
    let doubt = if rule.standing == Standing::Unverified { " (unverified)" } else { "" };
    lines.push(format!("  {name:<18} {}{doubt}", words(&rule.allowed)));
    let note = rule.note.as_ref().map_or_else(String::new, |note| format!("; {note}"));
    lines.push(format!("  {:<18}   {}, read {}{note}", "", rule.source, rule.checked));
}

fn list<T: Display>(all: &[T]) -> String {
    if all.is_empty() {
        return "not taken".to_owned();
    }
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn yes_or_no(yes: bool) -> String {
    if yes { "yes" } else { "no" }.to_owned()
}

fn sizes(sizes: &Sizes) -> String {
    let fixed = list(&sizes.fixed);
    match sizes.free {
        None => fixed,
        Some(free) => format!(
            "{fixed}, or any in steps of {}: sides up to {}, {} to {} pixels, at most {}:1",
            free.multiple_of, free.max_side, free.min_pixels, free.max_pixels, free.max_ratio
        ),
    }
}

fn life_cycle(life: &LifeCycle) -> String {
    let mut words = Vec::new();
    if let Some(day) = life.released {
        words.push(format!("since {day}"));
    }
    if let Some(day) = life.deprecated {
        words.push(format!("deprecated {day}"));
    }
    if let Some(day) = life.shutdown {
        words.push(format!("shut down {day}"));
    }
    if let Some(model) = &life.successor {
        words.push(format!("then {model}"));
    }
    words.join(", ")
}
