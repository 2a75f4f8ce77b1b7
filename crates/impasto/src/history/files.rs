//! A history in a folder.

use std::io;
use std::path::{Path, PathBuf};

use super::RunRecord;
use crate::aside::aside;
use crate::monthly::{DamagedLine, MonthlyLines};

/// A history in a folder: JSON lines, one file a month, safe with several processes.
///
/// ```
/// use impasto::history::History;
///
/// # let folder = tempfile::tempdir().unwrap();
/// let history = History::new(folder.path());
/// assert!(history.newest(10, |_| true)?.runs.is_empty());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct History {
    lines: MonthlyLines,
}

/// Runs of a history.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct HistoryListing {
    /// The runs, newest first.
    pub runs: Vec<RunRecord>,
    /// Lines that could not be read.
    pub damaged: Vec<DamagedLine>,
}

impl History {
    /// A history in `directory`, which is made when it is first written to.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { lines: MonthlyLines::new(directory.into(), "history") }
    }

    /// Where it is.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.lines.directory()
    }

    /// Adds a run.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn add(&self, run: &RunRecord) -> io::Result<()> {
        let (lines, run) = (self.lines.clone(), run.clone());
        aside(move || lines.append(run.at, &run, false)).await.flatten()
    }

    /// The newest runs that `wanted` says yes to, at most `limit`. Months that are not needed for them are not read.
    ///
    /// # Errors
    /// When a file cannot be read. Lines that make no sense are no error: they are listed as damaged.
    pub fn newest(
        &self,
        limit: usize,
        mut wanted: impl FnMut(&RunRecord) -> bool,
    ) -> io::Result<HistoryListing> {
        let mut listing = HistoryListing::default();
        for path in self.lines.files()?.into_iter().rev() {
            if listing.runs.len() >= limit {
                break;
            }
            let mut month: Vec<RunRecord> = Vec::new();
            MonthlyLines::read(&path, &mut listing.damaged, |run| {
                if wanted(&run) {
                    month.push(run);
                }
            })?;
            // Of runs that ended in one second, the one that was written last is the newest.
            month.reverse();
            month.sort_by_key(|run| std::cmp::Reverse(run.at));
            listing.runs.extend(month);
        }
        listing.runs.truncate(limit);
        Ok(listing)
    }

    /// The newest run whose id is `id`, or begins with it, or ends with it; none where several do.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn find(&self, id: &str) -> io::Result<Vec<RunRecord>> {
        let mut runs = self.newest(usize::MAX, |run| run.id.starts_with(id) || run.id.ends_with(id))?.runs;
        if let Some(exact) = runs.iter().position(|run| run.id == id) {
            runs = vec![runs.swap_remove(exact)];
        }
        Ok(runs)
    }
}
