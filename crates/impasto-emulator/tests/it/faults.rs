//! Faults on demand: what the caller sees, and what the bill says.

use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use impasto_emulator::{Emulator, EmulatorError};
use serde_json::{Value, json};

use crate::streams::events;
use crate::support::{KEY, decode_base64, decode_image, get, post, send, start};

fn request() -> Value {
    json!({ "model": "gpt-image-2", "prompt": "a fox", "size": "1024x640", "n": 2 })
}

/// What came of one request.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// A whole answer.
    Whole(u16),
    /// An answer that broke after so many bytes.
    Broken(u16, usize),
    /// No answer.
    Nothing,
    /// Nothing for a while, although the connection stands.
    Silent,
}

async fn outcome(emulator: &Emulator, fault: &str, body: &Value) -> Outcome {
    let url = format!("{}/v1/images/generations", emulator.url());
    let request = hyper::Request::post(url)
        .header(KEY.0, KEY.1)
        .header("content-type", "application/json")
        .header("x-emulator-fault", fault)
        .body(Full::new(Bytes::from(body.to_string())))
        .expect("a request");
    let client = Client::builder(TokioExecutor::new()).build_http();
    let exchange = async {
        let Ok(response) = client.request(request).await else { return Outcome::Nothing };
        let status = response.status().as_u16();
        let mut body = response.into_body();
        let mut read = 0;
        loop {
            match body.frame().await {
                Some(Ok(frame)) => read += frame.data_ref().map_or(0, Bytes::len),
                Some(Err(_)) => return Outcome::Broken(status, read),
                None => return Outcome::Whole(status),
            }
        }
    };
    tokio::time::timeout(Duration::from_millis(1500), exchange).await.unwrap_or(Outcome::Silent)
}

#[tokio::test]
async fn every_fault_has_its_outcome_and_its_bill() {
    let emulator = start().await;
    let streamed = json!({ "model": "gpt-image-2", "prompt": "a fox", "size": "1024x640", "stream": true });
    for (fault, body, expected, charged) in [
        ("delay;5", request(), Outcome::Whole(200), 1),
        ("reset-before", request(), Outcome::Nothing, 0),
        ("stall-before", request(), Outcome::Silent, 0),
        ("rate-limit;retry-after=2", request(), Outcome::Whole(429), 0),
        ("quota", request(), Outcome::Whole(429), 0),
        ("billing-limit", request(), Outcome::Whole(400), 0),
        ("overloaded", request(), Outcome::Whole(503), 0),
        ("not-verified", request(), Outcome::Whole(403), 0),
        ("moderation", request(), Outcome::Whole(400), 0),
        ("moderation;output", request(), Outcome::Whole(400), 0),
        ("redirect", request(), Outcome::Whole(307), 0),
        ("error-shape;int-code", request(), Outcome::Whole(400), 0),
        ("server-error", request(), Outcome::Whole(500), 1),
        ("server-error;before", request(), Outcome::Whole(500), 0),
        ("html-502", request(), Outcome::Whole(502), 1),
        ("html-524;before", request(), Outcome::Whole(524), 0),
        ("gateway-timeout", request(), Outcome::Whole(504), 1),
        ("reset-after", request(), Outcome::Nothing, 1),
        ("stall-after", request(), Outcome::Silent, 1),
        ("cut;100", request(), Outcome::Broken(200, 100), 1),
        ("cut;100;chunked", request(), Outcome::Broken(200, 100), 1),
        ("cut;100;close", request(), Outcome::Whole(200), 1),
        ("reset-body;5000", request(), Outcome::Broken(200, 5000), 1),
        ("stall;100", request(), Outcome::Silent, 1),
        ("cut;3000", streamed.clone(), Outcome::Broken(200, 3000), 1),
        ("html-200", request(), Outcome::Whole(200), 1),
        ("task-200", request(), Outcome::Whole(200), 1),
        ("endless;3", request(), Outcome::Whole(200), 1),
        ("moderation;stream", streamed.clone(), Outcome::Whole(200), 0),
        ("moderation;stream;billed", streamed.clone(), Outcome::Whole(200), 1),
        ("stream-error", streamed.clone(), Outcome::Whole(200), 1),
        ("stream-no-final", streamed, Outcome::Whole(200), 1),
    ] {
        emulator.reset_bill();
        assert_eq!(outcome(&emulator, fault, &body).await, expected, "{fault}");
        assert_eq!(emulator.bill().len(), charged, "{fault}");
        if charged == 1 && !matches!(expected, Outcome::Whole(200)) {
            assert!(!emulator.bill().charges[0].delivered, "{fault}");
        }
    }
}

