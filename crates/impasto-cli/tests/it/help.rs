//! The help pages, read as a newcomer reads them.

use crate::support::{Bench, snapshot};

#[track_caller]
fn check(name: &str, args: &[&str]) {
    snapshot(name, &Bench::new().run(args).shown());
}

#[test]
fn help_pages() {
    check("help", &["--help"]);
    check("help_generate", &["generate", "--help"]);
    check("help_generate_short", &["generate", "-h"]);
    check("help_estimate_short", &["estimate", "-h"]);
    check("help_compare_short", &["compare", "-h"]);
    check("help_edit_short", &["edit", "-h"]);
    check("help_edit", &["edit", "--help"]);
    check("help_emulate", &["emulate", "--help"]);
    check("help_mcp", &["mcp", "--help"]);
    check("help_models", &["models", "--help"]);
    check("help_estimate", &["estimate", "--help"]);
    check("help_compare", &["compare", "--help"]);
    check("help_jobs", &["jobs", "--help"]);
    check("help_jobs_resume", &["jobs", "resume", "--help"]);
    check("help_providers", &["providers", "--help"]);
    check("help_regenerate", &["regenerate", "-h"]);
    check("help_history", &["history", "--help"]);
    check("help_gallery", &["gallery", "--help"]);
    check("help_call", &["call", "--help"]);
    check("help_upload", &["upload", "-h"]);
    check("help_show", &["show", "--help"]);
    check("help_usage", &["usage", "--help"]);
    check("help_config", &["config", "--help"]);
    check("help_config_set", &["config", "set", "--help"]);
    check("help_doctor", &["doctor", "--help"]);
    check("help_completions", &["completions", "--help"]);
    check("help_man", &["man", "--help"]);
}

#[test]
fn the_first_page_fits_one_screen() {
    let first = Bench::new().run_ok(&["--help"]);
    assert!(first.lines().len() <= 24, "{} lines", first.lines().len());
    assert!(first.lines().iter().all(|line| line.chars().count() <= 80), "{}", first.stdout);
    for args in [&["generate", "-h"][..], &["edit", "-h"], &["estimate", "-h"], &["compare", "-h"]] {
        let ran = Bench::new().run_ok(args);
        let lines = ran.lines();
        assert!(lines.len() <= 40, "{args:?}: {} lines", lines.len());
        assert!(lines.iter().all(|line| line.chars().count() <= 100), "{}", ran.stdout);
    }
}

#[test]
fn nothing_typed_shows_the_help_and_is_no_success() {
    let ran = Bench::new().run(&[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("Usage: impasto"), "{}", ran.stderr);
}

#[test]
fn the_version_is_the_packages() {
    let ran = Bench::new().run_ok(&["--version"]);
    assert_eq!(ran.stdout.trim_end(), concat!("impasto ", env!("CARGO_PKG_VERSION")));
}
