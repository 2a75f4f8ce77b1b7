//! `impasto models`.

use impasto::{Book, env};

use crate::args::ModelsArgs;
use crate::config;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::term::Term;
use crate::view::ModelsReport;

/// Lists the models as a seller sells them.
pub(crate) fn run(args: &ModelsArgs, term: &Term) -> Result<Exit, Failure> {
    let sellers = config::sellers()?;
    let named = args.provider.clone().or_else(|| env::read(env::PROVIDER.name));
    let seller = sellers.find(named.as_deref().unwrap_or("openai")).map_err(impasto::Error::from)?;
    let book = Book::builtin().map_err(impasto::Error::from)?;
    let mut report = ModelsReport::new(seller, &book);
    if let Some(model) = &args.model {
        report.keep(model).map_err(|known| {
            Failure::usage("model", format!("{model} is in no book; known are {known}"))
                .with_hint("a model in no book can be used all the same; nothing is checked for it")
        })?;
    }
    if term.wants_json() {
        term.print_json(&report);
    } else if args.model.is_some() {
        term.print(report.details(term));
    } else {
        term.print(report.text(term));
    }
    Ok(Exit::Ok)
}
