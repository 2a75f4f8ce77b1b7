//! `impasto providers`.

use crate::config;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::term::Term;
use crate::view::ProvidersReport;

/// Lists the sellers.
pub(crate) fn run(term: &Term) -> Result<Exit, Failure> {
    let report = ProvidersReport::new(&config::sellers()?, config::sellers_folder());
    if term.wants_json() {
        term.print_json(&report);
    } else {
        term.print(report.text(term));
    }
    Ok(Exit::Ok)
}
