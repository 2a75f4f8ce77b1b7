//! Published crates are complete, and an incomplete one is found.

use xtask::cargo::Package;
use xtask::findings::Findings;
use xtask::package;

fn complete() -> serde_json::Value {
    serde_json::json!({
        "name": "impasto-types", "version": "0.1.0", "license": "MIT", "description": "Nouns.",
        "readme": "README.md", "rust_version": "1.88", "keywords": ["ai"],
    })
}

#[test]
fn metadata_is_demanded_field_by_field() {
    let check = |field: &str, value: serde_json::Value| {
        let mut manifest = complete();
        manifest[field] = value;
        let package: Package = serde_json::from_value(manifest).expect("a package");
        let mut findings = Findings::default();
        package::check_metadata(&package, &mut findings);
        findings.errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    let null = serde_json::Value::Null;
    assert_eq!(check("name", "impasto-types".into()), "");
    assert_eq!(check("license", null.clone()), "impasto-types: needs a `license`");
    assert_eq!(check("description", "".into()), "impasto-types: needs a `description`");
    assert_eq!(check("readme", null), "impasto-types: needs a `readme`");
    assert_eq!(check("keywords", serde_json::json!([])), "impasto-types: needs one to five `keywords`");
    assert_eq!(
        check("keywords", serde_json::json!(["a-keyword-longer-than-any-registry-takes"])),
        "impasto-types: has a keyword of more than 20 characters"
    );
}

#[test]
fn embedding_from_outside_the_crate_is_found() {
    let package: Package = serde_json::from_value(complete()).expect("a package");
    let check = |path: &str, text: &str| {
        let mut findings = Findings::default();
        package::check_includes(&package, path, text, &mut findings);
        findings.errors.len()
    };
    assert_eq!(check("src/lib.rs", "#![doc = include_str!(\"../README.md\")]"), 0);
    assert_eq!(check("src/lib.rs", "const A: &str = include_str!(\"../../../fixtures/a.json\");"), 1);
    assert_eq!(check("src/a/b.rs", "const A: &[u8] = include_bytes!(\"../../data/a.bin\");"), 0);
}
