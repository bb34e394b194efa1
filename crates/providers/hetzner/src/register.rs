//! The registration: an option chooses the API.

use octodns_core::Registry;
use octodns_http::Host;
use octodns_kit::rows::Rows;
use octodns_kit::sets::Sets;
use octodns_kit::{Api, register_choice};

use crate::class::{Backend, CLASS, Options};
use crate::cloud::Cloud;
use crate::dnsapi::DnsApi;

/// Registers the provider by its octoDNS class and its short name.
pub fn register(registry: &mut Registry) {
    register_choice(registry, &Cloud::SERVICE, &Host::default(), |options: Options, choice| {
        match options.backend {
            Backend::Hcloud => choice.provider::<Sets<Cloud>>(options),
            Backend::Dnsapi => choice.provider::<Rows<DnsApi>>(options),
        }
    });
    let help = "`backend: dnsapi`, the default, is the old DNS API: make an API token in the project of Hetzner \
                Console that has the zones, and set `backend: hcloud`";
    registry.providers.closed_unless(CLASS, ("backend", "hcloud"), help);
}
