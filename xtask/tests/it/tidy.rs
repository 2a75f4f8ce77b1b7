//! The repository keeps the house rules, and each broken rule is found.

use std::path::Path;

use xtask::findings::Findings;
use xtask::repository::{File, Repository};
use xtask::tidy::{self, text};

#[test]
fn the_repository_is_tidy() {
    if let Err(error) = tidy::check() {
        panic!("{error}");
    }
}

/// The errors of a repository that holds just these files.
fn check(files: &[(&str, &str)]) -> Vec<String> {
    let found = tidy::check_files(&Repository::of(files.iter().copied()));
    found.errors.iter().map(ToString::to_string).collect()
}

/// The one file gives exactly this error, or none when `expected` is empty.
fn check_one(path: &str, text: &str, expected: &str) {
    let found = check(&[(path, text)]);
    if expected.is_empty() {
        assert_eq!(found, Vec::<String>::new(), "{path}: {text:?}");
    } else {
        assert_eq!(found.len(), 1, "{found:#?} for {text:?}, expected {expected:?}");
        assert!(found[0].starts_with(&format!("{path}{expected}")), "{found:#?} is not {expected:?}");
    }
}

#[test]
fn rust_files() {
    let file = "crates/a/src/x.rs";
    check_one(file, "//! What it is for.\n", "");
    check_one(file, "use std::fs;\n", ":1: must begin with a `//!` line");
    check_one(file, concat!("//! A.\n\n#[ign", "ore]\nfn a() {}\n"), ":3: a test that does not run");
    check_one(file, concat!("//! A.\n#![all", "ow(dead_code)]\n"), ":2: use #![expect");
    check_one(file, concat!("//! A.\nfn a() { to", "do!() }\n"), concat!(":2: to", "do!(..): finish it"));
    check_one(file, concat!("//! A.\n// FIX", "ME later\n"), concat!(":2: FIX", "ME: finish it"));
    check_one(file, concat!("//! A.\n// a size of XX", "XX pixels\n"), "");
    check_one("crates/a/src/lib.rs", "#![doc = include_str!(\"../README.md\")]\n", "");
    check_one("crates/a/src/x/mod.rs", "//! A.\n", ": name it after its module");
    check_one("crates/a/tests/it/main.rs", "//! A.\n", "");
    check_one("crates/a/tests/other.rs", "//! A.\n", ": integration tests are modules of one binary");
}

#[test]
fn file_lengths() {
    let lines = |number: usize| format!("//! A.\n{}", "// more\n".repeat(number - 1));
    let found = |path: &str, text: &str| {
        let found = tidy::check_files(&Repository::of([(path, text)]));
        (found.warnings.len(), found.errors.len())
    };
    assert_eq!(found("crates/a/src/x.rs", &lines(400)), (0, 0));
    assert_eq!(found("crates/a/src/x.rs", &lines(401)), (1, 0));
    assert_eq!(found("crates/a/src/x.rs", &lines(701)), (0, 1));
    assert_eq!(found("crates/a/tests/it/x.rs", &lines(701)), (0, 0));
    let with_tests = format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", lines(300), "// more\n".repeat(500));
    assert_eq!(found("crates/a/src/x.rs", &with_tests), (0, 0));
}

#[test]
fn whitespace_and_names_of_machines() {
    check_one("a.toml", "a = 1 \n", ":1: has trailing whitespace");
    check_one("a.toml", "a = 1", ": has trailing whitespace or no single newline");
    check_one("a.toml", "a = 1\n\n", ": has trailing whitespace or no single newline");
    check_one("fixtures/a/reply.txt", "a \r\n\n", "");
    check_one(
        "a.toml",
        concat!("a = \"/ho", "me/me/x\"\n"),
        concat!(":1: names /ho", "me/, which no reader has"),
    );
    check_one(
        "a.toml",
        concat!("a = \"../shar", "ed/x\"\n"),
        concat!(":1: names shar", "ed/, which no reader has"),
    );
    check_one("a.toml", concat!("a = \"https://host/ho", "me/x\"\n"), "");
    check_one("a.toml", concat!("a = \"https://index.crates", ".io\"\n"), ":1: names a package registry");
}

#[test]
fn the_checkout_itself_is_a_machine_path() {
    let check = |root: &str| {
        let file = File { path: "a.md".to_owned(), text: "See /srv/checkout/crates.\n".to_owned() };
        let mut findings = Findings::default();
        text::check_machine_paths(&file, Path::new(root), &mut findings);
        findings.errors.len()
    };
    assert_eq!(check("/srv/checkout"), 1);
    assert_eq!(check("/srv/elsewhere"), 0);
    // A checkout at the top of the disk may have any name.
    assert_eq!(check("/srv"), 0);
}

#[test]
fn links_between_documents() {
    let with =
        |text: &str| check(&[("README.md", "[a](docs/a.md)\n"), ("docs/a.md", text), ("docs/img/b.png", "")]);
    let none = Vec::<String>::new();
    assert_eq!(with("# One `two`, (three)\n\n[up](../README.md) [img](img/b.png) [f](img)\n"), none);
    assert_eq!(with("# One `two`, (three)\n\n[here](#one-two-three)\n"), none);
    assert_eq!(with("# A\n# A\n[second](#a-1)\n"), none);
    assert_eq!(with("```text\n[x](gone.png)\n```\n`[x](gone.png)`\n[x](https://host/gone)\n"), none);
    assert_eq!(with("[x](gone.png)\n"), ["docs/a.md:1: link to gone.png: docs/gone.png does not exist"]);
    assert_eq!(
        with("[x]: img/gone.png\n"),
        ["docs/a.md:1: link to img/gone.png: docs/img/gone.png does not exist"]
    );
    assert_eq!(
        with("[x](../../out.png)\n"),
        ["docs/a.md:1: link to ../../out.png: leads out of the repository"]
    );
    assert_eq!(with("[x](#b)\n"), ["docs/a.md:1: link to #b: docs/a.md has no heading with the anchor #b"]);
    assert_eq!(
        check(&[("docs/b.md", "# B\n")]),
        ["docs/b.md: no other document links to it: nobody will find it"]
    );
}

