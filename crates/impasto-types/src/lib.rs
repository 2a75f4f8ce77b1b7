//! The nouns of Impasto: requests, images, usage, capabilities, and each seller's JSON one to one.
