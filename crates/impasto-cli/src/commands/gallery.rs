//! `impasto gallery`: a page of the images of a folder.

use std::path::Path;

use crate::args::GalleryArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::gallery::{MARK, collect, page};
use crate::term::{Term, plain};
use crate::view::GalleryReport;
use crate::whole;

/// Writes the page.
pub(crate) fn run(args: &GalleryArgs, term: &Term) -> Result<Exit, Failure> {
    let found = collect(&args.dir).map_err(|error| Failure::io("dir", args.dir.display(), &error))?;
    let out = args.out.clone().unwrap_or_else(|| args.dir.join("gallery.html"));
    let failed = |error: std::io::Error| Failure::io("out", out.display(), &error);
    if !args.force && out.exists() && !is_ours(&out).map_err(failed)? {
        return Err(Failure::usage(
            "out",
            format!("{} exists and is no gallery of this command", out.display()),
        )
        .with_hint("choose another name, or overwrite it with --force"));
    }
    if let Some(folder) = out.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let html = page(&args.title, &found.pieces, &out);
    whole::write(&out, html.as_bytes()).map_err(failed)?;
    let report = GalleryReport::new(&out, &found, html.len());
    if term.wants_json() {
        term.print_json(&report);
    } else {
        term.print(plain(&out));
    }
    for line in report.remarks() {
        term.say(line);
    }
    Ok(Exit::Ok)
}

/// Whether a file is a page that this command wrote.
fn is_ours(path: &Path) -> std::io::Result<bool> {
    use std::io::Read as _;
    let mut head = Vec::new();
    std::fs::File::open(path)?.take(2_048).read_to_end(&mut head)?;
    Ok(String::from_utf8_lossy(&head).contains(MARK))
}
