//! The generated pages are what the data says, and the price sheets are in order.

use xtask::docs::{self, cli};
use xtask::mode::Mode;
use xtask::{prices, repository};

#[test]
fn the_generated_pages_are_up_to_date() {
    if let Err(error) = docs::settle(&repository::root(), Mode::Check) {
        panic!("{error}");
    }
}

#[test]
fn a_page_that_differs_is_named_with_the_command() {
    let root = tempfile::TempDir::new().unwrap();
    docs::settle(root.path(), Mode::Write).unwrap();
    docs::settle(root.path(), Mode::Check).unwrap();
    let page = root.path().join("docs/prices.md");
    let text = std::fs::read_to_string(&page).unwrap();
    assert!(text.contains("| gpt-image-2 |") && text.contains("1,000,000 image output tokens"), "{text}");
    std::fs::write(&page, text.replace("$30", "$3")).unwrap();
    let said = docs::settle(root.path(), Mode::Check).unwrap_err().to_string();
    assert!(said.contains("docs/prices.md: is out of date") && said.contains("`cargo xtask docs`"), "{said}");
}

#[test]
fn every_variable_of_a_seller_is_on_the_page() {
    let sellers = impasto_providers::Sellers::builtin().unwrap();
    let page = docs::environment::page(&sellers);
    for (seller, _) in sellers.iter() {
        let names = seller.auth.key_env.iter().chain(&seller.auth.base_url_env);
        let options = seller.options.values().filter_map(|option| option.env.as_ref());
        for name in names.chain(options) {
            assert!(page.contains(&format!("`{name}`")), "{name} of {}", seller.id);
        }
    }
}

#[test]
fn commands_are_read_from_the_help() {
    let help = "A tool.\n\nCommands:\n  generate   Make images\n             from a prompt\n  emulate    Serve\n  help       Print\n\nOptions:\n  -h\n";
    assert_eq!(cli::commands(help), ["generate", "emulate"]);
    let grouped = "Commands:\n  Make       generate, edit     images\n             jobs               old ones\n\nOptions:\n";
    assert_eq!(cli::commands(grouped), ["generate", "edit", "jobs"]);
    assert_eq!(cli::commands("no list"), Vec::<String>::new());
}

#[test]
fn the_price_sheets_are_in_order() {
    if let Err(error) = prices::check(prices::last_read().unwrap()) {
        panic!("{error}");
    }
}

#[test]
fn the_front_page_shows_a_program_that_is_built() {
    let read = |path: &str| std::fs::read_to_string(repository::root().join(path)).unwrap();
    let example = read("crates/impasto/examples/hello.rs");
    let (_, program) = example.split_once("\n\n").unwrap();
    assert!(read("README.md").contains(&format!("```rust,no_run\n{program}```\n")), "{program}");
}
