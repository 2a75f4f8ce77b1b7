//! What the Atlas dialect makes of replies: every status, both envelopes, failures in every disguise.

use impasto_providers::{ErrorKind, Job, Phase, Purpose, Step, Target};
use impasto_transport::{Auth, Repeat};
use impasto_types::{BillingOutcome, ImageFormat, ImageRequest};
use serde_json::{Value, json};

use crate::support::{Outcome, PNG, Reply, feed, image, sent, shown_error, started, target, told};

fn submitting() -> (Target, Job) {
    started(target("atlas"), ImageRequest::generate("a fox"))
}

/// A job whose task was accepted and asked after so many times.
fn polling(polls: u32) -> (Target, Job) {
    let (target, mut job) = submitting();
    let reply = json!({"code": 200, "data": {"id": "t-1", "status": "created"}}).to_string();
    assert_eq!(feed(&target, &mut job, &Reply::json(200, &reply)).error, None);
    if let Some(task) = &mut job.task {
        task.polls = polls;
    }
    job.waited();
    (target, job)
}

#[track_caller]
fn compare((target, mut job): (Target, Job), reply: &Reply<'_>, expected: &[&str]) -> (Job, Outcome) {
    let outcome = feed(&target, &mut job, reply);
    assert_eq!(
        told(&job, &outcome).lines().collect::<Vec<_>>(),
        expected,
        "{:?}",
        std::str::from_utf8(reply.body)
    );
    (job, outcome)
}

/// A reply to the submit.
#[track_caller]
fn submit(status: u16, body: &Value, expected: &[&str]) -> Job {
    compare(submitting(), &Reply::json(status, &body.to_string()), expected).0
}

/// A reply to a late poll, beyond any grace.
#[track_caller]
fn poll(status: u16, body: &Value, expected: &[&str]) -> Job {
    compare(polling(20), &Reply::json(status, &body.to_string()), expected).0
}

/// The data of a poll, in an envelope of success.
#[track_caller]
fn poll_data(data: &Value, expected: &[&str]) -> Job {
    poll(200, &json!({"code": 200, "message": "success", "data": data}), expected)
}

#[test]
fn a_submit_is_accepted_in_and_outside_the_envelope() {
    let accepted = &["accepted t-1", "status starting", "then Poll"];
    submit(200, &json!({"code": 200, "data": {"id": "t-1", "status": "starting"}}), accepted);
    submit(
        200,
        &json!({"code": "200", "msg": "ok", "data": {"prediction_id": "t-1", "status": "starting"}}),
        accepted,
    );
    submit(200, &json!({"id": "t-1", "status": "starting", "model": "m", "created_at": "2025"}), accepted);
    submit(200, &json!({"predictionId": "t-1"}), &["accepted t-1", "then Poll"]);
    submit(
        201,
        &json!({"data": {"id": "t-1", "status": "starting", "outputs": null, "error": ""}}),
        accepted,
    );
    // Something went wrong behind an accepted task: it is asked after, not lost.
    submit(500, &json!({"code": 500, "msg": "oops", "data": {"id": "t-1"}}), &["accepted t-1", "then Poll"]);
    submit(504, &json!({"code": 504, "data": {"id": "t-1", "status": "starting"}}), accepted);
}

#[test]
fn the_id_in_a_polling_address_counts_only_at_home() {
    let at = |url: &str| json!({"data": {"status": "starting", "urls": {"get": url}}});
    let home = at("https://api.atlascloud.ai/api/v1/model/prediction/t-1");
    submit(200, &home, &["accepted t-1", "status starting", "then Poll"]);
    let lost = &["unexpected_reply (unknown): the submit was answered with neither a task nor an image"];
    submit(200, &at("https://api.elsewhere.example/v1/predictions/t-1"), lost);
    submit(200, &at("http://api.atlascloud.ai/api/v1/model/prediction/t-1"), lost);
    submit(200, &json!({"code": 200, "data": null}), lost);
    submit(200, &json!({}), lost);
}

