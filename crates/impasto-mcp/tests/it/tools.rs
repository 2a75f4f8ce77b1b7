//! Each tool on its own: arguments, results, what a client may assume.

use rmcp::model::{CallToolRequestParams, ContentBlock};
use serde_json::{Value, json};

use crate::support::{House, path_of, small};

#[tokio::test]
async fn arguments_that_cannot_be_meant_are_refused_by_name() {
    let house = House::new().await;
    let session = house.session().await;
    let check = async |tool: &'static str, arguments: Value, field: &str, words: &str| {
        let failed = session.fail(tool, arguments).await;
        let error = &failed["error"];
        assert_eq!(error["code"], "invalid_request", "{error}");
        assert_eq!(error["field"], field, "{error}");
        assert_eq!(error["billing"], "not_billed", "{error}");
        assert!(error["message"].as_str().unwrap().contains(words), "{error}");
    };
    check("generate_image", json!({}), "prompt", "is missing").await;
    check("generate_image", json!({ "prompt": "" }), "prompt", "is empty").await;
    check("generate_image", small(json!({ "resolution": "4k" })), "resolution", "no such argument").await;
    check("generate_image", small(json!({ "n": "two" })), "n", "invalid type").await;
    check("generate_image", small(json!({ "size": "1000x1000" })), "size", "1000x1000").await;
    check("generate_image", small(json!({ "wait": 600 })), "wait", "more than 50").await;
    check("generate_image", small(json!({ "max_cost": "much" })), "max_cost", "much").await;
    check("generate_image", small(json!({ "images": ["a.png"] })), "images", "no such argument").await;
    check("edit_image", json!({ "prompt": "a" }), "images", "is missing").await;
    check("edit_image", json!({ "prompt": "a", "images": [] }), "images", "at least one").await;
    check("estimate_cost", small(json!({ "input_fidelity": "high" })), "images", "at least one").await;
    check("list_models", json!({ "model": "dall-e-9" }), "model", "in no book").await;
    assert!(house.emulator.requests().is_empty(), "{:?}", house.emulator.requests());
}

#[tokio::test]
async fn what_clients_write_as_text_is_understood() {
    let house = House::new().await;
    house.picture("fox.png").await;
    let session = house.session().await;
    for mask in ["{\"x\":0,\"y\":0,\"width\":512,\"height\":512}", "rect:0,0,512,512"] {
        let edit = json!({ "images": "fox.png", "mask": mask, "max_cost": "$0.10", "background": null });
        let edited = session.call("edit_image", small(edit)).await;
        assert_eq!(edited["status"], "succeeded", "{mask}");
    }
}

#[tokio::test]
async fn a_tool_that_is_not_there_is_an_error_of_the_protocol() {
    let house = House::new().await;
    let session = house.session().await;
    let error = session.client.call_tool(CallToolRequestParams::new("make_image")).await.unwrap_err();
    assert!(error.to_string().contains("there is no tool make_image"), "{error}");
}

#[tokio::test]
async fn a_result_is_words_structure_a_small_preview_and_links_never_the_original() {
    let house = House::new().await;
    let session = house.session().await;
    let result = session.raw("generate_image", small(json!({ "n": 3, "output_path": "foxes.png" }))).await;
    let structure = result.structured_content.clone().unwrap();
    assert_eq!(structure["status"], "succeeded");
    assert_eq!(structure["billing"], "billed");
    for (number, image) in structure["images"].as_array().unwrap().iter().enumerate() {
        let path = house.files().join(format!("foxes-{}.png", number + 1));
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(image["path"], json!(path));
        assert_eq!(image["uri"], format!("file://{}", path.display()));
        assert_eq!(image["bytes"], bytes.len());
        assert_eq!(image["size"], "1024x1024");
        assert_eq!(image["sha256"], impasto::sidecar::sha256_of_file(&path).unwrap());
    }
    let previews: Vec<_> = result.content.iter().filter_map(ContentBlock::as_image).collect();
    assert_eq!(previews.len(), 3);
    assert!(previews.iter().map(|preview| preview.data.len()).sum::<usize>() <= 26_000);
    assert!(previews.iter().all(|preview| preview.mime_type == "image/jpeg"));
    let links: Vec<_> = result.content.iter().filter_map(ContentBlock::as_resource_link).collect();
    assert_eq!(links.len(), 3);
    assert_eq!(links[0].uri, structure["images"][0]["uri"]);
    assert_eq!(links[0].mime_type.as_deref(), Some("image/png"));
    assert!(serde_json::to_vec(&result).unwrap().len() < 64_000);

    let silent = session.raw("generate_image", small(json!({ "preview": false }))).await;
    assert!(silent.content.iter().all(|block| block.as_image().is_none()));
}

