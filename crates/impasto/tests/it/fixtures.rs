//! What a caller of the facade is told, over the replies of every fixture.
//!
//! `result.json` of a case says what the adapter read. Where the facade says just that, the test compares the two and
//! stores nothing. Where it says more (a hint, a warning, another sentence, an image saved from a failure, attempts
//! that were repeated), a snapshot at the case's own path shows it, so that no other case can rename it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use impasto::transport::SeededEntropy;
use impasto::{Client, Error, Generation, Image, Sellers};
use impasto_transport::TransportErrorKind;
use impasto_transport::test_util::{Canned, ManualClock, ReplayTransport};
use serde_json::Value;

use self::case::{Action, Case};
use self::reply::Reply;

#[expect(dead_code, unreachable_pub, reason = "a file of xtask, which uses more of it")]
#[path = "../../../../xtask/src/fixtures/case.rs"]
mod case;
#[expect(dead_code, unreachable_pub, reason = "a file of xtask, which uses more of it")]
#[path = "../../../../xtask/src/fixtures/picture.rs"]
mod picture;
#[expect(dead_code, unreachable_pub, reason = "a file of xtask, which uses more of it")]
#[path = "../../../../xtask/src/fixtures/reply.rs"]
mod reply;
#[expect(unreachable_pub, reason = "a file of xtask, which uses more of it")]
#[path = "../../../../xtask/src/fixtures/token.rs"]
mod token;

/// The day on which every case is played: 2026-11-21.
const TODAY: Duration = Duration::from_secs(1_795_219_200);

/// The size of the pieces in which replies arrive: small and odd, so that everything is cut somewhere.
const PIECE: usize = 1021;

/// How often a seller says its last word again to a client that asks again.
const REPEATS: usize = 20;

#[tokio::test(flavor = "current_thread")]
async fn callers_are_told_what_the_adapters_read_or_a_snapshot_says_what_else() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let sellers = Sellers::builtin().unwrap();
    let (mut played, mut snapshots) = (0, 0);
    for folder in folders(&root) {
        let case = Case::read(&root, &folder).unwrap_or_else(|error| panic!("{folder}: {error:#}"));
        let text = fs::read_to_string(root.join(&folder).join("result.json")).unwrap();
        let result: Value = serde_json::from_str(&text).unwrap();
        let ends = result["ends"].as_str().unwrap();
        let Action::Images(request) = &case.action else { continue };
        // Only a build with codecs can draw a mask anew, and only a case with all its replies has an end.
        let drawn = request.mask.is_none() || cfg!(feature = "masks");
        if case.replies.is_empty() || ends.contains("before the reply") || !drawn {
            continue;
        }
        let client = client(&case, &sellers);
        let (plain, told) = match client.request((**request).clone()).send().await {
            Ok(generation) => (is_plain(&generation, &result), told(&generation)),
            Err(error) => (is_plain_error(&error, &result), told_error(&error)),
        };
        played += 1;
        if !plain {
            snapshots += 1;
            snapshot(&folder, &told);
        }
    }
    assert!(played > 350 && snapshots > 50, "only {played} cases and {snapshots} snapshots");
}

/// A client of the case's seller who answers with the case's replies, and then says the last one again and again.
fn client(case: &Case, sellers: &Sellers) -> Client {
    let clock = ManualClock::auto();
    clock.set_unix(TODAY);
    let replies = case.replies.values().map(canned);
    let again = std::iter::repeat_n(case.replies.values().next_back().map(canned), REPEATS).flatten();
    let mut builder = Client::builder()
        .ignore_env()
        .sellers(sellers.clone())
        .provider(&case.seller)
        .api_key("key-of-a-test")
        .transport(Arc::new(ReplayTransport::new(replies.chain(again))))
        .clock(Arc::new(clock))
        .entropy(Arc::new(SeededEntropy::new(1)));
    if let Some(base_url) = &case.about.target.base_url {
        builder = builder.base_url(base_url);
    }
    for (name, value) in &case.about.target.options {
        builder = builder.option(name, value);
    }
    builder.build().unwrap_or_else(|error| panic!("{}: {error}", case.folder))
}

fn canned(reply: &Reply) -> Canned {
    let mut canned = Canned::new(reply.head.status).with_chunk(reply.body.clone()).cut_into(PIECE);
    for (name, value) in &reply.head.headers {
        canned = canned.with_header(name.as_str(), value.to_str().unwrap());
    }
    if reply.cut { canned.then_fails(TransportErrorKind::BodyCut) } else { canned }
}

