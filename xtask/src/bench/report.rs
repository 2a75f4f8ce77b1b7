//! The table: medians, multiples of the floor, how much the floor's own rounds differ, and the bars.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::bars::{self, Bar};
use super::contenders::Contender;
use super::rounds::{Run, Runs};
use super::work::Case;
use crate::findings::Findings;
use crate::mode::Mode;
use crate::repository;

/// The page that holds the last table, and the lines around it.
const PAGE: &str = "docs/performance.md";
const BEGIN: &str = "<!-- The table between these marks is written by `cargo xtask bench --write`. -->\n";
const END: &str = "<!-- End of the table. -->\n";

/// The medians of one contender at one piece of work.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figures {
    /// Milliseconds.
    pub(super) wall: f64,
    /// Milliseconds.
    pub(super) cpu: f64,
    /// MB.
    pub(super) peak: f64,
    /// MB/s.
    pub(super) speed: f64,
    /// Milliseconds.
    pub(super) first: Option<f64>,
}

struct Row {
    case: &'static Case,
    contender: Contender,
    figures: Result<Figures, String>,
}

/// Everything a run found out.
pub(super) struct Report {
    rounds: u32,
    skipped: Vec<(Contender, String)>,
    rows: Vec<Row>,
    /// For each piece of work, how far the middle half of the floor's rounds lies apart, as parts of the median: wall, CPU.
    spread: Vec<(&'static Case, f64, f64)>,
}

impl Report {
    pub(super) fn new(rounds: u32, skipped: Vec<(Contender, String)>) -> Self {
        Self { rounds, skipped, rows: Vec::new(), spread: Vec::new() }
    }

    /// Takes in the rounds of one piece of work.
    pub(super) fn measured(&mut self, case: &'static Case, runs: Vec<Runs>) {
        for (contender, runs) in runs {
            if let (Contender::Floor, Ok(runs)) = (contender, &runs) {
                self.spread.push((case, spread(runs, Run::wall), spread(runs, Run::cpu)));
            }
            let figures = runs.map(|runs| Figures::of(case, &runs));
            self.rows.push(Row { case, contender, figures });
        }
    }

    /// The figures of one contender, if it was measured.
    pub(super) fn figures(&self, case: &str, contender: Contender) -> Option<&Figures> {
        let row = self.rows.iter().find(|row| row.case.name == case && row.contender == contender)?;
        row.figures.as_ref().ok()
    }

    pub(super) fn bars(&self) -> Vec<Bar> {
        bars::of(self)
    }

    /// The table and what belongs to it, as Markdown.
    pub(super) fn text(&self) -> String {
        let mut text = String::from(
            "| work | contender | CPU | wall | peak | CPU ms | wall ms | peak MB | MB/s | first ms |\n\
             |---|---|---:|---:|---:|---:|---:|---:|---:|---:|\n",
        );
        for row in &self.rows {
            let _ = writeln!(text, "{}", self.line(row));
        }
        text.push('\n');
        let _ = writeln!(
            text,
            "Medians of {} rounds; the columns CPU, wall and peak are multiples of the floor's.",
            self.rounds
        );
        let apart = |part: f64| format!("{:.0}%", part * 100.0);
        let spreads: Vec<String> = self
            .spread
            .iter()
            .map(|(case, wall, cpu)| format!("{} {} / {}", case.name, apart(*cpu), apart(*wall)))
            .collect();
        let _ = writeln!(
            text,
            "Noise: the middle half of the floor's own rounds lies apart by, CPU / wall: {}.",
            spreads.join(", ")
        );
        for (contender, reason) in &self.skipped {
            let _ = writeln!(text, "Skipped: {}, {reason}.", contender.name());
        }
        text.push('\n');
        let _ = writeln!(text, "| bar | limit | reached | |\n|---|---:|---:|---|");
        for bar in self.bars() {
            let met = if bar.is_met() { "met" } else { "**missed**" };
            let _ = writeln!(
                text,
                "| {} | {} {:.1} | {:.1} | {met} |",
                bar.what,
                bar.sense(),
                bar.limit,
                bar.reached
            );
        }
        text
    }

