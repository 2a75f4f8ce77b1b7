//! `impasto show`: how an image was made.

use std::path::Path;

use impasto::sidecar::{Sidecar, facts_of_file};

use crate::args::ShowArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::term::Term;
use crate::view::{ShowReport, ShownImage};

/// Shows each file; the exit code is 1 when one was changed since it was made.
pub(crate) fn run(args: &ShowArgs, term: &Term) -> Result<Exit, Failure> {
    let mut shown = Vec::new();
    for file in &args.files {
        shown.push(look(file)?);
    }
    let report = ShowReport::new(shown);
    if term.wants_json() {
        term.print_json(&report);
    } else {
        term.print(report.text(term));
    }
    Ok(if report.is_changed() { Exit::Failure } else { Exit::Ok })
}

fn look(file: &Path) -> Result<ShownImage, Failure> {
    let image = image_of(file);
    if !image.exists() {
        let error = std::io::Error::from(std::io::ErrorKind::NotFound);
        return Err(Failure::io("file", image.display(), &error));
    }
    if Sidecar::path_of(&image).exists() {
        let sidecar = Sidecar::read(&image)?;
        let verdict = sidecar.verify(&image);
        return Ok(ShownImage::with_sidecar(&image, &sidecar, verdict));
    }
    Ok(ShownImage::bare(&image, facts_of_file(&image)?))
}

/// The image itself, also where its sidecar was named.
fn image_of(file: &Path) -> std::path::PathBuf {
    let own = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    if own { file.with_extension("") } else { file.to_owned() }
}
