//! Every environment variable that Impasto reads, in one place.
//!
//! A seller's own variables (its key, its base URL, its options) stand in the seller's file.

/// A variable and what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
}

/// Which seller to use when none is named.
pub const PROVIDER: Variable = Variable {
    name: "IMPASTO_PROVIDER",
    about: "the seller to use when none is named, such as openai or atlas",
};

/// Which model to use when none is named.
pub const MODEL: Variable =
    Variable { name: "IMPASTO_MODEL", about: "the model to use when none is named, such as gpt-image-2" };

/// Whether images are fetched from public addresses only.
pub const PUBLIC_DOWNLOADS_ONLY: Variable = Variable {
    name: "IMPASTO_PUBLIC_DOWNLOADS_ONLY",
    about: "when 1: images are fetched from public addresses only, not from this machine or a private network",
};

/// Every variable of Impasto's own that the library reads.
pub const ALL: &[Variable] = &[PROVIDER, MODEL, PUBLIC_DOWNLOADS_ONLY];

/// A constant for each variable, and the list of all.
macro_rules! variables {
    ($( $constant:ident = $name:literal, $about:literal; )+) => {
        $(
            #[doc = concat!("`", $name, "`: ", $about, ".")]
            pub const $constant: Variable = Variable { name: $name, about: $about };
        )+
        /// All of them.
        pub const ALL: &[Variable] = &[$($constant),+];
    };
}

/// Variables that the `impasto` command reads besides: one for each of its settings, and where these stand.
pub mod command {
    use super::Variable;

    variables! {
        CONFIG = "IMPASTO_CONFIG", "the settings' file, in place of config.toml in the settings' folder";
        SIZE = "IMPASTO_SIZE", "the size when none is given, such as 1536x1024";
        QUALITY = "IMPASTO_QUALITY", "the quality when none is given, such as low";
        OUTPUT_FORMAT = "IMPASTO_OUTPUT_FORMAT", "the file format when none is given, such as webp";
        OUT_DIR = "IMPASTO_OUT_DIR", "where images go when no folder is given";
        MAX_COST = "IMPASTO_MAX_COST", "the most that one call may cost in US dollars, such as 0.50";
        BUDGET = "IMPASTO_BUDGET", "the most that all calls may cost, such as 5 USD/day or 5 USD/day, 30 CNY/month";
        SIDECAR = "IMPASTO_SIDECAR", "whether each image gets a JSON file beside it that says how it was made";
        HISTORY = "IMPASTO_HISTORY", "whether runs are written into the history";
        PREVIEW = "IMPASTO_PREVIEW", "how images are shown in the terminal: auto, kitty, iterm2, sixel, blocks or none";
        TIMEOUT = "IMPASTO_TIMEOUT", "give up on a call after this many seconds";
        RETRIES = "IMPASTO_RETRIES", "how often to repeat what was surely not billed";
        PRICE_WAIT = "IMPASTO_PRICE_WAIT", "how many seconds to wait for a charge that the seller tells late";
    }
}

/// Variables that other programs read as well, which the `impasto` command heeds.
pub mod shared {
    use super::Variable;

    variables! {
        NO_COLOR = "NO_COLOR", "when set: no colours";
        CLICOLOR_FORCE = "CLICOLOR_FORCE", "when set and not 0: colours even where stderr is no terminal; NO_COLOR goes first";
        TERM = "TERM", "when dumb: no colours and no pictures; otherwise it may tell which pictures the terminal can show";
        TERM_PROGRAM = "TERM_PROGRAM", "may tell which pictures the terminal can show";
        COLORTERM = "COLORTERM", "when truecolor or 24bit: pictures may be drawn in coloured blocks";
        KITTY_WINDOW_ID = "KITTY_WINDOW_ID", "when set: the terminal shows pictures as kitty does";
        XDG_CONFIG_HOME = "XDG_CONFIG_HOME", "settings lie in impasto/config.toml below it, sellers and prices of your own in impasto/sellers and impasto/prices; ~/.config when not set, APPDATA on Windows";
        XDG_STATE_HOME = "XDG_STATE_HOME", "jobs under way, history and ledger lie in impasto/ below it; ~/.local/state when not set, LOCALAPPDATA on Windows";
        HOME = "HOME", "where ~ is";
        HTTPS_PROXY = "HTTPS_PROXY", "the proxy to go through; HTTP_PROXY, ALL_PROXY and NO_PROXY count as well; never for addresses on this machine";
    }
}

/// The value of a variable; an empty one counts as not set.
#[must_use]
pub fn read(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "this is the place that reads the environment")]
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
