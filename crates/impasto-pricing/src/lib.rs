//! Money, dated and sourced price sheets, token formulas, estimates and settlement for image models.
