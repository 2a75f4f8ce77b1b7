//! The arguments of `generate` and `edit`.
#![expect(clippy::doc_markdown, reason = "documentation of arguments is their help, shown as it stands")]

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Arg, Args, value_parser};

/// What `generate` takes.
#[derive(Debug, Args)]
#[command(after_help = AFTER, after_long_help = AFTER_LONG)]
pub(crate) struct GenerateArgs {
    #[command(flatten)]
    pub(crate) prompt: PromptArgs,
    #[command(flatten)]
    pub(crate) image: ImageArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) seller: SellerArgs,
}

/// What `edit` takes.
#[derive(Debug, Args)]
#[command(after_help = AFTER, after_long_help = AFTER_LONG)]
pub(crate) struct EditArgs {
    #[command(flatten)]
    pub(crate) prompt: PromptArgs,
    /// An input image: a file, a URL, or file_id:ID; repeat it for more
    ///
    /// Their order matters.
    #[arg(long = "image", value_name = "FILE", required = true, help_heading = "Input")]
    pub(crate) images: Vec<String>,
    /// What may change of the first image: a mask image, or rect:X,Y,WIDTH,HEIGHT
    ///
    /// Of an image of its size it is the transparent or white pixels, of a rectangle all of its pixels; every seller
    /// gets it as it reads it.
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub(crate) mask: Option<String>,
    /// A transparent PNG of drawn instructions over the first image; not together with --mask
    #[arg(long, value_name = "FILE", help_heading = "Input", hide_short_help = true)]
    pub(crate) markup: Option<String>,
    /// How closely to keep to the input: low or high
    #[arg(long, value_name = "FIDELITY", help_heading = "Input", hide_short_help = true)]
    pub(crate) input_fidelity: Option<String>,
    #[command(flatten)]
    pub(crate) image: ImageArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) seller: SellerArgs,
}

const AFTER: &str = "\
The paths of the images go to stdout, one a line; everything else goes to stderr.
`impasto models` lists what each model takes; --help tells more than -h.";

/// The same, and how it may end.
const AFTER_LONG: &str = concat!(
    "The paths of the images go to stdout, one a line; everything else goes to stderr.\n",
    "`impasto models` lists what each model takes; `impasto config` sets what holds where nothing is typed.\n\n",
    crate::exit::codes!()
);

/// What `estimate` and `compare` take: the same as `generate` and `edit`.
///
/// Where images would go and how patiently a seller is asked is taken as well and means nothing, so the help does not
/// show it.
#[derive(Debug, Args)]
#[command(mut_args(without_sending))]
pub(crate) struct EstimateArgs {
    #[command(flatten)]
    pub(crate) prompt: PromptArgs,
    /// An input image, as for edit; with one it is an edit that is priced
    #[arg(long = "image", value_name = "FILE", help_heading = "Input")]
    pub(crate) images: Vec<String>,
    /// What may change of the first image, as for edit
    #[arg(long, value_name = "FILE", help_heading = "Input", requires = "images")]
    pub(crate) mask: Option<String>,
    /// Drawn instructions over the first image, as for edit
    #[arg(long, value_name = "FILE", help_heading = "Input", requires = "images")]
    pub(crate) markup: Option<String>,
    /// How closely to keep to the input: low or high
    #[arg(long, value_name = "FIDELITY", help_heading = "Input", requires = "images")]
    pub(crate) input_fidelity: Option<String>,
    #[command(flatten)]
    pub(crate) image: ImageArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) seller: SellerArgs,
}

/// Hides what means nothing where nothing is sent.
fn without_sending(arg: Arg) -> Arg {
    let meaningless = matches!(
        arg.get_id().as_str(),
        "out"
            | "out_dir"
            | "force"
            | "save_partials"
            | "dry_run"
            | "api_key_env"
            | "timeout"
            | "poll_interval"
            | "retries"
            | "price_wait"
            | "no_sidecar"
            | "no_history"
            | "preview"
            | "no_preview"
    );
    arg.hide(meaningless)
}

