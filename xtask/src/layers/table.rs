//! The dependency table: which of our crates may ask for which, and the one home of each third-party crate.

use crate::cargo::{Dependency, Kind, Metadata, Package};
use crate::findings::Findings;

/// What one of our crates may ask for among our crates.
struct Layer {
    name: &'static str,
    /// In `[dependencies]`.
    normal: &'static [&'static str],
    /// In `[dev-dependencies]`, besides the normal ones.
    dev: &'static [&'static str],
}

/// Lowest first: no crate may ask for one that stands below it in this list.
const LAYERS: &[Layer] = &[
    Layer { name: "impasto-types", normal: &[], dev: &[] },
    Layer { name: "impasto-transport", normal: &[], dev: &[] },
    Layer { name: "impasto-pricing", normal: &["impasto-types"], dev: &[] },
    Layer { name: "impasto-pixels", normal: &["impasto-types"], dev: &[] },
    Layer { name: "impasto-providers", normal: &["impasto-types", "impasto-transport"], dev: &[] },
    Layer {
        name: "impasto",
        normal: &[
            "impasto-types",
            "impasto-transport",
            "impasto-pricing",
            "impasto-pixels",
            "impasto-providers",
        ],
        dev: &["impasto-emulator"],
    },
    Layer { name: "impasto-emulator", normal: &[], dev: &[] },
    Layer { name: "impasto-mcp", normal: &["impasto", "impasto-pixels"], dev: &["impasto-emulator"] },
    Layer { name: "impasto-cli", normal: &["impasto", "impasto-emulator", "impasto-mcp"], dev: &[] },
    Layer {
        name: "xtask",
        normal: &[
            "impasto-types",
            "impasto-transport",
            "impasto-pricing",
            "impasto-pixels",
            "impasto-providers",
            "impasto",
            "impasto-emulator",
            "impasto-cli",
        ],
        dev: &[],
    },
];

/// Where a third-party crate may be asked for.
struct Home {
    names: &'static [&'static str],
    /// Who may ask for it, in `[dependencies]` or `[build-dependencies]`.
    normal: &'static [&'static str],
    /// Who may ask for it only behind a feature.
    optional: &'static [&'static str],
    /// Who else may ask for it in `[dev-dependencies]`.
    dev: &'static [&'static str],
    why: &'static str,
}

const BINARIES: &[&str] = &["impasto-cli", "xtask"];

const HOMES: &[Home] = &[
    Home {
        names: &["reqwest", "rustls", "hyper-rustls", "tower-service", "idna_adapter"],
        normal: &[],
        optional: &["impasto-transport"],
        dev: &[],
        why: "HTTP clients, each behind a feature of one crate, can be swapped",
    },
    Home {
        names: &["hyper", "hyper-util"],
        normal: &["impasto-emulator"],
        optional: &["impasto-transport", "impasto-mcp"],
        // Its tests speak to the emulator in memory, without sockets.
        dev: &["impasto", "xtask"],
        why: "transport is the client, the emulator a server, and so are the tools for assistants; behind features where \
              they can be done without",
    },
    Home {
        names: &["http-body-util", "multer"],
        normal: &["impasto-emulator"],
        optional: &["impasto-mcp"],
        dev: &["impasto", "xtask"],
        why: "only the emulator is a server, and the tools for assistants behind a feature",
    },
    Home {
        names: &["rmcp", "schemars"],
        normal: &["impasto-mcp"],
        optional: &[],
        dev: &[],
        why: "assistants are spoken to in one place",
    },
    Home {
        names: &["tokio"],
        normal: &["impasto", "impasto-emulator", "impasto-cli", "impasto-mcp", "xtask"],
        optional: &["impasto-transport"],
        dev: &[],
        why: "types, prices, pixels and adapters run without a runtime",
    },
    Home {
        names: &["image", "png", "jpeg-decoder", "jpeg-encoder", "zune-jpeg", "image-webp", "webp", "gif"],
        normal: &["impasto-emulator", "impasto-cli"],
        optional: &["impasto-pixels"],
        dev: &["impasto-pixels", "impasto", "xtask"],
        why: "codecs are slow to build and a risk to run: pixels is their only home on the client's side",
    },
    Home {
        names: &["rust_decimal"],
        normal: &["impasto-pricing", "impasto-cli"],
        optional: &[],
        dev: &[],
        why: "money has one type, and pricing names it",
    },
    Home {
        names: &["base64-simd"],
        normal: &[
            "impasto-transport",
            "impasto-pixels",
            "impasto-emulator",
            "impasto-providers",
            "impasto-cli",
            "impasto-mcp",
            "xtask",
        ],
        optional: &[],
        dev: &["impasto"],
        why: "base64 of images is decoded as it arrives, in transport; adapters read data URLs and signatures, fixtures \
              hold it, terminals and pages take pictures in it",
    },
    Home {
        names: &["clap", "indicatif", "anyhow"],
        normal: BINARIES,
        optional: &[],
        dev: &["impasto"],
        why: "arguments, progress bars and errors without a kind are for binaries",
    },
    Home {
        names: &["insta", "proptest"],
        normal: &[],
        optional: &[],
        dev: EVERYONE,
        why: "test frameworks stay out of what users build",
    },
];

