//! `cargo xtask bench`: our library and our command beside a hand-written floor and the peers, in one run.

mod bars;
mod contenders;
mod report;
mod rounds;
mod tools;
mod work;

use anyhow::Context as _;

use crate::mode::Mode;
use contenders::Contender;
use report::Report;
use rounds::Bench;
use work::Case;

/// Measures us against the floor and the peers: wall, CPU, peak memory, MB/s, as multiples of the floor.
///
/// Builds everything and installs the peers below the target folder first; a peer that cannot be installed is a row
/// with the reason. docs/performance.md explains the table.
#[derive(clap::Args)]
pub struct Args {
    /// Only this work; repeat it for more.
    #[arg(long, value_name = "WORK", value_parser = Case::names())]
    work: Vec<String>,

    /// Only this contender besides the floor; repeat it for more.
    #[arg(long, value_name = "NAME", value_parser = Contender::names())]
    contender: Vec<String>,

    /// How often each contender does each work; medians are told.
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,

    /// Print one JSON object instead of the table.
    #[arg(long)]
    json: bool,

    /// Put the table into docs/performance.md.
    #[arg(long)]
    write: bool,

    /// Fail when one of our bars is missed.
    #[arg(long)]
    check: bool,
}

/// Runs the command.
///
/// # Errors
///
/// When our own programs cannot be built, one of them fails, or `--check` finds a bar missed.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let wanted = |names: &[String], name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
    let cases: Vec<&Case> = work::CASES.iter().filter(|case| wanted(&args.work, case.name)).collect();
    let bench = Bench::set_up(&cases)?;
    let mut present = Vec::new();
    let mut skipped = Vec::new();
    for &contender in Contender::ALL {
        if contender != Contender::Floor && !wanted(&args.contender, contender.name()) {
            continue;
        }
        match contender.install(&bench.folders) {
            Ok(program) => present.push((contender, program)),
            Err(error) if contender.is_ours() => return Err(error),
            Err(error) => skipped.push((contender, format!("{error:#}"))),
        }
    }
    let mut report = Report::new(args.rounds, skipped);
    for case in &cases {
        report.measured(case, bench.run(case, &present, args.rounds)?);
    }
    let missed = report.bars().iter().filter(|bar| !bar.is_met()).count();
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report.json())?);
    } else {
        print!("{}", report.text());
    }
    if args.write {
        report.write(Mode::from_check(false)).context("write docs/performance.md")?;
    }
    anyhow::ensure!(!args.check || missed == 0, "{missed} of our bars missed: see the list above");
    Ok(())
}
