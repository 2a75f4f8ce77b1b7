//! Where the images go.

use std::path::{Path, PathBuf};

use impasto::sink::Files;

use crate::args::OutputArgs;
use crate::failure::Failure;

/// The longest name made from a prompt, in characters; a longer one ends at a word.
const LONGEST: usize = 48;

/// The destination of a request with this prompt.
pub(crate) fn place(args: &OutputArgs, prompt: &str) -> Result<Files, Failure> {
    let directory = args.out_dir.clone().unwrap_or_else(|| PathBuf::from("."));
    if directory.exists() && !directory.is_dir() {
        return Err(Failure::usage("out_dir", format!("{} is a file, not a folder", directory.display()))
            .with_hint("--out names a file, --out-dir the folder it goes to"));
    }
    let files = match &args.out {
        Some(out) if !names_folder(out) => {
            Files::at(if args.out_dir.is_some() { directory.join(out) } else { out.clone() })
        }
        // A folder given as --out is meant as one.
        Some(folder) => named(&directory.join(folder), prompt, args.force)?,
        None => named(&directory, prompt, args.force)?,
    };
    Ok(files.with_force(args.force).with_partials(args.save_partials))
}

fn names_folder(path: &Path) -> bool {
    path.is_dir() || path.to_string_lossy().ends_with(std::path::is_separator)
}

/// Named after the prompt, with a number where the name is taken.
fn named(directory: &Path, prompt: &str, force: bool) -> Result<Files, Failure> {
    let slug = slug(prompt);
    let name = if force { slug } else { free_name(directory, &slug)? };
    Ok(Files::within(directory, name))
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
fn free_name(directory: &Path, name: &str) -> Result<String, Failure> {
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
            Failure::usage("out_dir", format!("no free name like {name} in {}", directory.display()))
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
