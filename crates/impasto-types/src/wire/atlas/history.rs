//! The list of an account's own tasks.

use serde_json::Value;

use crate::wire::lenient::reply_object;

reply_object! {
    /// The content of `GET /model/history`, in the usual envelope: one page of tasks.
    #[derive(Clone, Debug, Default, PartialEq)]
    #[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
    pub struct History {
        /// The tasks.
        pub items: Option<Vec<HistoryItem>>,
        /// Which page it is, from 1.
        pub page_no as "pageNo": Option<u64>,
        /// How many tasks a page has at most.
        pub page_size as "pageSize": Option<u64>,
        /// How many tasks there are on all pages.
        pub total: Option<u64>,
    }
}

reply_object! {
    /// A task as the history lists it.
    #[derive(Clone, Debug, Default, PartialEq)]
    #[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
    pub struct HistoryItem {
        /// The id to ask after it with.
        pub id as "ID": Option<String>,
        /// When it was submitted, in seconds since 1970.
        pub created_at as "createdAt": Option<u64>,
        /// The full id of the model.
        pub model: Option<String>,
        /// The body that was submitted, as JSON in a text.
        pub request_body as "requestBody": Option<String>,
        /// As in a prediction: `status`, `outputs`.
        pub result: Option<Value>,
        /// `created`, `processing`, `completed`, `failed` or `timeout`.
        pub status: Option<String>,
    }
}
