//! Names for images that nobody named: made of the prompt, and free.

use std::path::{Path, PathBuf};

use super::Files;
use crate::error::Error;

/// The longest name made from a prompt, in characters; a longer one ends at a word.
const LONGEST: usize = 48;

impl Files {
    /// Saves in `directory`, named after `prompt`: `a-lighthouse-at-dusk.png`, or `a-lighthouse-at-dusk-2.png` where
    /// a file of that name is there already, whatever its extension. With `overwrite` the name is used all the same;
    /// give it to [`Files::with_force`], too.
    ///
    /// ```
    /// use impasto::{ImageRequest, sink::Files};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let files = Files::named_after(folder.path(), "A lighthouse, at dusk!", false)?;
    /// let request = ImageRequest::generate("A lighthouse, at dusk!");
    /// assert!(files.expected_paths(&request)[0].ends_with("a-lighthouse-at-dusk.png"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When a hundred thousand files have that name.
    pub fn named_after(directory: impl Into<PathBuf>, prompt: &str, overwrite: bool) -> Result<Self, Error> {
        let directory = directory.into();
        let slug = slug(prompt);
        let name = if overwrite { slug } else { free_name(&directory, &slug)? };
        Ok(Self::within(directory, name))
    }
}

/// The prompt as a file name: words of letters and digits, joined by dashes.
fn slug(prompt: &str) -> String {
    let mut slug = String::new();
    for word in prompt.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let word = word.to_lowercase();
        let joined = slug.chars().count() + usize::from(!slug.is_empty()) + word.chars().count();
        if joined > LONGEST {
            if slug.is_empty() {
                slug.extend(word.chars().take(LONGEST));
            }
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(&word);
    }
    if slug.is_empty() { "image".to_owned() } else { slug }
}

/// `name`, or `name-2`, `name-3`, …: the first that no file of the directory uses, whatever its extension, alone or
/// as one of several.
fn free_name(directory: &Path, name: &str) -> Result<String, Error> {
    let taken: Vec<String> = match std::fs::read_dir(directory) {
        Ok(entries) => {
            entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned())).collect()
        }
        // It is made later, or found impossible to make, by whoever writes there.
        Err(_) => Vec::new(),
    };
    let uses = |candidate: &str| {
        taken.iter().any(|file| {
            let Some(rest) = file.strip_prefix(candidate) else { return false };
            let number = rest.strip_prefix('-').unwrap_or_default();
            let after = number.trim_start_matches(|c: char| c.is_ascii_digit());
            rest.starts_with('.') || (after.len() < number.len() && after.starts_with('.'))
        })
    };
    (1..100_000_u32)
        .map(|number| if number == 1 { name.to_owned() } else { format!("{name}-{number}") })
        .find(|candidate| !uses(candidate))
        .ok_or_else(|| {
            Error::invalid("out_dir", format!("no free name like {name} in {}", directory.display()))
        })
}

#[cfg(test)]
mod tests {
    use super::{free_name, slug};

    #[test]
    fn a_prompt_becomes_a_file_name() {
        for (prompt, expected) in [
            ("a lighthouse at dusk", "a-lighthouse-at-dusk"),
            ("  A Lighthouse, at 5:30!  ", "a-lighthouse-at-5-30"),
            ("Ein Kühlschrank", "ein-kühlschrank"),
            ("黄昏的灯塔", "黄昏的灯塔"),
            ("../../etc/passwd", "etc-passwd"),
            ("…", "image"),
            ("", "image"),
        ] {
            assert_eq!(slug(prompt), expected, "{prompt:?}");
        }
        let long = "word ".repeat(40);
        assert_eq!(slug(&long), "word-word-word-word-word-word-word-word-word");
        assert_eq!(slug(&"x".repeat(300)).len(), 48);
    }

    #[test]
    fn a_name_is_free_when_no_file_uses_it_alone_or_as_one_of_several() {
        let directory = tempfile::tempdir().unwrap();
        let check = |existing: &str, expected: &str| {
            std::fs::write(directory.path().join(existing), "").unwrap();
            assert_eq!(free_name(directory.path(), "fox").unwrap(), expected, "after {existing}");
        };
        check("foxes.png", "fox");
        check("fox-hunt.png", "fox");
        check("fox.webp", "fox-2");
        check("fox-2.png", "fox-3");
        check("fox-3-1.png", "fox-4");
        check("fox-10.png", "fox-4");
        assert_eq!(free_name(&directory.path().join("missing"), "fox").unwrap(), "fox");
    }
}
