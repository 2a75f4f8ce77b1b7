//! The model list, the task history, and the account pages of `/public/v1`.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::models::LISTED;
use super::{code, task};
use crate::bill::decimal;
use crate::reply::Reply;
use crate::request::Request;
use crate::state::State;

/// What every key has at the start, in billionths of a dollar.
const START_BALANCE: u64 = 1_000_000_000_000;

/// `GET /models`, without a key; its code is text.
pub(crate) fn models() -> Reply {
    let data: Vec<Value> =
        LISTED.iter().flat_map(|family| ["text-to-image", "edit"].map(|task| listed(family, task))).collect();
    Reply::json(StatusCode::OK, json!({ "code": "200", "data": data }))
}

fn listed(family: &str, task: &str) -> Value {
    let id = format!("openai/{family}/{task}");
    let slug = id.replace('/', "-");
    let inputs = if task == "edit" { json!(["text", "image"]) } else { json!(["text"]) };
    json!({
        "uuid": slug,
        "model": id,
        "type": "Image",
        "displayName": format!("{family} {task}"),
        "profile": "An emulated model.",
        "readme": format!("https://static.atlascloud.ai/model/readme/{slug}.md"),
        "schema": format!("https://static.atlascloud.ai/model/schema/{slug}.json"),
        "tags": [task],
        "price": {
            "discount": "100",
            "actual": { "base_price": "0.009", "unit": "image" },
            "origin": { "base_price": "0.009" },
        },
        "categories": ["image"],
        "organization": "OpenAI",
        "display_console": true,
        "supported_protocols": [],
        "input_modalities": inputs,
        "output_modalities": ["image"],
        "priority": 0,
    })
}

/// `GET /model/history?no=&size=&model=&status=`.
pub(crate) fn history(state: &State, request: &Request, key: &str) -> Reply {
    let number = |name: &str, default: usize| {
        request.query(name).and_then(|value| value.parse().ok()).filter(|value| *value > 0).unwrap_or(default)
    };
    let (page, size) = (number("no", 1), number("size", 20));
    let now = state.clock.elapsed_ms();
    let items: Vec<Value> = state
        .tasks
        .of_key(key)
        .iter()
        .map(|task| task::history_item(task, now))
        .filter(|item| request.query("model").is_none_or(|model| item["model"] == model))
        .filter(|item| request.query("status").is_none_or(|status| item["status"] == status))
        .collect();
    let total = items.len();
    let shown: Vec<Value> = items.into_iter().skip((page - 1) * size).take(size).collect();
    let data = json!({ "items": shown, "pageNo": page, "pageSize": size, "total": total });
    Reply::json(StatusCode::OK, json!({ "code": code(200, &request.directives), "data": data }))
}

/// `GET /public/v1/balance`: what is left of the emulated start.
pub(crate) fn balance(state: &State, key: &str) -> Reply {
    let spent = spent(state, key);
    let left = decimal(START_BALANCE.saturating_sub(spent));
    Reply::json(StatusCode::OK, json!({ "data": { "balance": left, "currency": "USD" } }))
}

/// `GET /public/v1/model-usage` and `/model-costs`.
pub(crate) fn usage(state: &State, request: &Request, key: &str) -> Reply {
    for name in ["start_date", "end_date"] {
        let bad = request.query(name).is_some_and(|date| date.len() != 10 || date.split('-').count() != 3);
        if bad {
            let error = json!({
                "type": "invalid_request_error",
                "code": "invalid_date_range",
                "message": format!("{name} must be a date such as 2026-11-21"),
                "param": name,
            });
            return Reply::json(
                StatusCode::BAD_REQUEST,
                json!({ "error": error, "request_id": request.request_id }),
            );
        }
    }
    let bill = state.meter.snapshot().for_label(key);
    let rows: Vec<Value> = bill
        .charges
        .iter()
        .filter(|charge| charge.seller == "atlas")
        .map(|charge| json!({ "model": charge.model, "images": charge.images, "cost": charge.amount(), "currency": "USD" }))
        .collect();
    Reply::json(StatusCode::OK, json!({ "data": rows }))
}

fn spent(state: &State, key: &str) -> u64 {
    let bill = state.meter.snapshot().for_label(key);
    bill.charges.iter().filter(|charge| charge.seller == "atlas").map(|charge| charge.amount_nano).sum()
}
