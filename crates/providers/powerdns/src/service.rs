//! The facts of the service.

use octodns_core::{Capabilities, DynamicSupport, HealthChecks, Values};
use octodns_kit::Service;

use crate::{dynamic, records};

/// The options contain the endpoint.
pub(crate) const SERVICE: Service = Service {
    short_names: &["powerdns"],
    version: env!("CARGO_PKG_VERSION"),
    // As many as the default number of zones planned concurrently.
    concurrency: 16,
    capabilities: PLAIN.dynamic_support(DYNAMIC).dynamic_subnets(),
    dialect: records::DIALECT,
    ..Service::new("octodns_powerdns.PowerDnsProvider", "")
};

/// What a script can do; it does not ask whether its values are up.
const DYNAMIC: DynamicSupport = DynamicSupport {
    types: &dynamic::TYPES,
    health_checks: HealthChecks::Ignored,
    ..DynamicSupport::ANY
};

/// The capabilities of a server without LUA records.
pub(crate) const PLAIN: Capabilities = Capabilities::of(records::TYPES)
    .root_ns()
    .multivalue_ptr()
    .values(Values { relative_names: false, ..Values::ANY });
