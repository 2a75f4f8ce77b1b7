//! What to do, made of what was typed: the request, the seller, the places of the images.

mod money;
mod place;
mod request;
mod seller;

pub(crate) use money::dollars;
pub(crate) use place::place;
pub(crate) use request::{edit, generate, priced};
pub(crate) use seller::{Started, choose, client, client_of, mount_of};
