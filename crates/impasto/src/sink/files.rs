//! Images in files: written under a temporary name, and under their own only when they are whole.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use impasto_types::{ImageFormat, ImageRequest, OutputFormat};
use serde::{Deserialize, Serialize};
use tokio::task::{JoinHandle, spawn_blocking};

use super::{Arriving, Destination, Place, Sink};
use crate::error::Error;
use crate::image::{Stored, fitting_path};

/// Bytes are handed to the file system in pieces of this size, off the async threads.
const PIECE: usize = 256 * 1024;

/// Saves images in a directory.
///
/// One image is named as it was asked for, several `name-1.png`, `name-2.png`, …; the extension follows what
/// arrived. A file appears under its name only when it is whole. Existing files are not overwritten unless
/// [`Files::with_force`] says so, which is checked before anything is sent; should a name be taken meanwhile, the
/// next free one is used, because the image is paid for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Files {
    directory: PathBuf,
    name: PathBuf,
    force: bool,
    partials: bool,
    fsync: bool,
}

impl Files {
    /// Saves as `path`: its directory, its name, its extension if that fits.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let name = path.file_name().map_or_else(|| PathBuf::from("image"), PathBuf::from);
        let directory =
            path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Self::within(directory, name)
    }

    /// Saves in `directory` as `name`, to which the extension is added.
    pub fn within(directory: impl Into<PathBuf>, name: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into(), name: name.into(), force: false, partials: false, fsync: true }
    }

    /// Overwrites existing files.
    #[must_use]
    pub fn with_force(mut self, force: bool) -> Self {
        self.force = force;
        self
    }

    /// Saves unfinished images too, as `name.partial-0.png`.
    #[must_use]
    pub fn with_partials(mut self, partials: bool) -> Self {
        self.partials = partials;
        self
    }

    /// Whether a file is flushed to the disk before it gets its name; on unless turned off.
    #[must_use]
    pub fn with_fsync(mut self, fsync: bool) -> Self {
        self.fsync = fsync;
        self
    }

    /// Where the image of this place goes.
    #[must_use]
    pub fn path_of(&self, place: &Place) -> PathBuf {
        let mut name = self.name.clone();
        let extension = name
            .extension()
            .filter(|extension| ImageFormat::from_extension(&extension.to_string_lossy()).is_some())
            .map(|extension| extension.to_string_lossy().into_owned());
        if extension.is_some() {
            name = name.with_extension("");
        }
        let mut stem = name.into_os_string();
        if place.count > 1 {
            stem.push(format!("-{}", place.index + 1));
        }
        if let Some(partial) = place.partial {
            stem.push(format!(".partial-{partial}"));
        }
        if let Some(extension) = extension {
            stem.push(".");
            stem.push(extension);
        } else if place.format.is_none() {
            // Not an image this version knows: the bytes are kept all the same.
            stem.push(".bin");
        }
        fitting_path(&self.directory.join(stem), place.format)
    }

    /// Where the images of `request` go, if they come in the format that was asked for.
    #[must_use]
    pub fn expected_paths(&self, request: &ImageRequest) -> Vec<PathBuf> {
        let count = request.count() as usize;
        let format = Some(expected(request));
        (0..count)
            .map(|index| self.path_of(&Place { index, count, partial: None, again: false, format }))
            .collect()
    }

    fn check(&self, request: &ImageRequest) -> Result<(), Error> {
        let directory = self.directory.display();
        // Nothing is made before it is needed: a call that is refused, or only shown, leaves no folders.
        probe_writable(nearest(&self.directory)).map_err(|error| {
            Error::io(format!("{directory} cannot be written to"), error).with_field("out")
        })?;
        if self.force {
            return Ok(());
        }
        for path in self.expected_paths(request) {
            if path.exists() {
                let message = format!("{} exists already; nothing was sent", path.display());
                return Err(Error::invalid("out", message)
                    .with_hint("choose another name, or overwrite with --force"));
            }
        }
        Ok(())
    }
}

