//! Published crates are complete, and an incomplete one is found.

use tempfile::TempDir;
use xtask::cargo::Package;
use xtask::findings::Findings;
use xtask::mode::Mode;
use xtask::package::{self, api};

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

#[test]
fn an_api_that_is_not_the_listed_one_is_told_line_by_line() {
    let folder = TempDir::new().unwrap();
    let settle = |lines: &[&str], mode| {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        let mut findings = Findings::default();
        api::settle_list(folder.path(), "docs/api/a.txt", &lines, mode, &mut findings).unwrap();
        findings.errors.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let listed = ["pub mod a", "pub fn a::b()"];
    assert_eq!(settle(&listed, Mode::Check), ["docs/api/a.txt: is missing"]);
    assert_eq!(settle(&listed, Mode::Write), Vec::<String>::new());
    assert_eq!(settle(&listed, Mode::Check), Vec::<String>::new());
    assert_eq!(
        settle(&["pub mod a", "pub fn a::b(u8)"], Mode::Check),
        [
            "docs/api/a.txt: lists what is not there: pub fn a::b()",
            "docs/api/a.txt: does not list: pub fn a::b(u8)"
        ]
    );
    assert_eq!(settle(&["pub fn a::b()", "pub mod a"], Mode::Check), ["docs/api/a.txt: is out of order"]);
    let many: Vec<String> = (0..40).map(|number| format!("pub fn a::f{number}()")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(settle(&many, Mode::Check).last().unwrap(), "docs/api/a.txt: and 30 more differences");
}

#[test]
fn of_the_auto_traits_only_their_absence_is_listed() {
    for told in [
        "pub fn a::Send::new()",
        "impl core::clone::Clone for a::B",
        "impl !core::marker::Sync for a::B",
        "impl<T> a::Sent for T",
    ] {
        assert!(api::is_told(told), "{told}");
    }
    for untold in [
        "impl core::marker::Send for a::B",
        "impl<T> core::marker::Sync for a::B<T> where T: core::marker::Sync",
        "impl !core::panic::unwind_safe::UnwindSafe for a::B",
        "impl core::marker::StructuralPartialEq for a::B",
    ] {
        assert!(!api::is_told(untold), "{untold}");
    }
}
