//! What may stand beside CNAME and ALIAS records, and where they lead.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Check, ZoneCheck, ZoneFinding, in_zone};
use crate::RecordName;
use crate::record::{Record, RecordType};
use crate::zone::Zone;

/// The validators of this family.
pub(super) const CHECKS: &[ZoneCheck] = &[
    ZoneCheck {
        id: "cname-coexistence",
        class: "octodns.zone.cname.CnameCoexistenceValidator",
        short_class: &["octodns.zone.CnameCoexistenceValidator"],
        sets: &["legacy", "strict"],
        check: Check::Plain(coexistence),
    },
    ZoneCheck {
        id: "no-cname-loop",
        class: "octodns.zone.cname.NoCnameLoopZoneValidator",
        short_class: &["octodns.zone.NoCnameLoopZoneValidator"],
        sets: &["strict"],
        check: Check::Plain(no_loop),
    },
    ZoneCheck {
        id: "cname-target-resolvable-in-zone",
        class: "octodns.zone.cname.CnameTargetResolvableInZoneZoneValidator",
        short_class: &["octodns.zone.CnameTargetResolvableInZoneZoneValidator"],
        sets: &["best-practice"],
        check: Check::Plain(|zone, findings| {
            in_zone::resolvable(zone, &[RecordType::ALIAS, RecordType::CNAME], findings);
        }),
    },
    ZoneCheck {
        id: "root-cname",
        class: "octodns.zone.cname.RootCnameZoneValidator",
        short_class: &[],
        sets: &["strict"],
        check: Check::Plain(root),
    },
    ZoneCheck {
        id: "cname-target-not-cname",
        class: "octodns.zone.cname.CnameTargetNotCnameZoneValidator",
        short_class: &[],
        sets: &["best-practice"],
        check: Check::Plain(|zone, findings| {
            in_zone::not_cname(zone, RecordType::CNAME, findings);
        }),
    },
];

/// A CNAME stands alone at its name (RFC 1034 section 3.6.2); an ALIAS not beside A or AAAA.
fn coexistence(zone: &Zone, findings: &mut Vec<ZoneFinding>) {
    for (_, node) in zone.nodes().filter(|(_, node)| node.len() > 1) {
        let has = |wanted| node.iter().any(|record| record.record_type() == wanted);
        let (message, help) = if has(RecordType::CNAME) {
            let message = format!("a CNAME coexists with {}", others(node, RecordType::CNAME));
            (message, "a name with a CNAME holds nothing else: remove one or the other")
        } else if has(RecordType::ALIAS) && (has(RecordType::A) || has(RecordType::AAAA)) {
            let message = format!("an ALIAS coexists with {}", others(node, RecordType::ALIAS));
            (message, "an ALIAS answers for A and AAAA: remove one or the other")
        } else {
            continue;
        };
        let message = format!("{message} at {}", node[0].decoded_fqdn(zone.name()));
        findings.push(ZoneFinding::new(message, node).help(help));
    }
}

fn others(node: &[Arc<Record>], own: RecordType) -> String {
    let types = node.iter().map(|record| record.record_type()).filter(|other| *other != own);
    types.map(|record_type| record_type.to_string()).collect::<Vec<_>>().join(", ")
}

/// Chains that come back to where they were never end (RFC 1034 section 3.6.2).
///
/// Every name is walked from once: a walk ends at names of earlier walks.
fn no_loop(zone: &Zone, findings: &mut Vec<ZoneFinding>) {
    let mut walked: HashMap<&str, usize> = HashMap::new();
    for (index, (name, node)) in zone.nodes().enumerate() {
        let mut path: Vec<&Arc<Record>> = Vec::new();
        let mut next = pointer(node).map(|record| (name.as_str(), record));
        while let Some((at, record)) = next {
            match walked.get(at) {
                Some(walk) if *walk == index => {
                    let start = path.iter().position(|other| other.name().as_str() == at);
                    findings.push(told(zone, &path[start.unwrap_or(0)..]));
                    break;
                }
                Some(_) => break,
                None => {}
            }
            walked.insert(at, index);
            path.push(record);
            let target = in_zone::targets(record).next();
            let target = target.and_then(|target| zone.name().relative(target.as_str()));
            next = target.and_then(|at| Some((at, pointer(zone.node_named(at))?)));
        }
    }
}

/// The record of a name that leads elsewhere.
fn pointer(node: &[Arc<Record>]) -> Option<&Arc<Record>> {
    let of = |record: &&Arc<Record>| {
        matches!(record.record_type(), RecordType::ALIAS | RecordType::CNAME)
    };
    node.iter().rfind(of)
}

fn told(zone: &Zone, cycle: &[&Arc<Record>]) -> ZoneFinding {
    let names = cycle.iter().chain(cycle.first()).map(|record| record.decoded_fqdn(zone.name()));
    let path = names.collect::<Vec<_>>().join(" -> ");
    let found = ZoneFinding::new(format!("{path} is a loop"), cycle.iter().copied())
        .help("point one of them to a name with records");
    match cycle.first() {
        Some(first) => found.to_value(first, 0),
        None => found,
    }
}

/// The apex has SOA and NS, beside which no CNAME stands (RFC 1912, section 2.4).
fn root(zone: &Zone, findings: &mut Vec<ZoneFinding>) {
    if let Some(record) = zone.get(&RecordName::APEX, RecordType::CNAME) {
        let message = format!("{} itself cannot be a CNAME", zone.name());
        findings.push(ZoneFinding::new(message, [record]).help("use ALIAS"));
    }
}
