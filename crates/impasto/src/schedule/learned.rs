//! What past tasks took, and when to ask after the next one.
//!
//! Asking each time a tenth of the age has passed notices every end within a tenth of the duration. From one second to
//! a minute that would be more than forty polls; between the shortest and the longest of similar tasks it is a few.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use impasto_providers::Job;

/// How many durations of a kind have to be known before they decide.
const NEEDED: u32 = 5;
/// Durations are counted in classes, each so many times as long as the one below it.
const CLASS: f64 = 1.05;
/// What a count loses with each further task: some hundred tasks later it is forgotten.
const FADES: f64 = 1.0 / 128.0;
/// A class with so small a part of all counts is forgotten.
const FORGOTTEN: f64 = 1e-3;
/// How many polls a task may cost that takes as long as others did.
const BUDGET: u32 = 12;
/// An end may be noticed so much of the task's age late …
const LATE: f64 = 0.1;
/// … or so many seconds.
const LATE_SECONDS: f64 = 0.5;
/// A task that had ended at its first poll may have taken this part of its age then.
const FIRST_HIT: f64 = 0.6;
/// Beyond what was ever seen, the next poll comes after so much of the age.
const BEYOND: f64 = 0.25;

/// What past tasks took, by what was asked for. Shared by all calls of a client.
#[derive(Debug, Default)]
pub(crate) struct Durations(Mutex<HashMap<String, Past>>);

impl Durations {
    /// A task was noticed to have ended well.
    pub(crate) fn note(&self, watch: &Watch, now: Duration) {
        if !watch.fresh {
            return;
        }
        let age = |at: Duration| at.saturating_sub(watch.since).as_secs_f64();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let past = all.entry(watch.kind.clone()).or_default();
        match watch.asked {
            // It ended somewhere between two polls.
            Some(asked) => past.took(f64::midpoint(age(asked), age(now))),
            None => past.took_less_than(age(now)),
        }
    }

    /// How long to wait before the next poll of a task; none when too little is known of its kind. `random` in 0..1
    /// spreads many pollers.
    pub(crate) fn wait(&self, watch: &Watch, polls: u32, now: Duration, random: f64) -> Option<Duration> {
        if !watch.fresh {
            return None;
        }
        let window = {
            let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.get(&watch.kind)?.window()?
        };
        let age = now.saturating_sub(watch.since).as_secs_f64();
        let spread = 1.0 - LATE * random.clamp(0.0, 1.0);
        // The first poll comes when the shortest ends; a task known to run is older than that, or asked after soon.
        let first = window.from * spread;
        let wait = if age < first { first - age } else { window.step(age, polls) * spread };
        Some(Duration::from_secs_f64(wait.max(LATE_SECONDS / 2.0)))
    }
}

/// What is known of past tasks of a kind.
///
/// Classes and not the last so many durations: of a thousand tasks that began together the short ones end first, and
/// they must not make the long ones forgotten.
#[derive(Debug, Default)]
struct Past {
    /// How many tasks there were, each class by the logarithm of its shortest.
    classes: BTreeMap<i32, f64>,
    tasks: u32,
    /// The shortest and the longest age at which a task had ended at its first poll, if nothing shorter was seen to run.
    first_hits: Option<(f64, f64)>,
}

impl Past {
    fn took(&mut self, seconds: f64) {
        for count in self.classes.values_mut() {
            *count *= 1.0 - FADES;
        }
        let total: f64 = self.classes.values().sum();
        self.classes.retain(|_, count| *count > total * FORGOTTEN);
        #[expect(clippy::cast_possible_truncation, reason = "a logarithm is small")]
        let class = (seconds.max(f64::MIN_POSITIVE).ln() / CLASS.ln()).floor() as i32;
        *self.classes.entry(class).or_default() += 1.0;
        self.tasks = self.tasks.saturating_add(1);
        self.first_hits = self.first_hits.filter(|&(shortest, _)| shortest < seconds);
    }

    fn took_less_than(&mut self, seconds: f64) {
        self.tasks = self.tasks.saturating_add(1);
        let (least, most) = self.first_hits.unwrap_or((seconds, seconds));
        self.first_hits = Some((least.min(seconds), most.max(seconds)));
    }

    /// From the shortest to the longest, or without the rarest of them when that is more than the polls can cover.
    fn window(&self) -> Option<Window> {
        if self.tasks < NEEDED {
            return None;
        }
        let total: f64 = self.classes.values().sum();
        let widest = self.without(0.0);
        let rare = [0.01, 0.02, 0.05, 0.1].map(|part| self.without(total * part));
        let fits = std::iter::once(widest).chain(rare).flatten().find(|window| window.polls() < BUDGET);
        let seen = fits.or(widest);
        let Some((least, most)) = self.first_hits else { return seen };
        // The first poll of the next ones comes much earlier, to find out.
        let guess = Window { from: least * FIRST_HIT, to: most };
        Some(seen.map_or(guess, |seen| Window { from: seen.from.min(guess.from), to: seen.to.max(guess.to) }))
    }

