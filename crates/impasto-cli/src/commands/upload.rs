//! `impasto upload`: files stored at the seller.

use crate::args::UploadArgs;
use crate::commands::block_on;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::plan;
use crate::term::Term;
use crate::view::UploadReport;

/// Stores the files, one after the other.
pub(crate) fn run(args: &UploadArgs, term: &Term) -> Result<Exit, Failure> {
    for file in &args.files {
        if !file.is_file() {
            let error = std::io::Error::from(std::io::ErrorKind::NotFound);
            return Err(Failure::io("file", file.display(), &error));
        }
    }
    let choice = plan::choose(&args.seller.as_seller())?;
    block_on(async {
        let started = plan::client(choice, term).await?;
        let mut report = UploadReport::new(started.client.provider());
        for file in &args.files {
            let stored = started.client.upload(file.as_path()).await?;
            if !term.wants_json() {
                term.print(&stored.url);
            }
            report.add(file, &stored);
        }
        if let Some(emulator) = started.emulator {
            emulator.shutdown().await;
        }
        if term.wants_json() {
            term.print_json(&report);
        }
        Ok(Exit::Ok)
    })
}
