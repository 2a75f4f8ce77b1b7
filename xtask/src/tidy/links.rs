//! Links between the repository's documents lead somewhere, and no document is out of reach.

use std::collections::{BTreeMap, BTreeSet};

use crate::findings::Findings;
use crate::repository::{File, Repository};
use crate::tidy::generated;

/// Checks every Markdown file, and every document that a comment names.
pub fn check(repository: &Repository, findings: &mut Findings) {
    let mut linked = BTreeSet::new();
    for file in repository.with_extension("md").filter(|file| !file.path.starts_with("fixtures/")) {
        for (line, target) in links(file) {
            match resolve(repository, file, &target) {
                Ok(Some(path)) if path != file.path => drop(linked.insert(path)),
                Ok(_) => {}
                Err(why) => findings.error(&file.path, Some(line), format!("link to {target}: {why}")),
            }
        }
    }
    for file in repository.with_extension("md").filter(|file| file.path.starts_with("docs/")) {
        if !linked.contains(&file.path) {
            findings.error(&file.path, None, "no other document links to it: nobody will find it");
        }
    }
    for file in &repository.files {
        check_mentions(repository, file, findings);
    }
}

/// The targets of the links of a Markdown file, with their lines; code is left out.
fn links(file: &File) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (line, text) in prose(file) {
        for (at, _) in text.match_indices("](") {
            let rest = &text[at + 2..];
            let end = rest.find([')', ' ']).unwrap_or(rest.len());
            found.push((line, rest[..end].trim_matches(['<', '>']).to_owned()));
        }
        if text.starts_with('[')
            && let Some((_, target)) = text.split_once("]: ")
        {
            found.push((line, target.split_whitespace().next().unwrap_or_default().to_owned()));
        }
    }
    found
}

/// The lines of a Markdown file outside fenced code, with inline code blanked out.
fn prose(file: &File) -> impl Iterator<Item = (usize, String)> {
    let mut in_fence = false;
    file.lines().filter_map(move |(line, text)| {
        let start = text.trim_start();
        if start.starts_with("```") || start.starts_with("~~~") {
            in_fence = !in_fence;
            return None;
        }
        // Every second piece between backticks is code.
        let without_code: String = text.split('`').step_by(2).collect();
        (!in_fence).then_some((line, without_code))
    })
}

/// The path a link leads to within the repository, `None` when it leads out of it or is rustdoc's business.
fn resolve(repository: &Repository, file: &File, target: &str) -> Result<Option<String>, String> {
    if target.contains("://") || target.starts_with("mailto:") || target.contains("::") {
        return Ok(None);
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path = if path.is_empty() { file.path.clone() } else { join(file.folder(), path)? };
    if !repository.has(&path) {
        return Err(format!("{path} does not exist"));
    }
    if !anchor.is_empty()
        && let Some(there) = repository.file(&path).filter(|there| there.is("md"))
        && !anchors(there).contains(anchor)
    {
        return Err(format!("{path} has no heading with the anchor #{anchor}"));
    }
    Ok(Some(path))
}

/// A relative path, seen from a folder.
fn join(folder: &str, relative: &str) -> Result<String, String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop().ok_or("leads out of the repository")?),
            _ => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

/// The anchors of a Markdown file's headings, by the rules of the usual code hosts.
fn anchors(file: &File) -> BTreeSet<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut in_fence = false;
    let mut found = BTreeSet::new();
    for (_, text) in file.lines() {
        in_fence ^= text.trim_start().starts_with("```");
        let title = text.trim_start_matches('#');
        if in_fence || title.len() == text.len() || !title.starts_with(' ') {
            continue;
        }
        let anchor = slug(title.trim());
        let times = seen.entry(anchor.clone()).or_default();
        found.insert(if *times == 0 { anchor } else { format!("{anchor}-{times}") });
        *times += 1;
    }
    found
}

fn slug(title: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    title.to_lowercase().chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// Checks that a document named in a comment or in prose is one that the reader has.
fn check_mentions(repository: &Repository, file: &File, findings: &mut Findings) {
    // In code and data only the comments speak of this repository; a value may name a source elsewhere.
    let comment = match file.path.rsplit('.').next() {
        Some("md") => "",
        Some("rs") => "//",
        Some("toml") => "#",
        _ => return,
    };
    // A page made from data quotes the sources in it.
    if file.path.starts_with("fixtures/") || generated::is_generated(file) {
        return;
    }
    for (line, text) in file.lines() {
        if !text.trim_start().starts_with(comment) {
            continue;
        }
        for name in text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'))) {
            let name = name.trim_end_matches('.');
            // `//host/page.md` is what is left of an address.
            let is_document = name.strip_suffix(".md").is_some_and(|stem| !stem.is_empty());
            if !is_document || name.starts_with("//") {
                continue;
            }
            let from_here = join(file.folder(), name).is_ok_and(|path| repository.has(&path));
            let ending = format!("/{name}");
            let somewhere = repository.paths.iter().any(|path| path == name || path.ends_with(&ending));
            if !from_here && !somewhere {
                findings.error(&file.path, Some(line), format!("names {name}, which does not exist here"));
            }
        }
    }
}
