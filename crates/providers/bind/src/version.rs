//! The version that listings show beside every class.

pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
