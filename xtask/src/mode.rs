//! Writing derived files, or only comparing them: the one place where `--check` takes effect.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

use crate::findings::Findings;

/// What a command does with a file it derives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Writes the file when it differs.
    Write,
    /// Leaves the file alone and reports that it differs.
    Check,
}

impl Mode {
    /// The mode a command's `--check` flag asks for.
    pub fn from_check(check: bool) -> Self {
        if check { Self::Check } else { Self::Write }
    }

    /// Makes the file at `root/path` hold exactly `contents`, or reports that it does not.
    ///
    /// # Errors
    ///
    /// When the file can be neither read nor written.
    pub fn settle(
        self,
        root: &Path,
        path: &str,
        contents: &[u8],
        findings: &mut Findings,
    ) -> anyhow::Result<()> {
        let full = root.join(path);
        if fs::read(&full).is_ok_and(|present| present == contents) {
            return Ok(());
        }
        match self {
            Self::Check => findings.error(path, None, "is out of date"),
            Self::Write => {
                if let Some(folder) = full.parent() {
                    fs::create_dir_all(folder).with_context(|| format!("create {}", folder.display()))?;
                }
                fs::write(&full, contents).with_context(|| format!("write {path}"))?;
                eprintln!("wrote {path}");
            }
        }
        Ok(())
    }
}
