#![doc = include_str!("../README.md")]

use octodns_core::Registry;
use octodns_gcore::{Brand, Dns, Facts};
use octodns_kit::record_type::{A, AAAA, CAA, CNAME, MX, NS, PTR, SRV, TXT};
use octodns_kit::{Service, sets};

pub use octodns_gcore::Options;

/// EdgeCenter, whose API is that of G-Core: <https://apidocs.edgecenter.ru/dns>.
#[derive(Clone, Copy, Debug)]
pub struct EdgeCenter;

impl Brand for EdgeCenter {
    const SERVICE: Service = Service {
        short_names: &["edgecenter"],
        version: env!("CARGO_PKG_VERSION"),
        capabilities: Facts::capabilities(
            &[A, AAAA, CAA, CNAME, MX, NS, PTR, SRV, TXT],
            1..=i64::MAX,
        ),
        dialect: Facts::DIALECT,
        ..Service::new("octodns_edgecenter.EdgeCenterProvider", "https://api.edgecenter.ru/dns/v2")
    };

    const FACTS: Facts = Facts {
        auth_endpoint: "https://api.edgecenter.ru/iam",
        section: "edgecenter",
        checks: "failover",
        health_filter: "is_healthy",
        has_backups: true,
        verifies: true,
        icmp_has_port: false,
        shows_meta: true,
        no_limit: None,
    };
}

/// Registers the provider by its octoDNS class and its short name.
pub fn register(registry: &mut Registry) {
    sets::register::<Dns<EdgeCenter>>(registry);
}
