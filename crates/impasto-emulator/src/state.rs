//! What all requests share.

use std::collections::{HashMap, VecDeque};
use std::num::NonZero;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Semaphore;

use crate::api_error::{ApiError, ApiResult};
use crate::atlas::{Signer, Tasks};
use crate::bill::Meter;
use crate::cache::Cache;
use crate::clock::Clock;
use crate::directives::{Directive, Directives};
use crate::faults::Plan;
use crate::ids::{Ids, digest};
use crate::journal::Journal;
use crate::render::{Picture, Rendered};

/// What was decided when the emulator was built.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) seed: u64,
    pub(crate) step_delay: Duration,
    pub(crate) lifecycle: bool,
    /// Modes and faults for every request.
    pub(crate) standing: Vec<Directive>,
    /// Azure deployments by name, and the models behind them.
    pub(crate) deployments: Vec<(String, String)>,
    /// How long result URLs live; `None` for ever.
    pub(crate) url_lifetime: Option<Duration>,
    pub(crate) cache_bytes: usize,
}

/// What a stored file holds.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    Ready(Bytes),
    /// A picture that is drawn when somebody wants it.
    Later(Arc<Picture>),
}

impl Content {
    /// The bytes it holds in memory.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Ready(bytes) => bytes.len(),
            Self::Later(_) => 0,
        }
    }
}

/// A stored file: an upload or an output.
#[derive(Debug, Clone)]
pub(crate) struct StoredFile {
    pub(crate) content: Content,
    pub(crate) mime: String,
    pub(crate) name: String,
    /// Unix seconds of the upload.
    pub(crate) created: u64,
    /// When it is gone, in milliseconds of the clock; `None` for never.
    pub(crate) expires_ms: Option<u64>,
}

/// The most bytes of uploads and delivered images that are kept; the oldest go first.
const MAX_STORED: usize = 2 * 1024 * 1024 * 1024;

/// Stored files in the order of their arrival.
#[derive(Debug, Default)]
struct Files {
    by_id: HashMap<String, StoredFile>,
    order: VecDeque<String>,
    bytes: usize,
}

impl Files {
    fn add(&mut self, id: &str, file: StoredFile) {
        self.bytes += file.content.size();
        self.by_id.insert(id.to_owned(), file);
        self.order.push_back(id.to_owned());
        while self.bytes > MAX_STORED {
            let Some(oldest) = self.order.pop_front() else { break };
            self.remove(&oldest);
        }
    }

    fn remove(&mut self, id: &str) -> bool {
        let removed = self.by_id.remove(id);
        self.bytes -= removed.as_ref().map_or(0, |file| file.content.size());
        removed.is_some()
    }
}

/// Everything one emulator holds.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) options: Options,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) meter: Meter,
    pub(crate) journal: Journal,
    pub(crate) plan: Plan,
    pub(crate) tasks: Tasks,
    pub(crate) signer: Signer,
    cache: Arc<Cache>,
    /// As many pictures are drawn at once as there are processors: each takes tens of megabytes meanwhile, and what every
    /// thread has once taken stays with the process.
    drawing: Arc<Semaphore>,
    files: Mutex<Files>,
    /// Requests per key, for the rate-limit headers.
    seen: Mutex<HashMap<String, u64>>,
    /// Requests per key and order, so that a repeated request gets new pictures.
    repeats: Mutex<HashMap<[u8; 32], u64>>,
}

impl State {
    pub(crate) fn new(options: Options, plan: Plan, clock: Clock) -> Self {
        Self {
            ids: Ids::new(options.seed),
            cache: Arc::new(Cache::new(options.cache_bytes)),
            drawing: Arc::new(Semaphore::new(available_parallelism().map_or(2, NonZero::get))),
            clock,
            meter: Meter::default(),
            journal: Journal::default(),
            plan,
            tasks: Tasks::default(),
            signer: Signer::new(options.seed),
            options,
            files: Mutex::default(),
            seen: Mutex::default(),
            repeats: Mutex::default(),
        }
    }