/// Hides what means nothing where every seller is asked for its price.
pub(super) fn without_seller(arg: Arg) -> Arg {
    let meaningless = matches!(arg.get_id().as_str(), "base_url" | "option" | "max_cost" | "unchecked");
    if meaningless { arg.hide(true) } else { arg }
}

/// The words.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct PromptArgs {
    /// What to draw
    #[arg(value_name = "PROMPT")]
    pub(crate) prompt: Option<String>,
    /// Read the prompt from a file, or from stdin with `-`
    #[arg(long, value_name = "FILE")]
    pub(crate) prompt_file: Option<PathBuf>,
}

/// What the image shall be like.
#[derive(Debug, Args)]
#[command(next_help_heading = "Image")]
pub(crate) struct ImageArgs {
    /// The model; the seller's default where it has one
    #[arg(long, short, value_name = "MODEL", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) model: Option<String>,
    /// The size: WIDTHxHEIGHT in pixels, or auto
    #[arg(long, short, value_name = "SIZE")]
    pub(crate) size: Option<String>,
    /// low, medium, high, auto; xhigh and max on newer models
    #[arg(long, short, value_name = "QUALITY", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) quality: Option<String>,
    /// How many images; more than the seller's limit become several calls
    #[arg(short, long = "n", value_name = "COUNT", allow_negative_numbers = true)]
    pub(crate) n: Option<String>,
    /// transparent, opaque or auto
    #[arg(long, value_name = "BACKGROUND", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) background: Option<String>,
    /// png, jpeg, webp; gif and svg on newer models
    #[arg(long, value_name = "FORMAT", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) output_format: Option<String>,
    /// 0 to 100, for jpeg and webp
    #[arg(long, value_name = "PERCENT", value_parser = value_parser!(u8).range(0..=100), hide_short_help = true)]
    pub(crate) output_compression: Option<u8>,
    /// How strict the seller's filter is: low or auto
    #[arg(long, value_name = "MODERATION", value_parser = NonEmptyStringValueParser::new(), hide_short_help = true)]
    pub(crate) moderation: Option<String>,
    /// How long the model plans: low, medium or high
    #[arg(long, value_name = "COMPLEXITY", value_parser = NonEmptyStringValueParser::new(), hide_short_help = true)]
    pub(crate) complexity: Option<String>,
    /// Frames of a gif, 2 to 16
    #[arg(long, value_name = "COUNT", hide_short_help = true)]
    pub(crate) frame_count: Option<u8>,
    /// Milliseconds each frame of a gif is shown
    #[arg(long, value_name = "MS", hide_short_help = true)]
    pub(crate) frame_duration_ms: Option<u32>,
    /// The language model that writes an svg
    #[arg(long, value_name = "MODEL", hide_short_help = true)]
    pub(crate) svg_model: Option<String>,
    /// How much that language model reasons: low, medium, high, …
    #[arg(long, value_name = "EFFORT", hide_short_help = true)]
    pub(crate) svg_effort: Option<String>,
    /// A stable, hashed id of the end user
    #[arg(long, value_name = "ID", hide_short_help = true)]
    pub(crate) safety_identifier: Option<String>,
    /// The end user, by the older name of --safety-identifier
    #[arg(long, value_name = "ID", hide_short_help = true)]
    pub(crate) user: Option<String>,
    /// A field by its wire name, sent as it is; repeat it for more
    #[arg(long, value_name = "NAME=JSON", hide_short_help = true)]
    pub(crate) extra: Vec<String>,
    /// Answer as a stream, so that each image is saved as soon as it is there
    #[arg(long, hide_short_help = true)]
    pub(crate) stream: bool,
    /// Up to this many sketches of each image on the way, 0 to 3; they cost extra (implies --stream)
    #[arg(long, value_name = "COUNT", value_parser = value_parser!(u8).range(0..=3), hide_short_help = true)]
    pub(crate) partial_images: Option<u8>,
}

