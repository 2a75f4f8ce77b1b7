//! The command that makes a run once more, as it can be typed.

use impasto::history::RunRecord;
use serde_json::Value;

/// The flags of fields that hold one value.
const FLAGS: &[(&str, &str)] = &[
    ("model", "--model"),
    ("size", "--size"),
    ("quality", "--quality"),
    ("n", "-n"),
    ("background", "--background"),
    ("output_format", "--output-format"),
    ("output_compression", "--output-compression"),
    ("moderation", "--moderation"),
    ("input_fidelity", "--input-fidelity"),
    ("complexity", "--complexity"),
    ("partial_images", "--partial-images"),
    ("frame_count", "--frame-count"),
    ("frame_duration_ms", "--frame-duration-ms"),
    ("safety_identifier", "--safety-identifier"),
    ("user", "--user"),
];

/// The command. What cannot be typed again (an input that was not kept) stands in it as `…`.
pub(crate) fn command_of(run: &RunRecord) -> String {
    let request = &run.request;
    let operation = request.get("operation").and_then(Value::as_str).unwrap_or("generate");
    let mut words = vec!["impasto".to_owned(), operation.to_owned()];
    // A prompt that begins like a flag would be read as one, so it comes last.
    let (prompt, dashed) = (quoted(run.prompt()), run.prompt().starts_with('-'));
    if !dashed {
        words.push(prompt.clone());
    }
    for input in request.get("images").and_then(Value::as_array).into_iter().flatten() {
        words.extend(["--image".to_owned(), quoted(&source(input))]);
    }
    if let Some(mask) = request.get("mask") {
        words.extend(["--mask".to_owned(), quoted(&source(mask))]);
    }
    if let Some(markup) = request.get("markup") {
        words.extend(["--markup".to_owned(), quoted(&source(markup))]);
    }
    words.extend(["--provider".to_owned(), quoted(&run.provider)]);
    for (field, flag) in FLAGS {
        if let Some(value) = request.get(field) {
            words.extend([(*flag).to_owned(), quoted(&plain(value))]);
        }
    }
    if let Some(svg) = request.get("svg") {
        for (field, flag) in [("model", "--svg-model"), ("reasoning_effort", "--svg-effort")] {
            if let Some(value) = svg.get(field) {
                words.extend([flag.to_owned(), quoted(&plain(value))]);
            }
        }
    }
    if request.get("stream").and_then(Value::as_bool) == Some(true) && request.get("partial_images").is_none()
    {
        words.push("--stream".to_owned());
    }
    for (name, value) in request.get("extra").and_then(Value::as_object).into_iter().flatten() {
        words.extend(["--extra".to_owned(), quoted(&format!("{name}={value}"))]);
    }
    if dashed {
        words.extend(["--".to_owned(), prompt]);
    }
    words.join(" ")
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// An input as it is typed: a path, a URL, `file_id:ID`, or a rectangle.
fn source(value: &Value) -> String {
    let Some(object) = value.as_object() else { return "…".to_owned() };
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    if let Some(path) = text("file").or(text("url")) {
        return path.to_owned();
    }
    if let Some(id) = text("file_id") {
        return format!("file_id:{id}");
    }
    let number = |name: &str| object.get(name).and_then(Value::as_u64);
    if let (Some(x), Some(y), Some(width), Some(height)) =
        (number("x"), number("y"), number("width"), number("height"))
    {
        return format!("rect:{x},{y},{width},{height}");
    }
    let inner = object.values().filter(|value| value.is_object()).map(source);
    inner.into_iter().find(|found| found != "…").unwrap_or_else(|| "…".to_owned())
}

/// A word as a POSIX shell reads it.
pub(super) fn quoted(word: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(safe) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::{command_of, quoted};
    use impasto::history::RunRecord;
    use serde_json::{Value, json};

    #[track_caller]
    fn check(request: &Value, expected: &str) {
        let run: RunRecord = serde_json::from_value(json!({
            "version": 1, "id": "x", "software": "impasto 0.1.0", "at": 1, "provider": "openai",
            "base_url": "https://api.openai.com/v1", "model": "gpt-image-2", "request": request,
        }))
        .unwrap();
        assert_eq!(command_of(&run), expected);
    }

    #[test]
    fn the_command_can_be_typed() {
        check(
            &json!({"operation": "generate", "prompt": "it's a fox", "size": "1024x1024", "n": 2}),
            r"impasto generate 'it'\''s a fox' --provider openai --size 1024x1024 -n 2",
        );
        check(
            &json!({"operation": "edit", "prompt": "-a", "images": [{"source": {"file": "/a b.png"}}, {"source": {"not_kept": "a data URL"}}],
                "mask": {"rectangle": {"x": 1, "y": 2, "width": 3, "height": 4}}, "stream": true, "extra": {"seed": 7}}),
            "impasto edit --image '/a b.png' --image '…' --mask rect:1,2,3,4 --provider openai --stream --extra seed=7 -- -a",
        );
    }

    #[test]
    fn nothing_is_left_for_the_shell() {
        assert_eq!(quoted("$(rm -rf /)"), "'$(rm -rf /)'");
        assert_eq!(quoted(""), "''");
    }
}