    /// Renders pictures side by side on blocking threads, or takes them from the cache.
    pub(crate) async fn render(&self, pictures: Vec<Picture>) -> ApiResult<Vec<Arc<Rendered>>> {
        let mut jobs = Vec::with_capacity(pictures.len());
        for picture in pictures {
            let cache = Arc::clone(&self.cache);
            let key = picture.key();
            if let Some(rendered) = cache.get(&key) {
                jobs.push(Err(rendered));
                continue;
            }
            let turn = Arc::clone(&self.drawing).acquire_owned().await;
            jobs.push(Ok(tokio::task::spawn_blocking(move || {
                let _turn = turn;
                render_into(&cache, key, &picture)
            })));
        }
        let mut rendered = Vec::with_capacity(jobs.len());
        for job in jobs {
            rendered.push(match job {
                Err(cached) => cached,
                Ok(job) => job.await.map_err(|error| ApiError::server(error.to_string()))??,
            });
        }
        Ok(rendered)
    }

    /// Something that renders one picture later, on whatever thread it is called.
    pub(crate) fn renderer(
        &self,
        picture: Picture,
    ) -> impl FnOnce() -> ApiResult<Arc<Rendered>> + Send + 'static {
        let cache = Arc::clone(&self.cache);
        move || {
            let key = picture.key();
            cache.get(&key).map_or_else(|| render_into(&cache, key, &picture), Ok)
        }
    }

    /// When a result made now is gone, in milliseconds of the clock.
    pub(crate) fn expiry(&self, directives: &Directives) -> Option<u64> {
        let now = self.clock.elapsed_ms();
        match directives.find("expired-url") {
            // At once, or after so many milliseconds.
            Some(fault) => Some(now + fault.number().unwrap_or(0)),
            None => self
                .options
                .url_lifetime
                .map(|lifetime| now.saturating_add(u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX))),
        }
    }

    /// The bytes of a stored file; draws on this thread if they are not there yet.
    pub(crate) fn read(&self, file: &StoredFile) -> ApiResult<Bytes> {
        match &file.content {
            Content::Ready(bytes) => Ok(bytes.clone()),
            Content::Later(picture) => Ok(self.renderer((**picture).clone())()?.bytes.clone()),
        }
    }

    /// Stores a file under an id.
    pub(crate) fn store_file(&self, id: &str, file: StoredFile) {
        self.files().add(id, file);
    }

    /// A stored file that has not expired.
    pub(crate) fn file(&self, id: &str) -> Option<StoredFile> {
        let file = self.files().by_id.get(id).cloned()?;
        let now = self.clock.elapsed_ms();
        file.expires_ms.is_none_or(|expires| now < expires).then_some(file)
    }

    /// The stored files whose id begins with `prefix`, by id.
    pub(crate) fn files_with_prefix(&self, prefix: &str) -> Vec<(String, StoredFile)> {
        let files = self.files();
        let mut found: Vec<_> = files
            .by_id
            .iter()
            .filter(|(id, _)| id.starts_with(prefix))
            .map(|(id, file)| (id.clone(), file.clone()))
            .collect();
        found.sort_by(|a, b| (a.1.created, &a.0).cmp(&(b.1.created, &b.0)));
        found
    }

    /// Removes a stored file.
    pub(crate) fn remove_file(&self, id: &str) -> bool {
        self.files().remove(id)
    }

    fn files(&self) -> MutexGuard<'_, Files> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request of a key and returns how many it has made.
    pub(crate) fn count(&self, key: &str) -> u64 {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let count = seen.entry(key.to_owned()).or_default();
        *count += 1;
        *count
    }

    /// Counts a request for an order of a key and returns how many the same were there before.
    pub(crate) fn repeat(&self, key: &str, order: &[u8; 32]) -> u64 {
        let identity = digest([key.as_bytes(), order.as_slice()]);
        let mut repeats = self.repeats.lock().unwrap_or_else(PoisonError::into_inner);
        let count = repeats.entry(identity).or_default();
        *count += 1;
        *count - 1
    }

    /// Forgets bills, records, files and counts; pictures stay cached.
    pub(crate) fn reset(&self) {
        self.meter.clear();
        self.journal.clear();
        self.plan.reset();
        self.tasks.clear();
        *self.files() = Files::default();
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.repeats.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

fn render_into(cache: &Cache, key: [u8; 32], picture: &Picture) -> ApiResult<Arc<Rendered>> {
    let rendered = picture.render().map_err(|error| ApiError::server(error.to_string()))?;
    let rendered = Arc::new(rendered);
    cache.put(key, &rendered);
    Ok(rendered)
}
