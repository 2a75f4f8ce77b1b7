//! A journal in a directory: one small JSON file for each job.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;

use super::{Claim, JobRecord, Journal};
use crate::aside::aside;

/// A journal in a directory. Each record is written under another name, flushed, and put in place in one step, so that
/// a crash leaves either the old record or the new one. A job that runs holds an advisory lock on a file beside its
/// record, which the system gives back when the process ends.
#[derive(Clone, Debug)]
pub struct FileJournal {
    directory: PathBuf,
    /// The jobs that run here, by id.
    held: Arc<Mutex<HashMap<String, Held>>>,
}

/// A job that runs here, or whose last record is still being written.
#[derive(Debug)]
struct Held {
    /// Its lock, which the work that was handed over holds as well.
    lock: Weak<Lock>,
    /// Whoever claimed it.
    claim: Weak<Claimed>,
}

/// What a claim holds.
#[derive(Debug)]
struct Claimed {
    _lock: Arc<Lock>,
}

/// What a journal's directory holds.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Listing {
    /// The records, oldest first.
    pub records: Vec<JobRecord>,
    /// The ids of those that somebody runs now, in this process or another; the others were left behind.
    pub running: BTreeSet<String>,
    /// Files that are no records and were set aside under another name.
    pub set_aside: Vec<SetAside>,
}

/// A file that could not be read as a record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SetAside {
    /// Where it is now.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: String,
}

impl FileJournal {
    /// A journal in `directory`, which is made when it is first written to.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into(), held: Arc::default() }
    }

    /// Where it is.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Reads every record. A torn or foreign file is renamed to `….damaged` and named; valid ones are not affected.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn list(&self) -> io::Result<Listing> {
        let mut listing = Listing::default();
        let entries = match fs::read_dir(&self.directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(listing),
            Err(error) => return Err(error),
        };
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "lock") {
                sweep(&path);
            }
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            match read(&path) {
                Ok(record) => {
                    if is_locked(&path.with_extension("lock")) {
                        listing.running.insert(record.id().to_owned());
                    }
                    listing.records.push(record);
                }
                Err(problem) => {
                    let aside = path.with_extension("json.damaged");
                    fs::rename(&path, &aside)?;
                    listing.set_aside.push(SetAside { path: aside, problem });
                }
            }
        }
        listing.records.sort_by(|a, b| (a.created, a.id()).cmp(&(b.created, b.id())));
        Ok(listing)
    }

    fn path(&self, id: &str) -> io::Result<PathBuf> {
        let plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !plain {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{id:?} cannot name a job")));
        }
        Ok(self.directory.join(format!("{id}.json")))
    }

    /// The lock of a job that runs here: work that was handed over holds it until it is done.
    fn lock_of(&self, id: &str) -> Option<Arc<Lock>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).get(id)?.lock.upgrade()
    }

    /// Whether all that is left of a job's run here is a write that is not done yet.
    fn is_ending(&self, id: &str) -> bool {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(id).is_some_and(|held| held.claim.strong_count() == 0 && held.lock.strong_count() > 0)
    }
}

/// How often a lock is tried: whoever lists jobs holds it for a moment.
const TRIES: u32 = 100;

/// A locked file.
#[derive(Debug)]
struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file is not enough: a process that is being started just now has it open as well.
        let _ = self.0.unlock();
    }
}

/// Locks a file that is made if it is not there; none at a file system that has no locks. Who is patient waits for
/// whoever has it.
fn lock(path: &Path, patient: bool) -> io::Result<Option<Lock>> {
    for _ in 0..TRIES {
        let file = File::options().create(true).truncate(false).write(true).open(path)?;
        let locked = if patient { file.lock().map_err(TryLockError::Error) } else { file.try_lock() };
        match locked.map(|()| Lock(file)) {
            // A lock on a file that was swept away meanwhile is seen by nobody.
            Ok(lock) if path.try_exists()? => return Ok(Some(lock)),
            Ok(_) => {}
            Err(TryLockError::WouldBlock) => std::thread::yield_now(),
            Err(TryLockError::Error(_)) => return Ok(None),
        }
    }
    Err(io::Error::new(io::ErrorKind::WouldBlock, "the job is running"))
}

