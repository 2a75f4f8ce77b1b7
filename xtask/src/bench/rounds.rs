//! Running the rounds: every contender does the work in turn, and what it made is compared with what was sent.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;
use serde::Deserialize;

use super::contenders::Contender;
use super::tools::{Folders, build, finish, source};
use super::work::Case;

/// What one run of one program took.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Run {
    wall_us: u64,
    user_us: u64,
    system_us: u64,
    peak_bytes: u64,
    first_us: Option<u64>,
}

impl Run {
    /// From start to end, in milliseconds.
    pub(super) fn wall(&self) -> f64 {
        millis(self.wall_us)
    }

    /// Of the program and those it started, in milliseconds.
    pub(super) fn cpu(&self) -> f64 {
        millis(self.user_us + self.system_us)
    }

    /// The largest resident memory of any one process, in MB.
    pub(super) fn peak(&self) -> f64 {
        millis(self.peak_bytes) / 1e3
    }

    /// When the first image was whole on disk, in milliseconds.
    pub(super) fn first(&self) -> Option<f64> {
        self.first_us.map(millis)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a few digits are shown")]
fn millis(thousandths: u64) -> f64 {
    thousandths as f64 / 1e3
}

/// A contender and its runs of one piece of work, or why there are none.
pub(super) type Runs = (Contender, Result<Vec<Run>, String>);

/// The programs, built, and the server, running.
pub(super) struct Bench {
    pub(super) folders: Folders,
    server: Child,
    port: u16,
}

impl Bench {
    /// Builds our programs, writes the inputs, and starts the server.
    pub(super) fn set_up(cases: &[&Case]) -> anyhow::Result<Self> {
        let folders = Folders::find();
        eprintln!("building the programs of the benchmark");
        build(&folders, &source().join("Cargo.toml"), &["--bins"])?;
        let mut inputs = Command::new(folders.release("bench-inputs"));
        inputs.arg(folders.inputs()).args(cases.iter().map(|case| case.bytes.to_string()));
        finish(inputs)?;
        let mut server = Command::new(folders.release("bench-server"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("start the server")?;
        let mut line = String::new();
        BufReader::new(server.stdout.take().context("the server has no stdout")?).read_line(&mut line)?;
        let port = line.trim().parse().context("the server names no port")?;
        Ok(Self { folders, server, port })
    }

    /// All rounds of one piece of work. Who comes first changes from round to round, so that what else the machine
    /// does meets everybody.
    pub(super) fn run(
        &self,
        case: &Case,
        present: &[(Contender, Vec<PathBuf>)],
        rounds: u32,
    ) -> anyhow::Result<Vec<Runs>> {
        eprintln!("measuring {}", case.title);
        let able: Vec<_> = present.iter().filter(|(contender, _)| contender.can(case)).collect();
        let mut runs: Vec<Runs> = able.iter().map(|(contender, _)| (*contender, Ok(Vec::new()))).collect();
        let expected = fs::read(self.folders.inputs().join(format!("picture-{}.png", case.bytes)))?;
        for round in 0..rounds as usize {
            for turn in 0..able.len() {
                let index = (round + turn) % able.len();
                let (contender, program) = able[index];
                let (_, Ok(taken)) = &mut runs[index] else { continue };
                match self.once(case, *contender, program, &expected) {
                    Ok(run) => taken.push(run),
                    Err(error) if contender.is_ours() => {
                        return Err(error.context(format!("{} at {}", contender.name(), case.name)));
                    }
                    Err(error) => runs[index].1 = Err(format!("{error:#}")),
                }
            }
        }
        Ok(runs)
    }

    fn once(
        &self,
        case: &Case,
        contender: Contender,
        program: &[PathBuf],
        expected: &[u8],
    ) -> anyhow::Result<Run> {
        let out = self.folders.out();
        let _ = fs::remove_dir_all(&out);
        fs::create_dir_all(&out)?;
        let base_url = format!("http://127.0.0.1:{}/{}/{}/v1", self.port, case.bytes, case.delay_ms);
        let watched = if case.first { case.bytes } else { 0 };
        let mut command = Command::new(self.folders.release("bench-measure"));
        command.arg(&out).arg(watched.to_string()).args(program);
        command.args(contender.arguments(case, &base_url, &self.folders));
        command.env("OPENAI_API_KEY", "sk-bench").env("ATLASCLOUD_API_KEY", "sk-bench");
        command.env("XDG_STATE_HOME", self.folders.own.join("state"));
        command.env("OPENAI_NODE", self.folders.own.join("node"));
        let output = command.output().context("run bench-measure")?;
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
        anyhow::ensure!(output.status.success(), "failed: {last}");
        let mut made: Vec<PathBuf> =
            fs::read_dir(&out)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
        made.retain(|path| path.extension().is_none_or(|extension| extension != "json"));
        anyhow::ensure!(made.len() == case.images, "made {} of {} images", made.len(), case.images);
        for path in made {
            anyhow::ensure!(fs::read(&path)? == expected, "{} is not what was sent", path.display());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // Its stdin closes here, which ends it.
        drop(self.server.stdin.take());
        let _ = self.server.wait();
    }
}