#[test]
fn the_key_goes_to_the_sellers_own_address_only() {
    let reply = json!({"code": 200, "data": {"id": "t-1", "status": "starting",
        "urls": {"get": "https://api.elsewhere.example/steal"}}});
    let (target, mut job) = submitting();
    feed(&target, &mut job, &Reply::json(200, &reply.to_string()));
    assert_eq!(target.step(&job).unwrap(), Step::Wait { polls: 0 });
    job.waited();
    let Step::Send(exchange) = target.step(&job).unwrap() else { panic!("a poll") };
    assert_eq!(exchange.request.url, "https://api.atlascloud.ai/api/v1/model/prediction/t-1");
    assert_eq!((exchange.purpose, exchange.request.repeat), (Purpose::Poll, Repeat::Free));
    assert_eq!(exchange.request.auth, Auth::Bearer);
    let done =
        json!({"data": {"id": "t-1", "status": "completed", "outputs": ["https://elsewhere.example/a.png"]}});
    feed(&target, &mut job, &Reply::json(200, &done.to_string()));
    let Step::Fetch(fetches) = target.step(&job).unwrap() else { panic!("a fetch") };
    assert_eq!(fetches[0].request.auth, Auth::None);
    assert!(fetches[0].request.headers.is_empty());
}

#[test]
fn refusals_of_a_submit() {
    submit(
        401,
        &json!({"code": 401, "msg": "unauthorized", "request_id": "r-1", "data": null}),
        &["authentication (not_billed) code=401 id=r-1: unauthorized"],
    );
    submit(
        402,
        &json!({"code": 402, "msg": "insufficient balance"}),
        &["quota (not_billed) code=402: insufficient balance"],
    );
    submit(
        200,
        &json!({"code": 402, "msg": "insufficient balance"}),
        &["quota (not_billed) code=402: insufficient balance"],
    );
    submit(
        400,
        &json!({"code": 400, "msg": "bad request"}),
        &["invalid_request (not_billed) code=400: bad request"],
    );
    submit(
        403,
        &json!({"code": 403, "message": "key reached its monthly spending limit"}),
        &["quota (not_billed) code=403: key reached its monthly spending limit"],
    );
    submit(
        404,
        &json!({"code": 404, "msg": "model not found"}),
        &["not_found (not_billed) code=404: model not found"],
    );
    submit(429, &json!({"code": 429, "msg": "slow down"}), &["rate_limit (not_billed) code=429: slow down"]);
    submit(451, &json!({"code": 451, "msg": "region"}), &["permission (not_billed) code=451: region"]);
    submit(500, &json!({"code": 500, "msg": "oops"}), &["server (unknown) code=500: oops"]);
    submit(200, &json!({"code": 500, "msg": "oops", "data": null}), &["server (unknown) code=500: oops"]);
    submit(
        504,
        &json!({"code": 504, "msg": "sync wait exceeded"}),
        &["timeout (unknown) code=504: sync wait exceeded"],
    );
    submit(
        400,
        &json!({"error": {"type": "invalid_request_error", "code": "bad", "message": "no", "param": "size"}, "request_id": "req_1"}),
        &["invalid_request (not_billed) field=size code=bad type=invalid_request_error id=req_1: no"],
    );
    compare(
        submitting(),
        &Reply::text(502, "text/html", "<html><title>502 Bad Gateway</title>"),
        &["server (unknown): Atlas Cloud answered with status 502 and a web page titled \"502 Bad Gateway\""],
    );
    compare(
        submitting(),
        &Reply::text(503, "text/html", "<html>"),
        &["overloaded (unknown): Atlas Cloud answered with status 503 and a web page"],
    );
    compare(
        submitting(),
        &Reply::text(200, "text/html", "<html>"),
        &["unexpected_reply (unknown): Atlas Cloud answered with status 200 and a web page"],
    );
    // Nothing at all: it must not be sent again.
    compare(
        submitting(),
        &Reply::events(": PING\n\n"),
        &["unexpected_reply (unknown): the reply ended without saying anything"],
    );
}

