//! The same key is the same image, and is paid once.

use std::sync::Arc;
use std::time::Duration;

use impasto_mcp::Server;
use serde_json::{Value, json};

use crate::support::{House, Listener, Session, path_of, small};

fn keyed(key: &str) -> Value {
    small(json!({ "idempotency_key": key, "output_path": "fox.png" }))
}

#[tokio::test]
async fn a_repeated_key_gives_the_same_image_and_pays_once() {
    let house = House::new().await;
    let session = house.session().await;
    let first = session.call("generate_image", keyed("fox")).await;
    let second = session.call("generate_image", keyed("fox")).await;
    assert_eq!(first["images"], second["images"]);
    assert_eq!((&first["replayed"], &second["replayed"]), (&json!(false), &json!(true)));
    // How it is waited for and shown makes no other image.
    let mut third = keyed("fox");
    (third["wait"], third["preview"]) = (json!(3), json!(false));
    assert_eq!(session.call("generate_image", third).await["images"], first["images"]);
    assert_eq!(house.charges(), 1);
    let other = session.call("generate_image", small(json!({ "idempotency_key": "fox-2" }))).await;
    assert_ne!(path_of(&other), path_of(&first));
    assert_eq!(house.charges(), 2);
}

#[tokio::test]
async fn calls_with_one_key_at_once_join() {
    let house = House::new().await;
    let session = house.session().await;
    let calls = (0..4).map(|_| session.call("generate_image", keyed("fox")));
    let mut results = Vec::new();
    // Polled side by side, so that all are under way before the first is over.
    let mut calls: Vec<_> = calls.map(Box::pin).collect();
    std::future::poll_fn(|context| {
        calls.retain_mut(|call| match call.as_mut().poll(context) {
            std::task::Poll::Ready(result) => {
                results.push(result);
                false
            }
            std::task::Poll::Pending => true,
        });
        if calls.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    assert!(results.iter().all(|result| result["job_id"] == results[0]["job_id"]), "{results:?}");
    assert_eq!((results.len(), house.charges()), (4, 1));
}

#[tokio::test]
async fn a_key_with_other_arguments_is_a_mistake() {
    let house = House::new().await;
    let session = house.session().await;
    session.call("generate_image", keyed("fox")).await;
    let mut other = keyed("fox");
    other["prompt"] = json!("a badger");
    let failed = session.fail("generate_image", other).await;
    assert_eq!(failed["error"]["code"], "key_conflict", "{failed}");
    assert_eq!(failed["error"]["billing"], "not_billed");
    assert_eq!(house.charges(), 1);
    let failed = session.fail("generate_image", small(json!({ "idempotency_key": " " }))).await;
    assert_eq!(failed["error"]["field"], "idempotency_key");
}

#[tokio::test]
async fn a_key_outlives_the_server() {
    let house = House::new().await;
    let first = house.session().await.call("generate_image", keyed("fox")).await;
    let later = house.session().await;
    let second = later.call("generate_image", keyed("fox")).await;
    assert_eq!((&first["images"], &second["replayed"]), (&second["images"], &json!(true)));
    let mut other = keyed("fox");
    other["quality"] = json!("high");
    assert_eq!(later.fail("generate_image", other).await["error"]["code"], "key_conflict");

    std::fs::write(path_of(&first), "changed").unwrap();
    let failed = house.session().await.fail("generate_image", keyed("fox")).await;
    assert_eq!(failed["error"]["code"], "image_gone", "{failed}");
    assert_eq!(house.charges(), 1);
}

#[tokio::test]
async fn a_key_that_cost_nothing_is_free_again() {
    let house = House::new().await.faulty("moderation;times=1");
    let session = house.session().await;
    session.fail("generate_image", keyed("fox")).await;
    let made = session.call("generate_image", keyed("fox")).await;
    assert_eq!(made["replayed"], false);
    assert_eq!(house.charges(), 1);
    // What was refused before it was sent as well.
    std::fs::write(house.files().join("taken.png"), "").unwrap();
    let mut taken = keyed("badger");
    taken["output_path"] = json!("taken.png");
    session.fail("generate_image", taken.clone()).await;
    std::fs::remove_file(house.files().join("taken.png")).unwrap();
    session.call("generate_image", taken).await;
}

#[tokio::test]
async fn a_key_whose_server_died_is_taken_up_or_told_and_never_paid_twice() {
    for (provider, with, resumable) in [("atlas", "duration;1", true), ("openai", "stall-after", false)] {
        let mut house = House::new().await.faulty(with);
        let mut arguments = keyed("fox");
        arguments["provider"] = json!(provider);
        arguments["wait"] = json!(0);
        house.poll_every = Duration::from_secs(60);
        let (settings, order) = (house.settings(), arguments.clone());
        let emulator = Arc::clone(&house.emulator);
        house.poll_every = Duration::from_millis(5);
        // Nothing is left of the first server but what it wrote down: its whole runtime goes.
        let first = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let session = Session::open(Server::new(settings), Listener::default()).await;
                let begun = session.call("generate_image", order).await;
                let ask = json!({ "job_id": begun["job_id"] });
                loop {
                    let job = session.call("get_job", ask.clone()).await;
                    assert_eq!(job["status"], "running", "{job}");
                    let progress = job["progress"].as_str().unwrap_or_default();
                    let charged = !emulator.bill().is_empty();
                    let reached = if resumable { progress.contains("asked") } else { charged };
                    if reached {
                        return;
                    }
                }
            });
        };
        tokio::task::spawn_blocking(first).await.unwrap();
        arguments["wait"] = json!(45);
        let session = house.session().await;
        let listed = session.call("list_jobs", json!({})).await;
        assert_eq!(listed["jobs"][0]["status"], "interrupted", "{with}: {listed}");
        let result = session.raw("generate_image", arguments).await;
        let structure = result.structured_content.unwrap();
        if resumable {
            assert_eq!(structure["status"], "succeeded", "{with}: {structure}");
            assert_eq!(path_of(&structure).with_extension(""), house.files().join("fox"));
        } else {
            assert_eq!(structure["error"]["code"], "interrupted", "{with}: {structure}");
            assert_eq!(structure["error"]["billing"], "unknown", "{with}: {structure}");
        }
        assert_eq!(house.charges(), 1, "{with}");
    }
}
