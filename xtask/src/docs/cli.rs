//! The page of the command: its own help, command by command.

use std::process::Command;

use anyhow::Context as _;

use super::HEADER;
use crate::{cargo, repository};

const INTRODUCTION: &str = "# The `impasto` command

What the command says of itself.
What it prints with `--json` is in [cli-json.md](cli-json.md), what it reads from the environment in [environment.md](environment.md).
";

/// The page. Builds the command for it.
///
/// # Errors
///
/// When the command cannot be built or does not explain itself.
pub fn page() -> anyhow::Result<String> {
    let mut text = format!("{HEADER}\n\n{INTRODUCTION}");
    describe(&mut text, &[])?;
    Ok(text)
}

/// A section of a command, then those of the commands below it.
fn describe(text: &mut String, command: &[&str]) -> anyhow::Result<()> {
    let help = help(command)?;
    let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
    let title = ["impasto"].iter().chain(command).copied().collect::<Vec<_>>().join(" ");
    text.extend(["\n## ", &title, "\n\n```text\n", lines.join("\n").trim(), "\n```\n"]);
    for name in commands(&help) {
        describe(text, &[command, &[&name]].concat())?;
    }
    Ok(())
}

/// The names of the commands in a help text: the first word of a line each, or, on the first page, the names in the
/// column behind the group's.
#[must_use]
pub fn commands(help: &str) -> Vec<String> {
    let listed: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .collect();
    // Groups have names, commands are lower case.
    let grouped = listed.first().is_some_and(|line| line.trim_start().starts_with(char::is_uppercase));
    if grouped {
        let columns = listed.iter().filter_map(|line| line.get(GROUP..)?.split("  ").next());
        return columns.flat_map(|names| names.split(", ")).map(str::to_owned).collect();
    }
    // What is indented further continues the line above.
    let names = listed.into_iter().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// Where the names stand on the first page.
const GROUP: usize = 13;

fn help(command: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(cargo::program())
        .current_dir(repository::root())
        .args(["run", "--quiet", "--package", "impasto-cli", "--"])
        .args(command)
        .arg("--help")
        // The width of the page, whoever makes it.
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1")
        .output()
        .context("run the impasto command")?;
    anyhow::ensure!(output.status.success(), "impasto --help: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}
