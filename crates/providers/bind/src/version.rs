//! The version in listings of classes.

pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
