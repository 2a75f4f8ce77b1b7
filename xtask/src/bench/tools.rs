//! Where things are built and installed, and running the tools that do it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::{cargo, repository};

/// The folders of a run, all below the target folder, which no repository tracks.
#[derive(Clone, Debug)]
pub(super) struct Folders {
    /// Cargo's target folder.
    pub(super) target: PathBuf,
    /// Everything else of the benchmark.
    pub(super) own: PathBuf,
}

impl Folders {
    pub(super) fn find() -> Self {
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| repository::root().join("target"), |folder| repository::root().join(folder));
        let own = target.join("bench");
        Self { target, own }
    }

    /// A program that cargo built in release mode.
    pub(super) fn release(&self, name: &str) -> PathBuf {
        self.target.join("release").join(name)
    }

    /// The inputs of edits, and the pictures to compare with.
    pub(super) fn inputs(&self) -> PathBuf {
        self.own.join("inputs")
    }

    /// Where the contenders put their images.
    pub(super) fn out(&self) -> PathBuf {
        self.own.join("out")
    }
}

/// The source of the benchmark's programs.
pub(super) fn source() -> PathBuf {
    repository::root().join("xtask/bench")
}

/// Builds a package of its own in release mode.
pub(super) fn build(folders: &Folders, manifest: &Path, arguments: &[&str]) -> anyhow::Result<()> {
    let mut command = Command::new(cargo::program());
    command.args(["build", "--quiet", "--release", "--manifest-path"]).arg(manifest).args(arguments);
    // What cargo tells the program that it runs is not meant for another build.
    command.env("CARGO_TARGET_DIR", &folders.target).env_remove("CARGO_MANIFEST_DIR");
    finish(command)
}

/// Runs a tool to its end, and tells the end of what it said when it fails.
pub(super) fn finish(mut command: Command) -> anyhow::Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("{name} is not there"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    anyhow::bail!("{name} failed: {}", last.trim())
}

/// Whether a tool can be started.
pub(super) fn has(name: &str) -> anyhow::Result<()> {
    let mut command = Command::new(name);
    command.arg("--version");
    finish(command)
}
