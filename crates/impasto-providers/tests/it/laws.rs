//! Whatever a seller answers: nothing is submitted twice, nothing is lost in silence, the key stays at home.

use impasto_providers::{Job, Phase, Purpose, Step, Target};
use impasto_transport::{Auth, Origin};
use impasto_types::{BillingOutcome, ImageRequest};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{PNG, Reply, feed, started, target};

/// Words that replies are made of, and others.
fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0_u32..700).prop_map(Value::from),
        any::<f32>().prop_filter("JSON has no NaN", |float| float.is_finite()).prop_map(|float| json!(float)),
        "[a-z ]{0,6}".prop_map(Value::from),
        prop::sample::select(vec![
            "",
            "completed",
            "succeeded",
            "failed",
            "processing",
            "canceled",
            "200",
            "500",
            "1039",
            "error",
            PNG,
            "https://elsewhere.example/a.png",
            "https://api.atlascloud.ai/api/v1/model/prediction/t-1",
            "t-1",
            "image_generation.completed",
            "image_generation.partial_image",
            "data:image/png;base64,iVBORw0KGgo=",
        ])
        .prop_map(Value::from),
    ]
}

fn key() -> impl Strategy<Value = String> {
    let known = [
        "id",
        "prediction_id",
        "task_id",
        "status",
        "data",
        "outputs",
        "output",
        "images",
        "error",
        "error_code",
        "code",
        "message",
        "msg",
        "urls",
        "get",
        "price",
        "type",
        "b64_json",
        "url",
        "download_url",
        "usage",
        "created",
        "detail",
        "param",
        "has_nsfw_contents",
        "moderation_details",
        "input_tokens",
    ];
    prop_oneof![9 => prop::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => "[a-z]{1,4}"]
}

fn document() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn status() -> impl Strategy<Value = u16> {
    prop_oneof![3 => Just(200_u16), 2 => prop::sample::select(vec![201, 400, 401, 402, 404, 429, 500, 502, 503, 504])]
}

/// What `job` would send next stays at the seller's own address, or carries no key.
fn keeps_the_key(target: &Target, job: &Job) -> Result<(), TestCaseError> {
    let home = Origin::of(&target.base_url).unwrap();
    match target.step(job) {
        Ok(Step::Send(exchange)) => prop_assert!(home.is_origin_of(&exchange.request.url)),
        Ok(Step::Fetch(fetches)) => {
            prop_assert!(fetches.iter().all(|fetch| fetch.request.auth == Auth::None));
            prop_assert!(fetches.iter().all(|fetch| fetch.request.headers.is_empty()));
        }
        _ => {}
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_task_is_submitted_once_whatever_is_answered(
        replies in prop::collection::vec((status(), document()), 1..6)
    ) {
        let (target, mut job) = started(target("atlas"), ImageRequest::generate("a fox"));
        let mut submits = 0;
        for (status, body) in replies {
            match target.step(&job) {
                Ok(Step::Send(exchange)) => submits += u32::from(exchange.purpose == Purpose::Submit),
                Ok(Step::Wait { .. }) => job.waited(),
                _ => break,
            }
            keeps_the_key(&target, &job)?;
            let outcome = feed(&target, &mut job, &Reply::json(status, &body.to_string()));
            keeps_the_key(&target, &job)?;
            let Some(error) = outcome.error else {
                prop_assert_ne!(job.phase, Phase::Submit, "{} moved nothing", body);
                continue;
            };
            // Once a task was accepted nobody can say that it costs nothing.
            if job.task.is_some() {
                prop_assert_eq!(error.billing(), BillingOutcome::Unknown);
                prop_assert_eq!(error.task_id(), job.task.as_ref().map(|task| task.id.as_str()));
            }
            let stored = serde_json::to_string(&job).unwrap();
            let again: Job = serde_json::from_str(&stored).unwrap();
            prop_assert_eq!(again.phase, job.phase);
            break;
        }
        prop_assert!(submits <= 1);
    }

    #[test]
    fn a_reply_is_a_delivery_or_an_error(status in status(), body in document(), stream in any::<bool>()) {
        let (target, mut job) = started(target("openai"), ImageRequest::generate("a fox").with_stream(stream));
        let text = if stream { format!("data: {body}\n\n") } else { body.to_string() };
        let reply = if stream { Reply::events(&text) } else { Reply::json(status, &text) };
        let outcome = feed(&target, &mut job, &reply);
        keeps_the_key(&target, &job)?;
        match outcome.error {
            None => {
                prop_assert!(!job.delivery.images.is_empty());
                prop_assert!(matches!(job.phase, Phase::Fetch | Phase::Done));
            }
            Some(error) => {
                prop_assert!(!error.message().is_empty());
                // What was not a success may be free; what began as one is only if it was refused at the door.
                prop_assert_eq!(job.phase, Phase::Submit);
            }
        }
    }

    #[test]
    fn a_model_id_is_spelled_once(name in "(openai/)?gpt-image-[12](\\.5)?(/edit)?", edit in any::<bool>()) {
        for (seller, _) in impasto_providers::Sellers::builtin().unwrap().iter() {
            let spelled = seller.spell(&name, edit);
            prop_assert_eq!(seller.spell(&spelled, edit), spelled.clone(), "{} {}", seller.id, name);
        }
    }
}
