//! What a seller says was used.

use serde_json::Map;

use crate::wire::lenient::reply_object;

reply_object! {
    /// The tokens a call used, as the seller reported them. Every field may be missing.
    ///
    /// The numbers cover the whole request, all `n` images together. Gateways add fields of their own; they stay in
    /// [`Usage::extra`].
    #[derive(Clone, Debug, Default, PartialEq)]
    #[non_exhaustive]
    pub struct Usage {
        /// Tokens of the prompt and the input images.
        pub input_tokens: Option<u64>,
        /// The input tokens by kind.
        pub input_tokens_details: Option<TokenDetails>,
        /// Tokens of the images made.
        pub output_tokens: Option<u64>,
        /// The output tokens by kind. Streams leave it out.
        pub output_tokens_details: Option<TokenDetails>,
        /// Input and output together.
        pub total_tokens: Option<u64>,
    }
}

impl Usage {
    /// Usage of `input` and `output` tokens.
    #[must_use]
    pub fn new(input: u64, output: u64) -> Self {
        Self {
            input_tokens: Some(input),
            output_tokens: Some(output),
            total_tokens: Some(input.saturating_add(output)),
            ..Self::default()
        }
    }

    /// Sets the input tokens by kind.
    #[must_use]
    pub fn with_input_details(mut self, details: TokenDetails) -> Self {
        self.input_tokens_details = Some(details);
        self
    }

    /// Sets the output tokens by kind.
    #[must_use]
    pub fn with_output_details(mut self, details: TokenDetails) -> Self {
        self.output_tokens_details = Some(details);
        self
    }

    /// Whether the seller told nothing that could be priced.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.input_tokens.is_none() && self.output_tokens.is_none() && self.total_tokens.is_none()
    }

    /// Both usages added up, as when one request was split into several calls.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        self.input_tokens = add(self.input_tokens, other.input_tokens);
        self.output_tokens = add(self.output_tokens, other.output_tokens);
        self.total_tokens = add(self.total_tokens, other.total_tokens);
        self.input_tokens_details =
            add_details(self.input_tokens_details, other.input_tokens_details.as_ref());
        self.output_tokens_details =
            add_details(self.output_tokens_details, other.output_tokens_details.as_ref());
        for (key, value) in &other.extra {
            self.extra.entry(key.clone()).or_insert_with(|| value.clone());
        }
        self
    }
}

reply_object! {
    /// Tokens by kind. Every field may be missing.
    #[derive(Clone, Debug, Default, PartialEq)]
    #[non_exhaustive]
    pub struct TokenDetails {
        /// Text tokens.
        pub text_tokens: Option<u64>,
        /// Image tokens.
        pub image_tokens: Option<u64>,
    }
}

impl TokenDetails {
    /// Details of `text` and `image` tokens.
    #[must_use]
    pub fn new(text: u64, image: u64) -> Self {
        Self { text_tokens: Some(text), image_tokens: Some(image), extra: Map::new() }
    }
}

reply_object! {
    /// The second bill of an SVG: the language model that wrote it (`svg_usage`).
    #[derive(Clone, Debug, Default, PartialEq)]
    #[non_exhaustive]
    pub struct SvgUsage {
        /// The language model.
        pub model: Option<String>,
        /// Its input tokens.
        pub input_tokens: Option<u64>,
        /// Its output tokens, reasoning included.
        pub output_tokens: Option<u64>,
        /// The part of the output that was reasoning.
        pub reasoning_tokens: Option<u64>,
        /// Input and output together.
        pub total_tokens: Option<u64>,
    }
}

fn add(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (a, b) => a.or(b),
    }
}

fn add_details(a: Option<TokenDetails>, b: Option<&TokenDetails>) -> Option<TokenDetails> {
    match (a, b) {
        (Some(mut a), Some(b)) => {
            a.text_tokens = add(a.text_tokens, b.text_tokens);
            a.image_tokens = add(a.image_tokens, b.image_tokens);
            Some(a)
        }
        (a, b) => a.or_else(|| b.cloned()),
    }
}
