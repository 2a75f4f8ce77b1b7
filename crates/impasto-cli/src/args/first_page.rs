//! The page of `impasto --help`: every command at a glance, on one screen of 80 columns and 24 lines.

/// The page. That it names every command is tested; `cargo xtask docs` reads the names off it.
pub(super) const TEXT: &str = "\
Generate and edit images with the gpt-image models, wherever they are sold.
Without a key its built-in emulator answers, so all of it can be tried.

Usage: impasto [--json] [--quiet] <COMMAND>

Commands:
  Make       generate, edit       images from words, or from images and words
             regenerate           an earlier run once more
             jobs                 what was cut off: never paid twice
  Price      estimate, compare    the cost beforehand; the same at every seller
             usage                what was spent, by day, seller and model
  Look back  history, show        earlier runs; how an image was made
             gallery              a web page of a folder of images
  Sellers    models, providers    what each model takes; who sells it
             upload, call         files to a seller; any other of its endpoints
  Set up     config, doctor       settings; what is amiss on this machine
             completions, man     for your shell; manual pages
  Serve      emulate              every seller's API on this machine
             mcp                  image tools for assistants

Options: --json     one JSON object on stdout instead of text
         --quiet    nothing on stderr but errors
         --version  the version
Help:    impasto COMMAND -h for its flags, --help for all, and for exit codes
";
