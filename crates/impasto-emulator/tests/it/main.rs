//! The emulator from outside, over real HTTP.

mod atlas;
mod bill;
mod edits;
mod faults;
mod generations;
mod protocol;
mod sellers;
mod streams;
mod support;