#[tokio::test]
async fn faults_are_counted_and_come_from_everywhere() {
    let emulator = start().await;
    let base = emulator.url();
    let body = request();
    for (url, prompt) in [
        (format!("{base}/with/overloaded;times=1/v1/images/generations"), "a fox"),
        (format!("{base}/v1/images/generations?emulator_fault=overloaded;times=1;after=0"), "a fox"),
        (format!("{base}/v1/images/generations"), "a fox [[emulator:overloaded;times=1]]"),
    ] {
        let mut body = body.clone();
        body["prompt"] = json!(prompt);
        emulator.reset();
        let statuses = [post(&url, &body).await.status.as_u16(), post(&url, &body).await.status.as_u16()];
        assert_eq!(statuses, [503, 200], "{url} {prompt}");
    }
    let unknown = post(&format!("{base}/with/explode/v1/images/generations"), &body).await;
    assert_eq!(unknown.error().0, "unknown_emulator_directive");
    let polls = get(&format!("{base}/with/html-502;on=other/v1/models")).await;
    assert_eq!((polls.status.as_u16(), polls.header("content-type")), (502, "text/html"));
}

#[tokio::test]
async fn plans_and_random_faults() {
    let plan = "[[fault]]\nname = \"overloaded\"\nnth = 2\n[[fault]]\nname = \"html-502\"\non = \"other\"\npath = \"/models\"\ntimes = 1\n";
    let emulator = Emulator::builder().fault_plan(plan).start().await.expect("an emulator");
    let url = format!("{}/images/generations", emulator.openai_base_url());
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(post(&url, &request()).await.status.as_u16());
    }
    assert_eq!(statuses, [200, 503, 200]);
    assert_eq!(get(&format!("{}/models", emulator.openai_base_url())).await.status, 502);
    let run = |seed: u64| async move {
        let emulator = Emulator::builder()
            .seed(seed)
            .random_faults("overloaded,quota", 0.5)
            .start()
            .await
            .expect("an emulator");
        let url = format!("{}/images/generations", emulator.openai_base_url());
        let mut statuses = Vec::new();
        for _ in 0..12 {
            statuses.push(post(&url, &request()).await.status.as_u16());
        }
        statuses
    };
    let first = run(5).await;
    assert_eq!(first, run(5).await, "a seed repeats");
    assert!(first.contains(&200) && first.contains(&503) && first.contains(&429), "{first:?}");
    for builder in
        [Emulator::builder().fault_plan("fault = 3"), Emulator::builder().random_faults("nonsense", 1.0)]
    {
        assert!(matches!(builder.start().await, Err(EmulatorError::Plan(_))));
    }
    assert!(matches!(Emulator::builder().with("nonsense").start().await, Err(EmulatorError::Directive(_))));
}

