//! How failures are told.

use crate::wire::lenient::reply_object;

reply_object! {
    /// The body of a failed call: `{"error": {…}}`.
    #[derive(Clone, Debug, Default, PartialEq)]
    #[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
    pub struct ErrorEnvelope {
        /// What went wrong. Some gateways write a bare text, which is read as the message.
        pub error: Option<ErrorBody>,
    }
}

reply_object! {
    /// What went wrong. Branch on `code`; gateways rewrite `type`.
    #[derive(Clone, Debug, Default, PartialEq)]
    #[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
    pub struct ErrorBody {
        /// A sentence for people.
        pub message: Option<String>,
        /// A class of errors.
        pub kind as "type": Option<String>,
        /// The parameter at fault; at UCloud the id of the request.
        pub param: Option<String>,
        /// The code; a number at some sellers.
        pub code: Option<String>,
        /// Why the safety system said no.
        pub moderation_details: Option<ModerationDetails>,
    }
    or text as message
}

reply_object! {
    /// Why the safety system said no.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    #[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
    pub struct ModerationDetails {
        /// `input`, `output` or `unknown`.
        pub moderation_stage: Option<String>,
        /// What it saw.
        pub categories: Vec<String>,
    }
}
