//! What Traffic Directors cannot hold.

use std::sync::Arc;

use octodns_core::engine::unsupported;
use octodns_core::record::dynamic::{Dynamic, Pool, PoolValue};
use octodns_core::{Record, RecordType, Report, Zone};

use super::director::DEFAULT;

/// The highest weight of an address.
const MAX_WEIGHT: i64 = 15;

/// Reduces records with routing to what the service has, and reports it.
pub(crate) fn adapt(desired: &mut Zone, report: &mut Report) {
    let is_routed = |record: &&Arc<Record>| record.dynamic().is_some() || record.geo().is_some();
    let records: Vec<_> = desired.records().filter(is_routed).cloned().collect();
    for record in records {
        if let Some(message) = objection(&record) {
            report.push(unsupported(desired, &record, message, "the plain values are used"));
            desired.set(Record::clone(&record).with_dynamic(None).with_geo(None));
        } else if let Some(dynamic) = record.dynamic().filter(|dynamic| is_heavy(&record, dynamic))
        {
            let message = format!("addresses have a weight of at most {MAX_WEIGHT}");
            let fallback = format!("{MAX_WEIGHT} is used");
            report.push(unsupported(desired, &record, message, &fallback));
            let lighter = lighter(dynamic);
            desired.set(Record::clone(&record).with_dynamic(lighter));
        }
    }
}

/// Why a record cannot have routing.
fn objection(record: &Record) -> Option<String> {
    if record.dynamic().is_some_and(|dynamic| dynamic.pool(DEFAULT).is_some()) {
        return Some(format!("a pool named \"{DEFAULT}\" is that of the plain values"));
    }
    let protocol = record.options().healthcheck_protocol();
    let is_known = matches!(protocol, "HTTP" | "HTTPS" | "TCP");
    (!is_known).then(|| {
        format!("health checks of the protocol \"{protocol}\" are not supported, only HTTP, HTTPS and TCP")
    })
}

fn is_heavy(record: &Record, dynamic: &Dynamic) -> bool {
    matches!(record.record_type(), RecordType::A | RecordType::AAAA)
        && dynamic.pools().iter().flat_map(Pool::values).any(|value| value.weight() > MAX_WEIGHT)
}

fn lighter(dynamic: &Dynamic) -> Dynamic {
    let value = |value: &PoolValue| value.clone().with_weight(value.weight().min(MAX_WEIGHT));
    let pools = dynamic.pools().iter().map(|pool| {
        let lighter = Pool::new(pool.id(), pool.values().iter().map(value));
        match pool.fallback() {
            Some(fallback) => lighter.with_fallback(fallback),
            None => lighter,
        }
    });
    Dynamic::new(pools.collect(), dynamic.rules().to_vec())
}
