//! What a target within the zone has: shared by the families whose records point somewhere.

use std::sync::Arc;

use super::ZoneFinding;
use crate::record::{HostName, Record, RecordData, RecordType};
use crate::zone::Zone;

/// The names that a record points to.
pub(super) fn targets<'r>(record: &'r Record) -> Box<dyn Iterator<Item = &'r HostName> + 'r> {
    match record.data() {
        RecordData::Alias(target) | RecordData::Cname(target) => Box::new(std::iter::once(target)),
        RecordData::Ns(targets) => Box::new(targets.iter()),
        RecordData::Mx(values) => Box::new(values.iter().map(|mx| &mx.exchange)),
        RecordData::Srv(values) => Box::new(values.iter().map(|srv| &srv.target)),
        _ => Box::new(std::iter::empty()),
    }
}

/// The records at a target, if the zone is to have them: `None` for names elsewhere.
pub(super) fn at<'z>(
    zone: &'z Zone,
    target: &HostName,
    as_type: RecordType,
) -> Option<&'z [Arc<Record>]> {
    let target = target.as_str();
    if target.is_empty() || !zone.owns(as_type, target) {
        return None;
    }
    let dot = if target.ends_with('.') { "" } else { "." };
    let absolute = [target, dot].concat();
    zone.name().relative(&absolute).map(|name| zone.node_named(name))
}

/// Objects to records of a type that point to a CNAME.
pub(super) fn not_cname(zone: &Zone, of: RecordType, findings: &mut Vec<ZoneFinding>) {
    let is_cname = |record: &Arc<Record>| record.record_type() == RecordType::CNAME;
    for record in zone.records().filter(|record| record.record_type() == of) {
        for (index, target) in targets(record).enumerate() {
            let Some(cname) = at(zone, target, RecordType::CNAME)
                .and_then(|node| node.iter().find(|record| is_cname(record)))
            else {
                continue;
            };
            let name = record.decoded_fqdn(zone.name());
            let message = format!("the {of} record {name} points to {target}, which is a CNAME");
            let help = match targets(cname).next() {
                Some(canonical) => format!("point to {canonical} instead"),
                None => "point to a name with addresses instead".to_owned(),
            };
            let found = ZoneFinding::new(message, [record]).to_value(record, index);
            findings.push(found.help(help));
        }
    }
}

/// Objects to records of some types that point to names of the zone that have no records.
pub(super) fn resolvable(zone: &Zone, of: &[RecordType], findings: &mut Vec<ZoneFinding>) {
    for record in zone.records().filter(|record| of.contains(&record.record_type())) {
        for (index, target) in targets(record).enumerate() {
            if at(zone, target, RecordType::A).is_some_and(<[_]>::is_empty) {
                let (of, name) = (record.record_type(), record.decoded_fqdn(zone.name()));
                let message =
                    format!("the {of} record {name} points to {target}, which does not exist");
                let help = "add the records of that name, or correct the target";
                let found = ZoneFinding::new(message, [record]).to_value(record, index);
                findings.push(found.help(help));
            }
        }
    }
}
