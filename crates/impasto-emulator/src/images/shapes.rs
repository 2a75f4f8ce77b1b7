//! Reply shapes that were seen in the wild, made on request: `shape;NAME`, `set;field=value`, `drop;field`, `null;field`.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::directives::Directives;
use crate::json::Json;

/// Every named shape.
pub(crate) const SHAPES: &[&str] = &[
    "usage-no-image-tokens",
    "usage-no-details",
    "usage-empty",
    "usage-chat",
    "usage-float",
    "usage-null",
    "usage-absent",
    "created-absent",
    "created-float",
    "created-string",
    "b64-newlines",
    "b64-urlsafe",
    "b64-no-padding",
    "b64-broken",
    "url-null",
    "url-empty",
    "data-empty",
    "data-null",
    "data-absent",
    "item-error",
    "items-in-images",
    "error-beside-data",
    "escaped-slashes",
    "xai",
    "venice",
];

/// Bends a reply as the directives ask.
pub(crate) fn bend(mut body: Json, directives: &Directives, request_id: &str) -> Json {
    for directive in directives.iter() {
        match directive.name.as_str() {
            "shape" => {
                for shape in &directive.arguments {
                    body = named(body, shape, request_id);
                }
            }
            "set" => {
                for (name, value) in directive.pairs() {
                    set(&mut body, name, Json::from(value));
                }
            }
            "drop" => directive.arguments.iter().for_each(|name| remove(&mut body, name)),
            "null" => {
                directive.arguments.iter().for_each(|name| set(&mut body, name, Json::from(Value::Null)));
            }
            _ => {}
        }
    }
    body
}

fn named(mut body: Json, shape: &str, request_id: &str) -> Json {
    match shape {
        "usage-no-image-tokens" => usage(&mut body, |usage| {
            if let Some(details) = usage["input_tokens_details"].as_object_mut() {
                details.remove("image_tokens");
            }
        }),
        "usage-no-details" => usage(&mut body, |usage| {
            if let Some(usage) = usage.as_object_mut() {
                usage.remove("input_tokens_details");
                usage.remove("output_tokens_details");
            }
        }),
        "usage-empty" => usage(&mut body, |usage| *usage = json!({})),
        "usage-chat" => usage(&mut body, |usage| {
            *usage = json!({
                "prompt_tokens": usage["input_tokens"],
                "completion_tokens": usage["output_tokens"],
                "total_tokens": usage["total_tokens"],
            });
        }),
        "usage-float" => usage(&mut body, floats),
        "usage-null" => set(&mut body, "usage", Json::from(Value::Null)),
        "usage-absent" => remove(&mut body, "usage"),
        "created-absent" => remove(&mut body, "created"),
        "created-float" => set(&mut body, "created", Json::from(1_795_219_200.25)),
        "created-string" => set(&mut body, "created", Json::from("2026-11-21T00:00:00Z")),
        "data-empty" => set(&mut body, "data", Json::List(Vec::new())),
        "data-null" => set(&mut body, "data", Json::from(Value::Null)),
        "data-absent" => remove(&mut body, "data"),
        "error-beside-data" => {
            let error = json!({ "message": "partial failure", "type": "server_error", "param": null, "code": "server_error" });
            set(&mut body, "error", Json::from(error));
        }
        "xai" => {
            for name in ["created", "background", "output_format", "quality", "size"] {
                remove(&mut body, name);
            }
            set(&mut body, "usage", Json::from(json!({ "cost_in_usd_ticks": 700_000_000 })));
            each_item(&mut body, |item| set(item, "mime_type", Json::from("image/png")));
        }
        "venice" | "items-in-images" => body = images_list(body, shape, request_id),
        _ => item_shape(&mut body, shape),
    }
    body
}

