//! Sellers as data: the built-in ones are sound, and a new one needs no code.

use std::fs;
use std::path::Path;

use impasto_providers::{Book, ErrorKind, Origin, Sellers, Step, Target};
use impasto_types::capability::{Finding, Severity};
use impasto_types::{
    Date, ImageFormat, ImageRequest, Mask, ModelId, Moderation, OutputFormat, Quality, Size,
};
use serde_json::{Value, json};

use crate::support::{PNG, Reply, feed, image, sent, shown_error, started, target, told};

const ACME: &str = include_str!("acme.toml");

fn today() -> Date {
    "2026-11-21".parse().unwrap()
}

/// Every object in `value` that has a source, with where it stands.
fn rules(value: &Value, path: &str, found: &mut Vec<(String, Value)>) {
    if let Some(members) = value.as_object() {
        if members.contains_key("allowed") && members.contains_key("source") {
            found.push((path.to_owned(), value.clone()));
        }
        for (key, member) in members {
            rules(member, &format!("{path}.{key}"), found);
        }
    }
}

#[test]
fn the_carried_data_are_those_of_the_files() {
    let folder = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let mut written = Sellers::builtin().unwrap();
    let mut count = 0;
    for entry in fs::read_dir(folder("sellers")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let carried = Sellers::builtin().unwrap();
        let seller = written.add_toml(name, &fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(carried.find(&seller.id).unwrap(), &seller, "{name}: run `cargo xtask data`");
        count += 1;
    }
    assert_eq!(Sellers::builtin().unwrap().iter().count(), count, "run `cargo xtask data`");
    let models = fs::read_to_string(folder("book").join("models.toml")).unwrap();
    assert_eq!(
        Book::builtin().unwrap(),
        Book::from_toml("models.toml", &models).unwrap(),
        "run `cargo xtask data`"
    );
}

#[test]
fn every_built_in_seller_says_where_it_is_from() {
    let sellers = Sellers::builtin().unwrap();
    let mut ids = Vec::new();
    for (seller, origin) in sellers.iter() {
        let id = seller.id.as_str();
        ids.push(id);
        assert_eq!(*origin, Origin::Builtin);
        assert!(!seller.sources.is_empty() && !seller.name.is_empty(), "{id} has no source");
        assert!(
            seller.sources.iter().all(|source| !source.title.trim().is_empty() && source.checked <= today())
        );
        assert!(!seller.auth.key_env.is_empty(), "{id}: where is the key?");
        assert!(Target::new(seller.clone()).origin().is_ok(), "{id}: {}", seller.base_url);
        for other in seller.surfaces.values() {
            assert!(sellers.find(other).is_ok(), "{id}: surface {other}");
        }
        let mut found = Vec::new();
        rules(&serde_json::to_value(&seller.limits).unwrap(), "limits", &mut found);
        rules(&serde_json::to_value(&seller.models).unwrap(), "models", &mut found);
        for (path, rule) in found {
            let source = rule["source"].as_str().unwrap_or_default();
            assert!(!source.trim().is_empty(), "{id}.{path} has no source");
            assert!(rule["checked"].as_str().unwrap().parse::<Date>().unwrap() <= today(), "{id}.{path}");
        }
        let templates =
            seller.headers.values().chain(seller.query.values()).chain(seller.submit_headers.values());
        for name in templates.filter_map(|text| text.strip_prefix('{')?.strip_suffix('}')) {
            assert!(seller.options.contains_key(name), "{id}: {name} is no option");
        }
    }
    ids.sort_unstable();
    let known = [
        "aimlapi",
        "apiyi",
        "atlas",
        "azure",
        "azure-v1",
        "cometapi",
        "laozhang",
        "lumenfall",
        "modelverse",
        "new-api",
        "openai",
        "openrouter",
        "together",
        "yescale",
    ];
    assert_eq!(ids, known);
}

#[test]
fn every_built_in_seller_can_send_a_generation() {
    for (seller, _) in Sellers::builtin().unwrap().iter() {
        let request =
            ImageRequest::generate("a fox").with_model("gpt-image-2").with_size(Size::exact(1024, 1024));
        let (target, job) = started(Target::new(seller.clone()), request);
        let Step::Send(exchange) = target.step(&job).unwrap() else { panic!("{}", seller.id) };
        assert!(exchange.request.url.starts_with(&target.base_url), "{}", exchange.request.url);
    }
}

#[track_caller]
fn check_request(name: &str, target: Target, request: ImageRequest) {
    let (target, job) = started(target, request);
    insta::assert_snapshot!(name, sent(&target, &job));
}

fn edit(model: &str) -> ImageRequest {
    let png = || image(ImageFormat::Png, b"\x89PNG", "in.png");
    ImageRequest::edit("add a beach ball").with_model(model).with_image(png()).with_mask(Mask::image(png()))
}

#[test]
fn requests_of_each_kind_of_seller() {
    let generate = || ImageRequest::generate("a beautiful flower").with_size(Size::exact(1024, 1536));
    let modelverse = generate()
        .with_model("gpt-image-1")
        .with_output_format(OutputFormat::Png)
        .with_output_compression(100);
    check_request("modelverse_generate", target("modelverse"), modelverse);
    let every = edit("gpt-image-1").with_n(1_u32).with_quality(Quality::High).with_output_compression(100);
    check_request("modelverse_edit", target("modelverse"), every);
    check_request("yescale_generate", target("yescale"), generate());
    check_request("yescale_edit", target("yescale"), edit("gpt-image-1").with_n(2_u32));
    check_request("aimlapi_generate", target("aimlapi"), generate());
    check_request("together_generate", target("together"), generate().with_model("openai/gpt-image-1.5"));
    let auto = generate().with_model("openai/gpt-image-1.5").with_size(Size::Auto);
    check_request("together_auto_size", target("together"), auto);
    check_request("openrouter_generate", target("openrouter"), generate());
}

#[track_caller]
fn check_reply(seller: &str, reply: &Reply<'_>, expected: &[&str]) {
    let (target, mut job) =
        started(target(seller), ImageRequest::generate("a fox").with_model("gpt-image-1"));
    let outcome = feed(&target, &mut job, reply);
    assert_eq!(told(&job, &outcome).lines().collect::<Vec<_>>(), expected, "{seller}");
}

#[track_caller]
fn check_error(seller: &str, status: u16, body: &Value, expected: &str) {
    check_reply(seller, &Reply::json(status, &body.to_string()), &[expected]);
}

#[test]
fn replies_of_modelverse() {
    let one = &["image 0 = blob of 16 bytes", "then Done"];
    let both = json!({"created": 1_750_667_997, "data": [{"url": "https://xxxxx/xxxx.png", "b64_json": format!("data:image/png;base64,{PNG}")}], "usage": {"input_tokens_details": {}}});
    check_reply("modelverse", &Reply::json(200, &both.to_string()), one);
    let error = |kind: &str, code: &str| json!({"error": {"message": "m", "type": kind, "param": "req-1", "code": code}});
    for (status, kind, code, expected) in [
        (400, "invalid_request_error", "param_error", "invalid_request (not_billed)"),
        (400, "invalid_request_error", "invalid_messages", "moderation (not_billed)"),
        (400, "invalid_request_error", "sensitive_check_error", "moderation (not_billed)"),
        (400, "invalid_request_error", "model_error", "permission (not_billed)"),
        (400, "invalid_request_error", "tokens_too_long", "invalid_request (not_billed)"),
        (401, "invalid_request_error", "auth_error", "authentication (not_billed)"),
        (408, "timeout", "timeout", "timeout (unknown)"),
        (429, "rate_limit_error", "rate_limit", "rate_limit (not_billed)"),
        (500, "internal_error", "model_server_error", "server (unknown)"),
        (504, "timeout", "gateway_timeout_error", "timeout (unknown)"),
    ] {
        let line = format!("{expected} code={code} type={kind} id=req-1: m");
        check_error("modelverse", status, &error(kind, code), &line);
    }
    // Beside `created` and `data` in one reply.
    let beside =
        json!({"created": 1, "data": [], "error": {"message": "m", "param": "req-1", "code": "param_error"}});
    check_error("modelverse", 200, &beside, "invalid_request (unknown) code=param_error id=req-1: m");
}

#[test]
fn replies_of_new_api_gateways() {
    for seller in ["yescale", "new-api"] {
        let say = |message: &str, code: &str| json!({"error": {"message": format!("{message} (request id: 2025)"), "type": "new_api_error", "param": "", "code": code}});
        for (status, message, code, expected) in [
            (401, "无效的令牌", "", "authentication (not_billed)"),
            (403, "用户额度不足, 剩余额度: ＄0.000000", "insufficient_user_quota", "quota (not_billed)"),
            (403, "预扣费额度失败, …", "", "quota (not_billed)"),
            (403, "quota", "pre_consume_token_quota_failed", "quota (not_billed)"),
            (403, "IP", "access_denied", "permission (not_billed)"),
            (404, "Invalid URL (POST /v1/foo)", "", "not_found (not_billed)"),
            (429, "您已达到总请求数限制", "", "rate_limit (not_billed)"),
            (500, "field n", "invalid_request", "invalid_request (not_billed)"),
            (500, "no", "sensitive_words_detected", "moderation (not_billed)"),
            (500, "oops", "do_request_failed", "server (unknown)"),
            (501, "API not implemented", "api_not_implemented", "invalid_request (not_billed)"),
            (
                503,
                "当前分组 default 下对于模型 gpt-image-1 无可用渠道",
                "model_not_found",
                "overloaded (not_billed)",
            ),
            (503, "No available channel", "get_channel_failed", "overloaded (not_billed)"),
            (404, "no such model", "model_not_found", "not_found (not_billed)"),
        ] {
            let code_part = if code.is_empty() { String::new() } else { format!(" code={code}") };
            let line = format!("{expected}{code_part} type=new_api_error id=2025: {message}");
            check_error(seller, status, &say(message, code), &line);
        }
        let one = &["image 0 = at https://e.com/a.png", "then Fetch"];
        let converted = json!({"created": 1, "data": [{"url": "https://e.com/a.png", "b64_json": "", "revised_prompt": ""}]});
        check_reply(seller, &Reply::json(200, &converted.to_string()), one);
        let body = json!({"error": {"message": "no"}}).to_string();
        let reply = Reply::json(500, &body).with_headers(&[("X-Oneapi-Request-Id", "2026")]);
        check_reply(seller, &reply, &["server (unknown) id=2026: no"]);
    }
}

#[track_caller]
fn findings(seller: &str, request: &ImageRequest) -> Vec<(Severity, &'static str)> {
    let sellers = Sellers::builtin().unwrap();
    let seller = sellers.find(seller).unwrap();
    let model = seller.spell(request.model.as_ref().unwrap().as_str(), !request.images.is_empty());
    let rules = Book::builtin().unwrap().rules(seller, &ModelId::new(model));
    let all = rules.check(request, today());
    all.into_iter()
        .filter(|finding| finding.field != "model")
        .map(|Finding { severity, field, .. }| (severity, field))
        .collect()
}

#[test]
fn rules_are_the_sellers_own_over_the_models() {
    use Severity::{Refusal, Warning};
    let fox = |model: &str| ImageRequest::generate("a fox").with_model(model);
    let size = |text: &str| text.parse::<Size>().unwrap();
    // Modelverse: four at a time, png or jpeg, and a word about compression on png.
    let sellers = Sellers::builtin().unwrap();
    let book = Book::builtin().unwrap();
    let n = |seller: &str, model: &str| {
        let rules = book.rules(sellers.find(seller).unwrap(), &ModelId::new(model));
        rules.n.map(|rule| rule.allowed)
    };
    assert_eq!(n("modelverse", "gpt-image-1"), Some(4));
    assert_eq!(n("modelverse", "gpt-image-2"), Some(10));
    assert_eq!(n("atlas", "openai/gpt-image-1/text-to-image"), Some(10));
    assert_eq!(n("atlas", "openai/gpt-image-2/text-to-image"), Some(1));
    assert_eq!(n("atlas", "google/nano-banana/edit"), None);
    assert_eq!(
        findings("modelverse", &fox("gpt-image-1").with_output_compression(100)),
        [(Warning, "output_compression")]
    );
    assert_eq!(
        findings("modelverse", &fox("gpt-image-1").with_output_format(OutputFormat::WebP)),
        [(Refusal, "output_format")]
    );
    assert_eq!(findings("modelverse", &fox("gpt-image-1").with_size(Size::Auto)), [(Refusal, "size")]);
    assert_eq!(
        findings("modelverse", &fox("gpt-image-1").with_moderation(Moderation::Low)),
        [(Warning, "moderation")]
    );
    assert_eq!(findings("modelverse", &fox("gpt-image-2").with_size(size("2048x1152"))), []);
    // Atlas: one image at a time and a mask on gpt-image-1, ten images on 1.5, no streams at all.
    assert_eq!(findings("atlas", &edit("gpt-image-1")), []);
    assert_eq!(findings("atlas", &edit("gpt-image-1.5")), [(Refusal, "mask")]);
    let two = edit("gpt-image-1").with_image(image(ImageFormat::Png, b"\x89PNG", "b.png"));
    assert_eq!(findings("atlas", &two), [(Refusal, "image")]);
    assert_eq!(findings("atlas", &fox("gpt-image-2").with_stream(true)), [(Refusal, "stream")]);
    assert_eq!(findings("atlas", &fox("gpt-image-1").with_quality(Quality::Auto)), [(Refusal, "quality")]);
    assert_eq!(findings("atlas", &fox("gpt-image-2").with_size(Size::Auto)), []);
    assert_eq!(
        findings("atlas", &fox("gpt-image-2").with_output_format(OutputFormat::WebP)),
        [(Refusal, "output_format")]
    );
    assert_eq!(
        findings("azure", &fox("gpt-image-2").with_output_format(OutputFormat::WebP)),
        [(Refusal, "output_format")]
    );
    assert_eq!(findings("together", &edit("gpt-image-1.5")), []);
    assert_eq!(
        findings("yescale", &fox("gpt-image-1").with_output_format(OutputFormat::Jpeg)),
        [(Warning, "output_format")]
    );
}

#[test]
fn a_new_seller_needs_a_file_and_no_code() {
    let mut sellers = Sellers::builtin().unwrap();
    let seller = sellers.add_toml("acme.toml", ACME).unwrap();
    let listed: Vec<_> = sellers.iter().filter(|(seller, _)| seller.id == "acme").collect();
    assert_eq!(*listed[0].1, Origin::File("acme.toml".to_owned()));

    let acme = || Target::new(seller.clone()).with_option("tenant", "t-1");
    let generate = ImageRequest::generate("a fox").with_moderation(Moderation::Low);
    check_request("acme_generate", acme(), generate.clone());
    check_request("acme_edit", acme(), edit("gpt-image-1"));

    let (target, mut job) = started(acme(), generate);
    let body = json!({"data": [{"b64_json": PNG}]}).to_string();
    let outcome =
        feed(&target, &mut job, &Reply::json(200, &body).with_headers(&[("x-acme-request", "r-1")]));
    assert_eq!(told(&job, &outcome), "image 0 = blob of 16 bytes\nthen Done\n");
    assert_eq!(job.delivery.request_id.as_deref(), Some("r-1"));

    let (target, mut job) = started(acme(), ImageRequest::generate("a fox"));
    let body = json!({"error": {"code": "wallet_empty", "message": "top up"}}).to_string();
    let error = feed(&target, &mut job, &Reply::json(418, &body)).error.unwrap();
    assert_eq!(shown_error(&error), "quota (not_billed) code=wallet_empty: top up");

    let rules = Book::builtin().unwrap().rules(&seller, &ModelId::new("openai/gpt-image-1"));
    assert_eq!(
        rules.n.as_ref().map(|rule| (rule.allowed, rule.source.as_str())),
        Some((4, "ACME API reference"))
    );
    assert_eq!(rules.size.unwrap().note.as_deref(), Some("others are cropped"));
}

#[test]
fn the_guide_shows_the_file_that_is_tested() {
    let guide = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/adding-a-seller.md");
    let guide = fs::read_to_string(guide).unwrap();
    assert!(
        guide.contains(&format!("```toml\n{ACME}```")),
        "docs/adding-a-seller.md must show tests/it/acme.toml"
    );
}

#[test]
fn a_wrong_file_says_what_is_wrong() {
    #[track_caller]
    fn check(text: &str, words: &str) {
        let error = Sellers::builtin().unwrap().add_toml("mine.toml", text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        let shown = error.to_string();
        assert!(shown.starts_with("mine.toml: ") && shown.contains(words), "{shown}");
    }
    check("id = ", "expected");
    check("name = \"x\"\ndialect = \"openai\"\nbase_url = \"https://h\"", "id: is missing");
    check(&ACME.replace("id = \"acme\"", "id = \"Acme Inc\""), "lower-case letters");
    check(&ACME.replace("transparent_is_edited", "upside_down"), "not one of transparent_is_edited");
    check(&ACME.replace("[quirks]", "[quirk]"), "quirk: is no field");
    check(
        &ACME.replace("dialect = \"openai\"", "dialect = \"klingon\""),
        "\"klingon\" is not one of atlas, openai",
    );
    check(&ACME.replace("api.acme.example", "api acme"), "base_url");
    check(&ACME.replace("{tenant}", "{tenants}"), "tenants");
    check(&ACME.replace("name = \"x-acme-key\"\n", ""), "auth.name");
}