#[tokio::test]
async fn a_dry_run_shows_everything_and_sends_nothing() {
    let house = House::new().await;
    let session = house.session().await;
    let shown = session.call("generate_image", small(json!({ "dry_run": true }))).await;
    assert_eq!(shown["status"], "dry_run");
    assert_eq!(shown["billing"], "not_billed");
    assert_eq!(shown["expected_paths"], json!([house.files().join("a-fox.png")]));
    let request = shown["requests"][0].as_str().unwrap();
    assert!(
        request.contains("POST ")
            && request.contains("\"prompt\": \"a fox\"")
            && request.contains("[redacted]"),
        "{request}"
    );
    assert!(shown["estimate"]["high"].is_string());
    assert_eq!(house.emulator.requests().len(), 0);
    assert_eq!(std::fs::read_dir(house.files()).unwrap().count(), 0);
}

#[tokio::test]
async fn models_and_prices_need_no_request() {
    let house = House::new().await;
    house.picture("fox.png").await;
    let before = house.emulator.requests().len();
    let session = house.session().await;
    let models = session.call("list_models", json!({})).await;
    assert_eq!(models["provider"], "openai");
    let ids: Vec<&str> =
        models["models"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"gpt-image-2"), "{ids:?}");
    let one = session.call("list_models", json!({ "provider": "atlas", "model": "gpt-image-1" })).await;
    assert!(one["models"][0]["rules"]["size"]["source"].is_string(), "{one}");
    let estimate = session.call("estimate_cost", small(json!({ "images": ["fox.png"] }))).await;
    assert_eq!(estimate["fits_budget"], true);
    assert!(!estimate["lines"].as_array().unwrap().is_empty());
    let offers = session.call("compare_prices", small(json!({}))).await;
    let offers = offers["offers"].as_array().unwrap();
    assert!(offers.iter().any(|offer| offer["provider"] == "atlas"), "{offers:?}");
    let atlas = session.call("compare_prices", small(json!({ "provider": "atlas" }))).await;
    assert!(atlas["offers"].as_array().unwrap().iter().all(|offer| offer["provider"] == "atlas"));
    assert_eq!(house.emulator.requests().len(), before);
}

#[tokio::test]
async fn what_is_only_looked_at_says_so() {
    let house = House::new().await;
    let tools = house.session().await.client.list_all_tools().await.unwrap();
    for tool in tools {
        let hints = tool.annotations.clone().unwrap();
        let pays = ["generate_image", "edit_image"].contains(&tool.name.as_ref());
        assert_eq!(hints.destructive_hint, Some(pays), "{}", tool.name);
        assert!(hints.read_only_hint.is_some() && hints.idempotent_hint.is_some(), "{}", tool.name);
        assert!(hints.open_world_hint.is_some(), "{}", tool.name);
        let description = tool.description.clone().unwrap();
        assert_eq!(description.contains("Not billed"), !pays, "{}: {description}", tool.name);
        assert!(tool.output_schema.is_some(), "{}", tool.name);
    }
}

#[tokio::test]
async fn an_image_is_stored_where_files_are_kept_and_edited_by_its_address() {
    let house = House::new().await;
    house.picture("fox.png").await;
    let session = house.session().await;
    let stored = session.call("upload_media", json!({ "path": "fox.png", "provider": "atlas" })).await;
    let edit = json!({
        "prompt": "at night", "images": [stored["url"]], "provider": "atlas", "size": "1024x1024", "quality": "low",
    });
    let edited = session.call("edit_image", edit).await;
    assert_eq!(edited["provider"], "atlas");
    assert!(path_of(&edited).exists());
    let failed = session.fail("upload_media", json!({ "path": "fox.png" })).await;
    assert_eq!(failed["error"]["code"], "invalid_request");
    assert!(failed["error"]["message"].as_str().unwrap().contains("stores no files"), "{failed}");
}

#[tokio::test]
async fn an_emulator_says_that_it_is_one() {
    let house = House::new().await.noticed();
    let session = house.session().await;
    let info = session.client.peer_info().unwrap();
    assert!(info.instructions.as_ref().unwrap().contains("no key found"), "{info:?}");
    let result = session.raw("generate_image", small(json!({}))).await;
    assert_eq!(result.structured_content.as_ref().unwrap()["emulated"], true);
    let words = result.content[0].as_text().unwrap();
    assert!(words.text.contains("Nothing was really paid"), "{}", words.text);
}
