//! The skill and the page for assistants name only what there is: flags, commands, tools, arguments.
#![cfg(feature = "mcp")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::mcp::Talk;
use crate::support::Bench;

/// Code of a document that is neither a command, a tool nor an argument.
const OTHER_WORDS: &[&str] = &[
    // Values and words of results.
    "emulated",
    "running",
    "low",
    "medium",
    "high",
    "png",
    "jpeg",
    "transparent",
    "billing",
    "not_billed",
    "billed",
    "unknown",
    "next_step",
    "code",
    "isError",
    "structuredContent",
    "over_budget",
    "moderation",
    "missing_key",
    "authentication",
    "quota",
    "outside_roots",
    "hero-banner-1",
    "5USD",
    "5USD/day",
    "20USD/month",
    // Settings of others.
    "mcpServers",
    "servers",
    "command",
    "args",
    "env",
    "[mcp_servers.impasto]",
    "budget",
];

fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What stands between backticks, and every line of the shell samples.
fn code_of(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        if let Some(language) = line.trim().strip_prefix("```") {
            fence = if fence.is_some() { None } else { Some(language) };
            continue;
        }
        match fence {
            Some("sh") => found.push(line.to_owned()),
            Some(_) => {}
            None => found.extend(line.split('`').skip(1).step_by(2).map(str::to_owned)),
        }
    }
    found
}

/// The arguments of every tool, as a client is told of them.
fn arguments() -> BTreeSet<String> {
    let bench = Bench::new();
    let mut talk = Talk::start(&bench, &[]);
    let tools = talk.ask("tools/list", &json!({}));
    talk.end();
    let names = |object: &Value| -> Vec<String> {
        object.as_object().into_iter().flat_map(|object| object.keys().cloned()).collect()
    };
    let mut all = BTreeSet::new();
    for tool in tools["tools"].as_array().unwrap() {
        all.extend(names(&tool["inputSchema"]["properties"]));
        all.extend(names(&tool["outputSchema"]["properties"]));
        for choice in tool["inputSchema"]["properties"]["mask"]["anyOf"].as_array().into_iter().flatten() {
            all.extend(names(&choice["properties"]));
            for inner in choice["anyOf"].as_array().into_iter().flatten() {
                all.extend(names(&inner["properties"]));
            }
        }
    }
    all
}

#[test]
fn what_the_skill_names_is_there() {
    let bench = Bench::new();
    let arguments = arguments();
    for name in ["skills/impasto/SKILL.md", "mcp.md"] {
        for code in code_of(&document(name)) {
            let mut words = code.split_whitespace();
            match words.next() {
                Some("impasto") => check_command(&bench, name, &code),
                Some(flag) if flag.starts_with("--") => {
                    let flag = flag.split(['=', ' ']).next().unwrap();
                    let help = ["generate", "edit", "mcp"]
                        .map(|command| bench.run_ok(&[command, "--help"]).stdout)
                        .concat();
                    assert!(help.contains(flag), "{name}: there is no flag {flag}");
                }
                Some(word) => {
                    let known = impasto_mcp::TOOL_NAMES.contains(&word)
                        || arguments.contains(word)
                        || OTHER_WORDS.contains(&word)
                        // Paths, addresses, variables and the like say what they are.
                        || word.contains(['.', '/', ':', '$'])
                        || word.chars().all(|c| c.is_ascii_uppercase() || c == '_')
                        || ["claude", "cargo"].contains(&word);
                    assert!(known, "{name}: nothing is called {word}");
                }
                None => panic!("{name}: empty code"),
            }
        }
    }
}

/// A command and each of its flags stand in its help.
#[track_caller]
fn check_command(bench: &Bench, name: &str, code: &str) {
    let plain: Vec<&str> = code.split_whitespace().skip(1).collect();
    let Some(command) = plain.first() else { return };
    let mut path = vec![*command];
    if *command == "jobs" {
        path.extend(plain.get(1).filter(|word| !word.starts_with('-')));
    }
    let ran = bench.run(&[&path[..], &["--help"]].concat());
    assert_eq!(ran.code, 0, "{name}: there is no `impasto {}`", path.join(" "));
    for flag in plain.iter().filter(|word| word.starts_with("--")) {
        assert!(ran.stdout.contains(flag), "{name}: `impasto {command}` has no {flag}");
    }
}

#[test]
fn the_skill_says_what_it_is_and_names_every_tool() {
    let skill = document("skills/impasto/SKILL.md");
    let front = skill.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).unwrap().0;
    let field = |name: &str| {
        front.lines().find_map(|line| line.strip_prefix(name)).map(str::trim).unwrap_or_default().to_owned()
    };
    assert_eq!(field("name:"), "impasto");
    let description = field("description:");
    assert!((100..=1024).contains(&description.len()), "{} characters", description.len());
    let page = document("mcp.md");
    for tool in impasto_mcp::TOOL_NAMES {
        assert!(skill.contains(&format!("`{tool}`")), "the skill does not name {tool}");
        assert!(page.contains(&format!("| `{tool}` |")), "the page does not name {tool}");
    }
    for argument in ["idempotency_key", "output_path", "overwrite", "wait", "dry_run", "max_cost"] {
        assert!(page.contains(&format!("| `{argument}` |")), "the page does not explain {argument}");
    }
}
