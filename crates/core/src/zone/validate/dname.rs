//! What may stand beside and below DNAME records.

use std::collections::HashMap;

use super::{Check, ZoneCheck, ZoneFinding};
use crate::record::{Record, RecordType};
use crate::zone::Zone;

/// The validators of this family.
pub(super) const CHECKS: &[ZoneCheck] = &[ZoneCheck {
    id: "dname-coexistence",
    class: "octodns.zone.dname.DnameCoexistenceValidator",
    short_class: &["octodns.zone.DnameCoexistenceValidator"],
    sets: &["strict"],
    check: Check::Plain(coexistence),
}];

/// RFC 6672, sections 2.3 and 2.4: a DNAME stands beside no CNAME, below the apex beside no NS, and
/// what is below it cannot be seen.
fn coexistence(zone: &Zone, findings: &mut Vec<ZoneFinding>) {
    let mut dnames: HashMap<&str, &Record> = HashMap::new();
    for (name, node) in zone.nodes() {
        let has = |wanted| node.iter().any(|record| record.record_type() == wanted);
        let of_type = |record: &&std::sync::Arc<Record>| record.record_type() == RecordType::DNAME;
        let Some(dname) = node.iter().find(of_type) else { continue };
        dnames.insert(name.as_str(), dname);
        let fqdn = dname.decoded_fqdn(zone.name());
        if has(RecordType::CNAME) {
            let message = format!("a DNAME coexists with a CNAME at {fqdn}");
            findings.push(ZoneFinding::new(message, node).help("remove one or the other"));
        }
        if has(RecordType::NS) && !name.is_apex() {
            let message = format!("a DNAME coexists with NS at {fqdn}, which is not the apex");
            findings.push(ZoneFinding::new(message, node).help("remove one or the other"));
        }
    }
    if dnames.is_empty() {
        return;
    }
    // From each record up, so that it takes as many steps as there are labels.
    for record in zone.records() {
        let mut name = record.name().as_str();
        while !name.is_empty() {
            name = name.split_once('.').map_or("", |(_, parent)| parent);
            let Some(dname) = dnames.get(name) else { continue };
            let message = format!(
                "{} {} is hidden by the DNAME {}",
                record.decoded_fqdn(zone.name()),
                record.record_type(),
                dname.decoded_fqdn(zone.name()),
            );
            let help = "names below a DNAME are answered from its target: move or remove it";
            findings.push(ZoneFinding::new(message, [record]).help(help));
        }
    }
}
