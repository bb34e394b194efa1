#![doc = include_str!("../README.md")]

mod account;
mod apply;
mod batch;
mod client;
mod options;
mod page_rules;
mod planning;
mod processors;
mod provider;
mod records;
mod zones;

use std::sync::Arc;

use octodns_core::Registry;
use octodns_http::Accounts;

pub use options::{AccountOptions, InternalOptions, InternalZones, Options, PublicZones};
pub use provider::Cloudflare;

/// Registers the providers and processors by their octoDNS classes and short names.
pub fn register(registry: &mut Registry) {
    registry.types.register_section("octodns.cloudflare", records::SECTION_KEYS);
    let accounts = Arc::new(Accounts::default());
    let shared = Arc::clone(&accounts);
    let build = move |id: &str, options: Options| Cloudflare::new(id, &options, &shared);
    let service = account::SERVICE;
    registry.provider(service.class, service.short_names, service.version, build);
    let build =
        move |id: &str, options: InternalOptions| Cloudflare::internal(id, &options, &accounts);
    let service = account::INTERNAL;
    registry.provider(service.class, service.short_names, service.version, build);
    processors::register(registry);
    let old = ["octodns.provider.cloudflare.CloudflareProvider"];
    registry.providers.formerly(account::SERVICE.class, &old);
}