    /// What is left without this much at either end.
    fn without(&self, rare: f64) -> Option<Window> {
        let end = |classes: &mut dyn Iterator<Item = (&i32, &f64)>| {
            let mut left_out = 0.0;
            for (&class, &count) in classes {
                left_out += count;
                if left_out > rare {
                    return Some(class);
                }
            }
            None
        };
        let (first, last) = (end(&mut self.classes.iter())?, end(&mut self.classes.iter().rev())?);
        Some(Window { from: CLASS.powi(first) * 0.97, to: CLASS.powi(last + 1) * 1.03 })
    }
}

/// One task that is waited for.
#[derive(Debug)]
pub(crate) struct Watch {
    kind: String,
    since: Duration,
    /// When it was last asked after, and still ran.
    asked: Option<Duration>,
    /// It was submitted just now, so that its age is known.
    fresh: bool,
}

impl Watch {
    /// A task that is waited for from now on, after `polls` of them.
    pub(crate) fn new(job: &Job, polls: u32, now: Duration) -> Self {
        let quality = job.request.quality.as_ref().map(ToString::to_string).unwrap_or_default();
        let kind = format!("{} {} {quality}", job.model, job.request.operation.as_str());
        Self { kind, since: now, asked: None, fresh: polls == 0 }
    }

    /// It was asked after, and still ran.
    pub(crate) fn asked(&mut self, now: Duration) {
        self.asked = Some(now);
    }
}

/// When tasks of a kind are likely to end, in seconds of their age.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Window {
    from: f64,
    to: f64,
}

impl Window {
    /// How many polls notice every end within it in time.
    fn polls(self) -> u32 {
        let (mut age, mut polls) = (self.from, 1);
        while age < self.to && polls < 4 * BUDGET {
            age += late(age) * (1.0 - LATE / 2.0);
            polls += 1;
        }
        polls
    }

    /// The seconds to the next poll of a task of this age.
    fn step(self, age: f64, polls: u32) -> f64 {
        if age >= self.to {
            return late(age).max(age * BEYOND);
        }
        // Where the polls that are left do not suffice, each is a little late rather than the last ones very much.
        let left = f64::from(BUDGET.saturating_sub(polls).max(1));
        late(age).max(age * ((self.to / age).powf(1.0 / left) - 1.0))
    }
}

/// How late the end of a task of this age may be noticed.
fn late(age: f64) -> f64 {
    (age * LATE).max(LATE_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays one task that ends at `end` seconds; gives how late that was noticed, and the polls.
    fn play(durations: &Durations, end: f64, random: f64) -> (f64, u32) {
        let mut watch = Watch { kind: String::new(), since: Duration::ZERO, asked: None, fresh: true };
        let (mut now, mut polls) = (Duration::ZERO, 0);
        loop {
            let fallback = Duration::from_secs_f64(8.0 + 2.0 * f64::from(polls));
            now += durations.wait(&watch, polls, now, random).unwrap_or(fallback);
            polls += 1;
            if now.as_secs_f64() >= end {
                durations.note(&watch, now);
                return (now.as_secs_f64() - end, polls);
            }
            watch.asked(now);
        }
    }

    #[track_caller]
    fn check(center: f64, apart: f64, most: u32) {
        let durations = Durations::default();
        // Neighbours of the golden ratio: an even spread without a pattern.
        let part = |index: u32| (f64::from(index) * 0.618_033_988_75).fract();
        for index in 0..200 {
            let end = center * (1.0 + apart * (2.0 * part(index) - 1.0));
            let (late, polls) = play(&durations, end, part(index * 7 + 3));
            // The first few are to learn from.
            if index >= 20 {
                assert!(late <= (end * 0.1).max(0.5) + 1e-9, "{end:.2} s noticed {late:.2} s late");
                assert!(polls <= most, "{end:.2} s took {polls} polls");
            }
        }
    }

    #[test]
    fn similar_tasks_are_noticed_in_time_with_few_polls() {
        check(5.0, 0.0, 6);
        check(60.0, 0.0, 6);
        check(6.5, 0.25, 12);
        check(20.0, 0.25, 12);
        check(48.0, 0.25, 12);
        check(30.0, 0.35, 12);
    }

    #[test]
    fn nothing_is_said_of_what_is_not_known() {
        let durations = Durations::default();
        let mut watch = Watch { kind: String::new(), since: Duration::ZERO, asked: None, fresh: true };
        assert_eq!(durations.wait(&watch, 0, Duration::ZERO, 0.5), None);
        for _ in 0..NEEDED {
            durations.note(&watch, Duration::from_secs(20));
        }
        assert!(durations.wait(&watch, 0, Duration::ZERO, 0.5).is_some());
        // Of a task taken up again nobody knows when it began.
        watch.fresh = false;
        assert_eq!(durations.wait(&watch, 0, Duration::ZERO, 0.5), None);
    }

    #[test]
    fn a_seller_that_becomes_slower_is_followed() {
        let durations = Durations::default();
        for _ in 0..100 {
            play(&durations, 10.0, 0.5);
        }
        for _ in 0..1_000 {
            play(&durations, 40.0, 0.5);
        }
        let (late, polls) = play(&durations, 40.0, 0.5);
        assert!(late <= 4.0 && polls <= 6, "{late} s late after {polls} polls");
    }
}
