//! The wire types over everything that the fixtures send and receive.
//!
//! Most documents are plain: every field has its place, every word is known, and what is written is what was read.
//! That is asserted, and nothing is stored for it. A case with a document that is not plain has a snapshot, which
//! shows what the type made of it and where writing it differs; it lies at the case's own path, so that no other case
//! can rename it.

use std::fmt::Debug;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use impasto_types::wire::atlas::{
    Envelope, History, ModelEntry, Prediction, SubmitBody, UploadedMedia, WebhookEvent, WebhookKeys,
};
use impasto_types::wire::openai::{EditBody, ErrorEnvelope, GenerateBody, ImageEvent, ImagesResponse};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What a wire type made of one document.
struct Seen {
    /// Whether there is anything to tell.
    plain: bool,
    told: String,
}

#[test]
fn the_wire_types_lose_nothing_of_what_the_fixtures_hold() {
    let (mut documents, mut snapshots) = (0, 0);
    for case in cases() {
        let (seller, operation, name) = parts(&case);
        let mut told = String::new();
        for (place, content) in exchanges(&case) {
            for (kind, json) in documents_of(&seller, &operation, &place, &content) {
                let seen = kind.see(&json, &case);
                documents += 1;
                if !seen.plain {
                    let _ = writeln!(told, "== {place}: {}\n{}", kind.name, seen.told);
                }
            }
        }
        if told.is_empty() {
            continue;
        }
        snapshots += 1;
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(format!("fixtures/{seller}/{operation}"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, told.trim_end()));
    }
    assert!(documents > 700 && snapshots > 50, "only {documents} documents and {snapshots} snapshots");
}

/// A wire type, as something that can be put into a list.
struct Kind {
    name: &'static str,
    see: fn(&Value, &str) -> Result<Seen, serde_json::Error>,
}

impl Kind {
    const fn of<T: DeserializeOwned + Serialize + Debug + PartialEq>(name: &'static str) -> Self {
        Self { name, see: through::<T> }
    }

    fn see(&self, json: &Value, case: &Path) -> Seen {
        let case = case.display().to_string();
        (self.see)(json, &case)
            .unwrap_or_else(|error| Seen { plain: false, told: format!("cannot be read: {error}") })
    }
}

/// Reads a document, writes it, reads that: the law, and what there is to tell.
fn through<T: DeserializeOwned + Serialize + Debug + PartialEq>(
    json: &Value,
    case: &str,
) -> Result<Seen, serde_json::Error> {
    let read: T = serde_json::from_value(json.clone())?;
    let written = serde_json::to_value(&read)?;
    let again: T = serde_json::from_value(written.clone())?;
    assert_eq!(again, read, "{case}: reading what was written gives something else");
    let mut differences = Vec::new();
    compare("", json, &written, &mut differences);
    let shown = format!("{read:?}");
    let plain = differences.is_empty() && !shown.contains("extra: {\"") && !shown.contains("Other(");
    let mut told = tidied(&format!("{read:#?}"));
    for difference in differences {
        let _ = write!(told, "\nwritten {difference}");
    }
    Ok(Seen { plain, told })
}

/// Where two documents differ. What says nothing may be left out; what says something may not.
fn compare(path: &str, read: &Value, written: &Value, differences: &mut Vec<String>) {
    match (read, written) {
        (Value::Object(read), Value::Object(written)) => {
            for (key, value) in read {
                match written.get(key) {
                    Some(again) => compare(&format!("{path}/{key}"), value, again, differences),
                    None if value.is_null() => {}
                    None => differences.push(format!("without {path}/{key} = {value}")),
                }
            }
            let added = written.keys().filter(|key| !read.contains_key(*key));
            differences.extend(added.map(|key| format!("with {path}/{key} besides")));
        }
        (Value::Array(read), Value::Array(written)) if read.len() == written.len() => {
            for (index, (value, again)) in read.iter().zip(written).enumerate() {
                compare(&format!("{path}/{index}"), value, again, differences);
            }
        }
        _ if read == written => {}
        _ => differences.push(format!("as {path} = {written}, read as {read}")),
    }
}

