//! Every seller by name: the same words, another API.

use impasto_emulator::Emulator;

use crate::support::Bench;

/// Makes and edits an image at a seller that the built-in emulator stands in for.
#[track_caller]
fn check(seller: &str) {
    let bench = Bench::new();
    let common = ["-m", "gpt-image-2", "-q", "low", "-p", seller, "--json"];
    let made = bench
        .run_ok(&[&["generate", "a harbour", "-s", "1024x1024", "--out", "a.png"], &common[..]].concat());
    let json = made.json();
    assert_eq!((&json["provider"], &json["emulated"]), (&seller.into(), &true.into()));
    assert_eq!(json["images"][0]["path"], "a.png");
    assert!(made.stderr.starts_with("no key found: using the built-in emulator; set "), "{}", made.stderr);
    let args = [
        "edit",
        "at night",
        "--image",
        "a.png",
        "--image",
        "a.png",
        "--mask",
        "rect:0,0,512,512",
        "--out",
        "b.png",
    ];
    let edited = bench.run_ok(&[&args[..], &common].concat()).json();
    assert_eq!((&edited["images"][0]["width"], &edited["images"][0]["height"]), (&1024.into(), &1024.into()));
    assert_ne!(bench.read("a.png"), bench.read("b.png"));
}

#[test]
fn openai() {
    check("openai");
}

#[test]
fn modelverse_and_yescale() {
    check("modelverse");
    check("yescale");
}

#[test]
fn atlas_by_upload_and_task() {
    let bench = Bench::new();
    let common = ["-m", "gpt-image-2", "-q", "low", "-p", "atlas", "--poll-interval", "0.01", "--json"];
    let made = [&["generate", "a harbour", "-s", "1024x1024", "--out", "a.jpg"], &common[..]].concat();
    let json = bench.run_ok(&made).json();
    assert_eq!(json["model"], "openai/gpt-image-2/text-to-image");
    assert_eq!(json["task_ids"].as_array().unwrap().len(), 1);
    let args = ["edit", "at night", "--image", "a.jpg", "--image", "a.jpg", "--out", "b.jpg"];
    let json = bench.run_ok(&[&args[..], &common].concat()).json();
    assert_eq!(json["model"], "openai/gpt-image-2/edit");
    assert_ne!(bench.read("a.jpg"), bench.read("b.jpg"));
}

/// Ten images at a seller that makes at most four a call.
#[track_caller]
fn ten_images(bench: &Bench) -> crate::support::Ran {
    let base_url = bench.mount("/modelverse/v1");
    let args =
        ["generate", "a fox", "-p", "modelverse", "-m", "gpt-image-1", "-q", "low", "-n", "10", "--json"];
    bench.run(&[&args[..], &["--base-url", &base_url, "--out", "fox.png"]].concat())
}

#[test]
fn more_images_than_a_call_makes_are_split() {
    let bench = Bench::with_emulator();
    let ran = ten_images(&bench);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let json = ran.json();
    let paths: Vec<&str> =
        json["images"].as_array().unwrap().iter().map(|image| image["path"].as_str().unwrap()).collect();
    let expected: Vec<String> = (1..=10).map(|number| format!("fox-{number}.png")).collect();
    assert_eq!(paths, expected);
    assert_eq!(json["request_ids"].as_array().unwrap().len(), 3);
    assert_eq!((bench.bill().len(), bench.bill().images()), (3, 10));
}

#[test]
fn what_was_delivered_is_kept_when_a_part_fails() {
    let bench = Bench::with(Emulator::builder().with("moderation;times=1"));
    let ran = ten_images(&bench);
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    let json = ran.json();
    assert_eq!((&json["ok"], &json["error"]["kind"]), (&false.into(), &"moderation".into()));
    let missing = json["failures"][0]["indexes"].as_array().unwrap().len();
    assert!([2, 4].contains(&missing), "{json}");
    let images = json["images"].as_array().unwrap();
    assert_eq!(images.len() + missing, 10);
    for image in images {
        assert_eq!(image["bytes"], bench.read(image["path"].as_str().unwrap()).len());
    }
    assert!(ran.stderr.contains(" are missing: "), "{}", ran.stderr);
}

#[test]
fn azure_on_both_surfaces() {
    check("azure");
    check("azure-v1");
}

#[test]
fn a_seller_of_ones_own() {
    let bench = Bench::with_emulator().env("MY_SELLER_KEY", "sk-mine");
    let file = format!(
        "id = \"mine\"\nname = \"My seller\"\ndialect = \"openai\"\nbase_url = \"{}\"\n\
         [auth]\nkey_env = [\"MY_SELLER_KEY\"]\n[defaults]\nmodel = \"gpt-image-2\"\n",
        bench.mount("/v1")
    );
    bench.write_home(".config/impasto/sellers/mine.toml", &file);
    bench.run_ok(&["generate", "a fox", "-q", "low", "-p", "mine", "--out", "fox.png"]);
    assert_eq!(bench.bill().for_key("sk-mine").len(), 1);
    let json = bench.run_ok(&["providers", "--json"]).json();
    let mine = json["providers"].as_array().unwrap().iter().find(|seller| seller["id"] == "mine").unwrap();
    assert_eq!(mine["origin"], "[HOME]/.config/impasto/sellers/mine.toml");
    assert_eq!(mine["key_set"], true);
    bench.write_home(".config/impasto/sellers/broken.toml", "id = 7");
    let ran = bench.run(&["providers"]);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("[HOME]/.config/impasto/sellers/broken.toml"), "{}", ran.stderr);
}

#[test]
fn the_provider_of_the_environment() {
    let bench = Bench::new().env("IMPASTO_PROVIDER", "azure").env("IMPASTO_MODEL", "gpt-image-2");
    let json = bench.run_ok(&["generate", "a fox", "-q", "low", "--json"]).json();
    assert_eq!((&json["provider"], &json["model"]), (&"azure".into(), &"gpt-image-2".into()));
}
