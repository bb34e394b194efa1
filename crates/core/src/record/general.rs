//! Checks of what every record has: name, TTL, health check.

use crate::ZoneName;
use crate::rdata::number::{self, NumberFault};
use crate::validate::{Findings, RawRecord, RecordCheck};
use crate::value::Value;

/// The checks that look at records of every type.
pub const GENERAL_CHECKS: &[RecordCheck] = &[
    RecordCheck {
        id: "name-rfc",
        class: "octodns.record.base.NameValidator",
        sets: &["legacy", "strict"],
        check: name,
        accepts: Some(|record| is_valid_name(record.name, record.zone)),
    },
    RecordCheck {
        id: "ttl-rfc",
        class: "octodns.record.base.TtlValidator",
        sets: &["legacy", "strict"],
        check: ttl,
        accepts: Some(|record| record.ttl >= 0),
    },
    RecordCheck {
        id: "healthcheck",
        class: "octodns.record.base.HealthcheckValidator",
        sets: &["legacy", "strict"],
        check: healthcheck,
        accepts: Some(|_| true),
    },
];

/// Lengths of RFC 1035, section 2.3.4.
fn name(record: &RawRecord<'_>, findings: &mut Findings) {
    let name = record.name;
    if name == "@" {
        findings
            .error(record.name_position, "invalid name \"@\"")
            .help("write \"\" for the zone apex");
    }
    let length = |name_length: usize| whole_length(name_length, record.zone);
    // There are no more characters than octets, whose number is known.
    let length = if length(name.len()) > 253 { length(name.chars().count()) } else { 0 };
    if length > 253 {
        let whole = record.zone.absolute(name);
        let message = format!("name \"{whole}\" has {length} characters, the limit is 253");
        findings.error(record.name_position, message).help("shorten it");
    }
    let labels = (name.len() > 63).then(|| name.split('.').filter(|label| label.len() > 63));
    for label in labels.into_iter().flatten() {
        let length = label.chars().count();
        if length > 63 {
            let message = format!("label \"{label}\" has {length} characters, the limit is 63");
            findings.error(record.name_position, message).help("shorten it");
        }
    }
    if has_empty_label(name) {
        let message = format!("name \"{name}\" has an empty label (two dots in a row)");
        findings
            .error(record.name_position, message)
            .help("names are relative to the zone and end without a dot");
    }
}

/// How long the name and the zone are, with their dots; the root has none of its own.
fn whole_length(name: usize, zone: &ZoneName) -> usize {
    let zone = if zone.is_root() { 0 } else { zone.as_str().len() };
    if name == 0 { zone } else { name + 1 + zone }
}

fn has_empty_label(name: &str) -> bool {
    name.ends_with('.') || name.as_bytes().windows(2).any(|octets| octets == b"..")
}

/// Whether [`name`] surely finds nothing in a name.
fn is_valid_name(name: &str, zone: &ZoneName) -> bool {
    name != "@"
        && whole_length(name.len(), zone) <= 253
        && (name.len() <= 63 || name.split('.').all(|label| label.len() <= 63))
        && !has_empty_label(name)
}

const TTL_HELP: &str = "write a whole number of seconds, such as `ttl: 3600`";

/// RFC 2181, section 8: a TTL is not negative.
fn ttl(record: &RawRecord<'_>, findings: &mut Findings) {
    let Some(ttl) = record.data.get("ttl") else {
        if record.default_ttl.is_none() {
            findings.error(record.position, "missing ttl").help(TTL_HELP);
        }
        return;
    };
    match number::int(ttl) {
        Ok(0..) => {}
        Ok(_) => {
            findings.error(ttl.position, "ttl must not be negative").help(TTL_HELP);
        }
        Err(NumberFault::Kind) => {
            findings.wrong_kind("ttl", ttl, "a number of seconds").help(TTL_HELP);
        }
        Err(_) => {
            let message = format!("ttl must be a number of seconds, not {}", shown(ttl));
            findings.fatal(ttl.position, message).help(TTL_HELP);
        }
    }
}

fn healthcheck(record: &RawRecord<'_>, findings: &mut Findings) {
    let Some(options) = record.data.get("octodns") else { return };
    let Some(options) = options.as_map() else {
        findings.wrong_kind("octodns", options, "a mapping");
        return;
    };
    let Some(healthcheck) = options.get("healthcheck") else { return };
    let Some(healthcheck) = healthcheck.as_map() else {
        findings.wrong_kind("healthcheck", healthcheck, "a mapping");
        return;
    };
    let Some(protocol) = healthcheck.get("protocol") else { return };
    if !matches!(protocol.as_str(), Some("HTTP" | "HTTPS" | "ICMP" | "TCP" | "UDP")) {
        let message = format!("invalid healthcheck protocol {}", shown(protocol));
        findings.error(protocol.position, message).help("one of HTTP, HTTPS, ICMP, TCP, UDP");
    }
}

/// A value in a message, in quotes.
pub(crate) fn shown(value: &Value<'_>) -> String {
    format!("\"{}\"", crate::value::python_str(value))
}