/// Removes the lock of a job that ended before its record was written, or while it was removed.
fn sweep(path: &Path) {
    let Ok(file) = File::open(path) else { return };
    let free = file.try_lock().map(|()| Lock(file));
    if free.is_ok() && path.with_extension("json").try_exists().is_ok_and(|there| !there) {
        // One that stays is swept the next time.
        let _ = fs::remove_file(path);
    }
}

fn is_locked(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    match file.try_lock_shared().map(|()| Lock(file)) {
        Ok(_) | Err(TryLockError::Error(_)) => false,
        Err(TryLockError::WouldBlock) => true,
    }
}

fn read(path: &Path) -> Result<JobRecord, String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    let record: JobRecord = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
    if record.version != 1 {
        return Err(format!("version {} is newer than this program", record.version));
    }
    Ok(record)
}

/// Writes `bytes` so that `path` holds either what it held before or all of them.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("part");
    let mut file = File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&temporary, path)?;
    // The name itself is durable only once the directory is.
    if let Some(directory) = path.parent() {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}

#[async_trait]
impl Journal for FileJournal {
    async fn write(&self, record: &JobRecord) -> io::Result<()> {
        let path = self.path(record.id())?;
        let bytes = serde_json::to_vec_pretty(record)?;
        let (directory, lock) = (self.directory.clone(), self.lock_of(record.id()));
        off_thread(move || {
            fs::create_dir_all(directory)?;
            let written = replace(&path, &bytes);
            // Whoever takes the job up next finds what was written last.
            drop(lock);
            written
        })
        .await
    }

    async fn remove(&self, id: &str) -> io::Result<()> {
        let path = self.path(id)?;
        let (directory, prefix) = (self.directory.clone(), format!("{id}."));
        off_thread(move || {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            // The inputs that were spooled for it.
            for entry in fs::read_dir(directory)? {
                let entry = entry?;
                if entry.file_name().to_string_lossy().starts_with(&prefix) {
                    fs::remove_file(entry.path())?;
                }
            }
            Ok(())
        })
        .await
    }

    async fn claim(&self, id: &str) -> io::Result<Claim> {
        let path = self.path(id)?.with_extension("lock");
        let (directory, ending) = (self.directory.clone(), self.is_ending(id));
        let locked = off_thread(move || {
            fs::create_dir_all(directory)?;
            lock(&path, ending)
        });
        let Some(lock) = locked.await? else { return Ok(Claim::none()) };
        let held = Arc::new(lock);
        let lock = Arc::downgrade(&held);
        let claimed = Arc::new(Claimed { _lock: held });
        let mut all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, held| held.lock.strong_count() > 0);
        all.insert(id.to_owned(), Held { lock, claim: Arc::downgrade(&claimed) });
        Ok(Claim::of(claimed))
    }

    async fn read(&self, id: &str) -> io::Result<Option<JobRecord>> {
        let path = self.path(id)?;
        off_thread(move || {
            if !path.try_exists()? {
                return Ok(None);
            }
            read(&path).map(Some).map_err(|problem| io::Error::new(io::ErrorKind::InvalidData, problem))
        })
        .await
    }

    async fn spool(&self, id: &str, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
        let path = self.path(id)?.with_extension(name);
        let (target, bytes, directory) = (path.clone(), bytes.to_vec(), self.directory.clone());
        off_thread(move || {
            fs::create_dir_all(directory)?;
            let mut file = File::create(&target)?;
            file.write_all(&bytes)?;
            file.sync_all()
        })
        .await?;
        Ok(path)
    }
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    aside(work).await.flatten()
}
