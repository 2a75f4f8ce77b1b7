//! A call that its client gives up.

use impasto_mcp::Server;
use serde_json::json;

use crate::support::{House, Listener, Session, small};

#[tokio::test]
async fn a_cancelled_call_ends_its_job_which_says_what_was_billed() {
    let house = House::new().await.faulty("stall-after");
    let session = house.session().await;
    {
        let mut call = Box::pin(session.raw("generate_image", small(json!({ "idempotency_key": "fox" }))));
        // Polled until the seller has done the work; then dropped, which sends the notification.
        std::future::poll_fn(|context| {
            assert!(call.as_mut().poll(context).is_pending());
            context.waker().wake_by_ref();
            if house.charges() == 1 { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
    }
    let job = loop {
        let listed = session.call("list_jobs", json!({})).await;
        let job = listed["jobs"][0].clone();
        if job["status"] != "running" {
            break job;
        }
    };
    assert_eq!((&job["status"], &job["billing"]), (&json!("cancelled"), &json!("unknown")), "{job}");
    assert!(job["next_step"].as_str().unwrap().contains("Do not send the request a second time"), "{job}");
    let again = session.fail("generate_image", small(json!({ "idempotency_key": "fox" }))).await;
    assert_eq!(again["status"], "cancelled", "{again}");
    assert_eq!(house.charges(), 1);
}

#[tokio::test]
async fn giving_up_a_wait_leaves_the_job_alone() {
    let house = House::new().await.faulty("duration;200");
    let session = house.session().await;
    let begun = session.call("generate_image", small(json!({ "provider": "atlas", "wait": 0 }))).await;
    let ask = json!({ "job_id": begun["job_id"] });
    {
        let mut wait = Box::pin(session.raw("wait_for_job", ask.clone()));
        std::future::poll_fn(|context| {
            assert!(wait.as_mut().poll(context).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
    }
    let done = session.call("wait_for_job", ask).await;
    assert_eq!(done["status"], "succeeded", "{done}");
}

#[tokio::test]
async fn a_client_that_goes_away_loses_nothing() {
    let house = House::new().await.faulty("duration;100");
    let server = Server::new(house.settings());
    let session = Session::open(server.clone(), Listener::default()).await;
    {
        let mut call = Box::pin(session.raw("generate_image", small(json!({ "provider": "atlas" }))));
        std::future::poll_fn(|context| {
            assert!(call.as_mut().poll(context).is_pending());
            context.waker().wake_by_ref();
            if server.running_jobs() == 1 { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
        // Forgotten rather than dropped: dropping it would send the notification.
        std::mem::forget(call);
    }
    let Session { client } = session;
    client.cancel().await.unwrap();
    server.finish_jobs().await;
    assert_eq!((server.running_jobs(), house.charges()), (0, 1));
    let later = Session::open(server, Listener::default()).await;
    let listed = later.call("list_jobs", json!({})).await;
    assert_eq!(listed["jobs"][0]["status"], "succeeded", "{listed}");
}
