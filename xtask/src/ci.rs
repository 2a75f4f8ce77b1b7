//! `cargo xtask ci`: what CI runs, in order, on a laptop.

pub mod snapshots;

use std::ffi::OsStr;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::ValueEnum;

use crate::mode::Mode;
use crate::{cargo, data, docs, layers, package, repository, tidy};

/// Runs what CI runs, in order, each step with its time.
#[derive(clap::Args)]
pub struct Args {
    /// Accepted for symmetry: this command never writes.
    #[arg(long)]
    check: bool,
    /// The steps to run; all of them when none is named.
    steps: Vec<Step>,
}

/// One step of CI. The order here is the order they run in: cheap and telling first.
#[derive(Clone, Copy, Debug, ValueEnum, PartialEq, Eq)]
pub enum Step {
    /// The files are formatted.
    Fmt,
    /// The house rules that no compiler knows.
    Tidy,
    /// Who depends on whom.
    Layers,
    /// No lint fires.
    Clippy,
    /// All tests and all examples in the documentation pass.
    Test,
    /// No recorded snapshot is left over.
    Snapshots,
    /// The carried data and the generated pages are up to date, the command's help among them.
    Pages,
    /// The documentation builds without a warning.
    Doc,
    /// Each crate builds alone, with as few features as it can.
    Features,
    /// Every published crate packages.
    Package,
    /// Licences, bans and sources, where cargo-deny is installed.
    Deny,
}

/// The builds that a workspace build hides, because there every feature is on.
const LEAN_BUILDS: &[&[&str]] = &[
    &["check", "--package", "impasto-types"],
    &["check", "--package", "impasto-providers"],
    &["check", "--package", "impasto-pixels"],
    &["check", "--package", "impasto-transport", "--no-default-features"],
    &["check", "--package", "impasto", "--no-default-features"],
    &["check", "--package", "impasto", "--no-default-features", "--features", "hyper"],
    &["check", "--package", "impasto", "--no-default-features", "--features", "reqwest"],
    &["check", "--package", "impasto", "--all-features"],
    &["check", "--package", "impasto-mcp", "--no-default-features"],
    &["check", "--package", "impasto-cli", "--no-default-features"],
];

/// Runs the command.
///
/// # Errors
///
/// At the first step that fails, naming the command that repeats it.
pub fn run(args: &Args) -> anyhow::Result<()> {
    // Nothing to write, so nothing that `--check` could forbid.
    let Args { check: _, steps } = args;
    let mut times = Vec::new();
    for step in Step::value_variants() {
        if !steps.is_empty() && !steps.contains(step) {
            continue;
        }
        let name = step.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        println!("== {name}");
        let watch = Stopwatch::start();
        run_step(*step).with_context(|| format!("{name} failed; repeat it with `cargo xtask ci {name}`"))?;
        times.push((name, watch.elapsed()));
    }
    for (name, time) in &times {
        println!("{name:>10} {:7.1} s", time.as_secs_f64());
    }
    Ok(())
}

fn run_step(step: Step) -> anyhow::Result<()> {
    match step {
        Step::Fmt => cargo(&["fmt", "--all", "--", "--check"], &[]),
        Step::Tidy => tidy::check(),
        Step::Layers => layers::check(),
        Step::Clippy => {
            cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"], &[])
        }
        Step::Test => {
            snapshots::forget()?;
            cargo(&["test", "--workspace"], &[(snapshots::VARIABLE, &snapshots::references())])
        }
        Step::Snapshots => snapshots::check(),
        Step::Pages => {
            data::settle(&repository::root(), Mode::Check)?;
            docs::settle(&repository::root(), Mode::Check)?;
            docs::settle_cli(Mode::Check)
        }
        Step::Doc => {
            let strict = ("RUSTDOCFLAGS", OsStr::new("-D warnings"));
            cargo(&["doc", "--workspace", "--no-deps", "--locked"], &[strict])
        }
        Step::Features => LEAN_BUILDS.iter().try_for_each(|build| cargo(build, &[])),
        Step::Package => package::check(),
        Step::Deny => deny(),
    }
}

fn deny() -> anyhow::Result<()> {
    let installed = Command::new(cargo::program()).args(["deny", "--version"]).output();
    if installed.is_ok_and(|output| output.status.success()) {
        // Advisories change from one day to the next, so they are looked at apart: `cargo deny check advisories`.
        return cargo(&["deny", "check", "bans", "licenses", "sources"], &[]);
    }
    println!("cargo-deny is not installed: skipped (`cargo install cargo-deny --locked` installs it)");
    Ok(())
}

/// Runs cargo as CI does: snapshots are compared, never written.
fn cargo(args: &[&str], environment: &[(&str, &OsStr)]) -> anyhow::Result<()> {
    println!("cargo {}", args.join(" "));
    let status = Command::new(cargo::program())
        .current_dir(repository::root())
        .args(args)
        .envs([("CI", "true"), ("INSTA_UPDATE", "no")])
        .envs(environment.iter().copied())
        .status()
        .context("run cargo")?;
    anyhow::ensure!(status.success(), "cargo {} failed", args.join(" "));
    Ok(())
}

/// How long something takes on this machine: the one thing here that cannot be injected.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "the time a step takes on this machine is what is reported"
    )]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
