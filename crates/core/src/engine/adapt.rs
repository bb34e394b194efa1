//! Bending zones to what a target can hold, as far as its capabilities alone decide.

use std::sync::Arc;

use super::unsupported::{Strictness, unsupported_finding};
use super::{routing, values};
use crate::capabilities::Capabilities;
use crate::diagnostic::{Diagnostic, Report};
use crate::record::{Record, RecordData, RecordType};
use crate::zone::Zone;

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

fn is_held(record: &Record, capabilities: &Capabilities) -> bool {
    let is_routed = routing::simplified(record, capabilities, &mut |_, _| {}).is_none();
    let values = capabilities.multivalue_ptr
        || !matches!(record.data(), RecordData::Ptr(values) if values.len() > 1);
    capabilities.supports(record) && is_routed && values
}

/// The record as the target can hold it, or `None` if it cannot at all; `say` gets what is lost.
fn simplified(
    record: &Arc<Record>,
    capabilities: &Capabilities,
    say: &mut dyn FnMut(String, String),
) -> Option<Record> {
    if !capabilities.supports(record) {
        say(format!("{} records are not supported", record.record_type()), "it is left out".into());
        return None;
    }
    let mut simpler =
        routing::simplified(record, capabilities, say).unwrap_or_else(|| Record::clone(record));
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
