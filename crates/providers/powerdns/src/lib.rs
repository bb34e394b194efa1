#![doc = include_str!("../README.md")]

mod apply;
mod client;
mod dynamic;
mod lua;
mod options;
mod provider;
mod records;

use std::sync::Arc;

use octodns_core::Registry;
use octodns_http::Accounts;

pub use options::{Kind, Options, SoaEdit};
pub use provider::PowerDns;

/// Makes the provider known by its octoDNS class and short name, and its record type.
pub fn register(registry: &mut Registry) {
    // That the type is there already is as good: another registration brought it.
    let _ = registry.types.register(Arc::new(lua::Lua));
    let (class, accounts) = ("octodns_powerdns.PowerDnsProvider", Accounts::default());
    let version = env!("CARGO_PKG_VERSION");
    registry.provider(class, &["powerdns"], version, move |id, given| {
        PowerDns::new(id, &given, &accounts)
    });
}
