//! Asking cargo: what the manifests say, and what they resolve to.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Context as _;
use serde::Deserialize;

use crate::repository;

/// What `cargo metadata` says of the packages.
#[derive(Clone, Debug, Deserialize)]
pub struct Metadata {
    /// The packages: only the workspace's own, or the whole tree.
    pub packages: Vec<Package>,
    /// Where builds go.
    #[serde(default)]
    pub target_directory: PathBuf,
}

/// One package.
#[derive(Clone, Debug, Deserialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The licence expression.
    pub license: Option<String>,
    /// One line on what it is.
    pub description: Option<String>,
    /// The file that introduces it, relative to its manifest.
    pub readme: Option<String>,
    /// Words to find it by.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// The registries it may be published to; an empty list means never, `None` means any.
    pub publish: Option<Vec<String>>,
    /// The oldest compiler it says it builds with.
    pub rust_version: Option<String>,
    /// Where it came from; `None` for a package of the workspace.
    pub source: Option<String>,
    /// What its manifest asks for.
    #[serde(default)]
    pub dependencies: Vec<Dependency>,
    /// What is built of it.
    #[serde(default)]
    pub targets: Vec<Target>,
}

/// Something that is built of a package: a library, a program, a test.
#[derive(Clone, Debug, Deserialize)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// What it is, such as `lib` or `bin`.
    pub kind: Vec<String>,
}

impl Package {
    /// The name of its library as code writes it, if it has one.
    pub fn library(&self) -> Option<String> {
        let library = self.targets.iter().find(|target| target.kind.iter().any(|kind| kind == "lib"))?;
        Some(library.name.replace('-', "_"))
    }

    /// Whether it is meant to be published.
    pub fn is_publishable(&self) -> bool {
        self.publish.as_ref().is_none_or(|registries| !registries.is_empty())
    }
}

/// One line of a manifest's dependency tables.
#[derive(Clone, Debug, Deserialize)]
pub struct Dependency {
    /// The package asked for.
    pub name: String,
    /// The table it stands in.
    #[serde(default, deserialize_with = "normal_is_null")]
    pub kind: Kind,
    /// Whether a feature must ask for it.
    #[serde(default)]
    pub optional: bool,
}

/// Which of the three tables a dependency stands in.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// `[dependencies]`.
    #[default]
    Normal,
    /// `[build-dependencies]`.
    Build,
    /// `[dev-dependencies]`.
    Dev,
}

/// Cargo writes the normal kind as `null`.
fn normal_is_null<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Kind, D::Error> {
    Ok(Option::<Kind>::deserialize(deserializer)?.unwrap_or_default())
}

/// The workspace's own packages, as their manifests stand: needs neither network nor lock file.
///
/// # Errors
///
/// When cargo cannot read a manifest.
pub fn workspace() -> anyhow::Result<Metadata> {
    Ok(serde_json::from_slice(&output(&["metadata", "--format-version", "1", "--no-deps"])?)?)
}

/// The whole resolved tree for this machine's target, dev-dependencies included.
///
/// # Errors
///
/// When cargo cannot resolve or fetch the tree.
pub fn resolved() -> anyhow::Result<Metadata> {
    let host = host()?;
    let args = ["metadata", "--format-version", "1", "--filter-platform", &host];
    Ok(serde_json::from_slice(&output(&args)?)?)
}

/// The names of the crates that a normal build of `package` with these feature flags compiles in.
///
/// # Errors
///
/// When cargo cannot resolve or fetch the tree.
pub fn tree(package: &str, features: &[&str]) -> anyhow::Result<BTreeSet<String>> {
    let mut args = vec!["tree", "--package", package, "--edges", "normal"];
    args.extend(["--prefix", "none", "--format", "{p}"]);
    args.extend(features);
    let text = String::from_utf8(output(&args)?)?;
    // `name v1.2.3 (path or mark)`: two versions of one crate are two crates.
    Ok(text
        .lines()
        .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
        .filter(|crate_| !crate_.is_empty())
        .collect())
}

/// The files that `cargo package` would put into the archive of `package`, relative to its folder.
///
/// # Errors
///
/// When cargo cannot list them.
pub fn package_list(package: &str) -> anyhow::Result<Vec<String>> {
    let text = String::from_utf8(output(&["package", "--list", "--allow-dirty", "--package", package])?)?;
    Ok(text.lines().map(|path| path.replace('\\', "/")).collect())
}

/// The cargo to call: the one that called us.
pub fn program() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn host() -> anyhow::Result<String> {
    let text = String::from_utf8(output(&["--version", "--verbose"])?)?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("cargo --version --verbose names no host")
}

fn output(args: &[&str]) -> anyhow::Result<Vec<u8>> {
    let asked = || format!("cargo {}", args.join(" "));
    let output =
        Command::new(program()).current_dir(repository::root()).args(args).output().with_context(asked)?;
    anyhow::ensure!(output.status.success(), "{}: {}", asked(), String::from_utf8_lossy(&output.stderr));
    Ok(output.stdout)
}
