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

/// Every variable of Impasto's own.
pub const ALL: &[Variable] = &[PROVIDER, MODEL];

/// The value of a variable; an empty one counts as not set.
#[must_use]
pub fn read(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "this is the place that reads the environment")]
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
