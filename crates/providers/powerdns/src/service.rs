//! What is known of the service.

use octodns_core::Capabilities;
use octodns_kit::Service;

use crate::records;

/// The endpoint is what the options say.
pub(crate) const SERVICE: Service = Service {
    short_names: &["powerdns"],
    version: env!("CARGO_PKG_VERSION"),
    // As many as zones are planned at a time by default.
    concurrency: 16,
    capabilities: Capabilities { dynamic: true, dynamic_subnets: true, ..PLAIN },
    dialect: records::DIALECT,
    ..Service::new("octodns_powerdns.PowerDnsProvider", "")
};

/// What a server holds that does not answer by LUA records.
pub(crate) const PLAIN: Capabilities = Capabilities::of(records::TYPES).root_ns().multivalue_ptr();
