//! Exchanges over each HTTP client of ours with servers of bare sockets.

use std::sync::Arc;

use impasto_transport::HttpTransport;

/// A transport and its name.
type Named = (&'static str, Arc<dyn HttpTransport>);

/// Each transport of this build; with what follows called on its builder.
macro_rules! transports {
    ($($set:tt)*) => {{
        let all: &[$crate::on_sockets::Named] = &[
            #[cfg(feature = "hyper")]
            ("hyper", std::sync::Arc::new(impasto_transport::HyperTransport::builder() $($set)* .build())),
            #[cfg(feature = "reqwest")]
            ("reqwest", std::sync::Arc::new(impasto_transport::ReqwestTransport::builder() $($set)* .build())),
        ];
        all.to_vec()
    }};
}

mod certificate;
mod deadlines;
mod exchange;
mod failures;
mod pool;
mod proxy;
mod server;
mod upload;
mod wire;
