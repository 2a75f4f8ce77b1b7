//! The client for the gpt-image models, wherever they are sold.