    fn line(&self, row: &Row) -> String {
        let first_of_case = row.contender == Contender::Floor;
        let title =
            if first_of_case { format!("**{}**: {}", row.case.name, row.case.title) } else { String::new() };
        let name = row.contender.name();
        let figures = match &row.figures {
            Ok(figures) => figures,
            Err(reason) => return format!("| {title} | {name} | {reason} | | | | | | | |"),
        };
        let times = |ours: f64, of: fn(&Figures) -> f64| {
            let floor = self.figures(row.case.name, Contender::Floor).map_or(f64::NAN, of);
            format!("{:.2}×", ours / floor)
        };
        let first = figures.first.map_or_else(String::new, |first| format!("{first:.1}"));
        format!(
            "| {title} | {name} | {} | {} | {} | {:.1} | {:.1} | {:.1} | {:.0} | {first} |",
            times(figures.cpu, |floor| floor.cpu),
            times(figures.wall, |floor| floor.wall),
            times(figures.peak, |floor| floor.peak),
            figures.cpu,
            figures.wall,
            figures.peak,
            figures.speed,
        )
    }

    pub(super) fn json(&self) -> Value {
        let rows = self.rows.iter().map(|row| {
            let mut value = json!({ "work": row.case.name, "contender": row.contender.name() });
            match &row.figures {
                Ok(figures) => {
                    value["cpu_ms"] = figures.cpu.into();
                    value["wall_ms"] = figures.wall.into();
                    value["peak_mb"] = figures.peak.into();
                    value["mb_per_s"] = figures.speed.into();
                    value["first_ms"] = figures.first.into();
                }
                Err(reason) => value["failed"] = reason.as_str().into(),
            }
            value
        });
        let bars = self.bars().into_iter().map(|bar| {
            let met = bar.is_met();
            json!({ "bar": bar.what, "sense": bar.sense(), "limit": bar.limit, "reached": bar.reached, "met": met })
        });
        let spread = self
            .spread
            .iter()
            .map(|(case, wall, cpu)| json!({ "work": case.name, "wall": wall, "cpu": cpu }));
        let skipped = self
            .skipped
            .iter()
            .map(|(contender, reason)| json!({ "contender": contender.name(), "reason": reason }));
        json!({
            "rounds": self.rounds,
            "rows": rows.collect::<Vec<_>>(),
            "floor_spread": spread.collect::<Vec<_>>(),
            "skipped": skipped.collect::<Vec<_>>(),
            "bars": bars.collect::<Vec<_>>(),
        })
    }

    /// Puts the table into its page.
    pub(super) fn write(&self, mode: Mode) -> anyhow::Result<()> {
        let root = repository::root();
        let page = std::fs::read_to_string(root.join(PAGE))?;
        let (before, rest) =
            page.split_once(BEGIN).ok_or_else(|| anyhow::anyhow!("no mark for the table"))?;
        let (_, after) = rest.split_once(END).ok_or_else(|| anyhow::anyhow!("no mark after the table"))?;
        let page = format!("{before}{BEGIN}\n{}\n{END}{after}", self.text().trim_end());
        let mut findings = Findings::default();
        mode.settle(&root, PAGE, page.as_bytes(), &mut findings)
    }
}

impl Figures {
    fn of(case: &Case, runs: &[Run]) -> Self {
        let wall = median(runs.iter().map(Run::wall));
        let firsts: Vec<f64> = runs.iter().filter_map(Run::first).collect();
        #[expect(clippy::cast_precision_loss, reason = "a few digits are shown")]
        let moved = case.moved as f64;
        Self {
            wall,
            cpu: median(runs.iter().map(Run::cpu)),
            peak: median(runs.iter().map(Run::peak)),
            speed: moved / 1e3 / wall,
            first: (!firsts.is_empty()).then(|| median(firsts.into_iter())),
        }
    }
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let values = sorted(values);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// How far the middle half lies apart, as a part of the median.
fn spread(runs: &[Run], of: fn(&Run) -> f64) -> f64 {
    let values = sorted(runs.iter().map(of));
    let last = values.len() - 1;
    (values[last - last / 4] - values[last / 4]) / values[values.len() / 2]
}
