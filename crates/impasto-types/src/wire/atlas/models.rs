//! The list of models with their prices.

use crate::wire::lenient::reply_object;

reply_object! {
    /// One item of `GET /models`, which needs no key.
    #[derive(Clone, Debug, Default, PartialEq)]
    #[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
    pub struct ModelEntry {
        /// The full id with its task.
        pub model: Option<String>,
        /// `Image`, `Video`, `Audio` or `Text`.
        pub kind as "type": Option<String>,
        /// The name for people.
        pub display_name as "displayName": Option<String>,
        /// Who made the model.
        pub organization: Option<String>,
        /// The address of the model's schema.
        pub schema: Option<String>,
        /// Whether the console shows it; entries it does not show are not for sale.
        pub display_console: Option<bool>,
        /// The listed prices. Not what is charged: that is the settled prediction's `price`.
        pub price: Option<ModelPrice>,
    }
}

reply_object! {
    /// The listed prices of a model.
    #[derive(Clone, Debug, Default, PartialEq)]
    #[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
    pub struct ModelPrice {
        /// The discount in percent, as text.
        pub discount: Option<String>,
        /// After the discount.
        pub actual: Option<PriceTag>,
        /// Before it.
        pub origin: Option<PriceTag>,
    }
}

reply_object! {
    /// A price as the seller writes it: decimal text in US dollars.
    #[derive(Clone, Debug, Default, PartialEq)]
    #[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
    pub struct PriceTag {
        /// The price of one unit.
        pub base_price: Option<String>,
        /// The unit: `generation`, `image`, `second`, `minute`, `1k_chars`.
        pub unit: Option<String>,
        /// The price of input, where it is told apart.
        pub input_price: Option<String>,
        /// The price of output, where it is told apart.
        pub output_price: Option<String>,
    }
}