/// Stands for every crate of the workspace.
const EVERYONE: &[&str] = &["*"];

/// All that the nouns may ask for.
const TYPES_MAY_USE: &[&str] = &["serde", "serde_json", "thiserror"];

/// Checks the manifests of the workspace against the table.
pub fn check(workspace: &Metadata, findings: &mut Findings) {
    for package in &workspace.packages {
        let Some(layer) = LAYERS.iter().find(|layer| layer.name == package.name) else {
            findings.error(&package.name, None, "is not in the table of layers: give it a place");
            continue;
        };
        for dependency in &package.dependencies {
            if workspace.packages.iter().any(|ours| ours.name == dependency.name) {
                check_ours(layer, dependency, findings);
            } else {
                check_foreign(package, dependency, findings);
            }
        }
    }
}

fn check_ours(layer: &Layer, dependency: &Dependency, findings: &mut Findings) {
    let name = dependency.name.as_str();
    let allowed = match dependency.kind {
        Kind::Normal => layer.normal.contains(&name),
        // Itself: for features that its tests need.
        Kind::Dev => name == layer.name || layer.normal.contains(&name) || layer.dev.contains(&name),
        Kind::Build => false,
    };
    if !allowed {
        let table = table_name(dependency.kind);
        findings.error(layer.name, None, format!("may not have {name} in {table}"));
    }
}

fn check_foreign(package: &Package, dependency: &Dependency, findings: &mut Findings) {
    let name = dependency.name.as_str();
    if package.name == "impasto-types" && dependency.kind != Kind::Dev && !TYPES_MAY_USE.contains(&name) {
        let may = TYPES_MAY_USE.join(", ");
        findings.error(&package.name, None, format!("may not depend on {name}: the nouns use only {may}"));
    }
    let Some(home) = HOMES.iter().find(|home| home.names.contains(&name)) else { return };
    let listed = |list: &[&str]| list == EVERYONE || list.contains(&package.name.as_str());
    let allowed = listed(home.normal)
        || (listed(home.optional) && (dependency.optional || dependency.kind == Kind::Dev))
        || (listed(home.dev) && dependency.kind == Kind::Dev);
    if !allowed {
        let how = if listed(home.optional) { " unless a feature asks for it" } else { "" };
        let table = table_name(dependency.kind);
        let why = home.why;
        findings.error(&package.name, None, format!("may not have {name} in {table}{how}: {why}"));
    }
}

fn table_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Normal => "[dependencies]",
        Kind::Build => "[build-dependencies]",
        Kind::Dev => "[dev-dependencies]",
    }
}
