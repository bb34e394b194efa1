#![doc = include_str!("../README.md")]

mod axfr;
mod client;
mod options;
mod records;
mod rfc2136;
mod sets;
mod version;
mod zone_file;

use octodns_core::Registry;

pub use axfr::{AxfrSource, read_transfer};
pub use client::{Error, MessageFault, Progress, Rcode, SignatureFault};
pub use options::Options;
pub use rfc2136::Rfc2136Provider;
pub use zone_file::{ZoneFileOptions, ZoneFileProvider};

/// Registers the sources and providers by their octoDNS classes and short names.
pub fn register(registry: &mut Registry) {
    axfr::register(registry);
    rfc2136::register(registry);
    zone_file::register(registry);
}
