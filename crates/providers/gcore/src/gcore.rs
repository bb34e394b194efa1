//! G-Core itself.

use octodns_core::{RecordType, Registry, Values};
use octodns_kit::{Service, sets};

use crate::brand::{Brand, Facts};
use crate::provider::Dns;

/// G-Core: <https://gcore.com/docs/api-reference/dns>.
#[derive(Clone, Copy, Debug)]
pub struct GCore;

impl Brand for GCore {
    const SERVICE: Service = Service {
        short_names: &["gcore"],
        former_classes: &["octodns.provider.gcore.GCoreProvider"],
        version: env!("CARGO_PKG_VERSION"),
        capabilities: Facts::capabilities(
            &[
                RecordType::A,
                RecordType::AAAA,
                RecordType::ALIAS,
                RecordType::CAA,
                RecordType::CNAME,
                RecordType::MX,
                RecordType::NS,
                RecordType::PTR,
                RecordType::SRV,
                RecordType::TXT,
            ],
            // octoDNS does not read them: those of others stay.
            1..=1,
        )
        .values(Values { null_srv: false, alias_below_apex: false, ..Facts::VALUES }),
        dialect: Facts::DIALECT,
        ..Service::new("octodns_gcore.GCoreProvider", "https://api.gcore.com/dns/v2")
    };

    const FACTS: Facts = Facts {
        auth_endpoint: "https://api.gcore.com/id",
        section: "gcore",
        checks: "healthcheck",
        health_filter: "healthcheck",
        has_backups: false,
        verifies: false,
        icmp_has_port: true,
        shows_meta: false,
        no_limit: Some(1),
    };
}

/// Registers the provider by its octoDNS class and its short name.
pub fn register(registry: &mut Registry) {
    sets::register::<Dns<GCore>>(registry);
}
