#![doc = include_str!("../README.md")]

mod account;
mod beside;
mod cli;
mod credentials;
mod dynamic;
mod errors;
mod kind;
mod metadata;
mod options;
mod orphans;
mod private;
mod profiles;
mod provider;
mod public;
mod root_ns;
mod sdk;
mod sets;
mod zones;

use octodns_core::Registry;
use octodns_http::Host;
use octodns_kit::sets as rrsets;

pub use kind::Kind;
pub use options::{Environment, Method, Options, RetryPolicy};
pub use private::Private;
pub use provider::Dns;
pub use public::Public;
pub use zones::Collection;

/// Public zones, with dynamic records by Traffic Manager.
pub type Azure = Dns<Public>;

/// Private zones.
pub type AzurePrivate = Dns<Private>;

/// Registers both providers by their octoDNS classes and their short names.
pub fn register(registry: &mut Registry) {
    register_with(registry, &Host::default());
}

/// The same, with the clock and the randomness of `host`.
pub fn register_with(registry: &mut Registry, host: &Host) {
    rrsets::register_with::<Azure>(registry, host);
    rrsets::register_with::<AzurePrivate>(registry, host);
}
