#![doc = include_str!("../README.md")]

mod apply;
mod client;
mod disabled;
mod dynamic;
mod kept;
mod lua;
mod options;
mod provider;
mod records;
mod scripts;
mod service;

use std::sync::Arc;

use octodns_core::Registry;
use octodns_http::Accounts;

pub use options::{Kind, Options, SoaEdit};
pub use provider::PowerDns;

/// Registers the provider by its octoDNS class and short name, and its record type.
pub fn register(registry: &mut Registry) {
    // It is fine if another registration has already added the type.
    let _ = registry.types.register(Arc::new(lua::Lua));
    let (service, accounts) = (service::SERVICE, Accounts::default());
    let build = move |id: &str, given| PowerDns::new(id, &given, &accounts);
    registry.provider(service.class, service.short_names, service.version, build);
    registry.providers.also(service.class, &["octodns_powerdns.PowerDnsBaseProvider"]);
    let old = [
        "octodns.provider.powerdns.PowerDnsProvider",
        "octodns.provider.powerdns.PowerDnsBaseProvider",
    ];
    registry.providers.formerly(service.class, &old);
}
