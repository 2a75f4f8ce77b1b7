//! What is paid, and what is not.

use serde_json::{Value, json};

use crate::support::{House, small};

fn amount(value: &Value) -> f64 {
    value.as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_budget_that_is_used_up_refuses_before_the_network() {
    let house = House::with_budget("0.02").await;
    let session = house.session().await;
    let first = session.call("generate_image", small(json!({}))).await;
    let budget = &first["budget"];
    assert!(amount(&budget["spent"]) > 0.0 && budget["reserved"] == "0", "{budget}");
    let requests = house.emulator.requests().len();
    let expensive = json!({ "prompt": "a fox", "quality": "high", "size": "1024x1024" });
    let estimate = session.call("estimate_cost", expensive.clone()).await;
    assert_eq!(estimate["fits_budget"], false);
    let failed = session.fail("generate_image", expensive).await;
    assert_eq!(failed["error"]["code"], "over_budget", "{failed}");
    assert_eq!(failed["error"]["billing"], "not_billed");
    assert_eq!(failed["budget"], session.call("get_budget", json!({})).await["budget"]);
    assert_eq!((house.emulator.requests().len(), house.charges()), (requests, 1));
}

#[tokio::test]
async fn a_limit_on_one_image_is_kept() {
    let house = House::new().await;
    let session = house.session().await;
    let failed = session.fail("generate_image", small(json!({ "max_cost": 0.0001 }))).await;
    assert_eq!(failed["error"]["code"], "over_budget", "{failed}");
    assert_eq!(house.emulator.requests().len(), 0);
    session.call("generate_image", small(json!({ "max_cost": "1.50" }))).await;
}

#[tokio::test]
async fn what_may_be_billed_is_told_and_never_to_be_sent_again() {
    for fault in ["server-error", "html-502", "cut;2000", "reset-after", "empty-200"] {
        let house = House::new().await.faulty(fault);
        let session = house.session().await;
        let failed = session.fail("generate_image", small(json!({ "idempotency_key": "fox" }))).await;
        assert_eq!(failed["error"]["billing"], "unknown", "{fault}: {failed}");
        assert_eq!(failed["billing"], "unknown", "{fault}: {failed}");
        let step = failed["error"]["next_step"].as_str().unwrap().to_lowercase();
        assert!(step.contains("do not send the request a second time"), "{fault}: {step}");
        let all = failed.to_string().to_lowercase();
        assert!(!all.contains("try again") && !all.contains("retry"), "{fault}: {all}");
        assert!(amount(&failed["budget"]["reserved"]) > 0.0, "{fault}: it stays set aside: {failed}");
        // An assistant that does so all the same pays nothing more.
        let again = session.fail("generate_image", small(json!({ "idempotency_key": "fox" }))).await;
        assert_eq!(again["error"], failed["error"], "{fault}");
        assert_eq!((house.emulator.requests().len(), house.charges()), (1, 1), "{fault}");
    }
}

#[tokio::test]
async fn what_was_refused_is_not_billed_and_gives_the_budget_back() {
    let house = House::new().await.faulty("moderation");
    let session = house.session().await;
    let failed = session.fail("generate_image", small(json!({}))).await;
    assert_eq!(failed["error"]["code"], "moderation", "{failed}");
    assert_eq!(failed["error"]["billing"], "not_billed");
    assert!(failed["error"]["next_step"].as_str().unwrap().contains("change the prompt"), "{failed}");
    let budget = &failed["budget"];
    assert_eq!((&budget["spent"], &budget["reserved"]), (&json!("0"), &json!("0")));
}
