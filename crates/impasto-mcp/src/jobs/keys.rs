//! Keys that name an image: the same key is the same image, paid once, in this process and after it.
//!
//! A receipt is written before anything is sent under a key, and completed at the end. One that was never completed
//! says that an earlier process may have paid; nothing is sent under its key again.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use impasto::BillingOutcome;
use impasto::sidecar::{sha256_of_bytes, sha256_of_file};
use rmcp::model::JsonObject;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::{Mutex, MutexGuard};
use tokio::task::spawn_blocking;

use super::Job;
use crate::error::Error;
use crate::output::{JobView, billing_of};

/// The longest key.
const LONGEST: usize = 200;

/// What is known of every key.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    known: Arc<Mutex<HashMap<String, Known>>>,
    folder: Option<PathBuf>,
}

#[derive(Clone, Debug)]
struct Known {
    fingerprint: String,
    job: Arc<Job>,
}

/// What a receipt says.
#[derive(Debug, Serialize, Deserialize)]
struct Receipt {
    version: u32,
    key: String,
    fingerprint: String,
    /// Where the images go, as the destination describes it.
    #[serde(default)]
    destination: Value,
    /// The end; nothing as long as there is none.
    #[serde(default)]
    end: Option<JobView>,
}

/// A key that is free, held until its job has begun.
pub(crate) struct Claimed<'a> {
    known: MutexGuard<'a, HashMap<String, Known>>,
    key: String,
    fingerprint: String,
    file: Option<PathBuf>,
}

/// What becomes of a key.
pub(crate) enum Asked<'a> {
    /// It is free.
    Free(Claimed<'a>),
    /// It is in use, or was: this is its job.
    Taken(Arc<Job>),
    /// An earlier process began and did not end; its images go to the place that this describes.
    Left(Claimed<'a>, Value),
}

/// A key in use, to be settled at the end of its job.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    keys: Keys,
    key: String,
    fingerprint: String,
    file: Option<PathBuf>,
    destination: Value,
}

impl Keys {
    /// Keys whose receipts are in `folder`; without one they are forgotten with the process.
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        Self { known: Arc::default(), folder }
    }

    /// What is known of a key, for a call with this fingerprint.
    pub(crate) async fn ask(&self, key: &str, fingerprint: &str) -> Result<Asked<'_>, Error> {
        if key.trim().is_empty() || key.len() > LONGEST {
            let message = format!("must have 1 to {LONGEST} characters");
            return Err(Error::argument("idempotency_key", message));
        }
        let mut known = self.known.lock().await;
        if let Some(entry) = known.get(key) {
            same(key, &entry.fingerprint, fingerprint)?;
            if !is_free(&entry.job.view()) {
                return Ok(Asked::Taken(Arc::clone(&entry.job)));
            }
            known.remove(key);
        }
        let file = self
            .folder
            .as_ref()
            .map(|folder| folder.join(format!("{}.json", sha256_of_bytes(key.as_bytes()))));
        let receipt = match file.clone() {
            Some(file) => off_thread(move || read(&file)).await.map_err(unreadable)?,
            None => None,
        };
        let fingerprint = fingerprint.to_owned();
        let claimed = Claimed { known, key: key.to_owned(), fingerprint, file };
        let Some(receipt) = receipt else { return Ok(Asked::Free(claimed)) };
        same(key, &receipt.fingerprint, &claimed.fingerprint)?;
        match receipt.end {
            Some(end) if is_free(&end) => Ok(Asked::Free(claimed)),
            Some(end) if !end.images.is_empty() => {
                let end = off_thread(move || Ok(unchanged(end))).await.map_err(unreadable)??;
                Ok(Asked::Taken(claimed.taken(end)))
            }
            // It may have failed only in this process's eyes: what it left behind is looked for.
            _ => Ok(Asked::Left(claimed, receipt.destination)),
        }
    }
}

