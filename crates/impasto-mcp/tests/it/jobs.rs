//! Jobs that outlast a call: handles, waiting, progress.

use impasto_mcp::Server;
use serde_json::json;

use crate::support::{House, Listener, Session, path_of, small};

#[tokio::test]
async fn a_call_that_does_not_wait_gives_a_handle_and_the_job_goes_on() {
    let house = House::new().await;
    let session = house.session().await;
    let handle = session.call("generate_image", small(json!({ "wait": 0 }))).await;
    assert_eq!((&handle["status"], &handle["billing"]), (&json!("running"), &json!("unknown")), "{handle}");
    let step = handle["next_step"].as_str().unwrap();
    assert!(
        step.contains("wait_for_job") && step.contains("Do not send the request a second time"),
        "{step}"
    );
    let ask = json!({ "job_id": handle["job_id"] });
    let done = session.call("wait_for_job", ask.clone()).await;
    assert_eq!(done["status"], "succeeded", "{done}");
    assert!(path_of(&done).exists());
    let again = session.call("get_job", ask).await;
    assert_eq!(again["images"], done["images"]);
    let listed = session.call("list_jobs", json!({})).await;
    assert_eq!(listed["jobs"][0]["job_id"], handle["job_id"]);
    assert_eq!(house.charges(), 1);
}

#[tokio::test]
async fn jobs_are_shared_by_all_sessions_of_a_server() {
    let house = House::new().await;
    let server = Server::new(house.settings());
    let one = Session::open(server.clone(), Listener::default()).await;
    let made = one.call("generate_image", small(json!({}))).await;
    let other = Session::open(server, Listener::default()).await;
    let seen = other.call("get_job", json!({ "job_id": made["job_id"] })).await;
    assert_eq!(seen["images"], made["images"]);
}

#[tokio::test]
async fn a_job_that_is_not_there_is_told() {
    let house = House::new().await;
    let session = house.session().await;
    for tool in ["get_job", "wait_for_job"] {
        let failed = session.fail(tool, json!({ "job_id": "job-0" })).await;
        assert_eq!(failed["error"]["code"], "unknown_job", "{failed}");
        assert_eq!(failed["error"]["next_step"], "Call list_jobs for the ids there are.");
    }
}

#[tokio::test]
async fn progress_is_told_of_tasks_and_of_sketches() {
    let house = House::new().await;
    let check = async |arguments: serde_json::Value, words: &[&str]| {
        let listener = Listener::default();
        let heard = listener.heard.clone();
        let session = Session::open(Server::new(house.settings()), listener).await;
        session.call("generate_image", arguments).await;
        let heard = heard.lock().unwrap();
        assert!(heard.windows(2).all(|pair| pair[0].progress < pair[1].progress), "{heard:?}");
        let all: Vec<&str> = heard.iter().filter_map(|note| note.message.as_deref()).collect();
        for word in words {
            assert!(all.iter().any(|message| message.contains(word)), "{word}: {all:?}");
        }
    };
    check(small(json!({ "provider": "atlas" })), &["asked"]).await;
    check(small(json!({ "partial_images": 2 })), &["image 1 is there"]).await;
}

#[tokio::test]
async fn images_that_came_are_not_lost_when_others_fail() {
    let house = House::new().await.faulty("moderation;times=1");
    let session = house.session().await;
    let made = session.call("generate_image", small(json!({ "n": 12 }))).await;
    assert_eq!(made["status"], "partial", "{made}");
    assert_eq!(made["error"]["code"], "moderation");
    assert_eq!(made["billing"], "billed");
    assert!(!made["images"].as_array().unwrap().is_empty());
}
