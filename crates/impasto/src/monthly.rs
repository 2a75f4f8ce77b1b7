//! Append-only JSON lines, one file a month: what several processes can write to at once and a crash cannot spoil.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use impasto_types::Date;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A line longer than this was not written by this program.
const MAX_LINE: u64 = 4 << 20;

/// A folder of files named `stem-YYYY-MM.jsonl`.
#[derive(Clone, Debug)]
pub(crate) struct MonthlyLines {
    directory: PathBuf,
    stem: &'static str,
}

/// A line that could not be read. It stays in its file, and the lines around it are not affected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DamagedLine {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

impl MonthlyLines {
    pub(crate) fn new(directory: PathBuf, stem: &'static str) -> Self {
        Self { directory, stem }
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The file of the month that `at`, in seconds since 1970, falls in.
    pub(crate) fn file_of(&self, at: u64) -> PathBuf {
        let day = Date::from_unix(at).to_string();
        let month = day.get(..7).unwrap_or(&day);
        self.directory.join(format!("{}-{month}.jsonl", self.stem))
    }

    /// Adds a line, and flushes it to the disk where it has to be `durable`. The line goes out in one write to the end
    /// of the file, so that lines of several processes stand below each other.
    pub(crate) fn append(&self, at: u64, value: &impl Serialize, durable: bool) -> io::Result<()> {
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        let path = self.file_of(at);
        let mut file = match open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(&self.directory)?;
                open(&path)?
            }
            other => other?,
        };
        // What a crash tore off stays a line of its own.
        if is_torn(&mut file)? {
            line.insert(0, b'\n');
        }
        file.write_all(&line)?;
        if durable { file.sync_data() } else { Ok(()) }
    }

    /// The files there are, oldest month first.
    pub(crate) fn files(&self) -> io::Result<Vec<PathBuf>> {
        let entries = match fs::read_dir(&self.directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let month = name.strip_prefix(self.stem).and_then(|rest| rest.strip_prefix('-'));
            if month.is_some_and(|month| month.strip_suffix(".jsonl").is_some()) {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(paths)
    }

    /// Reads the lines of a file in order. A file that is not there has none.
    pub(crate) fn read<T: DeserializeOwned>(
        path: &Path,
        damaged: &mut Vec<DamagedLine>,
        mut each: impl FnMut(T),
    ) -> io::Result<()> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        let mut reader = BufReader::new(file);
        let mut bytes = Vec::new();
        for line in 1.. {
            bytes.clear();
            if reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut bytes)? == 0 {
                break;
            }
            if bytes.trim_ascii().is_empty() {
                continue;
            }
            match serde_json::from_slice(&bytes) {
                Ok(value) => each(value),
                Err(error) => {
                    damaged.push(DamagedLine { path: path.to_owned(), line, problem: error.to_string() });
                }
            }
        }
        Ok(())
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    // Prompts and prices are nobody else's business.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Whether the last line lacks its end.
fn is_torn(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}