/// Where the images go.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct OutputArgs {
    /// Save as FILE, or as FILE-1, FILE-2, …; the extension follows what arrives
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Save in DIR, named after the prompt unless --out names it [default: the current directory]
    #[arg(long, value_name = "DIR")]
    pub(crate) out_dir: Option<PathBuf>,
    /// Overwrite existing files; without it they are refused before anything is paid
    #[arg(long)]
    pub(crate) force: bool,
    /// Save the sketches too, as FILE.partial-0.png, …
    #[arg(long, hide_short_help = true)]
    pub(crate) save_partials: bool,
    /// Print the exact request, the key redacted, and where images would go; send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Write no FILE.png.json beside the image, which says how it was made
    #[arg(long, hide_short_help = true)]
    pub(crate) no_sidecar: bool,
    /// Leave the run out of the history
    #[arg(long, hide_short_help = true)]
    pub(crate) no_history: bool,
    /// Show the image in the terminal: auto, kitty, iterm2, sixel, blocks or none [default: auto]
    ///
    /// With --partial-images the sketches are shown as they come. Nothing is shown where stderr is no terminal.
    #[arg(long, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "auto", value_parser = ["auto", "kitty", "iterm2", "sixel", "blocks", "none"], hide_possible_values = true, hide_short_help = true)]
    pub(crate) preview: Option<String>,
    /// Show no image in the terminal
    #[arg(long, conflicts_with = "preview", hide_short_help = true)]
    pub(crate) no_preview: bool,
}

/// Who makes the images, and how patiently they are asked.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Seller")]
pub(crate) struct SellerArgs {
    /// The seller (see `impasto providers`) [default: the first whose key is set]
    ///
    /// The variable IMPASTO_PROVIDER names another default.
    #[arg(long, short, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) provider: Option<String>,
    /// Another base URL, as the seller's documents print it, or the emulator's
    ///
    /// It may be that of a region or of a proxy as well.
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) base_url: Option<String>,
    /// Read the key from this environment variable instead of the seller's own
    #[arg(long, value_name = "VARIABLE", value_parser = NonEmptyStringValueParser::new(), hide_short_help = true)]
    pub(crate) api_key_env: Option<String>,
    /// An option of the seller, such as api_version for azure; repeat it for more
    #[arg(long, value_name = "NAME=VALUE", hide_short_help = true)]
    pub(crate) option: Vec<String>,
    /// Give up on a call after this many seconds [default: 600]
    #[arg(long, value_name = "SECONDS", value_parser = value_parser!(u64).range(1..=86_400), hide_short_help = true)]
    pub(crate) timeout: Option<u64>,
    /// Ask after a task every so many seconds, such as 0.5, where the seller works with tasks [default: the
    /// seller's pace]
    #[arg(long, value_name = "SECONDS", hide_short_help = true)]
    pub(crate) poll_interval: Option<f64>,
    /// Repeat this often what was surely not billed [default: 2]
    #[arg(long, value_name = "COUNT", hide_short_help = true)]
    pub(crate) retries: Option<u32>,
    /// Wait up to so many seconds for the price, where the seller tells it late [default: 0]
    ///
    /// Atlas Cloud tells what it charged some seconds to minutes after the image is there; without waiting the cost is
    /// what the estimate allows at most.
    #[arg(long, value_name = "SECONDS", value_parser = value_parser!(u64).range(0..=86_400), hide_short_help = true)]
    pub(crate) price_wait: Option<u64>,
    /// Refuse beforehand what may cost more than this many US dollars
    #[arg(long, value_name = "USD")]
    pub(crate) max_cost: Option<String>,
    /// Send what the capability book would refuse, with a warning
    #[arg(long, hide_short_help = true)]
    pub(crate) unchecked: bool,
}
