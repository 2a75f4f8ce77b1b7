//! The promised compiler: the oldest that the resolved tree builds with, neither older nor newer.

use crate::cargo::{Metadata, Package};
use crate::findings::Findings;

/// A compiler version, by its three numbers.
type Version = [u32; 3];

/// What our own code asks of the standard library, and for what (`docs/adr/0010-locks-of-the-standard-library.md`).
const OWN: (Version, &str) = ([1, 89, 0], "the locks of std::fs::File");

/// Checks that the workspace's `rust-version` is what the tree or our own code needs, whichever is higher.
///
/// Lower would be a promise that the tree breaks. Higher is a cost to users.
pub fn check(resolved: &Metadata, findings: &mut Findings) {
    let (ours, theirs): (Vec<&Package>, Vec<&Package>) =
        resolved.packages.iter().partition(|package| package.source.is_none());
    let Some(promised) = ours.iter().filter_map(|package| needs(package)).max() else {
        findings.error("Cargo.toml", None, "rust-version is missing in [workspace.package]");
        return;
    };
    let needed = theirs.iter().filter_map(|package| needs(package)).max().unwrap_or_default().max(OWN.0);
    if promised == needed {
        return;
    }
    let mut who: Vec<String> = theirs
        .iter()
        .filter(|package| needs(package) == Some(needed))
        .map(|package| format!("{} {}", package.name, package.version))
        .collect();
    if needed == OWN.0 {
        who.push(OWN.1.to_owned());
    }
    findings.error(
        "Cargo.toml",
        None,
        format!(
            "rust-version is {}, but the tree needs {} ({}): set it to what the tree needs, and say so in the \
             changelog",
            shown(promised),
            shown(needed),
            who.join(", ")
        ),
    );
}

fn needs(package: &Package) -> Option<Version> {
    let mut version = Version::default();
    for (place, part) in version.iter_mut().zip(package.rust_version.as_ref()?.split('.')) {
        *place = part.parse().ok()?;
    }
    Some(version)
}

fn shown([major, minor, patch]: Version) -> String {
    if patch == 0 { format!("{major}.{minor}") } else { format!("{major}.{minor}.{patch}") }
}