/// The format that is most likely to arrive.
fn expected(request: &ImageRequest) -> ImageFormat {
    match request.output_format {
        Some(OutputFormat::Jpeg) => ImageFormat::Jpeg,
        Some(OutputFormat::WebP) => ImageFormat::WebP,
        Some(OutputFormat::Gif) => ImageFormat::Gif,
        Some(OutputFormat::Svg) => ImageFormat::Svg,
        _ => ImageFormat::Png,
    }
}

/// The folder itself, or what exists of the path to it.
fn nearest(directory: &Path) -> &Path {
    let existing = directory.ancestors().find(|part| part.exists());
    existing.filter(|part| !part.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Permissions can lie (root, network drives): only writing tells.
fn probe_writable(directory: &Path) -> io::Result<()> {
    let (file, path) = create_temporary(directory, "probe-", 0)?;
    drop(file);
    std::fs::remove_file(path)
}

/// How the names of a job's temporary files begin.
fn temporary_stem(job: &str) -> String {
    // Ids of other journals may hold anything.
    let plain: String = job.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("impasto-{plain}-")
}

/// A new file in `directory` that nobody else has, under a name that begins with a dot.
fn create_temporary(directory: &Path, stem: &str, serial: u64) -> io::Result<(File, PathBuf)> {
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

#[async_trait]
impl Destination for Files {
    async fn prepare(&self, request: &ImageRequest) -> Result<(), Error> {
        let (this, request) = (self.clone(), request.clone());
        spawn_blocking(move || this.check(&request))
            .await
            .map_err(|error| Error::io("the output directory", io::Error::other(error)))?
    }

    async fn open(&self, arriving: &Arriving) -> io::Result<Box<dyn Sink>> {
        let (directory, serial) = (self.directory.clone(), arriving.serial);
        let stem = temporary_stem(&arriving.job);
        // The guard goes along: a call dropped while the file is made leaves none behind.
        let made = spawn_blocking(move || {
            std::fs::create_dir_all(&directory)?;
            create_temporary(&directory, &stem, serial).map(|(file, path)| (file, Temporary(Some(path))))
        });
        let (file, temporary) = joined(made.await)?;
        let buffer = Vec::with_capacity(PIECE);
        Ok(Box::new(FileSink {
            target: self.clone(),
            temporary,
            len: 0,
            buffer,
            spare: None,
            idle: Some(file),
            writing: None,
        }))
    }

    fn wants_partials(&self) -> bool {
        self.partials
    }

    async fn sweep(&self, job: &str) {
        let (directory, stem) = (self.directory.clone(), format!(".{}", temporary_stem(job)));
        let swept = spawn_blocking(move || {
            for entry in std::fs::read_dir(directory)?.flatten() {
                let name = entry.file_name();
                let name = name.to_string_lossy();
                if name.starts_with(&stem) && name.ends_with(".part") {
                    std::fs::remove_file(entry.path())?;
                }
            }
            Ok::<(), io::Error>(())
        });
        // A directory that cannot be read has nothing to be swept; writing to it will tell.
        let _ = swept.await;
    }

    fn describe(&self) -> serde_json::Value {
        // Another process may take the job up in another directory.
        let mut files = self.clone();
        if let Ok(absolute) = std::path::absolute(&files.directory) {
            files.directory = absolute;
        }
        serde_json::to_value(files).unwrap_or_default()
    }
}

/// The temporary file; removed when it is dropped before it got its name.
struct Temporary(Option<PathBuf>);

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            // Nothing can be done about a file that will not go; it is named as temporary.
            let _ = std::fs::remove_file(path);
        }
    }
}

type Writing = JoinHandle<io::Result<(File, Vec<u8>)>>;

/// One image on its way into a file. While one buffer is written, the other fills.
struct FileSink {
    target: Files,
    temporary: Temporary,
    len: u64,
    buffer: Vec<u8>,
    spare: Option<Vec<u8>>,
    idle: Option<File>,
    writing: Option<Writing>,
}