#[tokio::test]
async fn replies_are_bent() {
    let emulator = start().await;
    let bent = async |directive: &str| {
        post(&format!("{}/with/fixed,{directive}/v1/images/generations", emulator.url()), &request())
            .await
            .json()
    };
    assert_eq!(bent("set;quality=ultra").await["quality"], "ultra");
    assert_eq!(bent("drop;created").await.get("created"), None);
    assert_eq!(bent("null;usage").await.get("usage"), Some(&Value::Null));
    assert!(bent("shape;created-float").await["created"].is_f64());
    assert!(bent("shape;usage-float").await["usage"]["input_tokens_details"]["text_tokens"].is_f64());
    assert_eq!(bent("shape;usage-chat").await["usage"]["prompt_tokens"], 16);
    assert_eq!(bent("shape;data-empty").await["data"], json!([]));
    let one_bad = bent("shape;item-error").await;
    assert!(one_bad["data"][0]["b64_json"].is_string() && one_bad["data"][1]["error"].is_object());
    let plain = decode_base64(&bent("noisy-usage").await["data"][0]["b64_json"]);
    let lines =
        bent("shape;b64-newlines").await["data"][0]["b64_json"].as_str().expect("text").replace('\n', "");
    assert_eq!(decode_base64(&json!(lines)), plain);
    assert_eq!(decode_base64(&bent("shape;escaped-slashes").await["data"][0]["b64_json"]), plain);
    let venice = bent("shape;venice").await;
    assert_eq!(decode_base64(&venice["images"][0]), plain);
    assert_eq!(bent("shape;xai").await["usage"]["cost_in_usd_ticks"], 700_000_000);
    let downgraded = bent("downgrade").await;
    let image = decode_image(&downgraded["data"][0]["b64_json"]);
    assert_eq!(
        (image.width(), image.height(), &downgraded["size"], &downgraded["quality"]),
        (512, 320, &json!("1024x640"), &json!("low"))
    );
    let jpeg = bent("downgrade;format").await;
    assert_eq!(
        (image::guess_format(&decode_base64(&jpeg["data"][0]["b64_json"])).ok(), &jpeg["output_format"]),
        (Some(image::ImageFormat::Jpeg), &json!("png"))
    );
    let to = decode_image(&bent("downgrade;to=64x48").await["data"][0]["b64_json"]);
    assert_eq!((to.width(), to.height()), (64, 48));
    let heavy = bent("weight;3000000").await["data"][0]["b64_json"].clone();
    assert_eq!((decode_base64(&heavy).len(), decode_image(&heavy).width()), (3_000_000, 1024));
    assert_eq!(bent("downgrade;count").await["data"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn streams_are_bent() {
    let emulator = start().await;
    let streamed = json!({ "model": "gpt-image-2", "prompt": "a fox", "size": "1024x640", "stream": true, "partial_images": 1, "n": 2 });
    let bent = async |directive: &str| {
        post(&format!("{}/with/{directive}/v1/images/generations", emulator.url()), &streamed).await.text()
    };
    let blocked = events(&bent("moderation;stream;image=1").await);
    let names: Vec<&str> = blocked.iter().map(|(name, _)| name.as_str()).collect();
    let (partial, completed) = ("image_generation.partial_image", "image_generation.completed");
    assert_eq!(names, [partial, completed, partial, "error"]);
    assert_eq!(blocked[3].1["error"]["code"], "moderation_blocked");
    assert_eq!(emulator.bill().images(), 1, "only the image that was delivered is charged");
    let flat = events(&bent("stream-error;flat").await);
    assert_eq!(flat.last().expect("an event").1["code"], "server_error");
    assert!(bent("stream-no-event-line").await.starts_with("data: {"));
    assert!(bent("stream-double-data").await.contains("\ndata: data: {"));
    assert!(bent("stream-comments").await.contains(": PING\n\n"));
    assert!(bent("stream-unknown-event").await.starts_with("event: image_generation.queued"));
    assert!(bent("stream-line-end;crlf").await.contains("\r\n\r\n"));
    assert!(events(&bent("stream-no-usage").await).iter().all(|(_, data)| data.get("usage").is_none()));
    assert_eq!(events(&bent("stream-no-final").await).len(), 1);
    let relayed = events(&bent("stream-completed-data").await);
    let url = relayed[1].1["data"][0]["url"].as_str().expect("a URL");
    assert!(image::load_from_memory(&get(url).await.body).is_ok());
    let other = events(&bent("stream-volcengine").await);
    assert_eq!(
        (other[1].0.as_str(), &other.last().expect("an event").1["usage"]["generated_images"]),
        ("image_generation.partial_succeeded", &json!(2))
    );
}

#[tokio::test]
async fn rate_limits_say_when_to_come_back() {
    let emulator = start().await;
    let limited = async |directive: &str| {
        let url = format!("{}/with/{directive}/v1/images/generations", emulator.url());
        send(hyper::Method::POST, &url, &[KEY, ("content-type", "application/json")], request().to_string())
            .await
    };
    assert_eq!(limited("rate-limit;retry-after=2").await.header("retry-after"), "2");
    assert_eq!(
        limited("rate-limit;retry-after-ms=300;should-retry=true").await.header("retry-after-ms"),
        "300"
    );
    let dated = limited("rate-limit;retry-date=60").await;
    assert_eq!(dated.header("retry-after"), "Sat, 21 Nov 2026 00:01:00 GMT");
    let hinted = limited("rate-limit;message=467ms").await;
    assert!(
        hinted.json()["error"]["message"]
            .as_str()
            .is_some_and(|message| message.ends_with("Please try again in 467ms."))
    );
    assert_eq!(hinted.header("retry-after"), "");
    assert_eq!(limited("rate-limit;html").await.header("content-type"), "text/html");
    assert_eq!(limited("quota;credit_balance_exhausted").await.error().0, "credit_balance_exhausted");
}
