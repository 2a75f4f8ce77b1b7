//! One page of many images, made of their sidecars: it needs no server, no network and no other file but the originals.

mod collect;
mod html;
mod page;
mod thumbnail;

pub(crate) use collect::{Found, collect};
pub(crate) use page::{MARK, page};