fn item_shape(body: &mut Json, shape: &str) {
    match shape {
        "url-null" => each_item(body, |item| set(item, "url", Json::from(Value::Null))),
        "url-empty" => each_item(body, |item| set(item, "url", Json::from(""))),
        "b64-newlines" => each_blob(body, |text| {
            text.as_bytes()
                .chunks(76)
                .map(|line| String::from_utf8_lossy(line).into_owned())
                .collect::<Vec<_>>()
                .join("\n")
        }),
        "b64-urlsafe" => {
            each_blob(body, |text| text.replace('+', "-").replace('/', "_").trim_end_matches('=').to_owned());
        }
        "b64-no-padding" => each_blob(body, |text| text.trim_end_matches('=').to_owned()),
        "b64-broken" => each_blob(body, |text| {
            let (head, tail) = text.split_at(text.len() / 2);
            format!("{head}!{tail}")
        }),
        "escaped-slashes" => each_blob_raw(body, |text| format!("\"{}\"", text.replace('/', "\\/"))),
        "item-error" => {
            if let Some(Json::List(items)) = field(body, "data") {
                let error = json!({ "error": { "code": "moderation_blocked", "message": "This image was blocked." } });
                if let Some(last) = items.last_mut() {
                    *last = Json::from(error);
                }
            }
        }
        _ => {}
    }
}

/// `images` in place of `data`, as plain strings; Venice's form has an id and no base URL fields.
fn images_list(mut body: Json, shape: &str, request_id: &str) -> Json {
    let mut images = Vec::new();
    each_item(&mut body, |item| {
        if let Some(value) = field(item, "b64_json").or(None) {
            images.push(value.clone());
        }
    });
    if shape == "venice" {
        let timing = json!({ "total": 1 });
        return Json::Object(vec![
            ("id", Json::from(request_id)),
            ("images", Json::List(images)),
            ("timing", Json::from(timing)),
        ]);
    }
    remove(&mut body, "data");
    set(&mut body, "images", Json::List(images));
    body
}

fn floats(value: &mut Value) {
    match value {
        Value::Object(object) => object.values_mut().for_each(floats),
        Value::Number(number) => {
            if let Some(float) = number.as_f64() {
                *value = json!(float);
            }
        }
        _ => {}
    }
}

fn usage(body: &mut Json, change: impl FnOnce(&mut Value)) {
    if let Some(Json::Plain(usage)) = field(body, "usage") {
        change(usage);
    }
}

fn field<'a>(body: &'a mut Json, name: &str) -> Option<&'a mut Json> {
    match body {
        Json::Object(fields) => fields.iter_mut().find(|(known, _)| *known == name).map(|(_, value)| value),
        _ => None,
    }
}

fn set(body: &mut Json, name: &str, value: Json) {
    if let Some(found) = field(body, name) {
        *found = value;
        return;
    }
    // Only names that replies have can be set; they are few and known.
    let known = [
        "created",
        "background",
        "output_format",
        "quality",
        "size",
        "usage",
        "model",
        "error",
        "url",
        "mime_type",
        "images",
        "revised_prompt",
    ];
    if let (Json::Object(fields), Some(name)) = (body, known.into_iter().find(|known| *known == name)) {
        fields.push((name, value));
    }
}

fn remove(body: &mut Json, name: &str) {
    if let Json::Object(fields) = body {
        fields.retain(|(known, _)| *known != name);
    }
}

fn each_item(body: &mut Json, mut change: impl FnMut(&mut Json)) {
    if let Some(Json::List(items)) = field(body, "data") {
        items.iter_mut().for_each(&mut change);
    }
}

fn each_blob(body: &mut Json, change: impl Fn(&str) -> String) {
    each_item(body, |item| {
        if let Some(value) = field(item, "b64_json")
            && let Json::Blob(prefix, text) = value
        {
            let text = change(&String::from_utf8_lossy(text));
            *value = Json::from(format!("{prefix}{text}"));
        }
    });
}

/// As [`each_blob`], but the new text is JSON already.
fn each_blob_raw(body: &mut Json, change: impl Fn(&str) -> String) {
    each_item(body, |item| {
        if let Some(value) = field(item, "b64_json")
            && let Json::Blob(prefix, text) = value
        {
            let text = change(&format!("{prefix}{}", String::from_utf8_lossy(text)));
            *value = Json::Raw(Bytes::from(text));
        }
    });
}
