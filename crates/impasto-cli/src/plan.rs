//! What to do, made of what was typed: the request, the seller, the places of the images.

mod emulated;
mod money;
mod place;
mod request;
mod seller;
mod since;

pub(crate) use emulated::Emulated;
pub(crate) use money::{dollars, limits};
pub(crate) use place::place;
pub(crate) use request::{again, edit, generate, priced};
#[cfg(feature = "mcp")]
pub(crate) use seller::{Choice, emulator, journal};
pub(crate) use seller::{Started, choose, client, client_of, is_loopback, mount_of};
pub(crate) use since::since;