#[test]
fn a_waiting_submit_may_answer_with_the_end() {
    submit(
        200,
        &json!({"code": 200, "data": {"id": "t-1", "status": "completed", "outputs": ["https://e.com/a.png"]}}),
        &["accepted t-1", "status completed", "image 0 = at https://e.com/a.png", "then Fetch"],
    );
    submit(
        200,
        &json!({"code": 200, "data": {"status": "completed", "outputs": [format!("data:image/png;base64,{PNG}")]}}),
        &["status completed", "image 0 = blob of 16 bytes", "then Done"],
    );
    submit(
        500,
        &json!({"code": 500, "message": "system error", "data": {"id": "t-1", "status": "failed", "error": "boom"}}),
        &["server (unknown) code=500 task=t-1: boom"],
    );
}

#[test]
fn statuses_are_an_open_set() {
    for status in [
        "created",
        "queued",
        "starting",
        "pending",
        "processing",
        "running",
        "Processing",
        "IN_PROGRESS",
        "dreaming",
    ] {
        let job =
            poll_data(&json!({"id": "t-1", "status": status}), &[&format!("status {status}"), "then Poll"]);
        assert_eq!(job.task.as_ref().map(|task| (task.status.as_str(), task.polls)), Some((status, 21)));
        assert_eq!(target("atlas").step(&job).unwrap(), Step::Wait { polls: 21 });
    }
    for status in ["completed", "succeeded", "success", "complete", "done", "ready", "COMPLETED"] {
        let status_line = format!("status {status}");
        poll_data(
            &json!({"id": "t-1", "status": status, "outputs": ["https://e.com/a.png"]}),
            &[&status_line, "image 0 = at https://e.com/a.png", "then Fetch"],
        );
    }
    for (status, kind) in [
        ("failed", "server"),
        ("error", "server"),
        ("canceled", "server"),
        ("cancelled", "server"),
        ("timeout", "timeout"),
        ("rejected", "invalid_request"),
    ] {
        poll_data(
            &json!({"id": "t-1", "status": status}),
            &[&format!("{kind} (unknown) task=t-1: the task ended as {status}, without a reason")],
        );
    }
    poll_data(&json!({"id": "t-1"}), &["then Poll"]);
    poll_data(
        &json!({"id": "t-1", "outputs": ["https://e.com/a.png"]}),
        &["image 0 = at https://e.com/a.png", "then Fetch"],
    );
}

#[test]
fn bare_replies_to_a_poll() {
    poll(200, &json!({"id": "t-1", "status": "processing"}), &["status processing", "then Poll"]);
    poll(
        200,
        &json!({"id": "t-1", "status": "completed", "model": "model-name", "outputs": ["https://e.com/a.png"], "metrics": {"predict_time": 8.3}}),
        &["status completed", "image 0 = at https://e.com/a.png", "then Fetch"],
    );
    poll(200, &json!({"data": {"status": "failed", "error": "x"}}), &["server (unknown) task=t-1: x"]);
}

#[test]
fn outputs_in_every_shape() {
    #[track_caller]
    fn check(outputs: &Value, expected: &[&str]) {
        let mut lines = vec!["status completed"];
        lines.extend(expected);
        poll_data(&json!({"id": "t-1", "status": "completed", "outputs": outputs}), &lines);
    }
    let one = &["image 0 = blob of 16 bytes", "then Done"];
    check(&json!([PNG]), one);
    check(&json!([format!("data:image/png;base64,{PNG}")]), one);
    check(&json!([{"b64_json": PNG}]), one);
    check(&json!(PNG), one);
    let url = &["image 0 = at https://e.com/a.png", "then Fetch"];
    check(&json!(["https://e.com/a.png"]), url);
    check(&json!([{"url": "https://e.com/a.png"}]), url);
    check(&json!([{"download_url": "https://e.com/a.png"}]), url);
    check(&json!("https://e.com/a.png"), url);
    check(
        &json!([PNG, "https://e.com/a.png", "a caption"]),
        &[
            "image 0 = blob of 16 bytes",
            "image 1 = at https://e.com/a.png",
            "image 2 = failed: the seller gave an address that cannot be fetched: \"a caption\"",
            "then Fetch",
        ],
    );
    poll_data(
        &json!({"id": "t-1", "status": "succeeded", "outputs": [], "output": "https://e.com/a.png"}),
        &["status succeeded", "image 0 = at https://e.com/a.png", "then Fetch"],
    );
    let none = "no_image (unknown) task=t-1: the task is done and names no output";
    poll_data(&json!({"id": "t-1", "status": "completed", "outputs": null}), &[none]);
    poll_data(&json!({"id": "t-1", "status": "completed", "outputs": []}), &[none]);
}

