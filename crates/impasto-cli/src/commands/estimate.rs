//! `impasto estimate`.

use crate::args::EstimateArgs;
use crate::commands::block_on;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::plan;
use crate::term::Term;
use crate::view::EstimateReport;

/// Says what a request may cost.
pub(crate) fn run(args: &EstimateArgs, term: &Term) -> Result<Exit, Failure> {
    let request = plan::priced(args)?;
    let limit = args.seller.max_cost.as_deref().map(plan::dollars).transpose()?;
    let client = plan::choose(&args.seller)?.unsent()?;
    block_on(async {
        let estimates = client.request(request).estimate().await?;
        let report = EstimateReport::new(&estimates)
            .ok_or_else(|| Failure::own("the calls of the request cannot be added up"))?;
        if term.wants_json() {
            term.print_json(&report);
        } else {
            term.print(report.text(term));
        }
        match limit {
            Some(limit) if report.is_over(&limit) => {
                term.say(format_args!("it may cost more than {limit}"));
                Ok(Exit::OverBudget)
            }
            _ => Ok(Exit::Ok),
        }
    })
}
