//! The page of environment variables.

use impasto_providers::Sellers;

use super::{HEADER, head, row};

const INTRODUCTION: &str = "# Environment variables

An empty variable counts as not set.
What a program or a command line says goes before what stands here.

## Impasto's own

";

const SELLERS: &str = "
## Sellers'

Of several variables for a key, the first that is set counts.
A key goes only to the origin of its seller's base URL; a base URL that is set here makes that the origin.

";

const STANDARD: &str = "
## What the `impasto` command reads besides

";

/// Variables that other programs read as well.
const OTHERS: &[(&str, &str)] = &[
    ("`NO_COLOR`, `TERM`", "when set, or when `dumb`: no colours"),
    (
        "`XDG_CONFIG_HOME`",
        "sellers of your own lie in `impasto/sellers` below it; `~/.config` when not set, `APPDATA` on Windows",
    ),
    (
        "`XDG_STATE_HOME`",
        "jobs under way lie in `impasto/jobs` below it; `~/.local/state` when not set, `LOCALAPPDATA` on Windows",
    ),
    (
        "`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`",
        "the proxy to go through; never for addresses on this machine",
    ),
];

/// The page.
#[must_use]
pub fn page(sellers: &Sellers) -> String {
    let mut text = format!("{HEADER}\n\n{INTRODUCTION}");
    text.push_str(&head(&["variable", "what it does"]));
    for variable in impasto::env::ALL {
        text.push_str(&row(&[&code(variable.name), variable.about]));
    }
    text.push_str(SELLERS);
    text.push_str(&head(&["seller", "`--provider`", "key", "base URL", "other"]));
    for (seller, _) in sellers.iter() {
        let keys: Vec<String> = seller.auth.key_env.iter().map(|name| code(name)).collect();
        let base_url = seller.auth.base_url_env.as_deref().map(code).unwrap_or_default();
        let options = seller.options.values().filter_map(|option| {
            let about = option.about.as_deref().unwrap_or_default();
            Some(format!("{}: {about}", code(option.env.as_deref()?)))
        });
        let options: Vec<String> = options.collect();
        text.push_str(&row(&[
            &seller.name,
            &code(&seller.id),
            &keys.join(", "),
            &base_url,
            &options.join("; "),
        ]));
    }
    text.push_str(STANDARD);
    text.push_str(&head(&["variable", "what it does"]));
    for (name, about) in OTHERS {
        text.push_str(&row(&[name, about]));
    }
    text
}

fn code(name: &str) -> String {
    format!("`{name}`")
}
