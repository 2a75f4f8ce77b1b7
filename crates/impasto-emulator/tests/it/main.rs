//! The emulator from outside, over real HTTP.

mod bill;
mod edits;
mod generations;
mod protocol;
mod streams;
mod support;
