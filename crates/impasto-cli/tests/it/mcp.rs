//! `impasto mcp` as a client starts it: over its standard streams, without a key.
#![cfg(feature = "mcp")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};

use crate::support::Bench;

/// A server, and the two ends of the conversation with it.
pub(crate) struct Talk {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    id: u64,
}

impl Talk {
    pub(crate) fn start(bench: &Bench, args: &[&str]) -> Self {
        let mut child = bench
            .command(&[&["mcp"], args].concat())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut talk = Self { child, input, output: BufReader::new(output), id: 0 };
        let hello = json!({
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": { "name": "test", "version": "1" },
        });
        let answer = talk.ask("initialize", &hello);
        assert_eq!(answer["serverInfo"]["name"], "impasto");
        talk.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        talk
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.input, "{message}").unwrap();
    }

    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.id += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": self.id, "method": method, "params": params }));
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!(answer["id"], self.id, "{answer}");
        answer["result"].clone()
    }

    fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        self.ask("tools/call", &json!({ "name": tool, "arguments": arguments }))
    }

    /// Closes the conversation; tells what was said on stderr.
    pub(crate) fn end(self) -> String {
        drop(self.input);
        let output = self.child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stderr).unwrap()
    }
}

#[test]
fn without_a_key_the_tools_work_on_the_emulator_and_say_so() {
    let bench = Bench::new();
    let mut talk = Talk::start(&bench, &["--budget", "1USD"]);
    let tools = talk.ask("tools/list", &json!({}));
    assert_eq!(tools["tools"].as_array().unwrap().len(), 10);
    let fox = json!({ "prompt": "a fox", "size": "1024x1024", "quality": "low" });
    let estimate = talk.call("estimate_cost", &fox);
    assert_eq!(estimate["structuredContent"]["fits_budget"], true, "{estimate}");
    let made = talk.call("generate_image", &fox);
    let made = &made["structuredContent"];
    assert_eq!((&made["status"], &made["emulated"]), (&json!("succeeded"), &json!(true)), "{made}");
    assert_eq!(bench.files(), ["a-fox.png", "a-fox.png.json"]);
    assert_eq!(image::load_from_memory(&bench.read("a-fox.png")).unwrap().width(), 1024);
    let edit = json!({
        "prompt": "at night", "images": ["a-fox.png"], "size": "1024x1024", "quality": "low",
        "output_path": "night.png", "mask": { "x": 0, "y": 0, "width": 512, "height": 512 },
    });
    assert_eq!(talk.call("edit_image", &edit)["structuredContent"]["status"], "succeeded");
    let atlas = json!({ "prompt": "a badger", "provider": "atlas", "size": "1024x1024", "quality": "low" });
    let made = talk.call("generate_image", &atlas)["structuredContent"].clone();
    assert_eq!((&made["provider"], &made["emulated"]), (&json!("atlas"), &json!(true)), "{made}");
    let budget = talk.call("get_budget", &json!({}))["structuredContent"]["budget"].clone();
    assert_eq!(budget["limit"], "1", "{budget}");
    assert_ne!(budget["spent"], "0", "{budget}");
    assert!(talk.end().starts_with("no key found: using the built-in emulator"));
}

#[test]
fn with_a_key_its_seller_answers_and_another_is_not_replaced_by_placeholders() {
    let bench = Bench::with_emulator();
    let mut talk = Talk::start(&bench, &["--root", ".", "--max-cost", "0.10"]);
    let fox = json!({
        "prompt": "a fox", "size": "1024x1024", "quality": "low", "idempotency_key": "fox", "output_path": "fox.png",
    });
    let first = talk.call("generate_image", &fox)["structuredContent"].clone();
    assert_eq!((&first["status"], &first["emulated"]), (&json!("succeeded"), &json!(false)), "{first}");
    let refused = talk.call("generate_image", &json!({ "prompt": "a fox", "provider": "atlas" }));
    assert_eq!(refused["structuredContent"]["error"]["code"], "missing_key", "{refused}");
    let dear = json!({ "prompt": "a fox", "size": "1024x1024", "quality": "high" });
    let refused = talk.call("generate_image", &dear);
    assert_eq!(refused["structuredContent"]["error"]["code"], "over_budget", "{refused}");
    talk.end();
    // The key outlives the process.
    let mut later = Talk::start(&bench, &["--root", "."]);
    let second = later.call("generate_image", &fox)["structuredContent"].clone();
    assert_eq!((&second["images"], &second["replayed"]), (&first["images"], &json!(true)), "{second}");
    later.end();
    assert_eq!(bench.bill().len(), 1);
}

#[test]
fn a_client_that_leaves_loses_no_image() {
    let bench = Bench::with_emulator().env("IMPASTO_SIDECAR", "false");
    let mut talk = Talk::start(&bench, &["--root", "."]);
    let fox = json!({ "prompt": "a fox", "size": "1024x1024", "quality": "low", "wait": 0 });
    let begun = talk.call("generate_image", &fox);
    assert_eq!(begun["structuredContent"]["status"], "running", "{begun}");
    let said = talk.end();
    assert!(said.is_empty() || said.starts_with("finishing 1 job that may be paid for"), "{said}");
    assert_eq!((bench.files(), bench.bill().len()), (vec!["a-fox.png".to_owned()], 1));
    let looked_back = bench.run_ok(&["history"]);
    assert!(looked_back.stdout.contains("a fox"), "{}", looked_back.stdout);
}

#[test]
fn what_cannot_be_served_is_refused_at_once() {
    let bench = Bench::new();
    for (args, code, words) in [
        (&["mcp", "--budget", "much"][..], 2, "budget: much is not a limit such as 5USD"),
        (&["mcp", "--root", "missing"], 2, "root: missing"),
        (&["mcp", "--http", "0.0.0.0:0"], 2, "is not on this machine"),
        (&["mcp", "--api-key-env", "NO_SUCH_KEY"], 3, "NO_SUCH_KEY"),
    ] {
        let ran = bench.run(args);
        assert_eq!(ran.code, code, "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(words), "{args:?}: {}", ran.stderr);
    }
}
