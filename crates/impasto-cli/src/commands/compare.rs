//! `impasto compare`.

use impasto::compare::compare;
use impasto::transport::{Clock as _, TokioClock};
use impasto::{Book, Client, Date};

use crate::args::EstimateArgs;
use crate::commands::block_on;
use crate::config;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::plan;
use crate::term::Term;
use crate::view::CompareReport;

/// Prices a request everywhere.
pub(crate) fn run(args: &EstimateArgs, term: &Term) -> Result<Exit, Failure> {
    let request = plan::priced(args)?;
    let sellers = config::sellers()?;
    if let Some(id) = &args.seller.provider {
        sellers.find(id).map_err(impasto::Error::from)?;
    }
    let book = Book::builtin().map_err(impasto::Error::from)?;
    let today = Date::from_unix(TokioClock::new().unix().as_secs());
    block_on(async {
        // Any seller will do: nothing is sent, only the input images are looked into.
        let reader = Client::builder().provider("openai").unchecked(true).without_key().build()?;
        let mut looked_into = reader.request(request).preview().await?.request;
        looked_into.model = None;
        let mut offers = compare(&looked_into, &sellers, &book, &config::prices()?, today);
        if let Some(model) = args.image.model.as_deref() {
            let wanted = impasto::ModelId::new(model);
            offers.retain(|offer| offer.model == wanted || offer.model.base_name() == wanted.base_name());
        }
        if let Some(id) = &args.seller.provider {
            offers.retain(|offer| offer.provider == *id);
        }
        let report = CompareReport::new(&offers);
        if term.wants_json() {
            term.print_json(&report);
        } else {
            term.print(report.text());
        }
        Ok(Exit::Ok)
    })
}
