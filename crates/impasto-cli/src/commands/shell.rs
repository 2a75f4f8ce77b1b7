//! `impasto completions` and `impasto man`: what a shell and a reader want of the arguments.

use std::path::Path;

use clap::CommandFactory as _;
use clap_mangen::Man;

use crate::args::{Cli, CompletionsArgs, ManArgs};
use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::term::Term;

/// The name of the binary.
const NAME: &str = "impasto";

/// Prints a shell's completions.
pub(crate) fn completions(args: &CompletionsArgs, term: &Term) -> Result<Exit, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), NAME, &mut text);
    term.print_bytes(&text).map_err(|error| Failure::io("stdout", "stdout", &error))?;
    Ok(Exit::Ok)
}

/// Prints the manual page, or writes all of them.
pub(crate) fn man(args: &ManArgs, term: &Term) -> Result<Exit, Failure> {
    let mut root = Cli::command().override_help(None::<&str>).after_long_help(exit::codes!());
    root.build();
    let Some(folder) = &args.out_dir else {
        let text = page(&root).map_err(|error| Failure::io("stdout", "stdout", &error))?;
        term.print_bytes(&text).map_err(|error| Failure::io("stdout", "stdout", &error))?;
        return Ok(Exit::Ok);
    };
    std::fs::create_dir_all(folder).map_err(|error| Failure::io("out_dir", folder.display(), &error))?;
    write(&root, NAME, folder, term)?;
    Ok(Exit::Ok)
}

/// Writes the page of a command, then those of the commands below it.
fn write(command: &clap::Command, name: &str, folder: &Path, term: &Term) -> Result<(), Failure> {
    let path = folder.join(format!("{name}.1"));
    let failed = |error: std::io::Error| Failure::io("out_dir", path.display(), &error);
    let named = command.clone().display_name(name);
    std::fs::write(&path, page(&named).map_err(failed)?).map_err(failed)?;
    term.print(path.display());
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        write(below, &format!("{name}-{}", below.get_name()), folder, term)?;
    }
    Ok(())
}

fn page(command: &clap::Command) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    Man::new(command.clone()).render(&mut text)?;
    Ok(text)
}
