#![doc = include_str!("../README.md")]

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

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The names of the providers in plans: for public, and for internal zones.
const CLASS_NAMES: [&str; 2] = ["CloudflareProvider", "CloudflareInternalProvider"];

/// Makes the providers and processors known by their octoDNS classes and short names.
pub fn register(registry: &mut Registry) {
    let accounts = Arc::new(Accounts::default());
    let shared = Arc::clone(&accounts);
    let path = "octodns_cloudflare.CloudflareProvider";
    registry.provider(path, &["cloudflare"], VERSION, move |id, options: Options| {
        Cloudflare::new(id, &options, &shared)
    });
    let path = "octodns_cloudflare.CloudflareInternalProvider";
    registry.provider(
        path,
        &["cloudflare-internal"],
        VERSION,
        move |id, options: InternalOptions| Cloudflare::internal(id, &options, &accounts),
    );
    processors::register(registry);
}
