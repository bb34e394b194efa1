//! Adapts dynamic records to what Route 53 can hold.

use octodns_core::engine::unsupported;
use octodns_core::record::Record;
use octodns_core::record::dynamic::{Dynamic, Rule};
use octodns_core::{Diagnostic, Report, Zone};

use crate::health_check::Tuning;

/// Provinces of Canada: Route 53 only supports subdivisions of the United States.
const CANADA: &str = "NA-CA-";

/// Removes unsupported parts from dynamic records, and reports them.
pub(crate) fn adapt(desired: &mut Zone, report: &mut Report) {
    let concerned: Vec<_> = desired
        .records()
        .filter(|record| record.dynamic().is_some() || record.geo().is_some())
        .cloned()
        .collect();
    for record in concerned {
        if record.geo().is_some() {
            let message = "the deprecated geo section is not supported";
            let found = Diagnostic::warning("route53-geo", message)
                .help("its plain values are used; write pools and rules under dynamic instead");
            report.push(about(desired, &record, found));
        }
        let Some(dynamic) = record.dynamic() else { continue };
        for message in faults(&record, dynamic) {
            let found = Diagnostic::error("route53-dynamic", message)
                .help("the page of the provider says which pools and rules are supported");
            report.push(about(desired, &record, found));
        }
        let mut rules = Vec::new();
        for (index, rule) in dynamic.rules().iter().enumerate() {
            let kept = without_provinces(rule);
            if kept.as_ref() != Some(rule) {
                let fallback = match &kept {
                    Some(kept) => format!("only {} are used", kept.geo_texts().join(", ")),
                    None => "the rule is left out".to_owned(),
                };
                let message = format!("rule {} is for a province of Canada ({CANADA}*)", index + 1);
                report.push(unsupported(desired, &record, message, &fallback));
            }
            rules.extend(kept);
        }
        if rules != dynamic.rules() {
            let dynamic = Dynamic::new(dynamic.pools().to_vec(), rules);
            desired.set(Record::clone(&record).with_dynamic(dynamic));
        }
    }
}

fn about(zone: &Zone, record: &Record, found: Diagnostic) -> Diagnostic {
    let subject = format!("{} {}", record.decoded_fqdn(zone.name()), record.record_type());
    found.about(subject).at(record.origin().clone())
}

/// Problems without a workaround.
fn faults(record: &Record, dynamic: &Dynamic) -> Vec<String> {
    let mut faults = Vec::new();
    let protocol = record.options().healthcheck_protocol();
    if !matches!(protocol, "HTTP" | "HTTPS" | "TCP") {
        faults.push(format!(
            "health checks of the protocol \"{protocol}\" are not supported, only HTTP, HTTPS and TCP"
        ));
    }
    if dynamic.has_subnets() && dynamic.rules().iter().any(Rule::has_geos) {
        faults.push("rules by geo and by subnet cannot be mixed in one record".to_owned());
    }
    faults.extend(Tuning::of(record).err());
    faults
}

/// The rule without provinces of Canada; `None` if nothing is left.
fn without_provinces(rule: &Rule) -> Option<Rule> {
    let geos = rule.geo_texts();
    let kept: Vec<_> = geos.iter().filter(|geo| !geo.starts_with(CANADA)).cloned().collect();
    if kept.len() == geos.len() {
        return Some(rule.clone());
    }
    let pool = rule.pool().unwrap_or_default();
    (!kept.is_empty()).then(|| Rule::new(pool).with_geos(kept))
}
