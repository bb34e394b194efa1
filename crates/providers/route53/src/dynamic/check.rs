//! What is refused of dynamic records beyond what the capabilities say.

use octodns_core::record::Record;
use octodns_core::{Diagnostic, Report, Zone};

use crate::health_check::Tuning;

/// Reports options of health checks that the service refuses, and the older routing, which it has not.
pub(crate) fn check(desired: &Zone, report: &mut Report) {
    for record in desired.records() {
        if record.geo().is_some() {
            let message = "the deprecated geo section is not supported";
            let found = Diagnostic::warning("route53-geo", message)
                .help("its plain values are used; write pools and rules under dynamic instead");
            report.push(about(desired, record, found));
        }
        if record.dynamic().is_none() {
            continue;
        }
        if let Err(message) = Tuning::of(record) {
            let found = Diagnostic::error("route53-dynamic", message)
                .help("the page of the provider says which options of health checks there are");
            report.push(about(desired, record, found));
        }
    }
}

fn about(zone: &Zone, record: &Record, found: Diagnostic) -> Diagnostic {
    let subject = format!("{} {}", record.decoded_fqdn(zone.name()), record.record_type());
    found.about(subject).at(record.origin().clone())
}
