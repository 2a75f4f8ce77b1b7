//! `cargo xtask weigh`: what the smallest program that makes an image weighs, and what it takes to build.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::ci::Stopwatch;
use crate::layers::trees::HELLO_LIMIT;
use crate::{cargo, repository};

/// Builds the smallest program that makes an image, ours and a peer's, and tells crates, CPU time and size.
///
/// Each build is a cold one, one after the other, some two minutes each on two cores: let nothing else run meanwhile.
/// It needs Linux, and a network for the peer. docs/adr/0013-what-is-compiled-once.md explains the figures.
#[derive(clap::Args)]
pub struct Args {
    /// Accepted for symmetry: this command writes nothing into the repository.
    #[arg(long)]
    check: bool,
    /// Leaves the peer out.
    #[arg(long)]
    alone: bool,
    /// Prints one JSON array instead of the table.
    #[arg(long)]
    json: bool,
}

/// A program in a package of its own.
struct Program {
    name: &'static str,
    dependencies: &'static str,
    source: &'static str,
}

const OURS: Program = Program {
    name: "hello-impasto",
    dependencies: r#"impasto = { path = "ROOT/crates/impasto" }
tokio = { version = "1", default-features = false, features = ["macros", "rt"] }
"#,
    source: r#"#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), impasto::Error> {
    let client = impasto::Client::from_env()?;
    let generation = client.generate("a lighthouse at dusk").send().await?;
    generation.first().save("lighthouse.png").await?;
    Ok(())
}
"#,
};

const PEER: Program = Program {
    name: "hello-async-openai",
    dependencies: r#"async-openai = { version = "=0.43.0", default-features = false, features = ["image", "rustls"] }
tokio = { version = "1", default-features = false, features = ["macros", "rt"] }
"#,
    source: r#"use async_openai::{Client, types::images::{CreateImageRequestArgs, ImageModel}};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut request = CreateImageRequestArgs::default();
    let request = request.prompt("a lighthouse at dusk").model(ImageModel::Other("gpt-image-2".into())).build()?;
    Client::new().images().generate(request).await?.save(".").await?;
    Ok(())
}
"#,
};

/// Release profiles, by what they set.
const PROFILES: &[(&str, &[(&str, &str)])] = &[
    ("as it comes", &[]),
    ("lto, one unit", &[("CARGO_PROFILE_RELEASE_LTO", "true"), ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1")]),
];

/// What one build took and made.
struct Weight {
    program: &'static str,
    profile: &'static str,
    crates: usize,
    cpu_seconds: f64,
    wall_seconds: f64,
    bytes: u64,
}

/// Runs the command.
///
/// # Errors
///
/// When one of our builds fails, or this is no Linux.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let Args { check: _, alone, json } = args;
    let mut weights = Vec::new();
    for program in if *alone { &[OURS][..] } else { &[OURS, PEER][..] } {
        match program.weigh() {
            Ok(all) => weights.extend(all),
            Err(error) if program.name == PEER.name => eprintln!("{} is left out: {error:#}", program.name),
            Err(error) => return Err(error),
        }
    }
    if *json {
        let all: Vec<Value> = weights.iter().map(Weight::json).collect();
        println!("{}", serde_json::to_string_pretty(&all)?);
        return Ok(());
    }
    println!("| program | release profile | crates | CPU s | wall s | MB, stripped |");
    println!("|---|---|---:|---:|---:|---:|");
    for weight in &weights {
        println!("{}", weight.row());
    }
    println!("\nOurs is to have at most {HELLO_LIMIT} crates, to take 110 s of CPU, and to weigh 4 MB.");
    Ok(())
}

impl Program {
    fn weigh(&self) -> anyhow::Result<Vec<Weight>> {
        let folder = repository::root().join("target/weigh").join(self.name);
        self.write(&folder)?;
        // Downloads are not part of a build.
        finish(Self::cargo(&folder).arg("fetch"))?;
        let tree = Self::cargo(&folder).args(["tree", "--edges", "normal", "--prefix", "none"]).output()?;
        let tree = String::from_utf8_lossy(&tree.stdout).into_owned();
        let mut crates: Vec<&str> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
        crates.sort_unstable();
        crates.dedup();
        let mut weights = Vec::new();
        for (profile, settings) in PROFILES {
            eprintln!("building {} ({profile})", self.name);
            let target = folder.join("target");
            if target.exists() {
                fs::remove_dir_all(&target).with_context(|| format!("empty {}", target.display()))?;
            }
            let (before, watch) = (cpu_of_children()?, Stopwatch::start());
            let mut build = Self::cargo(&folder);
            build.args(["build", "--release", "--quiet"]).env("CARGO_PROFILE_RELEASE_STRIP", "symbols");
            finish(build.envs(settings.iter().copied()))?;
            weights.push(Weight {
                program: self.name,
                profile,
                crates: crates.len(),
                cpu_seconds: cpu_of_children()? - before,
                wall_seconds: watch.elapsed().as_secs_f64(),
                bytes: fs::metadata(target.join("release").join(self.name))?.len(),
            });
        }
        Ok(weights)
    }

    fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let root = repository::root();
        let dependencies = self.dependencies.replace("ROOT", &root.to_string_lossy());
        let manifest = format!(
            "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{dependencies}",
            self.name
        );
        fs::create_dir_all(folder.join("src"))?;
        fs::write(folder.join("Cargo.toml"), manifest)?;
        fs::write(folder.join("src/main.rs"), self.source)?;
        // The versions that the workspace is tested with.
        fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        Ok(())
    }

    /// Cargo in the program's folder, with a target folder of its own: nothing that was built before is used.
    fn cargo(folder: &Path) -> Command {
        let mut command = Command::new(cargo::program());
        command.current_dir(folder).env("CARGO_TARGET_DIR", folder.join("target"));
        // What cargo tells the program that it runs is not meant for another build.
        command.env_remove("CARGO_MANIFEST_DIR").env_remove("RUSTFLAGS").env("CARGO_INCREMENTAL", "0");
        command
    }
}

impl Weight {
    fn row(&self) -> String {
        format!(
            "| {} | {} | {} | {:.0} | {:.0} | {:.2} |",
            self.program,
            self.profile,
            self.crates,
            self.cpu_seconds,
            self.wall_seconds,
            megabytes(self.bytes)
        )
    }

    fn json(&self) -> Value {
        json!({
            "program": self.program, "profile": self.profile, "crates": self.crates,
            "cpu_seconds": self.cpu_seconds, "wall_seconds": self.wall_seconds, "bytes": self.bytes,
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn finish(command: &mut Command) -> anyhow::Result<()> {
    let output = command.output().context("cargo could not be started")?;
    anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}

/// The CPU time, user and system, of all the programs that this one started and that have ended, in seconds.
fn cpu_of_children() -> anyhow::Result<f64> {
    let path = PathBuf::from("/proc/self/stat");
    let stat = fs::read_to_string(&path).context("the CPU time of a build is told by Linux only")?;
    seconds_in(&stat).context("/proc/self/stat has another form than proc(5) says")
}

/// Of a line as proc(5) describes it, fields 16 and 17, which count a hundred to the second.
#[must_use]
pub fn seconds_in(stat: &str) -> Option<f64> {
    // The second field is a name in parentheses, and may hold anything.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let [user, system] = [13, 14].map(|at| fields.get(at)?.parse::<u32>().ok());
    Some(f64::from(user? + system?) / 100.0)
}