impl Claimed<'_> {
    /// Writes down that the key is in use, before anything is sent under it.
    pub(crate) async fn claim(&self, keys: &Keys, destination: Value) -> Result<Claim, Error> {
        let claim = Claim {
            keys: keys.clone(),
            key: self.key.clone(),
            fingerprint: self.fingerprint.clone(),
            file: self.file.clone(),
            destination,
        };
        claim.write(None).await.map_err(|error| {
            Error::new("io", format!("the receipt of the key could not be written: {error}"))
                .with_field("idempotency_key")
                .with_hint(
                    "Nothing was sent. Leave idempotency_key out, or tell the user to free some space.",
                )
        })?;
        Ok(claim)
    }

    /// The key's job has begun.
    pub(crate) fn begun(mut self, job: &Arc<Job>) {
        let known = Known { fingerprint: self.fingerprint, job: Arc::clone(job) };
        self.known.insert(self.key, known);
    }

    /// The key's job was over long ago.
    fn taken(self, end: JobView) -> Arc<Job> {
        let job = Job::over(end);
        self.begun(&job);
        job
    }
}

impl Claim {
    /// Nothing was sent: the key is free again.
    pub(crate) async fn withdraw(self) {
        if let Some(file) = self.file {
            let _ = off_thread(move || fs::remove_file(file)).await;
        }
    }

    /// The job is over.
    pub(super) async fn settle(self, end: &JobView) {
        if is_free(end) {
            self.withdraw().await;
        } else {
            // Where it cannot be written the receipt stays without an end, which only says less.
            let _ = self.write(Some(end.clone())).await;
        }
    }

    async fn write(&self, end: Option<JobView>) -> io::Result<()> {
        let Some(file) = self.file.clone() else { return Ok(()) };
        let receipt = Receipt {
            version: 1,
            key: self.key.clone(),
            fingerprint: self.fingerprint.clone(),
            destination: self.destination.clone(),
            end,
        };
        let bytes = serde_json::to_vec_pretty(&receipt)?;
        // Calls with this key wait for the lock of the keys, so that the file has one writer in this process.
        let _ = &self.keys;
        off_thread(move || replace(&file, &bytes)).await
    }
}

/// Whether nothing was paid, so that the key may be used anew.
fn is_free(end: &JobView) -> bool {
    let over = end.status == "failed" || end.status == "cancelled";
    over && end.billing.as_deref().is_some_and(|word| billing_of(word) == BillingOutcome::NotBilled)
}

fn same(key: &str, known: &str, asked: &str) -> Result<(), Error> {
    if known == asked {
        return Ok(());
    }
    let message = format!("{key} was used before with other arguments");
    Err(Error::new("key_conflict", message).with_field("idempotency_key"))
}

/// The images of an earlier process, if they are still what they were.
fn unchanged(end: JobView) -> Result<JobView, Error> {
    for image in &end.images {
        let path = Path::new(&image.path);
        if sha256_of_file(path).ok() != image.sha256 {
            let message =
                format!("{} was made and paid under this key, and was changed or removed since", image.path);
            return Err(Error::new("image_gone", message).with_field("idempotency_key").with_hint(
                "Nothing was sent. Tell the user; for a new image, which is paid for, use a new key.",
            ));
        }
    }
    Ok(JobView { replayed: true, ..end })
}

fn read(file: &Path) -> io::Result<Option<Receipt>> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes so that `path` holds either what it held before or all of `bytes`.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let temporary = path.with_extension("part");
    let mut file = File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(temporary, path)
}

#[expect(clippy::needless_pass_by_value, reason = "as map_err wants it")]
fn unreadable(error: io::Error) -> Error {
    Error::new("io", format!("the receipt of the key could not be read: {error}"))
        .with_field("idempotency_key")
        .with_hint("Nothing was sent. Use another idempotency_key, or leave it out.")
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}

/// What decides which image it is, as a hash: the order of arguments does not count.
pub(crate) fn fingerprint(tool: &str, arguments: &JsonObject) -> String {
    let mut text = format!("{tool} ");
    write_sorted(&Value::Object(arguments.clone()), &mut text);
    sha256_of_bytes(text.as_bytes())
}

fn write_sorted(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort();
            text.push('{');
            for name in names {
                text.push_str(&Value::String(name.clone()).to_string());
                text.push(':');
                write_sorted(&fields[name], text);
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write_sorted(item, text);
                text.push(',');
            }
            text.push(']');
        }
        other => text.push_str(&other.to_string()),
    }
}
