//! The bars we set ourselves, each a limit on one figure beside the floor's of the same run.

use super::contenders::Contender;
use super::report::{Figures, Report};

/// What the command may add for its start, in milliseconds of CPU.
const START: f64 = 8.0;
/// What peak memory may be above the floor's, in MB.
const MEMORY: f64 = 12.0;

/// One bar, and how high we jumped.
#[derive(Clone, Debug)]
pub(super) struct Bar {
    pub(super) what: String,
    pub(super) limit: f64,
    pub(super) reached: f64,
    /// Whether more is better.
    at_least: bool,
}

impl Bar {
    pub(super) fn is_met(&self) -> bool {
        if self.at_least { self.reached >= self.limit } else { self.reached <= self.limit }
    }

    /// `at most` or `at least`.
    pub(super) const fn sense(&self) -> &'static str {
        if self.at_least { "at least" } else { "at most" }
    }
}

/// Every bar whose work was measured.
pub(super) fn of(report: &Report) -> Vec<Bar> {
    let mut bars = Vec::new();
    let mut set =
        |case: &str, contender: Contender, what: &str, rule: &dyn Fn(&Figures, &Figures) -> Rule| {
            let (Some(floor), Some(ours)) =
                (report.figures(case, Contender::Floor), report.figures(case, contender))
            else {
                return;
            };
            let Rule { limit, reached, at_least } = rule(floor, ours);
            let what = format!("{case}, {}: {what}", contender.name());
            bars.push(Bar { what, limit, reached, at_least });
        };
    for contender in [Contender::Library, Contender::Cli] {
        let start = if contender == Contender::Cli { START } else { 0.0 };
        for (case, times) in [("n10", 1.5), ("stream", 2.0), ("edit", 2.0)] {
            set(case, contender, "ms of CPU", &|floor, ours| Rule::most(floor.cpu * times + start, ours.cpu));
        }
        for case in ["n1", "n10", "n1-12", "n10-12", "edit"] {
            set(case, contender, "MB of peak memory", &|floor, ours| {
                Rule::most(floor.peak + MEMORY, ours.peak)
            });
        }
        set("first", contender, "ms to the first partial", &|floor, ours| {
            Rule::most(floor.first.unwrap_or_default() + 10.0, ours.first.unwrap_or(f64::INFINITY))
        });
    }
    set("many", Contender::Library, "MB/s", &|floor, ours| Rule {
        limit: 0.7 * floor.speed,
        reached: ours.speed,
        at_least: true,
    });
    set("tiny", Contender::Cli, "ms of CPU", &|_, ours| Rule::most(15.0, ours.cpu));
    bars
}

struct Rule {
    limit: f64,
    reached: f64,
    at_least: bool,
}

impl Rule {
    fn most(limit: f64, reached: f64) -> Self {
        Self { limit, reached, at_least: false }
    }
}
