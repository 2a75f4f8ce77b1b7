//! Exchanges over each HTTP client of ours with servers of bare sockets.

/// Each transport of this build by its name, as `Arc<dyn HttpTransport>`; with what follows called on its builder.
macro_rules! transports {
    ($($set:tt)*) => {{
        let mut all: Vec<(&'static str, std::sync::Arc<dyn impasto_transport::HttpTransport>)> = Vec::new();
        #[cfg(feature = "hyper")]
        all.push(("hyper", std::sync::Arc::new(impasto_transport::HyperTransport::builder() $($set)* .build())));
        #[cfg(feature = "reqwest")]
        all.push(("reqwest", std::sync::Arc::new(impasto_transport::ReqwestTransport::builder() $($set)* .build())));
        all
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
