//! What must stay out of the resolved trees, however it might come in.

use std::collections::BTreeSet;

use crate::cargo;
use crate::findings::{Findings, count};

/// The most crates that a hello program on the facade's default features may compile.
pub const HELLO_LIMIT: usize = 100;

/// A build that must not contain certain crates.
struct Absence {
    package: &'static str,
    features: &'static [&'static str],
    /// Names, or the beginning of names when they end in `*`.
    absent: &'static [&'static str],
    why: &'static str,
}

const NO_DEFAULT: &[&str] = &["--no-default-features"];

const ABSENCES: &[Absence] = &[
    Absence {
        package: "impasto-types",
        features: &[],
        absent: &["tokio", "http", "hyper", "reqwest", "rustls", "bytes"],
        why: "the nouns build with serde alone",
    },
    Absence {
        package: "impasto-pricing",
        features: &[],
        absent: &["tokio", "http", "hyper", "reqwest", "rustls"],
        why: "a price needs no network",
    },
    Absence {
        package: "impasto-pixels",
        features: &[],
        absent: &["tokio", "http", "hyper", "reqwest", "rustls"],
        why: "a mask needs no network",
    },
    Absence {
        package: "impasto-providers",
        features: &[],
        absent: &["tokio", "hyper", "reqwest", "rustls", "ring"],
        why: "adapters do no I/O",
    },
    Absence {
        package: "impasto-transport",
        features: NO_DEFAULT,
        absent: &["tokio", "hyper", "reqwest", "rustls", "ring"],
        why: "the client behind the seam is a choice",
    },
    Absence {
        package: "impasto",
        features: NO_DEFAULT,
        absent: &["hyper", "reqwest", "rustls", "ring", "aws-lc-sys"],
        why: "a caller may bring its own HTTP stack",
    },
    Absence {
        package: "impasto",
        features: &["--no-default-features", "--features", "hyper,reqwest"],
        absent: &["ring", "aws-lc-sys", "openssl-sys"],
        why: "no crypto provider is forced on a caller",
    },
    Absence {
        package: "impasto",
        features: &[],
        absent: &["aws-lc-sys", "openssl-sys", "reqwest", "url", "icu_*", "image", "impasto-emulator"],
        why: "a hello program stays small",
    },
    Absence {
        package: "impasto",
        features: &["--features", "reqwest"],
        absent: &["icu_*"],
        why: "host names are read without ICU (docs/adr/0003)",
    },
    Absence {
        package: "impasto-cli",
        features: &[],
        absent: &["reqwest", "url", "aws-lc-sys", "openssl-sys"],
        why: "one HTTP client is enough",
    },
    Absence { package: "xtask", features: &[], absent: &["reqwest"], why: "one HTTP client is enough" },
    Absence {
        package: "impasto-emulator",
        features: &[],
        absent: &["impasto*", "reqwest"],
        why: "a referee that shared our code would agree with our mistakes",
    },
];

/// Checks every absence, and the size of a hello program.
///
/// # Errors
///
/// When cargo cannot resolve a tree.
pub fn check(findings: &mut Findings) -> anyhow::Result<()> {
    for absence in ABSENCES {
        let names = cargo::tree(absence.package, absence.features)?;
        let what = [&[absence.package], absence.features].concat().join(" ");
        for name in unwelcome(&names, absence.package, absence.absent) {
            let why = absence.why;
            findings.error(&what, None, format!("has {name} in its tree: {why}; see `cargo tree -i`"));
        }
    }
    let hello = hello_program()?.len();
    if hello > HELLO_LIMIT {
        let crates = count(hello, "crate");
        let message = format!(
            "a hello program compiles {crates}, at most {HELLO_LIMIT}; see `cargo xtask layers --count`"
        );
        findings.error("impasto", None, message);
    }
    Ok(())
}

/// The crates of `names` that match one of `absent`, apart from the package itself.
pub fn unwelcome<'a>(names: &'a BTreeSet<String>, package: &str, absent: &[&str]) -> Vec<&'a str> {
    let bare = |name: &'a String| name.split_once(' ').map_or(name.as_str(), |(bare, _)| bare);
    let matches = |name: &str, pattern: &str| match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == pattern,
    };
    names
        .iter()
        .map(bare)
        .filter(|name| *name != package && absent.iter().any(|pattern| matches(name, pattern)))
        .collect()
}

/// The crates of the smallest program that makes an image: the facade with its default features, the program
/// itself, and the macro behind `#[tokio::main]`.
///
/// # Errors
///
/// When cargo cannot resolve the tree.
pub fn hello_program() -> anyhow::Result<BTreeSet<String>> {
    let mut names = cargo::tree("impasto", &[])?;
    if !names.iter().any(|name| name.starts_with("tokio-macros ")) {
        names.insert("tokio-macros (for #[tokio::main])".to_owned());
    }
    names.insert("hello (the program itself)".to_owned());
    Ok(names)
}
