//! One file while it is written: off the async threads, in pieces, under a temporary name until it is whole.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use tokio::task::{JoinHandle, spawn_blocking};

use super::{Files, Fsync};
use crate::aside::aside;
use crate::image::Stored;
use crate::sink::{Place, Sink};

/// Bytes are handed to the file system in pieces of this size: each costs two changes of thread, whatever its size.
const PIECE: usize = 256 * 1024;

/// Buffers kept for the next file. Fresh memory is slower than anything that is done with it.
static SPARE: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// How many are kept.
const SPARE_KEPT: usize = 8;

fn buffer() -> Vec<u8> {
    let kept = SPARE.lock().unwrap_or_else(PoisonError::into_inner).pop();
    kept.unwrap_or_else(|| Vec::with_capacity(PIECE))
}

fn give_back(mut buffer: Vec<u8>) {
    buffer.clear();
    let mut kept = SPARE.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() < SPARE_KEPT && buffer.capacity() >= PIECE {
        kept.push(buffer);
    }
}

/// The temporary file; removed when it is dropped before it got its name.
pub(super) struct Temporary(Option<PathBuf>);

impl Temporary {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(Some(path))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            // Nothing can be done about a file that will not go; it is named as temporary.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// One image on its way into a file. While one buffer is written, the other fills.
pub(super) struct FileSink {
    target: Files,
    temporary: Temporary,
    partial: bool,
    len: u64,
    buffer: Vec<u8>,
    idle: Option<File>,
    writing: Option<JoinHandle<io::Result<File>>>,
    /// The last byte was handed on, and flushed if that is wished.
    ended: bool,
}

impl FileSink {
    pub(super) fn new(target: Files, file: File, temporary: Temporary, partial: bool) -> Self {
        Self {
            target,
            temporary,
            partial,
            len: 0,
            buffer: Vec::new(),
            idle: Some(file),
            writing: None,
            ended: false,
        }
    }

    /// Hands the buffer to the file system, once it has taken the one before.
    async fn hand_on(&mut self, fsync: bool) -> io::Result<()> {
        let mut file = self.settle().await?;
        let full = std::mem::take(&mut self.buffer);
        self.writing = Some(spawn_blocking(move || {
            file.write_all(&full)?;
            give_back(full);
            if fsync {
                file.sync_data()?;
            }
            Ok(file)
        }));
        Ok(())
    }

    /// Waits for the write under way, and takes the file.
    async fn settle(&mut self) -> io::Result<File> {
        if let Some(writing) = self.writing.take() {
            return writing.await?;
        }
        self.idle.take().ok_or_else(|| io::Error::other("an earlier write failed"))
    }

    fn fsyncs(&self, partial: bool) -> bool {
        !partial && self.target.fsync != Fsync::Never
    }
}

#[async_trait]
impl Sink for FileSink {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.len += bytes.len() as u64;
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.buffer.capacity() == 0 {
                self.buffer = buffer();
            }
            let room = PIECE - self.buffer.len();
            let (now, later) = rest.split_at(room.min(rest.len()));
            self.buffer.extend_from_slice(now);
            rest = later;
            if self.buffer.len() == PIECE {
                self.hand_on(false).await?;
            }
        }
        Ok(())
    }

    async fn end(&mut self) -> io::Result<()> {
        // What fits into one buffer is written when its place is known, in one go.
        if self.len < PIECE as u64 {
            return Ok(());
        }
        self.ended = true;
        self.hand_on(self.fsyncs(self.partial)).await
    }

    async fn finish(mut self: Box<Self>, place: &Place) -> io::Result<Stored> {
        let mut file = self.settle().await?;
        let Some(temporary) = self.temporary.0.take() else {
            return Err(io::Error::other("the file is gone"));
        };
        // From here on the closure owns the temporary file's fate.
        let guard = Temporary::new(temporary.clone());
        let (buffer, force, again) = (std::mem::take(&mut self.buffer), self.target.force, place.again);
        let fsync = !self.ended && self.fsyncs(place.partial.is_some());
        let durable = place.partial.is_none() && self.target.fsync == Fsync::Durable;
        let path = self.target.path_of(place);
        let work = move || {
            let mut guard = guard;
            file.write_all(&buffer)?;
            give_back(buffer);
            if fsync {
                file.sync_data()?;
            }
            drop(file);
            let path = put_in_place(&temporary, &path, force, again)?;
            guard.0 = None;
            if durable && let Some(directory) = path.parent() {
                File::open(directory)?.sync_all()?;
            }
            Ok(path)
        };
        let path = aside(work).await.flatten()?;
        Ok(Stored::File { path, len: self.len })
    }

    async fn discard(mut self: Box<Self>) {
        // The write under way has to end before the file can go.
        let _ = self.settle().await;
        give_back(std::mem::take(&mut self.buffer));
    }
}

/// Gives the temporary file its name. Without `force` a name that is taken is never taken over.
fn put_in_place(temporary: &Path, path: &Path, force: bool, again: bool) -> io::Result<PathBuf> {
    if force {
        std::fs::rename(temporary, path)?;
        return Ok(path.to_owned());
    }
    for attempt in 1..10_000_u32 {
        let candidate = if attempt == 1 { path.to_owned() } else { numbered(path, attempt) };
        // A link fails where the name is taken; a rename would overwrite it.
        match std::fs::hard_link(temporary, &candidate) {
            Ok(()) => {
                std::fs::remove_file(temporary)?;
                return Ok(candidate);
            }
            // An earlier life of the job put it there, and died before it could say so.
            Err(error)
                if error.kind() == io::ErrorKind::AlreadyExists && again && same(temporary, &candidate)? =>
            {
                std::fs::remove_file(temporary)?;
                return Ok(candidate);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            // File systems without links: the small window between the look and the rename is what they offer.
            Err(_) if !candidate.exists() => {
                std::fs::rename(temporary, &candidate)?;
                return Ok(candidate);
            }
            Err(_) => {}
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("no free name like {}", path.display())))
}

/// Whether two files hold the same bytes.
fn same(one: &Path, other: &Path) -> io::Result<bool> {
    if std::fs::metadata(one)?.len() != std::fs::metadata(other)?.len() {
        return Ok(false);
    }
    Ok(std::fs::read(one)? == std::fs::read(other)?)
}

/// `a.png` as `a (2).png`.
fn numbered(path: &Path, number: u32) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let name = match path.extension() {
        Some(extension) => format!("{stem} ({number}).{}", extension.to_string_lossy()),
        None => format!("{stem} ({number})"),
    };
    path.with_file_name(name)
}

/// How the names of a job's temporary files begin.
pub(super) fn temporary_stem(job: &str) -> String {
    // Ids of other journals may hold anything.
    let plain: String = job.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("impasto-{plain}-")
}

/// A new file in `directory` that nobody else has, under a name that begins with a dot.
pub(super) fn create_temporary(directory: &Path, stem: &str, serial: u64) -> io::Result<(File, PathBuf)> {
    let process = std::process::id();
    for attempt in 0..1_000_u32 {
        let path = directory.join(format!(".{stem}{process}-{serial}-{attempt}.part"));
        match File::create_new(&path) {
            Ok(file) => return Ok((file, path)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "no free temporary name"))
}
