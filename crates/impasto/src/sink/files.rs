//! Images in files: written under a temporary name, and under their own only when they are whole.

mod writing;

use std::io;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use impasto_types::{ImageFormat, ImageRequest, OutputFormat};
use serde::{Deserialize, Serialize};

use super::{Arriving, Destination, Place, Sink};
use crate::aside::aside;
use crate::error::Error;
use crate::image::fitting_path;
use writing::{FileSink, Temporary, create_temporary, temporary_stem};

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
    #[serde(default)]
    fsync: Fsync,
}

/// What is waited for before a finished image is told of. Unfinished ones are never flushed: they can be made again.
///
/// Flushing waits for the disk, beside the images that still arrive, and not on the runtime's threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fsync {
    /// Nothing: the system writes when it likes, as with most programs. A power cut may leave a file that is empty.
    Never,
    /// The contents, before the file gets its name: what stands under the name is whole, whatever happens.
    #[default]
    Contents,
    /// The contents and the name: an image that was told of is there after a power cut.
    Durable,
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
        Self {
            directory: directory.into(),
            name: name.into(),
            force: false,
            partials: false,
            fsync: Fsync::default(),
        }
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

    /// How far a file is flushed to the disk before it is told of; [`Fsync::Contents`] unless set.
    #[must_use]
    pub fn with_fsync(mut self, fsync: Fsync) -> Self {
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

#[async_trait]
impl Destination for Files {
    async fn prepare(&self, request: &ImageRequest) -> Result<(), Error> {
        let (this, request) = (self.clone(), request.clone());
        let checked = aside(move || this.check(&request)).await;
        checked.map_err(|error| Error::io("the output directory", error))?
    }

    async fn open(&self, arriving: &Arriving) -> io::Result<Box<dyn Sink>> {
        let (directory, serial) = (self.directory.clone(), arriving.serial);
        let stem = temporary_stem(&arriving.job);
        // The guard goes along: a call dropped while the file is made leaves none behind.
        let made = aside(move || {
            std::fs::create_dir_all(&directory)?;
            create_temporary(&directory, &stem, serial).map(|(file, path)| (file, Temporary::new(path)))
        });
        let (file, temporary) = made.await.flatten()?;
        Ok(Box::new(FileSink::new(self.clone(), file, temporary, arriving.partial)))
    }

    fn wants_partials(&self) -> bool {
        self.partials
    }

    async fn sweep(&self, job: &str) {
        let (directory, stem) = (self.directory.clone(), format!(".{}", temporary_stem(job)));
        let swept = aside(move || {
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
