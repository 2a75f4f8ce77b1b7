//! The workspace keeps its layers, and a broken layer is found.

use xtask::cargo::Metadata;
use xtask::findings::Findings;
use xtask::layers::{self, msrv, table, trees};

#[test]
fn the_workspace_keeps_its_layers() {
    if let Err(error) = layers::check() {
        panic!("{error}");
    }
}

/// What the table says of a workspace whose crates are `(name, dependencies)`, each of these as
/// `name`, `name?` when optional, `name dev` or `name build`.
fn check_table(crates: &[(&str, &[&str])]) -> Vec<String> {
    let packages: Vec<_> = crates
        .iter()
        .map(|(name, dependencies)| {
            let dependencies: Vec<_> = dependencies
                .iter()
                .map(|written| {
                    let (asked, kind) = match written.split_once(' ') {
                        Some((asked, kind)) => (asked, serde_json::json!(kind)),
                        None => (*written, serde_json::Value::Null),
                    };
                    let optional = asked.ends_with('?');
                    let name = asked.trim_end_matches('?');
                    serde_json::json!({ "name": name, "kind": kind, "optional": optional })
                })
                .collect();
            serde_json::json!({ "name": name, "version": "0.1.0", "dependencies": dependencies })
        })
        .collect();
    let workspace: Metadata = serde_json::from_value(serde_json::json!({ "packages": packages }))
        .unwrap_or_else(|error| panic!("{error}"));
    let mut findings = Findings::default();
    table::check(&workspace, &mut findings);
    findings.errors.iter().map(ToString::to_string).collect()
}

#[test]
fn allowed_edges_pass() {
    let found = check_table(&[
        ("impasto-types", &["serde", "thiserror", "proptest dev"]),
        ("impasto-transport", &["bytes", "hyper?", "reqwest?", "tower-service?", "tokio?", "tokio dev"]),
        ("impasto-providers", &["impasto-types", "impasto-transport", "impasto-transport dev"]),
        ("impasto", &["impasto-providers", "impasto-emulator dev", "tokio"]),
        ("impasto-emulator", &["hyper", "hyper dev", "image"]),
        ("xtask", &["impasto-providers", "anyhow"]),
    ]);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn each_forbidden_edge_is_named() {
    let lone = |name: &'static str, dependency: &'static str| check_table(&[(name, &[dependency])]);
    let pair = |name: &'static str, other: &'static str, dependency: &'static str| {
        check_table(&[(name, &[dependency]), (other, &[])])
    };
    let cases = [
        (lone("impasto-types", "bytes"), "impasto-types: may not depend on bytes"),
        (
            lone("impasto-pricing", "reqwest"),
            "impasto-pricing: may not have reqwest in [dependencies]: HTTP clients",
        ),
        (
            lone("impasto-transport", "reqwest"),
            "may not have reqwest in [dependencies] unless a feature asks",
        ),
        (lone("impasto-transport", "hyper"), "may not have hyper in [dependencies] unless a feature asks"),
        (lone("impasto-providers", "hyper?"), "impasto-providers: may not have hyper in [dependencies]"),
        (lone("impasto-providers", "tokio dev"), "may not have tokio in [dev-dependencies]"),
        (lone("impasto", "hyper"), "impasto: may not have hyper"),
        (lone("impasto-pixels", "image"), "may not have image in [dependencies] unless a feature asks"),
        (lone("impasto-transport", "anyhow"), "impasto-transport: may not have anyhow"),
        (lone("impasto-types", "insta build"), "impasto-types: may not have insta in [build-dependencies]"),
        (lone("impasto-new", "serde"), "impasto-new: is not in the table of layers"),
        (
            pair("impasto-emulator", "impasto-types", "impasto-types dev"),
            "impasto-emulator: may not have impasto-types in [dev-dependencies]",
        ),
        (
            pair("impasto", "impasto-emulator", "impasto-emulator"),
            "impasto: may not have impasto-emulator in [dependencies]",
        ),
        (
            pair("impasto-types", "impasto-pricing", "impasto-pricing"),
            "impasto-types: may not have impasto-pricing in [dependencies]",
        ),
    ];
    for (found, expected) in cases {
        assert!(found.iter().any(|error| error.contains(expected)), "{expected:?} not in {found:#?}");
    }
}

#[test]
fn absences_match_whole_names_or_beginnings() {
    let tree = ["impasto-emulator v1", "http-body v1", "impasto-types v1", "icu_normalizer v2"]
        .map(str::to_owned)
        .into();
    let check = |absent: &[&str]| trees::unwelcome(&tree, "impasto-emulator", absent);
    assert_eq!(check(&["http"]), Vec::<&str>::new());
    assert_eq!(check(&["http-body"]), ["http-body"]);
    assert_eq!(check(&["impasto*"]), ["impasto-types"]);
    assert_eq!(check(&["icu_*"]), ["icu_normalizer"]);
}

#[test]
fn the_promised_compiler_is_the_needed_one() {
    let check = |promised: &str, needed: &str| {
        let tree: Metadata = serde_json::from_value(serde_json::json!({ "packages": [
            { "name": "impasto", "version": "0.1.0", "rust_version": promised, "source": null },
            { "name": "old", "version": "1.0.0", "rust_version": null, "source": "registry" },
            { "name": "low", "version": "1.0.0", "rust_version": "1.9", "source": "registry" },
            { "name": "high", "version": "2.0.0", "rust_version": needed, "source": "registry" },
        ]}))
        .expect("a tree");
        let mut findings = Findings::default();
        msrv::check(&tree, &mut findings);
        findings.errors.first().map(ToString::to_string).unwrap_or_default()
    };
    assert_eq!(check("1.90", "1.90.0"), "");
    assert_eq!(check("1.89", "1.88"), "");
    assert!(check("1.85", "1.90.1").contains("is 1.85, but the tree needs 1.90.1 (high 2.0.0)"));
    assert!(check("1.90", "1.88").contains("is 1.90, but the tree needs 1.89 (the locks of std::fs::File)"));
}
