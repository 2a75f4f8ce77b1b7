//! What the crates carry is what their data files say.

use std::fs;

use xtask::data;
use xtask::mode::Mode;
use xtask::repository;

#[test]
fn the_carried_data_are_up_to_date() {
    if let Err(error) = data::settle(&repository::root(), Mode::Check) {
        panic!("{error}");
    }
}

#[test]
fn a_file_that_changed_is_named_with_the_command() {
    let root = tempfile::TempDir::new().unwrap();
    for folder in ["impasto-providers/sellers", "impasto-providers/book", "impasto-pricing/sheets"] {
        fs::create_dir_all(root.path().join("crates").join(folder)).unwrap();
    }
    let seller = root.path().join("crates/impasto-providers/sellers/acme.toml");
    fs::write(&seller, "# a comment\nid = \"acme\"\n[auth]\nkey_env = [\"KEY\"]\n").unwrap();
    data::settle(root.path(), Mode::Write).unwrap();
    data::settle(root.path(), Mode::Check).unwrap();
    let carried = root.path().join("crates/impasto-providers/carried/sellers.json");
    let text = fs::read_to_string(carried).unwrap();
    assert_eq!(text, "{\n\"acme.toml\":{\"auth\":{\"key_env\":[\"KEY\"]},\"id\":\"acme\"}\n}\n");
    fs::write(&seller, "id = \"acne\"\n").unwrap();
    let said = data::settle(root.path(), Mode::Check).unwrap_err().to_string();
    assert!(
        said.contains("carried/sellers.json: is out of date") && said.contains("`cargo xtask data`"),
        "{said}"
    );
    fs::write(&seller, "id = ").unwrap();
    let said = format!("{:#}", data::settle(root.path(), Mode::Check).unwrap_err());
    assert!(said.contains("acme.toml"), "{said}");
}
