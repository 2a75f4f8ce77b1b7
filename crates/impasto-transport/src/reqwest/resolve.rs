//! Refuses names that lead to this machine or a private network.

use std::{
    io,
    net::{SocketAddr, ToSocketAddrs},
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::origin::is_private_address;

/// Resolves with the system's resolver, and fails when any of a name's addresses is private: a name that has
/// both kinds is a trick.
#[derive(Debug)]
pub(super) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        Box::pin(async move {
            let found = tokio::task::spawn_blocking(move || {
                (name.as_str(), 0).to_socket_addrs().map(Iterator::collect::<Vec<SocketAddr>>)
            });
            let addresses = found.await??;
            if addresses.iter().any(|address| is_private_address(address.ip())) {
                let message =
                    "the name leads to this machine or a private network, which is not allowed here";
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, message).into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
