//! What Traffic Directors have, and what they cannot hold.

use std::sync::Arc;

use octodns_core::engine::unsupported;
use octodns_core::{DynamicSupport, HealthChecks, Record, RecordType, Report, Zone};

use super::director::DEFAULT;

const PROTOCOLS: &[&str] = &["HTTP", "HTTPS", "TCP"];

/// The highest weight of an address.
const MAX_WEIGHT: i64 = 15;

/// What Traffic Directors have.
pub(crate) const SUPPORT: DynamicSupport = DynamicSupport {
    types: &[RecordType::A, RecordType::AAAA, RecordType::CNAME],
    weights: 1..=255,
    health_checks: HealthChecks::Only(PROTOCOLS),
    ..DynamicSupport::ANY
};

/// Reduces records with routing to what Traffic Directors have, beyond [`SUPPORT`], and reports it.
pub(crate) fn adapt(desired: &mut Zone, report: &mut Report) {
    let is_routed = |record: &&Arc<Record>| record.dynamic().is_some() || record.geo().is_some();
    let routed: Vec<_> = desired.records().filter(is_routed).cloned().collect();
    for record in routed {
        let protocol = record.options().healthcheck_protocol();
        let is_address = matches!(record.record_type(), RecordType::A | RecordType::AAAA);
        let dynamic = record.dynamic();
        let lighter = dynamic.filter(|_| is_address);
        let lighter = lighter.and_then(|dynamic| dynamic.with_weights_in(&(1..=MAX_WEIGHT)));
        let (message, left) = if dynamic.is_some_and(|dynamic| dynamic.pool(DEFAULT).is_some()) {
            (format!("a pool named \"{DEFAULT}\" is that of the plain values"), None)
        } else if dynamic.is_none() && !PROTOCOLS.contains(&protocol) {
            let known = "only HTTP, HTTPS and TCP";
            let what = "health checks of the protocol";
            (format!("{what} \"{protocol}\" are not supported, {known}"), None)
        } else if let Some((lighter, _)) = lighter {
            (format!("addresses have a weight of at most {MAX_WEIGHT}"), Some(lighter))
        } else {
            continue;
        };
        let instead = if left.is_some() { "that is used" } else { "the plain values are used" };
        report.push(unsupported(desired, &record, message, instead));
        desired.set(Record::clone(&record).with_dynamic(left).with_geo(None));
    }
}
