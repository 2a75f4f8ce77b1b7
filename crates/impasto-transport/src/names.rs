//! Host names to addresses, and the refusal of names that lead to this machine or a private network.

use std::{
    io,
    net::{SocketAddr, ToSocketAddrs},
};

use crate::origin::is_private_address;

/// What a name leads to.
pub(crate) type Addresses = std::vec::IntoIter<SocketAddr>;

/// Asks the system's resolver, on a thread that may block. The ports of the addresses are 0.
///
/// With `public_only` it fails when any of a name's addresses is private: a name that has both kinds is a trick.
pub(crate) async fn resolve(name: String, public_only: bool) -> io::Result<Addresses> {
    let found = tokio::task::spawn_blocking(move || {
        (name.as_str(), 0).to_socket_addrs().map(Iterator::collect::<Vec<SocketAddr>>)
    });
    let addresses = found.await??;
    if public_only && addresses.iter().any(|address| is_private_address(address.ip())) {
        let message = "the name leads to this machine or a private network, which is not allowed here";
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
    }
    Ok(addresses.into_iter())
}
