//! A budget that outlives the process: a limit a day or a month, held by a ledger's files.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::str::FromStr;
use std::sync::Arc;

use async_trait::async_trait;
use impasto_pricing::{Currency, Money};
use impasto_transport::{Clock, TokioClock};
use impasto_types::{BillingOutcome, Date};

use super::files::{FileLedger, Line};
use crate::aside::aside;
use crate::budget::{Budget, BudgetState, Refused};
use crate::error::Error;
use crate::monthly::MonthlyLines;

/// How long a limit holds before it begins anew. Days and months are those of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Period {
    /// From midnight to midnight.
    Day,
    /// From the first of a month to its end.
    Month,
    /// For ever.
    Ever,
}

/// A limit on spending: so much of a currency in a period. Written `5 USD/day`, `$5/day`, `30 CNY/month` or `20 USD`.
///
/// ```
/// use impasto::ledger::SpendingLimit;
///
/// let limit: SpendingLimit = "$5/day".parse()?;
/// assert_eq!(limit.to_string(), "5 USD/day");
/// # Ok::<(), impasto::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpendingLimit {
    /// How much.
    pub amount: Money,
    /// In how long.
    pub period: Period,
}

impl SpendingLimit {
    /// A limit of `amount` in a `period`.
    #[must_use]
    pub const fn new(amount: Money, period: Period) -> Self {
        Self { amount, period }
    }

    /// The first second of the period that `now` is in.
    fn begin(&self, now: u64) -> u64 {
        let day = match self.period {
            Period::Ever => return 0,
            Period::Day => return now - now % 86_400,
            Period::Month => Date::from_unix(now).to_string(),
        };
        let first = day.get(..8).and_then(|month| format!("{month}01").parse::<Date>().ok());
        let days = first.map_or(0, Date::days_since_epoch);
        u64::try_from(days).unwrap_or(0) * 86_400
    }
}

impl fmt::Display for SpendingLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let period = match self.period {
            Period::Day => "/day",
            Period::Month => "/month",
            Period::Ever => "",
        };
        write!(f, "{} {}{period}", self.amount.amount_text(), self.amount.currency().code())
    }
}

impl FromStr for SpendingLimit {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || {
            let message = format!("{text} is not a limit such as 5 USD/day, 30 CNY/month or 20 USD");
            Error::invalid("budget", message)
        };
        let (amount, period) = match text.split_once('/') {
            None => (text, Period::Ever),
            Some((amount, period)) => match period.trim() {
                "day" => (amount, Period::Day),
                "month" => (amount, Period::Month),
                _ => return Err(wrong()),
            },
        };
        let amount = amount.trim();
        let (digits, code) = match amount.strip_prefix('$') {
            Some(digits) => (digits.trim(), "USD"),
            None => match amount.find(|c: char| c.is_ascii_alphabetic()) {
                Some(at) => (amount[..at].trim(), &amount[at..]),
                None => (amount, "USD"),
            },
        };
        // A code of another form is no currency that anything is sold in, and a limit that nothing falls under.
        let plain = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_alphabetic());
        let money =
            Money::parse(digits, Currency::from(code.to_uppercase().as_str())).map_err(|_| wrong())?;
        if !plain || money.is_negative() {
            return Err(wrong());
        }
        Ok(Self { amount: money, period })
    }
}

/// Limits on spending that every process sharing a [`FileLedger`] keeps together.
///
/// A reservation is a line that is added first and judged then, by the lines above it: of two processes that want the
/// last dollar at once, the one whose line stands first gets it. No lock is needed, and a crash leaves none behind.
/// What nobody knows to be unpaid counts as spent at its high end. Emulated jobs cost nothing.
#[derive(Clone, Debug)]
pub struct FileBudget {
    ledger: FileLedger,
    limits: Vec<SpendingLimit>,
    clock: Arc<dyn Clock>,
}

/// How far a limit is used up.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LimitState {
    /// The limit.
    pub limit: SpendingLimit,
    /// What was spent for sure in the period.
    pub spent: Money,
    /// What is set aside: jobs under way, and those whose outcome nobody knows.
    pub reserved: Money,
}

impl LimitState {
    /// What is left; negative when more was spent than the limit.
    ///
    /// # Errors
    /// When the amounts are too large to be added.
    pub fn left(&self) -> Result<Money, impasto_pricing::Error> {
        self.limit.amount.minus(&self.spent)?.minus(&self.reserved)
    }
}

/// What became of the money of one job.
#[derive(Debug)]
enum Fate {
    Reserved(u64, Money),
    Spent(u64, Money),
}

impl FileBudget {
    /// The limits, kept in `ledger`. Give the same ledger to the client as [`Ledger`](super::Ledger).
    #[must_use]
    pub fn new(ledger: FileLedger, limits: Vec<SpendingLimit>) -> Self {
        Self { ledger, limits, clock: Arc::new(TokioClock::new()) }
    }

