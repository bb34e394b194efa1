//! Whether delegations can be followed.

use super::{Check, ZoneCheck, ZoneFinding, in_zone};
use crate::record::{RecordData, RecordType};
use crate::zone::Zone;

/// The validators of this family.
pub(super) const CHECKS: &[ZoneCheck] = &[
    ZoneCheck {
        id: "glue-for-in-zone-ns",
        class: "octodns.zone.ns.GlueForInZoneNsZoneValidator",
        short_class: &["octodns.zone.GlueForInZoneNsZoneValidator"],
        sets: &["strict"],
        check: Check::Plain(glue),
    },
    ZoneCheck {
        id: "multi-value-ns",
        class: "octodns.zone.ns.MultiValueNsZoneValidator",
        short_class: &["octodns.zone.MultiValueNsZoneValidator"],
        sets: &["best-practice"],
        check: Check::Plain(several),
    },
    ZoneCheck {
        id: "ns-target-not-cname",
        class: "octodns.zone.ns.NsTargetNotCnameZoneValidator",
        short_class: &["octodns.zone.NsTargetNotCnameZoneValidator"],
        sets: &["strict"],
        check: Check::Plain(|zone, findings| in_zone::not_cname(zone, RecordType::NS, findings)),
    },
];

/// The addresses of name servers within the zone can only come from the zone.
fn glue(zone: &Zone, findings: &mut Vec<ZoneFinding>) {
    for record in zone.records().filter(|record| record.record_type() == RecordType::NS) {
        for (index, target) in in_zone::targets(record).enumerate() {
            let Some(node) = in_zone::at(zone, target, RecordType::A) else { continue };
            let is_address = |of| matches!(of, RecordType::A | RecordType::AAAA);
            if !node.iter().any(|record| is_address(record.record_type())) {
                let name = record.decoded_fqdn(zone.name());
                let message = format!("{target}, a name server of {name}, has no addresses");
                let help = format!("add A or AAAA records for {target}");
                let found = ZoneFinding::new(message, [record]).to_value(record, index);
                findings.push(found.help(help));
            }
        }
    }
}

fn several(zone: &Zone, findings: &mut Vec<ZoneFinding>) {
    for record in zone.records() {
        let RecordData::Ns(values) = record.data() else { continue };
        if values.len() < 2 {
            let (name, count) = (record.decoded_fqdn(zone.name()), values.len());
            let message = format!("{name} has {count} name server, at least 2 are recommended");
            findings.push(ZoneFinding::new(message, [record]).help("add another name server"));
        }
    }
}
