//! Every seller by name: the same words, another API.

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
