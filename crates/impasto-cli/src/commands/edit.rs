//! `impasto edit`.

use crate::args::EditArgs;
use crate::commands::{block_on, images};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::plan;
use crate::term::Term;

/// Changes images by a prompt.
pub(crate) fn run(args: &EditArgs, term: &Term) -> Result<Exit, Failure> {
    let request = plan::edit(args)?;
    block_on(images::run(request, &args.output, &args.seller, term))
}