#[test]
fn a_failed_task_in_every_disguise() {
    poll(
        500,
        &json!({"code": 500, "message": "system error, unknown error", "data": {"id": "t-1", "status": "failed", "error": "Input Prompt violates policy"}}),
        &["moderation (unknown) code=500 task=t-1: Input Prompt violates policy"],
    );
    poll(
        200,
        &json!({"code": 500, "msg": "system error, unknown error", "data": {"id": "t-1", "status": "failed", "outputs": null,
            "error": "Your input or generated content was blocked by safety review. (code: generation_failed)", "executionTime": 0}}),
        &[
            "moderation (unknown) code=generation_failed task=t-1: Your input or generated content was blocked by safety review. (code: generation_failed)",
        ],
    );
    poll_data(
        &json!({"id": "t-1", "status": "failed", "error": "…", "error_code": 1039}),
        &["moderation (unknown) code=1039 task=t-1: …"],
    );
    poll_data(
        &json!({"id": "t-1", "status": "failed", "error": null}),
        &["server (unknown) task=t-1: the task ended as failed, without a reason"],
    );
    poll_data(
        &json!({"id": "t-1", "status": "failed", "error": ""}),
        &["server (unknown) task=t-1: the task ended as failed, without a reason"],
    );
    poll_data(
        &json!({"id": "t-1", "status": "failed", "error": {"message": "GPU lost", "code": "E7"}}),
        &["server (unknown) code=E7 task=t-1: GPU lost"],
    );
    poll_data(
        &json!({"id": "t-1", "status": "failed", "error": {"why": 7}}),
        &["server (unknown) task=t-1: {\"why\":7}"],
    );
    poll(
        200,
        &json!({"code": 500, "msg": "system error, unknown error", "request_id": "r-2", "data": {"id": "t-1", "status": "failed"}}),
        &["server (unknown) code=500 id=r-2 task=t-1: system error, unknown error"],
    );
}

#[test]
fn a_failed_task_is_final_and_a_lost_poll_is_not() {
    let failed = json!({"code": 500, "data": {"id": "t-1", "status": "failed", "error": "boom"}}).to_string();
    let (target, mut job) = polling(20);
    assert!(feed(&target, &mut job, &Reply::json(500, &failed)).error.unwrap().is_final());
    assert!(!feed(&target, &mut job, &Reply::json(402, "{\"code\":402}")).error.unwrap().is_final());
}

