//! Runs the binary in a folder and an environment of its own, against an emulator of the test's own.

use std::path::PathBuf;
use std::process::{Command, Output};

use impasto_emulator::{Bill, Emulator, EmulatorBuilder, RecordedRequest};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// A folder to work in, with or without an emulator to talk to.
pub(crate) struct Bench {
    /// Where it works.
    folder: TempDir,
    /// The home of whoever runs it.
    home: TempDir,
    variables: Vec<(String, String)>,
    server: Option<(Emulator, Runtime)>,
}

/// What a command did.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Bench {
    /// No emulator of the test's own, no key.
    pub(crate) fn new() -> Self {
        let (folder, home) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        Self { folder, home, variables: Vec::new(), server: None }
    }

    /// With an emulator, and the key and base URL of OpenAI set so that it is used.
    pub(crate) fn with_emulator() -> Self {
        Self::with(Emulator::builder())
    }

    /// With this emulator, and the key and base URL of OpenAI set so that it is used.
    pub(crate) fn with(builder: EmulatorBuilder) -> Self {
        let runtime = Runtime::new().unwrap();
        let emulator = runtime.block_on(builder.start()).unwrap();
        let base_url = emulator.openai_base_url();
        let mut bench = Self::new().env("OPENAI_API_KEY", "sk-test-key").env("OPENAI_BASE_URL", &base_url);
        bench.server = Some((emulator, runtime));
        bench
    }

    /// Sets a variable for every command.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the folder.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// The home of whoever runs it.
    pub(crate) fn home(&self) -> &std::path::Path {
        self.home.path()
    }

    /// Writes a file into the home.
    pub(crate) fn write_home(&self, name: &str, content: &str) {
        let path = self.home.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// The bytes of a file in the folder.
    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The names of all files in the folder, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The base URL of a mount of the emulator.
    pub(crate) fn mount(&self, path: &str) -> String {
        format!("{}{path}", self.server.as_ref().unwrap().0.url())
    }

    /// What the emulator was asked, without the emulator's own pages.
    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        self.server.as_ref().unwrap().0.requests()
    }

    pub(crate) fn bill(&self) -> Bill {
        self.server.as_ref().unwrap().0.bill()
    }

    /// A command in the folder, with nothing in its environment but what the test sets.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_impasto"));
        command
            .args(args)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.home.path())
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.finish(self.command(args).output().unwrap())
    }

    /// Runs a command that must succeed.
    #[track_caller]
    pub(crate) fn run_ok(&self, args: &[&str]) -> Ran {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "{args:?}\n{}{}", ran.stdout, ran.stderr);
        ran
    }

    /// What a finished command did, with this machine's folder named as such.
    pub(crate) fn finish(&self, output: Output) -> Ran {
        let (folder, home) = (self.folder.path().to_str().unwrap(), self.home.path().to_str().unwrap());
        let text =
            |bytes| String::from_utf8(bytes).unwrap().replace(folder, "[FOLDER]").replace(home, "[HOME]");
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

impl Ran {
    /// The JSON on stdout.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr))
    }

    /// The lines of stdout.
    pub(crate) fn lines(&self) -> Vec<&str> {
        self.stdout.lines().collect()
    }

    /// Everything in one text, for a snapshot.
    pub(crate) fn shown(&self) -> String {
        format!("exit code: {}\n----- stdout\n{}----- stderr\n{}", self.code, self.stdout, self.stderr)
    }
}

/// Compares with the snapshot of this name; what differs from run to run is named instead.
#[track_caller]
pub(crate) fn snapshot(name: &str, shown: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (pattern, name) in FILTERS {
        settings.add_filter(pattern, *name);
    }
    settings.bind(|| insta::assert_snapshot!(name, shown));
}

/// All that differs from run to run, or belongs to another crate's tests.
const FILTERS: &[(&str, &str)] = &[
    (r"\d{8}T\d{6}-[0-9a-f]{4,}", "[RUN]"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "[MINUTE]"),
    (r"impasto \d+\.\d+\.\d+", "impasto [VERSION]"),
    (r"\d[0-9.]* USD", "[MONEY]"),
    (r"\d{4}-\d\d-\d\d  ", "[DAY]  "),
    (r"since \d{4}-\d\d-\d\d", "since [DAY]"),
    (r"http://127\.0\.0\.1:\d+", "[EMULATOR]"),
    (r"127\.0\.0\.1:\d+", "[ADDRESS]"),
    (r"req_[0-9a-f]{32}", "[REQUEST_ID]"),
    (r#""created": \d+"#, r#""created": "[TIME]""#),
    (r#""elapsed_ms": \d+"#, r#""elapsed_ms": "[MS]""#),
    (r#""bytes": \d+"#, r#""bytes": "[BYTES]""#),
    (r"\d+(\.\d)? (bytes|kB|MB)", "[SIZE]"),
    (r"\d+\.\d s\b", "[SECONDS]"),
    // Which source a rule stands in is the book's to say.
    (r"the rule is from .*", "the rule is from [SOURCE]"),
    // Prices and their age are pricing's to test.
    (r"\$\d+\.\d+( \(\$\d+\.\d+ to \$\d+\.\d+\))?(; the price was read on [0-9-]+)?", "[MONEY]"),
    (r#""(low|expected|high|amount|unit_price)": "[0-9.]+""#, r#""$1": "[MONEY]""#),
    (r#""sheet_date": "[0-9-]+""#, r#""sheet_date": "[DATE]""#),
    (r#""stale": (true|false)"#, r#""stale": "[STALE]""#),
];