impl FileSink {
    /// Hands the full buffer to the file system, once it has taken the one before.
    async fn flush(&mut self) -> io::Result<()> {
        self.settle().await?;
        let Some(mut file) = self.idle.take() else {
            return Err(io::Error::other("an earlier write failed"));
        };
        let fresh = self.spare.take().unwrap_or_else(|| Vec::with_capacity(PIECE));
        let mut full = std::mem::replace(&mut self.buffer, fresh);
        self.writing = Some(spawn_blocking(move || {
            file.write_all(&full)?;
            full.clear();
            Ok((file, full))
        }));
        Ok(())
    }

    /// Waits for the write under way.
    async fn settle(&mut self) -> io::Result<()> {
        if let Some(writing) = self.writing.take() {
            let (file, buffer) = joined(writing.await)?;
            self.idle = Some(file);
            self.spare = Some(buffer);
        }
        Ok(())
    }
}

#[async_trait]
impl Sink for FileSink {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.len += bytes.len() as u64;
        let mut rest = bytes;
        while !rest.is_empty() {
            let room = PIECE - self.buffer.len();
            let (now, later) = rest.split_at(room.min(rest.len()));
            self.buffer.extend_from_slice(now);
            rest = later;
            if self.buffer.len() == PIECE {
                self.flush().await?;
            }
        }
        Ok(())
    }

    async fn finish(mut self: Box<Self>, place: &Place) -> io::Result<Stored> {
        self.settle().await?;
        let Some(mut file) = self.idle.take() else {
            return Err(io::Error::other("an earlier write failed"));
        };
        let Some(temporary) = self.temporary.0.take() else {
            return Err(io::Error::other("the file is gone"));
        };
        // From here on the closure owns the temporary file's fate.
        let guard = Temporary(Some(temporary.clone()));
        let (buffer, fsync, force) = (std::mem::take(&mut self.buffer), self.target.fsync, self.target.force);
        let (path, again) = (self.target.path_of(place), place.again);
        let path = joined(
            spawn_blocking(move || {
                let mut guard = guard;
                file.write_all(&buffer)?;
                if fsync {
                    file.sync_all()?;
                }
                drop(file);
                let path = put_in_place(&temporary, &path, force, again)?;
                guard.0 = None;
                Ok(path)
            })
            .await,
        )?;
        Ok(Stored::File { path, len: self.len })
    }

    async fn discard(mut self: Box<Self>) {
        // The write under way has to end before the file can go.
        let _ = self.settle().await;
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

fn joined<T>(result: Result<io::Result<T>, tokio::task::JoinError>) -> io::Result<T> {
    result.unwrap_or_else(|error| Err(io::Error::other(error)))
}

#[cfg(test)]
mod tests {
    use super::{Files, Place};
    use impasto_types::ImageFormat;

    #[track_caller]
    fn check(files: &Files, index: usize, count: usize, format: Option<ImageFormat>, expected: &str) {
        let place = Place { index, count, partial: None, again: false, format };
        assert_eq!(files.path_of(&place).to_string_lossy(), expected);
    }

    #[test]
    fn names_follow_count_and_content() {
        let png = Some(ImageFormat::Png);
        check(&Files::at("out/a.png"), 0, 1, png, "out/a.png");
        check(&Files::at("out/a.png"), 1, 3, png, "out/a-2.png");
        check(&Files::at("out/a.png"), 0, 1, Some(ImageFormat::Jpeg), "out/a.jpg");
        check(&Files::at("out/a.jpeg"), 0, 1, Some(ImageFormat::Jpeg), "out/a.jpeg");
        check(&Files::at("out/v1.2"), 0, 1, png, "out/v1.2.png");
        check(&Files::at("a"), 0, 1, None, "./a.bin");
        let place = Place { index: 0, count: 1, partial: Some(2), again: false, format: png };
        assert_eq!(Files::at("a.png").path_of(&place).to_string_lossy(), "./a.partial-2.png");
    }
}
