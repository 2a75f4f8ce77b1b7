//! The repository as the checks see it: its files, read once.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

/// A text file of the repository.
#[derive(Clone, Debug)]
pub struct File {
    /// Its path from the root, with `/` between the parts.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl File {
    /// Its lines, counted from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// Whether the name ends in `.extension`.
    pub fn is(&self, extension: &str) -> bool {
        self.path.strip_suffix(extension).is_some_and(|stem| stem.ends_with('.'))
    }

    /// The folder it lies in, empty for the root.
    pub fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// The files that git tracks or would track.
#[derive(Clone, Debug)]
pub struct Repository {
    /// Where it stands on this machine.
    pub root: PathBuf,
    /// Its text files, by path.
    pub files: Vec<File>,
    /// The paths of all its files, binary ones included.
    pub paths: BTreeSet<String>,
}

impl Repository {
    /// Reads the repository this program was built from.
    ///
    /// # Errors
    ///
    /// When git cannot list the files, or one of them cannot be read.
    pub fn open() -> anyhow::Result<Self> {
        let root = root();
        let listed = Command::new("git")
            .current_dir(&root)
            // A checkout owned by another user is common in containers; listing its files is harmless.
            .args(["-c", "safe.directory=*", "ls-files", "-z"])
            .args(["--cached", "--others", "--exclude-standard"])
            .output()
            .context("run git ls-files")?;
        anyhow::ensure!(listed.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listed.stderr));

        let mut repository = Self { root, files: Vec::new(), paths: BTreeSet::new() };
        for path in String::from_utf8(listed.stdout)?.split_terminator('\0') {
            let full = repository.root.join(path);
            // A deleted file is listed until the deletion is staged.
            if !full.is_file() || !repository.paths.insert(path.to_owned()) {
                continue;
            }
            let bytes = fs::read(&full).with_context(|| format!("read {path}"))?;
            if let Some(text) = String::from_utf8(bytes).ok().filter(|text| !text.contains('\0')) {
                repository.files.push(File { path: path.to_owned(), text });
            }
        }
        Ok(repository)
    }

    /// A repository made of the given paths and texts, to try a rule on.
    pub fn of<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let files: Vec<File> = files
            .into_iter()
            .map(|(path, text)| File { path: path.to_owned(), text: text.to_owned() })
            .collect();
        let paths = files.iter().map(|file| file.path.clone()).collect();
        Self { root: PathBuf::from("/repository-under-test"), files, paths }
    }

    /// The text file at this path.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The text files with this extension.
    pub fn with_extension<'a>(&'a self, extension: &'a str) -> impl Iterator<Item = &'a File> {
        self.files.iter().filter(move |file| file.is(extension))
    }

    /// Whether a file or a folder stands at this path.
    pub fn has(&self, path: &str) -> bool {
        if path.is_empty() {
            return true;
        }
        let inside = format!("{path}/");
        self.paths.contains(path)
            || self.paths.range(inside.clone()..).next().is_some_and(|next| next.starts_with(&inside))
    }
}

/// The root of the workspace: the folder above this crate.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}
