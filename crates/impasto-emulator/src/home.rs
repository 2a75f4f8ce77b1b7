//! The front page: every mount with its base URL and its quirks, for people and as JSON.

use std::fmt::Write as _;
use std::sync::Arc;

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::faults::{FAULTS, MODES};
use crate::images::shapes::SHAPES;
use crate::reply::Reply;
use crate::request::Request;
use crate::seller::SELLERS;
use crate::state::State;

/// One line of the page.
pub(crate) struct Mount {
    id: &'static str,
    title: &'static str,
    base: String,
    stands_for: &'static str,
    quirks: &'static [&'static str],
}

fn mounts(origin: &str) -> Vec<Mount> {
    SELLERS
        .iter()
        .map(|seller| Mount {
            id: seller.id,
            title: seller.title,
            base: format!("{origin}{}", seller.mount),
            stands_for: seller.real_base,
            quirks: seller.quirks,
        })
        .collect()
}

/// The emulator's own endpoints.
const OWN: &[(&str, &str)] = &[
    ("GET /_emulator/bill?key=KEY", "what was charged, request by request; without key for all keys"),
    ("GET /_emulator/requests", "what arrived, keys reduced to labels"),
    ("POST /_emulator/reset", "forget bills, records and files"),
    ("GET /_emulator/health", "answers as soon as the emulator is up"),
];

/// `GET /`: HTML, or JSON where the caller prefers it.
pub(crate) fn page(_state: &Arc<State>, request: &Request) -> Reply {
    let mounts = mounts(&request.origin());
    let accept = request.header("accept").unwrap_or_default();
    if accept.contains("text/html") {
        Reply::text(StatusCode::OK, "text/html; charset=utf-8", html(&mounts))
    } else {
        Reply::json(StatusCode::OK, as_json(&mounts))
    }
}

fn as_json(mounts: &[Mount]) -> Value {
    let mounts: Vec<Value> = mounts
        .iter()
        .map(|mount| {
            json!({
                "id": mount.id,
                "title": mount.title,
                "base_url": mount.base,
                "stands_for": mount.stands_for,
                "quirks": mount.quirks,
            })
        })
        .collect();
    let own: Vec<Value> = OWN.iter().map(|(route, what)| json!({ "route": route, "what": what })).collect();
    let named = |list: &[(&str, &str)]| -> Vec<Value> {
        list.iter().map(|(name, what)| json!({ "name": name, "what": what })).collect()
    };
    json!({
        "name": "impasto emulator",
        "emulated": true,
        "mounts": mounts,
        "control": own,
        "modes": named(MODES),
        "faults": named(FAULTS),
        "shapes": SHAPES,
    })
}

fn html(mounts: &[Mount]) -> String {
    let mut page = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>impasto emulator</title>\
         <style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
         code{background:#f2efe9;padding:.1em .3em;border-radius:3px}h2{margin:1.4em 0 .2em}</style>\
         <h1>impasto emulator</h1><p>Stands in for the sellers of the gpt-image models. Every picture is drawn here and \
         marked as emulated; nothing leaves this machine and nothing costs money. Any non-empty key works.</p>",
    );
    for mount in mounts {
        let _ = write!(
            page,
            "<h2>{}</h2><p>Base URL <code>{}</code>, stands for <code>{}</code></p><ul>",
            mount.title, mount.base, mount.stands_for
        );
        for quirk in mount.quirks {
            let _ = write!(page, "<li>{quirk}</li>");
        }
        page.push_str("</ul>");
    }
    page.push_str("<h2>The emulator itself</h2><ul>");
    for (route, what) in OWN {
        let _ = write!(page, "<li><code>{route}</code>: {what}</li>");
    }
    page.push_str(
        "</ul><h2>Modes and faults</h2><p>Ask for them in the path, <code>/with/NAME;ARGUMENT,NAME/v1/…</code>, in the \
         headers <code>x-emulator-mode</code> and <code>x-emulator-fault</code>, in the query as \
         <code>emulator_mode</code> and <code>emulator_fault</code>, or in the prompt as \
         <code>[[emulator:NAME;ARGUMENT]]</code>.</p>",
    );
    for (title, list) in [("Modes", MODES), ("Faults", FAULTS)] {
        let _ = write!(page, "<h3>{title}</h3><ul>");
        for (name, what) in list {
            let _ = write!(page, "<li><code>{name}</code>: {what}</li>");
        }
        page.push_str("</ul>");
    }
    let _ = write!(page, "<p>Shapes: <code>{}</code></p></html>", SHAPES.join("</code> <code>"));
    page
}