/// The documents of one file, each with the type that reads it.
fn documents_of(seller: &str, operation: &str, place: &str, content: &Content) -> Vec<(Kind, Value)> {
    if content.is_event_stream() {
        let data = content.body.lines().filter_map(|line| line.strip_prefix("data:"));
        let documents = data.filter_map(|data| serde_json::from_str(data).ok());
        return documents.map(|json| (Kind::of::<ImageEvent>("ImageEvent"), json)).collect();
    }
    // Forms, HTML, and what breaks off.
    let Ok(json) = serde_json::from_str::<Value>(&content.body) else { return Vec::new() };
    match (seller, operation, content.status) {
        ("atlas", ..) if place.ends_with("request") => vec![(Kind::of::<SubmitBody>("SubmitBody"), json)],
        (_, "edit", _) if place.ends_with("request") => vec![(Kind::of::<EditBody>("EditBody"), json)],
        _ if place.ends_with("request") => vec![(Kind::of::<GenerateBody>("GenerateBody"), json)],
        ("atlas", "models", 200) => {
            let entries = json["data"].as_array().cloned().unwrap_or_default();
            entries.into_iter().map(|entry| (Kind::of::<ModelEntry>("ModelEntry"), entry)).collect()
        }
        ("atlas", "webhook", 200) => vec![(Kind::of::<WebhookKeys>("WebhookKeys"), json)],
        ("atlas", "webhook", _) => vec![(Kind::of::<WebhookEvent>("WebhookEvent"), json)],
        ("atlas", ..) => atlas_reply(json, &content.asked),
        // OpenAI's list of models is no part of the Images API.
        (_, "models", 200) => Vec::new(),
        (_, _, 200..300) => vec![(Kind::of::<ImagesResponse>("ImagesResponse"), json)],
        _ => vec![(Kind::of::<ErrorEnvelope>("ErrorEnvelope"), json)],
    }
}

/// The envelope where there is one, and what is in it.
fn atlas_reply(json: Value, asked: &str) -> Vec<(Kind, Value)> {
    let content = if asked.contains("uploadMedia") {
        Kind::of::<UploadedMedia>("UploadedMedia")
    } else if asked.contains("/model/history") {
        Kind::of::<History>("History")
    } else {
        Kind::of::<Prediction>("Prediction")
    };
    match json.get("data").filter(|data| data.is_object()) {
        Some(data) => {
            let data = data.clone();
            vec![(Kind::of::<Envelope>("Envelope"), json), (content, data)]
        }
        None if json.get("code").is_some() => vec![(Kind::of::<Envelope>("Envelope"), json)],
        None => vec![(content, json)],
    }
}

/// The text of one request or reply.
struct Content {
    status: u16,
    headers: String,
    body: String,
    /// The first line of the request.
    asked: String,
}

impl Content {
    fn is_event_stream(&self) -> bool {
        self.headers.contains("text/event-stream") || self.body.trim_start().starts_with("event:")
    }
}

/// The files of a case in their order. The tokens that stand for images are text like any other here.
fn exchanges(case: &Path) -> Vec<(String, Content)> {
    let numbered =
        (1..=20).flat_map(|number| ["request", "reply"].map(|side| format!("exchange-{number}.{side}")));
    let mut asked = String::new();
    let mut found = Vec::new();
    for name in numbered.chain(["webhook".to_owned()]) {
        let Ok(text) = fs::read_to_string(case.join(format!("{name}.http"))) else { continue };
        let (headers, body) = text.split_once("\n\n").unwrap_or((text.as_str(), ""));
        let first = headers.lines().next().unwrap_or_default();
        let status = first.strip_prefix("HTTP ").and_then(|status| status.parse().ok());
        if status.is_none() {
            first.clone_into(&mut asked);
        }
        let content = Content {
            status: status.unwrap_or_default(),
            headers: headers.to_ascii_lowercase(),
            body: body.to_owned(),
            asked: asked.clone(),
        };
        found.push((name.replace('.', " "), content));
    }
    found
}

/// The folders of all cases, in order.
fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let mut folders = vec![root];
    for _ in ["seller", "operation", "case"] {
        let children = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
        folders = children.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    }
    folders.sort();
    folders
}

/// Seller, operation and name, by the path.
fn parts(case: &Path) -> (String, String, String) {
    let mut last = case.iter().rev().map(|part| part.to_str().unwrap().to_owned());
    let (name, operation, seller) = (last.next().unwrap(), last.next().unwrap(), last.next().unwrap());
    (seller, operation, name)
}

/// A value as `{:#?}` shows it, without what is empty, and with what wraps a single value on its line.
fn tidied(shown: &str) -> String {
    let empty = |line: &str| [": None,", ": {},", ": Null,"].iter().any(|end| line.ends_with(end));
    let mut lines: Vec<String> = Vec::new();
    for line in shown.lines().filter(|line| !empty(line)) {
        lines.push(line.to_owned());
        // `Some(`, the value, `)`: one line.
        while let [.., open, value, close] = lines.as_slice() {
            if !open.ends_with('(') || !close.trim_start().starts_with(')') {
                break;
            }
            let one = format!("{open}{}{}", value.trim().trim_end_matches(','), close.trim());
            lines.truncate(lines.len() - 3);
            lines.push(one);
        }
    }
    lines.join("\n")
}
