//! The processors of octoDNS, which change zones and plans on their way from source to target.
//!
//! A config names a processor by its octoDNS class or a short name; [`register`] registers all of them.
//!
//! ```
//! let mut registry = octodns_core::Registry::default();
//! octodns_processors::register(&mut registry);
//! assert!(registry.processors.get("octodns.processor.filter.TypeAllowlistFilter").is_some());
//! assert!(registry.processors.get("type-allowlist").is_some());
//! ```
//!
//! `SpfDnsLookupProcessor` queries DNS servers: it is there with the feature `dns`.
//!
//! All of them, with their options:
//! [docs/processors.md](https://github.com/octodns/octodns-rs/blob/main/docs/processors.md).

mod acme;
mod arpa;
mod exclude_root_ns;
mod filter;
mod finding;
mod ignore_root_ns;
mod meta;
mod name_filter;
mod network_filter;
mod options;
mod ownership;
mod patterns;
#[cfg(feature = "dns")]
mod spf_dns_lookup;
mod templating;
mod trailing_dots;
mod ttl_clamp;
mod ttl_restriction;
mod type_filter;
mod value_filter;
mod version;
mod zone_name;

pub use arpa::{AutoArpa, AutoArpaOptions};
use octodns_core::Registry;

/// Registers the processors by their octoDNS classes and short names.
pub fn register(registry: &mut Registry) {
    acme::register(registry);
    arpa::register(registry);
    exclude_root_ns::register(registry);
    ignore_root_ns::register(registry);
    meta::register(registry);
    name_filter::register(registry);
    network_filter::register(registry);
    ownership::register(registry);
    #[cfg(feature = "dns")]
    spf_dns_lookup::register(registry);
    templating::register(registry);
    trailing_dots::register(registry);
    ttl_clamp::register(registry);
    ttl_restriction::register(registry);
    type_filter::register(registry);
    value_filter::register(registry);
    zone_name::register(registry);
}
