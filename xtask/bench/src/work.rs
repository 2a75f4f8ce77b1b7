//! The kinds of work, as they stand on the command line of every contender:
//! `PROGRAM WORK BASE_URL OUT_DIR INPUT_DIR`.

use std::path::{Path, PathBuf};

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// One request for `n` images.
    Generate {
        /// How many images.
        n: usize,
    },
    /// `requests` requests for one image each, `at_once` of them at a time.
    Many {
        /// How many requests.
        requests: usize,
        /// How many run at a time.
        at_once: usize,
    },
    /// Four images and a mask go up, one comes back.
    Edit,
    /// A stream of unfinished images and a finished one.
    Stream {
        /// How many unfinished images.
        partials: usize,
    },
    /// A task: submitted, polled, its image downloaded.
    Atlas,
}

/// The model that every contender names.
pub const MODEL: &str = "gpt-image-2";
/// The same as Atlas Cloud names it.
pub const ATLAS_MODEL: &str = "openai/gpt-image-2/text-to-image";
/// The prompt that every contender sends.
pub const PROMPT: &str = "a lighthouse at dusk";
/// How many images an edit sends besides the mask.
pub const INPUTS: usize = 4;

impl Work {
    /// Reads `generate:N`, `many:N:AT_ONCE`, `edit`, `stream:PARTIALS` or `atlas`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let name = parts.next()?;
        let mut number = || parts.next()?.parse().ok();
        Some(match name {
            "generate" => Self::Generate { n: number()? },
            "many" => Self::Many { requests: number()?, at_once: number()? },
            "edit" => Self::Edit,
            "stream" => Self::Stream { partials: number()? },
            "atlas" => Self::Atlas,
            _ => return None,
        })
    }
}

/// The command line of a contender.
#[derive(Clone, Debug)]
pub struct Order {
    /// What is to be done.
    pub work: Work,
    /// Where, without a slash at the end; `/v1` is part of it.
    pub base_url: String,
    /// Where the images go.
    pub out: PathBuf,
    /// Where the inputs of an edit lie.
    pub inputs: PathBuf,
}

impl Order {
    /// Reads the command line.
    ///
    /// # Errors
    /// When an argument is missing or cannot be read.
    pub fn from_args() -> Result<Self, String> {
        let args: Vec<String> = std::env::args().skip(1).collect();
        let [work, base_url, out, inputs] = args.as_slice() else {
            return Err("expected WORK BASE_URL OUT_DIR INPUT_DIR".to_owned());
        };
        let work = Work::parse(work).ok_or_else(|| format!("{work} is no kind of work"))?;
        let base_url = base_url.clone();
        Ok(Self { work, base_url, out: PathBuf::from(out), inputs: PathBuf::from(inputs) })
    }

    /// Where the finished image of this index goes.
    pub fn image(&self, index: usize) -> PathBuf {
        self.out.join(format!("image-{index}.png"))
    }

    /// Where the unfinished image of this index goes.
    pub fn partial(&self, index: usize) -> PathBuf {
        self.out.join(format!("partial-{index}.png"))
    }
}

/// The input image of this index.
pub fn input(folder: &Path, index: usize) -> PathBuf {
    folder.join(format!("input-{index}.png"))
}

/// The mask.
pub fn mask(folder: &Path) -> PathBuf {
    folder.join("mask.png")
}