/// Whether a generation says no more than the adapter's result does.
fn is_plain(generation: &Generation, result: &Value) -> bool {
    let delivery = &result["delivery"];
    let tokens = generation.usage.as_ref().and_then(|usage| usage.total_tokens);
    let read = images_of(result);
    let delivered: Vec<String> = generation.images.iter().map(shown).collect();
    let expected = delivery["images"].as_array().map_or(0, Vec::len);
    let said: Vec<&str> = generation.warnings.iter().map(|warning| warning.message.as_str()).collect();
    let checks = result["checks"].as_array().into_iter().flatten();
    let checked: Vec<&str> = checks.map(|check| check["message"].as_str().unwrap()).collect();
    result["error"].is_null()
        && Some(generation.model.as_str()) == result["model"].as_str()
        && tokens == delivery["usage"]["total_tokens"].as_u64()
        && delivered.len() == expected
        && delivered.iter().all(|image| read.contains(image))
        && generation.failures.is_empty()
        && said == checked
}

/// Whether an error says no more than the adapter's does.
fn is_plain_error(error: &Error, result: &Value) -> bool {
    let read = &result["error"];
    let number = error.status().map(u64::from);
    [error.kind().as_str(), error.billing().as_str(), error.message()]
        == ["kind", "billing", "message"].map(|name| read[name].as_str().unwrap_or_default())
        && [error.code(), error.field(), error.request_id()]
            == ["code", "field", "request_id"].map(|name| read[name].as_str())
        && number == read["status"].as_u64()
        && error.attempts() == 1
        && error.hint().is_none()
        && error.retry_after().is_none()
        && error.salvaged().is_empty()
}

/// The images that the adapter read, in all exchanges.
fn images_of(result: &Value) -> Vec<String> {
    let exchanges = result["exchanges"].as_array().into_iter().flatten();
    let images = exchanges.flat_map(|exchange| exchange["images"].as_array().into_iter().flatten());
    images.map(|image| image.as_str().unwrap().to_owned()).collect()
}

/// An image by its own header, in the words of `result.json`.
fn shown(image: &Image) -> String {
    let length = image.stored.len();
    image.facts.map_or_else(
        || format!("{length} bytes that are no whole image"),
        |facts| {
            let alpha = if facts.alpha == Some(true) { " alpha" } else { "" };
            format!("{} {}x{}{alpha}, {length} bytes", facts.format, facts.width, facts.height)
        },
    )
}

fn told(generation: &Generation) -> String {
    let mut told = format!("{} of {}", generation.model, generation.provider);
    if let Some(model) = &generation.reported_model {
        let _ = write!(told, ", which calls itself {model}");
    }
    let _ = writeln!(told, "\nrequests that may cost: {}", generation.attempts);
    for image in &generation.images {
        let _ = writeln!(told, "image {}: {}", image.index, shown(image));
    }
    for failure in &generation.failures {
        let _ = writeln!(told, "missing {:?}:\n{}", failure.indexes, told_error(&failure.error));
    }
    for warning in &generation.warnings {
        let field = warning.field.as_deref().map(|field| format!("{field}: ")).unwrap_or_default();
        let _ = writeln!(told, "warning ({:?}): {field}{}", warning.kind, warning.message);
    }
    told
}

fn told_error(error: &Error) -> String {
    let mut told =
        format!("{error}\nkind: {}\nbilling: {}\n", error.kind().as_str(), error.billing().as_str());
    if let Some(hint) = error.hint() {
        let _ = writeln!(told, "hint: {hint}");
    }
    let _ = writeln!(told, "attempts: {}", error.attempts());
    if let Some(wait) = error.retry_after() {
        let _ = writeln!(told, "the seller asks to wait: {wait:?}");
    }
    for image in error.salvaged() {
        let _ = writeln!(told, "saved: image {}: {}", image.index, shown(image));
    }
    told
}

/// Compares with the snapshot at the case's own path.
fn snapshot(folder: &str, told: &str) {
    let (parent, name) = folder.rsplit_once('/').unwrap();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(parent);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, told.trim_end()));
}

/// The folders of all cases, from the root of the repository, in order.
fn folders(root: &Path) -> Vec<String> {
    let mut folders = vec![PathBuf::from("fixtures")];
    for _ in ["seller", "operation", "case"] {
        let children = folders.iter().flat_map(|folder| {
            let names = fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().file_name());
            names.map(|name| folder.join(name))
        });
        folders = children.filter(|path| root.join(path).is_dir()).collect();
    }
    let mut folders: Vec<String> = folders.iter().map(|path| path.to_str().unwrap().to_owned()).collect();
    folders.sort();
    folders
}
