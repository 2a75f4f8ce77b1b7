//! The page of environment variables.

use impasto_providers::Sellers;

use super::{HEADER, head, row};

const INTRODUCTION: &str = "# Environment variables

An empty variable counts as not set.
What a program or a command line says goes before what stands here.

## Impasto's own

";

const COMMAND: &str = "
## Settings of the `impasto` command

What is typed goes before a variable, a variable before the settings' file, that before the default.
`impasto config` shows every setting and where its value comes from.

";

const SELLERS: &str = "
## Sellers'

Of several variables for a key, the first that is set counts.
A key goes only to the origin of its seller's base URL; a base URL that is set here makes that the origin.

";

const STANDARD: &str = "
## What other programs read as well

";

/// The page.
#[must_use]
pub fn page(sellers: &Sellers) -> String {
    let mut text = format!("{HEADER}\n\n{INTRODUCTION}");
    text.push_str(&head(&["variable", "what it does"]));
    for variable in impasto::env::ALL {
        text.push_str(&row(&[&code(variable.name), variable.about]));
    }
    text.push_str(COMMAND);
    text.push_str(&head(&["variable", "what it does"]));
    for variable in impasto::env::command::ALL {
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
    for variable in impasto::env::shared::ALL {
        text.push_str(&row(&[&code(variable.name), variable.about]));
    }
    text
}

fn code(name: &str) -> String {
    format!("`{name}`")
}
