//! Public zones: <https://learn.microsoft.com/rest/api/dns/>, with Traffic Manager for dynamic records.

use octodns_core::record::text::UnsupportedText;
use octodns_core::{Capabilities, DynamicSupport, HealthChecks, MaxTxt, RecordType, Values};
use octodns_http::Rate;
use octodns_kit::{Json, Service};

use crate::account::{CHANGES, DELETIONS, FIVE_MINUTES, READS, WRITES};
use crate::kind::{DIALECT, Kind, TTLS};
use crate::sdk;
use crate::zones::Collection;

/// The public zones of a resource group.
#[derive(Clone, Copy, Debug)]
pub struct Public;

/// What Traffic Manager has.
const DYNAMIC: DynamicSupport = DynamicSupport {
    types: &[RecordType::A, RecordType::AAAA, RecordType::CNAME],
    weights: 1..=1000,
    health_checks: HealthChecks::Only(&["HTTP", "HTTPS", "TCP"]),
    ..DynamicSupport::ANY
};

impl Kind for Public {
    const SERVICE: Service = Service {
        short_names: &["azure"],
        former_classes: &["octodns.provider.azuredns.AzureProvider"],
        version: env!("CARGO_PKG_VERSION"),
        rates: &[READS, WRITES, DELETIONS, CHANGES, Rate::new(10_000, FIVE_MINUTES).of(&["GET"])],
        capabilities: Capabilities::of(&[
            RecordType::A,
            RecordType::AAAA,
            RecordType::CAA,
            RecordType::CNAME,
            RecordType::MX,
            RecordType::NS,
            RecordType::PTR,
            RecordType::SRV,
            RecordType::TXT,
        ])
        .multivalue_ptr()
        .root_ns()
        .dynamic_support(DYNAMIC)
        .pool_value_status()
        .dynamic_subnets()
        .values(Values {
            ttl: TTLS,
            max_txt: Some(MaxTxt::Octets(4096)),
            null_mx: false,
            lacks: &[
                (RecordType::TXT, &[UnsupportedText::NonUtf8, UnsupportedText::Empty]),
                (RecordType::CAA, &[UnsupportedText::NonUtf8]),
            ],
            ..Values::ANY
        }),
        dialect: DIALECT,
        ..Service::new("octodns_azure.AzureProvider", crate::options::PUBLIC)
    };

    const ZONES: Collection = Collection {
        path: "dnsZones",
        sets: "recordsets",
        version: sdk::VERSION,
        roles: "the role DNS Zone Contributor, and for dynamic records Traffic Manager Contributor,",
    };

    const IS_PUBLIC: bool = true;

    fn read_zone(zone: Json) -> Result<(String, Vec<String>), String> {
        sdk::read_zone(zone)
    }

    fn new_zone() -> Json {
        sdk::new_zone()
    }

    fn read_set(set: Json) -> Result<Json, String> {
        sdk::read_set(set)
    }

    fn write_set(set: &Json) -> Json {
        sdk::write_set(set)
    }
}