#[test]
fn documents_named_in_comments_exist() {
    let with = |comment: &str| {
        let code = format!("//! {comment}\n");
        check(&[("crates/a/src/lib.rs", &code), ("crates/a/README.md", "# A\n")]).join("; ")
    };
    assert_eq!(with("See `README.md`, or https://host/other.md for more."), "");
    assert_eq!(with("See ../README.md."), "");
    check_one("sheet.toml", "source = \"a price list elsewhere, price.md\"\n", "");
    let gone = concat!("notes/gone", ".md");
    assert_eq!(
        with(&format!("See {gone}.")),
        format!("crates/a/src/lib.rs:1: names {gone}, which does not exist here")
    );
}

#[test]
fn generated_documents_say_so() {
    let readme = ("README.md", "[p](docs/prices.md)\n");
    let page = |top: &str| check(&[readme, ("docs/prices.md", top)]).len();
    assert_eq!(page("<!-- Generated by `cargo xtask docs`, do not edit by hand. -->\n# Prices\n"), 0);
    assert_eq!(page("# Prices\n"), 1);
}

#[test]
fn planted_keys_are_found() {
    let planted = [
        concat!("authorization: Bearer s", "k-proj-Zk3J9dLq0aP7vR2tYw8N"),
        concat!("key = \"s", "k-Zk3J9dLq0aP7vR2tYw8N\""),
        concat!("{\"key\":\"api", "key-9f8e7d6c5b4a3928170f\"}"),
        concat!("Authorization: Bea", "rer 9f8e7d6c5b4a3928170f"),
        concat!("api-", "key: 9f8e7d6c5b4a3928170f"),
        concat!("https://host/a.png?X-Amz-Sig", "nature=9f8e7d6c5b4a39281709f8e7d6c5b4a3928170"),
        concat!("AK", "IA2E0A8F3B244C9986"),
    ];
    for text in planted {
        for path in ["fixtures/openai/generate/a/request.http", "crates/a/tests/it/snapshots/a.snap"] {
            let found = check(&[(path, text)]);
            assert!(
                found.iter().any(|error| error.contains(":1: looks like")),
                "{text} in {path}: {found:#?}"
            );
        }
    }
}

#[test]
fn obvious_fakes_are_not_keys() {
    let fakes = [
        "authorization: Bearer [redacted]",
        "OPENAI_API_KEY=sk-test-1234",
        "sk-xxxxxxxxxxxxxxxxxxxxxxxx",
        "sk-fake-9f8e7d6c5b4a3928170f",
        "Authorization: Bearer $OPENAI_API_KEY",
        "task-9f8e7d6c5b4a3928170f",
        "a risk-free-and-well-behaved-neighbour",
    ];
    for text in fakes {
        check_one("fixtures/openai/generate/a/request.http", text, "");
    }
}

#[test]
fn manifests_inherit() {
    let good = "[package]\nname = \"a\"\ndescription = \"A.\"\nversion.workspace = true\nedition.workspace = true\n\
        rust-version.workspace = true\nlicense.workspace = true\nkeywords.workspace = true\n\
        categories.workspace = true\n\n[lints]\nworkspace = true\n\n[dependencies]\nserde.workspace = true\n";
    let with = |manifest: &str| {
        check(&[
            ("crates/a/Cargo.toml", manifest),
            ("crates/a/README.md", "# A\n"),
            ("crates/a/LICENSE-MIT", "MIT"),
            ("crates/a/LICENSE-APACHE", "Apache"),
        ])
        .join("; ")
    };
    assert_eq!(with(good), "");
    let expect = |from: &str, to: &str, expected: &str| {
        let found = with(&good.replace(from, to));
        assert!(found.contains(expected), "{expected:?} not in {found:?}");
    };
    expect("edition.workspace = true", "edition = \"2024\"", "write `edition.workspace = true`");
    expect("keywords.workspace = true\n", "", "write `keywords.workspace = true`");
    expect("[lints]\nworkspace = true\n", "", "write `[lints]` with `workspace = true`");
    expect("description = \"A.\"\n", "", "write a `description`");
    expect("name = \"a\"", "name = \"b\"", "the folder of b must have its name");
    expect("serde.workspace = true", "serde = \"1\"", "serde in [dependencies]: its version belongs");
    let itself =
        |table: &str| format!("[{table}]\na = {{ path = \".\", features = [\"f\"] }}\n[dependencies]");
    assert_eq!(with(&good.replace("[dependencies]", &itself("dev-dependencies"))), "");
    expect("[dependencies]", &itself("build-dependencies"), "a in [build-dependencies]: its version belongs");
    expect(
        "[dependencies]",
        "[target.'cfg(unix)'.dependencies]\nx = \"1\"\n[dependencies]",
        "x in [target.cfg(unix)",
    );
    let root = "[workspace.dependencies]\nserde = \"1\"\nunused = \"1\"\n";
    let found = check(&[("Cargo.toml", root), ("crates/a/Cargo.toml", good)]).join("; ");
    assert!(found.contains("no crate asks for unused") && !found.contains("asks for serde"), "{found}");
    let missing = check(&[("crates/a/Cargo.toml", good)]).join("; ");
    assert!(missing.contains("crates/a/LICENSE-MIT is missing"), "{missing}");
}
