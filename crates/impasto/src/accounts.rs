//! What a call may cost before it is sent, and what it cost after: estimate, limit, budget, ledger.

use impasto_pricing::{Actual, Estimate, EstimateInput, Money, Receipt};
use impasto_providers::Job;
use impasto_types::BillingOutcome;

use crate::client::{Client, Inner};
use crate::driver::Ran;
use crate::error::{Error, ErrorKind};
use crate::ledger::LedgerEntry;
use crate::trace;

/// The accounts of one job.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    /// What it may cost; or why nobody knows.
    pub(crate) estimate: Result<Estimate, impasto_pricing::Error>,
    /// Whether something was set aside for it in the budget.
    reserved: bool,
}

impl Account {
    /// The most it may cost, where that is known.
    fn high(&self) -> Option<&Money> {
        self.estimate.as_ref().ok().map(|estimate| &estimate.high)
    }
}

/// Opens an account for each job; refuses the call when it may cost more than allowed.
pub(crate) async fn open(
    client: &Client,
    jobs: &[(usize, Job)],
    max_cost: Option<&Money>,
) -> Result<Vec<Account>, Error> {
    let inner = &client.inner;
    let mut accounts: Vec<Account> =
        jobs.iter().map(|(_, job)| Account { estimate: estimate(client, job), reserved: false }).collect();
    let limited = max_cost.is_some() || inner.budget.is_some();
    if limited && let Some(unknown) = accounts.iter().find_map(|account| account.estimate.as_ref().err()) {
        return Err(Error::new(ErrorKind::UnknownPrice, unknown.to_string())
            .with_source(unknown.clone())
            .with_hint(
                "a limit on the cost needs a known price: add a price sheet, or leave the limit out",
            ));
    }
    if let Some(limit) = max_cost {
        let high = total(inner, &accounts)?;
        if high.compare(limit).is_none_or(std::cmp::Ordering::is_gt) {
            let message = format!("may cost up to {high}, and at most {limit} is allowed; nothing was sent");
            return Err(Error::new(ErrorKind::OverBudget, message).with_field("max_cost"));
        }
    }
    if let Some(budget) = &inner.budget {
        for at in 0..accounts.len() {
            let Ok(estimate) = &accounts[at].estimate else { continue };
            let most = most(inner, estimate)?;
            if let Err(refused) = budget.reserve(&jobs[at].1.id, &most).await {
                give_back(client, jobs, &accounts).await;
                let message = format!("over budget: {}; nothing was sent", refused.message);
                return Err(Error::new(ErrorKind::OverBudget, message));
            }
            accounts[at].reserved = true;
        }
    }
    Ok(accounts)
}

/// Frees what was set aside for jobs of which nothing was sent.
pub(crate) async fn give_back(client: &Client, jobs: &[(usize, Job)], accounts: &[Account]) {
    let Some(budget) = &client.inner.budget else { return };
    for (_, (_, job)) in accounts.iter().zip(jobs).filter(|(account, _)| account.reserved) {
        budget.release(&job.id).await;
    }
}

/// The most a job may cost: each attempt counts, if its caller wishes to repeat what may have been billed.
fn most(inner: &Inner, estimate: &Estimate) -> Result<Money, Error> {
    let attempts = if inner.retry.repeat_unknown { inner.retry.max_attempts } else { 1 };
    let high = &estimate.high;
    (1..attempts).try_fold(high.clone(), |sum, _| sum.plus(high)).map_err(|error| priced(&error))
}

/// The account of a job that is taken up again. Its reservation, if it had one, was another process's.
pub(crate) fn again(client: &Client, job: &Job) -> Account {
    Account { estimate: estimate(client, job), reserved: false }
}

/// What a job may cost at its seller.
pub(crate) fn estimate(client: &Client, job: &Job) -> Result<Estimate, impasto_pricing::Error> {
    let inner = &client.inner;
    let input = EstimateInput::new(&job.request, &inner.target.seller.id, &job.model, client.today());
    inner.prices.estimate(&input)
}

fn total(inner: &Inner, accounts: &[Account]) -> Result<Money, Error> {
    let mut sum: Option<Money> = None;
    for estimate in accounts.iter().filter_map(|account| account.estimate.as_ref().ok()) {
        let most = most(inner, estimate)?;
        sum = Some(match sum {
            None => most,
            Some(sum) => sum.plus(&most).map_err(|error| priced(&error))?,
        });
    }
    sum.ok_or_else(|| Error::new(ErrorKind::UnknownPrice, "nothing to price"))
}

