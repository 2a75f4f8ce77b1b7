//! A whole session, as it goes over the wire.

use rmcp::model::{CallToolRequestParams, ContentBlock};
use serde_json::{Value, json};

use crate::support::{House, Session};

#[tokio::test]
async fn an_assistant_asks_the_price_makes_waits_edits_and_looks_at_the_budget() {
    let house = House::new().await.noticed();
    let session = house.session().await;
    let mut transcript = Transcript { session: &session, lines: Vec::new() };
    let info = session.client.peer_info().unwrap();
    transcript.note("initialize", &serde_json::to_value(&*info).unwrap());
    let tools = session.client.list_all_tools().await.unwrap();
    transcript.note("tools/list", &json!(tools.iter().map(|tool| &tool.name).collect::<Vec<_>>()));
    let fox = json!({ "prompt": "a fox in the snow", "size": "1024x1024", "quality": "low" });
    transcript.call("estimate_cost", fox.clone()).await;
    let mut made = fox.clone();
    made["output_path"] = json!(house.files().join("fox.png"));
    made["idempotency_key"] = json!("fox-1");
    made["wait"] = json!(0);
    let handle = transcript.call("generate_image", made).await;
    transcript.call("wait_for_job", json!({ "job_id": handle["job_id"] })).await;
    let edit = json!({
        "prompt": "the same fox at night",
        "images": [house.files().join("fox.png")],
        "mask": { "x": 100, "y": 100, "width": 400, "height": 400 },
        "size": "1024x1024",
        "quality": "low",
        "output_path": "night.png",
    });
    transcript.call("edit_image", edit).await;
    transcript.call("get_budget", json!({})).await;
    assert_eq!(house.charges(), 2);

    let folder = house.files().to_string_lossy().into_owned();
    insta::with_settings!({ filters => [
        (folder.as_str(), "[FILES]"),
        (r"job-[0-9a-f]{12}", "[JOB]"),
        (r#""data": "[^"]+""#, r#""data": "[PREVIEW]""#),
        (r#""stale": (true|false)"#, r#""stale": "[STALE]""#),
        (r"[0-9a-f]{64}", "[SHA256]"),
        (r"(\d+) bytes", "[BYTES] bytes"),
        (r#""(bytes|size)": \d+"#, r#""$1": "[BYTES]""#),
        (r#""progress": "[^"]*""#, r#""progress": "[PROGRESS]""#),
        (r"(job \[JOB\]), [^.]+\.", "$1, [PROGRESS]."),
        (r"req_[0-9a-zA-Z]+", "[REQUEST]"),
    ] }, { insta::assert_snapshot!("session", transcript.lines.join("\n\n")); });
}

#[tokio::test]
async fn the_tools_are_what_they_were() {
    let house = House::new().await;
    let session = house.session().await;
    let tools = session.client.list_all_tools().await.unwrap();
    let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_ref()).collect();
    assert_eq!(names, impasto_mcp::TOOL_NAMES);
    let shown: Vec<String> = tools.iter().map(|tool| shown(&serde_json::to_value(tool).unwrap())).collect();
    insta::assert_snapshot!("tools", shown.join("\n"));
    // Not every client understands these.
    let all = serde_json::to_string(&tools).unwrap();
    for rare in ["\"format\":\"", "\"null\"", "\"default\":null", "\"type\":[", "\"$ref\""] {
        assert!(!all.contains(rare), "{rare}");
    }
}

/// A tool as its client is told of it, a line for each argument and each field of the result.
fn shown(tool: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut lines = vec![format!("{} ({})", text(&tool["name"]), text(&tool["title"]))];
    lines.push(format!("  {}", text(&tool["description"])));
    lines.push(format!("  hints {}", tool["annotations"]));
    let schema = &tool["inputSchema"];
    assert_eq!((&schema["type"], &schema["additionalProperties"]), (&json!("object"), &json!(false)));
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    for (name, argument) in schema["properties"].as_object().unwrap() {
        let must = if required.contains(&json!(name)) { ", required" } else { "" };
        let kind = kind_of(argument);
        lines.push(format!("  > {name} ({kind}{must}): {}", text(&argument["description"])));
    }
    for (name, field) in tool["outputSchema"]["properties"].as_object().unwrap() {
        lines.push(format!("  < {name} ({}): {}", kind_of(field), text(&field["description"])));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// The type of a field, and what is in it.
fn kind_of(schema: &Value) -> String {
    if let Some(choices) = schema["anyOf"].as_array() {
        return choices.iter().map(kind_of).collect::<Vec<_>>().join(" or ");
    }
    let kind = schema["type"].as_str().unwrap_or("anything").to_owned();
    let inner = if schema["items"].is_object() { &schema["items"] } else { schema };
    match inner["properties"].as_object() {
        Some(fields) => format!("{kind} of {}", fields.keys().cloned().collect::<Vec<_>>().join(" ")),
        None => kind,
    }
}

/// What was asked and answered.
struct Transcript<'a> {
    session: &'a Session,
    lines: Vec<String>,
}

impl Transcript<'_> {
    fn note(&mut self, what: &str, content: &Value) {
        self.lines.push(format!("{what}\n{content:#}"));
    }

    async fn call(&mut self, tool: &'static str, arguments: Value) -> Value {
        self.note(&format!("> {tool}"), &arguments);
        let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
        let params = CallToolRequestParams::new(tool).with_arguments(arguments);
        let result = self.session.client.call_tool(params).await.unwrap();
        let words: Vec<&str> =
            result.content.iter().filter_map(ContentBlock::as_text).map(|text| text.text.as_str()).collect();
        self.lines.push(format!("< {tool}\n{}", words.join("\n")));
        let structure = result.structured_content.clone().unwrap();
        self.note("structured", &structure);
        for block in &result.content {
            if block.as_text().is_none() {
                self.note("block", &serde_json::to_value(block).unwrap());
            }
        }
        structure
    }
}