#[test]
fn what_passes_by_while_polling() {
    let goes_on: &[&str] = &["then Poll"];
    for status in [408, 429, 500, 502, 503, 504, 520] {
        poll(status, &json!({"code": status, "msg": "later"}), goes_on);
        poll(200, &json!({"code": status, "msg": "later", "data": null}), goes_on);
    }
    for status in [200, 403, 502, 520] {
        compare(polling(20), &Reply::text(status, "text/html", "<html>error code: 1010"), goes_on);
    }
    compare(polling(20), &Reply::text(502, "", ""), goes_on);
    poll(
        500,
        &json!({"code": 500, "data": {"id": "t-1", "status": "processing"}}),
        &["status processing", "then Poll"],
    );
    // Just accepted, and not known everywhere yet.
    for polls in [0, 5] {
        compare(polling(polls), &Reply::json(404, r#"{"code":404,"msg":"prediction not found"}"#), goes_on);
        compare(polling(polls), &Reply::json(400, r#"{"code":400,"msg":"bad request"}"#), goes_on);
    }
}

#[test]
fn what_ends_polling_though_the_task_may_go_on() {
    let check = |status: u16, words: &str, expected: &str| {
        let job = poll(status, &json!({"code": status, "msg": words}), &[expected]);
        assert_eq!(job.phase, Phase::Poll, "it can be taken up again");
    };
    check(401, "unauthorized", "authentication (unknown) code=401 task=t-1: unauthorized");
    check(402, "insufficient balance", "quota (unknown) code=402 task=t-1: insufficient balance");
    check(404, "prediction not found", "not_found (unknown) code=404 task=t-1: prediction not found");
    check(451, "region", "permission (unknown) code=451 task=t-1: region");
    poll(
        200,
        &json!({"code": "402", "msg": "insufficient balance"}),
        &["quota (unknown) code=402 task=t-1: insufficient balance"],
    );
}

#[test]
fn the_charge_comes_with_the_outputs_or_late() {
    let lines = &["status completed", "image 0 = at https://e.com/a.png", "then Fetch"];
    let data = json!({"id": "t-1", "status": "completed", "outputs": ["https://e.com/a.png"]});
    let mut priced = data.clone();
    priced["price"] = json!("0.07173");
    let job = poll_data(&priced, lines);
    assert_eq!(job.delivery.price.as_deref(), Some("0.07173"));
    assert_eq!(target("atlas").settle(&job).unwrap(), None);

    let mut job = poll_data(&data, lines);
    let target = target("atlas");
    let question = target.settle(&job).unwrap().unwrap();
    assert_eq!(question.request.url, "https://api.atlascloud.ai/api/v1/model/prediction/t-1");
    assert_eq!(question.purpose, Purpose::Poll);
    let before = job.clone();
    compare(
        (target.clone(), job.clone()),
        &Reply::json(200, &json!({"data": data}).to_string()),
        &["then Fetch"],
    );
    compare((target.clone(), job.clone()), &Reply::text(502, "text/html", ""), &["then Fetch"]);
    priced["price"] = json!(0.035_86);
    let outcome = feed(&target, &mut job, &Reply::json(200, &json!({"data": priced}).to_string()));
    assert!(outcome.events.is_empty());
    assert_eq!(job.delivery.price.as_deref(), Some("0.03586"));
    assert_eq!(job.delivery.images, before.delivery.images);
}

#[test]
fn what_the_task_says_beside_its_outputs_is_kept() {
    let reply = json!({"code": 200, "data": {"id": "t-1", "model": "openai/gpt-image-2/text-to-image", "status": "completed",
        "outputs": ["https://e.com/a.png"], "has_nsfw_contents": [true], "metrics": {"predict_time": 8.3}}});
    let (target, mut job) = polling(0);
    feed(&target, &mut job, &Reply::json(200, &reply.to_string()).with_headers(&[("X-Request-ID", "r-7")]));
    let delivery = &job.delivery;
    assert_eq!(delivery.task_id.as_deref(), Some("t-1"));
    assert_eq!(delivery.request_id.as_deref(), Some("r-7"));
    assert_eq!(delivery.model.as_ref().unwrap().base_name(), "gpt-image-2");
    assert_eq!(delivery.images[0].extra["has_nsfw_content"], true);
    assert_eq!(delivery.raw["data"]["metrics"]["predict_time"], 8.3);
}

#[test]
fn uploads() {
    #[track_caller]
    fn check(reply: &Reply<'_>, expected: Result<&str, &str>) {
        let (target, mut job) = started(
            target("atlas"),
            ImageRequest::edit("snow").with_model("gpt-image-1").with_image(image(
                ImageFormat::Png,
                b"\x89PNG",
                "a.png",
            )),
        );
        let outcome = feed(&target, &mut job, reply);
        match expected {
            Ok(address) => {
                assert_eq!(outcome.error, None);
                assert_eq!((job.phase, job.uploads.as_slice()), (Phase::Submit, &[address.to_owned()][..]));
                assert!(sent(&target, &job).contains(&format!("\"image\": \"{address}\"")));
                // What had been in memory is now at an address, and can be written down.
                assert_eq!(serde_json::from_str::<Job>(&serde_json::to_string(&job).unwrap()).unwrap(), job);
            }
            Err(words) => assert_eq!(shown_error(&outcome.error.unwrap()), words),
        }
    }
    let url = "https://cdn.example/a.png";
    for body in [
        json!({"data": {"download_url": url, "file_name": "image.png", "content_type": "image/png", "size": 1_024_000}}),
        json!({"code": 200, "message": "success", "data": {"type": "image", "download_url": url, "filename": "a.png"}}),
        json!({"data": {"url": url}}),
        json!({"download_url": url}),
        json!({"url": url}),
    ] {
        check(&Reply::json(200, &body.to_string()), Ok(url));
    }
    check(
        &Reply::json(200, r#"{"code":200,"data":{}}"#),
        Err("unexpected_reply (not_billed): the upload was answered without an address"),
    );
    check(
        &Reply::json(200, r#"{"code":401,"msg":"unauthorized","data":null}"#),
        Err("authentication (not_billed) code=401: unauthorized"),
    );
    check(
        &Reply::json(413, r#"{"code":413,"msg":"too large"}"#),
        Err("invalid_request (not_billed) code=413: too large"),
    );
    check(
        &Reply::text(502, "text/html", ""),
        Err("server (not_billed): Atlas Cloud answered with status 502 and an empty body"),
    );
    check(
        &Reply::events(": PING\n\n"),
        Err("unexpected_reply (unknown): the reply ended without saying anything"),
    );
}

#[test]
fn a_job_taken_up_again_never_submits_twice() {
    let (target, job) = polling(3);
    let stored = serde_json::to_string(&job).unwrap();
    let mut job: Job = serde_json::from_str(&stored).unwrap();
    // It waits anew, then asks after the same task.
    assert_eq!(target.step(&job).unwrap(), Step::Wait { polls: 3 });
    for _ in 0..3 {
        job.waited();
        let Step::Send(exchange) = target.step(&job).unwrap() else { panic!("a poll") };
        assert_eq!(exchange.purpose, Purpose::Poll);
        feed(
            &target,
            &mut job,
            &Reply::json(200, r#"{"code":200,"data":{"id":"t-1","status":"processing"}}"#),
        );
    }
    // Told of its end twice, it still has one image.
    let done = r#"{"code":200,"data":{"id":"t-1","status":"completed","outputs":["https://e.com/a.png"]}}"#;
    feed(&target, &mut job, &Reply::json(200, done));
    job.phase = Phase::Poll;
    feed(&target, &mut job, &Reply::json(200, done));
    assert_eq!((job.phase, job.delivery.images.len()), (Phase::Fetch, 1));
}

#[test]
fn models_are_listed_with_their_prices() {
    let target = target("atlas");
    let request = target.models_request().unwrap();
    assert_eq!(
        (request.url.as_str(), &request.auth),
        ("https://api.atlascloud.ai/api/v1/models", &Auth::None)
    );
    let body = json!({"code": "200", "data": [
        {"model": "openai/gpt-image-1.5/text-to-image", "type": "Image", "displayName": "GPT Image 1.5", "organization": "OpenAI",
         "price": {"discount": "70", "actual": {"base_price": "0.008", "unit": "image"}}, "display_console": true},
        {"model": "hidden", "display_console": false}, {"no": "id"}, 7
    ]});
    let head = impasto_providers::ReplyHead::new(200, http::HeaderMap::new());
    let models = target.read_models(&head, body.to_string().as_bytes()).unwrap();
    assert_eq!(models.len(), 1);
    let model = &models[0];
    assert_eq!(
        (model.id.as_str(), model.makes.as_deref()),
        ("openai/gpt-image-1.5/text-to-image", Some("image"))
    );
    assert_eq!((model.price.as_deref(), model.unit.as_deref()), (Some("0.008"), Some("image")));
    assert_eq!(model.raw["price"]["discount"], "70");
    let error = target.read_models(&head, b"{\"code\":500,\"msg\":\"later\"}").unwrap_err();
    assert_eq!((error.kind(), error.billing()), (ErrorKind::UnexpectedReply, BillingOutcome::Unknown));

    let openai = crate::support::target("openai");
    let request = openai.models_request().unwrap();
    assert_eq!((request.url.as_str(), &request.auth), ("https://api.openai.com/v1/models", &Auth::Bearer));
    let body = br#"{"object":"list","data":[{"id":"gpt-image-2","object":"model","created":1776729600,"owned_by":"system"}]}"#;
    let models = openai.read_models(&head, body).unwrap();
    assert_eq!((models[0].id.as_str(), models[0].created), ("gpt-image-2", Some(1_776_729_600)));
    let head = impasto_providers::ReplyHead::new(401, http::HeaderMap::new());
    let error =
        openai.read_models(&head, br#"{"error":{"code":"invalid_api_key","message":"no"}}"#).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
}
