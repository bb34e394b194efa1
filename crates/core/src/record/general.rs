//! Checks of what every record has: name, TTL, health check.

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
    },
    RecordCheck {
        id: "ttl-rfc",
        class: "octodns.record.base.TtlValidator",
        sets: &["legacy", "strict"],
        check: ttl,
    },
    RecordCheck {
        id: "healthcheck",
        class: "octodns.record.base.HealthcheckValidator",
        sets: &["legacy", "strict"],
        check: healthcheck,
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
    // With their dots, the name and the zone; the root has none of its own.
    let zone = if record.zone.is_root() { 0 } else { record.zone.as_str().len() };
    let length = |name_length: usize| if name.is_empty() { zone } else { name_length + 1 + zone };
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
    if name.ends_with('.') || name.as_bytes().windows(2).any(|octets| octets == b"..") {
        let message = format!("name \"{name}\" has an empty label (two dots in a row)");
        findings
            .error(record.name_position, message)
            .help("names are relative to the zone and end without a dot");
    }
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
