//! Bending zones to what a target can hold, as far as its capabilities alone decide.

use std::sync::Arc;

use super::values;
use crate::capabilities::Capabilities;
use crate::diagnostic::{Diagnostic, Report, Severity};
use crate::record::dynamic::Dynamic;
use crate::record::{Record, RecordData, RecordType};
use crate::zone::Zone;

/// The code of findings about what a target cannot hold.
const SUPPORTS: &str = "supports";

/// How a target wants to be told of what it cannot hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strictness {
    /// Errors instead of warnings and a way around.
    pub(super) strict_supports: bool,
    /// Whether the way root NS records are treated is worth a word.
    pub(super) root_ns_warnings: bool,
}

/// Takes out of the desired state, or simplifies, what the target cannot hold.
pub(super) fn desired(
    zone: &mut Zone,
    existing: &Zone,
    capabilities: &Capabilities,
    strictness: Strictness,
    report: &mut Report,
) {
    let unsupported: Vec<_> =
        zone.records().filter(|record| !is_held(record, capabilities)).cloned().collect();
    for record in unsupported {
        let mut say = |message: String, fallback: String| {
            report.push(unsupported_finding(zone, &record, message, &fallback, strictness));
        };
        match simplified(&record, capabilities, &mut say) {
            Some(simpler) => zone.set(simpler),
            None => drop(zone.remove(record.name(), record.record_type())),
        }
    }
    values::adapt(zone, existing, &capabilities.values, strictness, report);
    desired_root_ns(zone, capabilities, strictness, report);
}

/// Takes the root NS record out of what a target holds where it is not to be managed.
pub(super) fn existing(
    zone: &mut Zone,
    desired: &Zone,
    capabilities: &Capabilities,
) -> Option<Arc<Record>> {
    if capabilities.root_ns && desired.root_ns().is_some() {
        return None;
    }
    zone.remove(&crate::RecordName::APEX, RecordType::NS)
}

/// A finding of a provider about what its service cannot hold: an error with a way around it, as strict
/// targets want it.
pub fn unsupported(
    zone: &Zone,
    record: &Record,
    message: impl Into<String>,
    fallback: &str,
) -> Diagnostic {
    let subject = format!("{} {}", record.decoded_fqdn(zone.name()), record.record_type());
    Diagnostic::error(SUPPORTS, message)
        .about(subject)
        .at(record.origin().clone())
        .help(fallback.to_owned())
}

/// The same finding, as bad as the target takes it.
pub(super) fn weighed(finding: Diagnostic, strictness: Strictness) -> Diagnostic {
    if finding.code != SUPPORTS || finding.severity != Severity::Error {
        return finding;
    }
    if !strictness.strict_supports {
        return Diagnostic { severity: Severity::Warning, ..finding };
    }
    let fallback = finding.help.as_deref().unwrap_or_default();
    let help = format!("with `strict_supports: false` {fallback}");
    finding.help(help)
}

fn is_held(record: &Record, capabilities: &Capabilities) -> bool {
    let routing = record.dynamic().is_none_or(|dynamic| {
        capabilities.dynamic
            && (capabilities.pool_value_status || !dynamic.has_status())
            && (capabilities.dynamic_subnets || !dynamic.has_subnets())
    });
    let values = capabilities.multivalue_ptr
        || !matches!(record.data(), RecordData::Ptr(values) if values.len() > 1);
    capabilities.supports(record) && routing && values
}

/// The record as the target can hold it, or `None` if it cannot at all; `say` is told what is lost.
fn simplified(
    record: &Arc<Record>,
    capabilities: &Capabilities,
    say: &mut dyn FnMut(String, String),
) -> Option<Record> {
    if !capabilities.supports(record) {
        say(format!("{} records are not supported", record.record_type()), "it is left out".into());
        return None;
    }
    let mut simpler = Record::clone(record);
    if record.dynamic().is_some() && !capabilities.dynamic {
        say("dynamic records are not supported".into(), "its plain values are used".into());
        simpler = simpler.with_dynamic(None);
    }
    if !capabilities.pool_value_status
        && let Some(without) = simpler.dynamic().and_then(Dynamic::without_status)
    {
        let pools = without.pools.join(", ");
        let message = format!("the \"status\" of values in the pools {pools} is not supported");
        say(message, "it is ignored, the health check decides".into());
        simpler = simpler.with_dynamic(without.dynamic);
    }
    if !capabilities.dynamic_subnets
        && let Some(without) = simpler.dynamic().and_then(Dynamic::without_subnets)
    {
        let fallbacks = [
            (&without.geos_only, "only its geos are used"),
            (&without.dropped, "the rule is left out"),
        ];
        for (rules, fallback) in fallbacks {
            for rule in rules {
                let message = format!("rule {rule} matches subnets, which is not supported");
                say(message, fallback.into());
            }
        }
        simpler = simpler.with_dynamic(without.dynamic);
    }
    if let RecordData::Ptr(values) = record.data()
        && values.len() > 1
        && !capabilities.multivalue_ptr
    {
        let first = values[0].clone();
        let message = "PTR records with more than one value are not supported";
        say(message.into(), format!("only \"{first}\" is used"));
        simpler = simpler.with_data(RecordData::Ptr(vec![first]));
    }
    Some(simpler)
}

pub(super) fn unsupported_finding(
    zone: &Zone,
    record: &Record,
    message: String,
    fallback: &str,
    strictness: Strictness,
) -> Diagnostic {
    weighed(unsupported(zone, record, message, fallback), strictness)
}

fn desired_root_ns(
    zone: &mut Zone,
    capabilities: &Capabilities,
    strictness: Strictness,
    report: &mut Report,
) {
    let Some(record) = zone.root_ns().cloned() else {
        if capabilities.root_ns && strictness.root_ns_warnings {
            let message = "no root NS record is configured, though the target can hold one";
            report.push(
                Diagnostic::warning("root-ns", message)
                    .about(zone.name().to_string())
                    .at(zone.settings().origin.clone())
                    .help("add an NS record at the apex, or set `root_ns_warnings: false`"),
            );
        }
        return;
    };
    if capabilities.root_ns {
        return;
    }
    if strictness.strict_supports || strictness.root_ns_warnings {
        let message = "root NS records are not supported".to_owned();
        report.push(unsupported_finding(zone, &record, message, "it is left out", strictness));
    }
    zone.remove(record.name(), record.record_type());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a provider says it cannot hold is as bad as what capabilities rule out.
    #[test]
    fn a_lenient_target_is_warned_of_what_a_strict_one_refuses() {
        let zone = Zone::new(crate::ZoneName::new("example.com.").unwrap());
        let data = RecordData::A(vec!["192.0.2.1".parse().unwrap()]);
        let record = Record::new(crate::RecordName::new("www").unwrap(), 300, data);
        for (strict_supports, severity, help) in [
            (true, Severity::Error, "with `strict_supports: false` it is left out"),
            (false, Severity::Warning, "it is left out"),
        ] {
            let strictness = Strictness { strict_supports, root_ns_warnings: true };
            let finding = unsupported(&zone, &record, "too long", "it is left out");
            let found = weighed(finding, strictness);
            assert_eq!((found.severity, found.help.as_deref()), (severity, Some(help)));
            assert_eq!((&*found.subject, &*found.message), ("www.example.com. A", "too long"));
        }
        let other = Diagnostic::error("other", "broken");
        let lenient = Strictness { strict_supports: false, root_ns_warnings: true };
        assert_eq!(weighed(other.clone(), lenient), other);
    }
}
