//! `impasto generate`.

use crate::args::GenerateArgs;
use crate::commands::{block_on, images};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::plan;
use crate::term::Term;

/// Makes images from a prompt.
pub(crate) fn run(args: &GenerateArgs, term: &Term) -> Result<Exit, Failure> {
    let request = plan::generate(args)?;
    block_on(images::run(request, &args.output, &args.seller, term))
}
