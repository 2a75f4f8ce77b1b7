//! Comparison with a price map in another project's form.

use impasto_pricing::{DifferenceKind, ErrorKind, PriceBook};

use crate::help::today;

/// A made-up map: right in some places and wrong in others.
const MAP: &str = r#"{
  "sample_spec": {"litellm_provider": "one of", "input_cost_per_token": 0.0},
  "gpt-4o": {"litellm_provider": "openai", "input_cost_per_token": 2.5e-06},
  "gpt-image-2": {
    "litellm_provider": "openai", "input_cost_per_token": 5e-06, "input_cost_per_image_token": 8e-06,
    "cache_read_input_token_cost": 1.25e-06, "cache_read_input_image_token_cost": 2e-06,
    "output_cost_per_image_token": 3.2e-05, "output_cost_per_token": 1e-05,
    "input_cost_per_token_batches": 2.5e-06, "input_cost_per_image_token_batches": 4e-06,
    "cache_read_input_token_cost_batches": 6.25e-07
  },
  "high/1024-x-1024/gpt-image-1": {"litellm_provider": "openai", "input_cost_per_image": 0.167, "output_cost_per_pixel": 0.0},
  "low/1024-x-1024/gpt-image-1": {"litellm_provider": "openai", "input_cost_per_image": 0.11},
  "1024-x-1024/gpt-image-1.5": {"litellm_provider": "openai", "input_cost_per_image": 0.009},
  "medium/1024-x-1024/gpt-image-1": {"litellm_provider": "openai", "input_cost_per_pixel": 4.0054321e-08},
  "fal_ai/openai/gpt-image-2": {"litellm_provider": "fal_ai", "output_cost_per_image": 0.145}
}"#;

#[test]
fn differences_are_named_and_agreement_is_silent() {
    let differences = PriceBook::builtin().compare_with(MAP, today()).unwrap();
    let about = |key: &str| -> Vec<(DifferenceKind, &str)> {
        differences.iter().filter(|d| d.key == key).map(|d| (d.kind, d.field.as_str())).collect()
    };
    assert_eq!(
        about("gpt-image-2"),
        [
            (DifferenceKind::OnlyTheirs, "output_cost_per_token"),
            (DifferenceKind::Differs, "output_cost_per_image_token"),
            (DifferenceKind::OnlyOurs, "output_cost_per_image_token_batches"),
        ]
    );
    assert_eq!(about("high/1024-x-1024/gpt-image-1"), []);
    assert_eq!(about("medium/1024-x-1024/gpt-image-1"), []);
    assert_eq!(about("low/1024-x-1024/gpt-image-1"), [(DifferenceKind::Differs, "input_cost_per_image")]);
    assert_eq!(about("1024-x-1024/gpt-image-1.5"), [(DifferenceKind::Differs, "input_cost_per_image")]);
    assert_eq!(about("fal_ai"), [(DifferenceKind::OnlyTheirs, "")]);
    assert_eq!(about("openai gpt-image-2.6-flare"), [(DifferenceKind::OnlyOurs, "")]);
    assert_eq!(about("gpt-4o"), []);
    let shown = differences.iter().find(|d| d.field == "output_cost_per_image_token").unwrap().to_string();
    assert_eq!(shown, "gpt-image-2 output_cost_per_image_token: ours $0.00003, theirs $0.000032");
}

#[test]
fn what_is_no_map_is_refused() {
    for text in ["", "[]", "{\"a\":1}", "null"] {
        let error = PriceBook::builtin().compare_with(text, today()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MalformedSheet, "{text:?}: {error}");
    }
}