    /// Another clock, for tests.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Where each limit stands.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn states(&self) -> io::Result<Vec<LimitState>> {
        self.limits.iter().map(|limit| self.judge(limit, None)).collect()
    }

    /// Where a limit stands, as seen from the last reservation of a job, or from the end of the ledger.
    fn judge(&self, limit: &SpendingLimit, from: Option<&str>) -> io::Result<LimitState> {
        let now = self.clock.unix().as_secs();
        let begin = limit.begin(now);
        let mut lines = Vec::new();
        let files = match limit.period {
            Period::Ever => self.ledger.lines.files()?,
            Period::Day | Period::Month => vec![self.ledger.lines.file_of(now)],
        };
        for path in files {
            MonthlyLines::read(&path, &mut Vec::new(), |line: Line| lines.push(line))?;
        }
        if let Some(own) = from {
            let at = lines.iter().rposition(|line| matches!(line, Line::Reserved { id, .. } if id == own));
            lines.truncate(at.unwrap_or(lines.len()));
        }
        let mut fates: HashMap<String, Fate> = HashMap::new();
        for line in lines {
            take(&mut fates, line);
        }
        let zero = || Money::zero(limit.amount.currency().clone());
        let (mut spent, mut reserved) = (zero(), zero());
        for fate in fates.into_values() {
            let (at, amount, sum) = match fate {
                Fate::Reserved(at, amount) => (at, amount, &mut reserved),
                Fate::Spent(at, amount) => (at, amount, &mut spent),
            };
            if at >= begin && amount.currency() == limit.amount.currency() {
                *sum = sum.plus(&amount).map_err(io::Error::other)?;
            }
        }
        Ok(LimitState { limit: limit.clone(), spent, reserved })
    }

    /// Whether a reservation that stands in the ledger is within every limit of its currency.
    fn allow(&self, id: &str, amount: &Money) -> Result<(), String> {
        let limits = self.limits.iter().filter(|limit| limit.amount.currency() == amount.currency());
        for limit in limits {
            let state = self.judge(limit, Some(id)).map_err(|error| self.unreadable(&error))?;
            let left = state.left().map_err(|error| error.to_string())?;
            let after = left.minus(amount).map_err(|error| error.to_string())?;
            if after.is_negative() {
                return Err(format!("up to {amount} is needed and {left} of {limit} is left"));
            }
        }
        Ok(())
    }

    fn unreadable(&self, error: &io::Error) -> String {
        format!("the ledger cannot be used: {}: {error}", self.ledger.directory().display())
    }

    fn now(&self) -> u64 {
        self.clock.unix().as_secs()
    }

    async fn add(&self, at: u64, line: Line) {
        // What cannot be written leaves the reservation as it is: never nothing by accident.
        if let Err(error) = self.ledger.add(at, line).await {
            self.ledger.note(&error);
        }
    }
}

/// Reads one line into what is known of the jobs.
fn take(fates: &mut HashMap<String, Fate>, line: Line) {
    match line {
        Line::Reserved { id, at, amount } => drop(fates.insert(id, Fate::Reserved(at, amount))),
        Line::Settled { id, at, amount } => drop(fates.insert(id, Fate::Spent(at, amount))),
        Line::Released { id, .. } => drop(fates.remove(&id)),
        Line::Job(entry) if !entry.emulated => {
            let high = entry.estimate.map(|estimate| estimate.high);
            match (entry.billing, entry.actual.map(|actual| actual.amount).or(high)) {
                // What was settled counts every attempt; the entry tells of the last.
                _ if matches!(fates.get(&entry.job), Some(Fate::Spent(..))) => {}
                (BillingOutcome::NotBilled, _) => drop(fates.remove(&entry.job)),
                (BillingOutcome::Billed, Some(amount)) => {
                    fates.insert(entry.job, Fate::Spent(entry.at, amount));
                }
                (BillingOutcome::Unknown, Some(amount)) => {
                    fates.entry(entry.job).or_insert(Fate::Reserved(entry.at, amount));
                }
                (_, None) => {}
            }
        }
        Line::Job(_) | Line::Other => {}
    }
}

#[async_trait]
impl Budget for FileBudget {
    async fn reserve(&self, id: &str, amount: &Money) -> Result<(), Refused> {
        if !self.limits.iter().any(|limit| limit.amount.currency() == amount.currency()) {
            let known: Vec<String> = self.limits.iter().map(ToString::to_string).collect();
            let message = format!("{amount} is needed, and the limit is {}", known.join(" and "));
            return Err(Refused::new(message));
        }
        let at = self.now();
        let line = Line::Reserved { id: id.to_owned(), at, amount: amount.clone() };
        self.ledger.add(at, line).await.map_err(|error| Refused::new(self.unreadable(&error)))?;
        let (this, own, wanted) = (self.clone(), id.to_owned(), amount.clone());
        let judged = aside(move || this.allow(&own, &wanted)).await;
        let refused = match judged {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(message)) => message,
            Err(error) => error.to_string(),
        };
        self.release(id).await;
        Err(Refused::new(refused))
    }

    async fn settle(&self, id: &str, actual: &Money) {
        if self.ledger.is_emulated() {
            return self.release(id).await;
        }
        let at = self.now();
        self.add(at, Line::Settled { id: id.to_owned(), at, amount: actual.clone() }).await;
    }

    async fn release(&self, id: &str) {
        let at = self.now();
        self.add(at, Line::Released { id: id.to_owned(), at }).await;
    }

    async fn keep(&self, _id: &str) {}

    /// The first of the limits; [`FileBudget::states`] tells of all.
    async fn state(&self) -> BudgetState {
        let this = self.clone();
        let states = aside(move || this.states()).await.ok().and_then(Result::ok);
        let first = states.and_then(|states| states.into_iter().next());
        let nothing = || Money::zero(Currency::Usd);
        match first {
            Some(LimitState { limit, spent, reserved }) => {
                BudgetState { limit: limit.amount, spent, reserved }
            }
            // A ledger that cannot be read allows nothing.
            None => BudgetState { limit: nothing(), spent: nothing(), reserved: nothing() },
        }
    }
}