fn priced(error: &impasto_pricing::Error) -> Error {
    Error::new(ErrorKind::UnknownPrice, error.to_string())
}

/// Closes the account of a job that is over, and writes it into the ledger.
pub(crate) async fn close(
    inner: &Inner,
    account: &Account,
    job: &Job,
    outcome: &Result<Ran, Error>,
) -> Option<Actual> {
    let billing = match outcome {
        Ok(_) => BillingOutcome::Billed,
        Err(error) => error.billing(),
    };
    let actual = match (&account.estimate, outcome) {
        // The images that came tell what they used; those that did not come may be on the bill too.
        (Ok(estimate), Ok(ran)) if ran.cut_short => inner.prices.settle(estimate, &Receipt::nothing()).ok(),
        (Ok(estimate), Ok(ran)) => actual(inner, estimate, &ran.job),
        // Paid and lost: where the seller did not say what it cost, the high end counts.
        (Ok(estimate), Err(error)) if billing == BillingOutcome::Billed => {
            actual(inner, estimate, error.job().unwrap_or(job))
        }
        _ => None,
    };
    if account.reserved
        && let Some(budget) = &inner.budget
    {
        match (billing, &actual, repeated(account, outcome)) {
            // Each attempt that was repeated may be on the bill beside the last one.
            (_, actual, Some(more)) => {
                let last = actual.as_ref().map(|actual| &actual.amount).or(account.high());
                let all = last.and_then(|last| last.plus(&more).ok()).unwrap_or(more);
                budget.settle(&job.id, &all).await;
            }
            (BillingOutcome::NotBilled, ..) => budget.release(&job.id).await,
            (BillingOutcome::Billed, Some(actual), _) => budget.settle(&job.id, &actual.amount).await,
            _ => budget.keep(&job.id).await,
        }
    }
    trace::settled(&job.id, billing, actual.as_ref());
    if let Some(ledger) = &inner.ledger {
        ledger.record(entry(inner, account, job, outcome, billing, actual.clone())).await;
    }
    actual
}

/// The most that attempts may have cost which were repeated, as the caller wished, with their outcome unknown.
fn repeated(account: &Account, outcome: &Result<Ran, Error>) -> Option<Money> {
    let gambled = match outcome {
        Ok(ran) => ran.gambled,
        Err(error) => error.gambled(),
    };
    let high = account.high()?;
    (1..gambled).try_fold((gambled > 0).then(|| high.clone())?, |sum, _| sum.plus(high).ok())
}

fn actual(inner: &Inner, estimate: &Estimate, job: &Job) -> Option<Actual> {
    let delivery = &job.delivery;
    let mut receipt = Receipt::nothing();
    receipt.usage = delivery.usage.as_ref();
    receipt.svg_usage = delivery.svg_usage.as_ref();
    receipt.price = delivery.price.as_deref();
    // A price that cannot be read is no reason to lose the images; the estimate's high end counts then.
    inner
        .prices
        .settle(estimate, &receipt)
        .or_else(|_| inner.prices.settle(estimate, &Receipt::nothing()))
        .ok()
}

fn entry(
    inner: &Inner,
    account: &Account,
    job: &Job,
    outcome: &Result<Ran, Error>,
    billing: BillingOutcome,
    actual: Option<Actual>,
) -> LedgerEntry {
    let (delivered, attempts, request_id, task_id, failure) = match outcome {
        Ok(ran) => {
            let delivery = &ran.job.delivery;
            let task = ran.job.task.as_ref().map(|task| task.id.clone());
            (
                ran.images.len(),
                ran.attempts,
                delivery.request_id.clone(),
                delivery.task_id.clone().or(task),
                None,
            )
        }
        Err(error) => {
            let task = error.job().and_then(|job| job.task.as_ref()).map(|task| task.id.clone());
            let request_id = error.request_id().map(str::to_owned);
            (0, error.attempts(), request_id, task, Some(error.kind().as_str().to_owned()))
        }
    };
    LedgerEntry {
        at: inner.clock.unix().as_secs(),
        job: job.id.clone(),
        provider: job.seller.clone(),
        model: job.model.clone(),
        operation: job.request.operation.clone(),
        asked: job.request.count(),
        delivered: u32::try_from(delivered).unwrap_or(u32::MAX),
        attempts,
        billing,
        estimate: account.estimate.as_ref().ok().cloned(),
        actual,
        request_id,
        task_id,
        failure,
        emulated: false,
    }
}
