//! Who is measured: how each is installed, what it can do, and its command line for a piece of work.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::tools::{Folders, build, finish, has, source};
use super::work::Case;

/// One of those compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Contender {
    Floor,
    Library,
    Cli,
    CliRecords,
    AsyncOpenai,
    OpenaiPython,
    OpenaiNode,
    Curl,
}

/// The versions of the peers, as measured first on 2026-11-21; async-openai's stands in its manifest.
const PYTHON: &str = "openai==3.52.0";
const NODE: &str = "openai@7.55.0";

impl Contender {
    /// All of them, the floor first.
    pub(super) const ALL: &[Self] = &[
        Self::Floor,
        Self::Library,
        Self::Cli,
        Self::CliRecords,
        Self::AsyncOpenai,
        Self::OpenaiPython,
        Self::OpenaiNode,
        Self::Curl,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor",
            Self::Library => "library",
            Self::Cli => "cli",
            Self::CliRecords => "cli+records",
            Self::AsyncOpenai => "async-openai",
            Self::OpenaiPython => "openai-python",
            Self::OpenaiNode => "openai-node",
            Self::Curl => "curl+jq+base64",
        }
    }

    /// The names of all of them.
    pub(super) fn names() -> Vec<&'static str> {
        Self::ALL.iter().map(|contender| contender.name()).collect()
    }

    /// Whether it is built from this repository alone.
    pub(super) const fn is_ours(self) -> bool {
        matches!(self, Self::Floor | Self::Library | Self::Cli | Self::CliRecords)
    }

    /// Whether it is our command. By default it keeps a history, and a JSON file beside each image, both with the image's
    /// SHA-256; as nobody else does, that is measured in a row of its own.
    const fn is_command(self) -> bool {
        matches!(self, Self::Cli | Self::CliRecords)
    }

    /// Whether it can do this work in one process.
    pub(super) fn can(self, case: &Case) -> bool {
        match case.name {
            "many" => !self.is_command(),
            "atlas" => self.is_ours(),
            _ => true,
        }
    }

    /// Builds or installs it below the target folder; gives what its command line begins with.
    pub(super) fn install(self, folders: &Folders) -> anyhow::Result<Vec<PathBuf>> {
        eprintln!("installing {}", self.name());
        match self {
            Self::Floor => Ok(vec![folders.release("bench-floor")]),
            Self::Library => Ok(vec![folders.release("bench-library")]),
            Self::Cli | Self::CliRecords => {
                let root = crate::repository::root();
                build(folders, &root.join("Cargo.toml"), &["--package", "impasto-cli"])?;
                Ok(vec![folders.release("impasto")])
            }
            Self::AsyncOpenai => {
                build(folders, &source().join("peers/async-openai/Cargo.toml"), &[])?;
                Ok(vec![folders.release("bench-async-openai")])
            }
            Self::OpenaiPython => {
                let home = folders.own.join("python");
                let python = home.join("bin/python");
                if !has_marker(&home, PYTHON) {
                    finish(command("python3", ["-m", "venv"], [&home]))?;
                    finish(command(&python, ["-m", "pip", "install", "--quiet", PYTHON], []))?;
                    mark(&home, PYTHON)?;
                }
                Ok(vec![python, source().join("peers/openai_python.py")])
            }
            Self::OpenaiNode => {
                has("node")?;
                let home = folders.own.join("node");
                if !has_marker(&home, NODE) {
                    fs::create_dir_all(&home)?;
                    // npm looks for a manifest upwards, and must not find another's.
                    fs::write(home.join("package.json"), "{\"private\":true}\n")?;
                    let mut npm =
                        command("npm", ["install", "--silent", "--no-audit", "--no-fund", NODE], []);
                    npm.current_dir(&home);
                    finish(npm)?;
                    mark(&home, NODE)?;
                }
                Ok(vec!["node".into(), source().join("peers/openai_node.mjs")])
            }
            Self::Curl => {
                for tool in ["bash", "curl", "jq", "base64", "split"] {
                    has(tool)?;
                }
                Ok(vec!["bash".into(), source().join("peers/curl.sh")])
            }
        }
    }

    /// The arguments for a piece of work.
    pub(super) fn arguments(self, case: &Case, base_url: &str, folders: &Folders) -> Vec<String> {
        let (out, inputs) = (folders.out(), folders.inputs());
        let text = |path: PathBuf| path.to_string_lossy().into_owned();
        if !self.is_command() {
            return vec![case.work.to_owned(), base_url.to_owned(), text(out), text(inputs)];
        }
        let kind = case.work.split(':').next().unwrap_or_default();
        let mut words: Vec<String> = Vec::new();
        let mut say = |said: &[&str]| words.extend(said.iter().map(|&word| word.to_owned()));
        say(&[if kind == "edit" { "edit" } else { "generate" }, "a lighthouse at dusk"]);
        match kind {
            "generate" => say(&["--n", case.number()]),
            "stream" => say(&["--partial-images", case.number(), "--save-partials"]),
            "edit" => {
                for index in 0..4 {
                    say(&["--image", &text(inputs.join(format!("input-{index}.png")))]);
                }
                say(&["--mask", &text(inputs.join("mask.png"))]);
            }
            _ => {}
        }
        if kind == "atlas" {
            let model = "openai/gpt-image-2/text-to-image";
            say(&["--provider", "atlas", "--model", model, "--poll-interval", "0.001"]);
        } else {
            say(&["--provider", "openai", "--model", "gpt-image-2"]);
        }
        if self == Self::Cli {
            say(&["--no-sidecar", "--no-history"]);
        }
        say(&["--base-url", base_url, "--out-dir", &text(out), "--out", "image.png"]);
        words
    }
}

fn command<const A: usize, const P: usize>(
    program: impl AsRef<std::ffi::OsStr>,
    words: [&str; A],
    paths: [&PathBuf; P],
) -> Command {
    let mut command = Command::new(program);
    command.args(words).args(paths);
    command
}

/// Whether this was installed there before.
fn has_marker(home: &Path, version: &str) -> bool {
    fs::read_to_string(home.join("installed")).is_ok_and(|text| text.trim() == version)
}

fn mark(home: &Path, version: &str) -> anyhow::Result<()> {
    Ok(fs::write(home.join("installed"), format!("{version}\n"))?)
}
