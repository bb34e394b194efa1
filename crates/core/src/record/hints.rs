//! What is valid and hardly meant: warnings about records that are written in files.

use super::Record;
use super::general::shown;
use crate::rdata::number;
use crate::validate::{Findings, RawRecord, TypedRecord};
use crate::value::{Kind, Position, Value};

/// The highest TTL (RFC 2181, section 8).
const MAX_TTL: i64 = i32::MAX as i64;

/// Looks at data as it is written.
pub(super) fn check(record: &RawRecord<'_>, findings: &mut Findings) {
    if let Some(ttl) = record.data.get("ttl") {
        check_ttl(ttl, findings);
    }
    check_name(record, findings);
}

/// Whether [`check`] may have something to say of a record.
pub(super) fn may_be_about(record: &TypedRecord<'_>) -> bool {
    record.ttl > MAX_TTL || record.name.ends_with(record.zone.without_dot())
}

/// A TTL that becomes another number than it looks like, or that no resolver takes.
fn check_ttl(ttl: &Value<'_>, findings: &mut Findings) {
    let Ok(seconds) = number::int(ttl) else { return };
    let is_other = match ttl.kind {
        Kind::Bool(_) => true,
        Kind::Float(number) => number.fract() != 0.0,
        _ => false,
    };
    let message = if is_other {
        format!("ttl {} becomes {seconds}", shown(ttl))
    } else if seconds > MAX_TTL {
        format!("ttl {seconds} is over {MAX_TTL}, the highest there is")
    } else {
        return;
    };
    let help = "write a whole number of seconds, such as `ttl: 3600`";
    findings.warning(ttl.position, message).by("ttl-number").help(help);
}

/// A name that has the zone's name at its end, which is added once more.
fn check_name(record: &RawRecord<'_>, findings: &mut Findings) {
    let (name, zone) = (record.name, record.zone.as_str());
    let Some(rest) = zone
        .strip_suffix('.')
        .filter(|zone| !zone.is_empty())
        .and_then(|zone| name.strip_suffix(zone))
    else {
        return;
    };
    let Some(meant) = rest.strip_suffix('.').or(rest.is_empty().then_some("")) else { return };
    findings
        .warning(
            record.name_position,
            format!("the name is \"{name}.{zone}\", with the zone's name twice"),
        )
        .by("name-twice")
        .help(format!("names are relative to the zone: write \"{meant}\""));
}

/// Looks for values that are there twice: all of several in `record`.
pub(super) fn check_values(record: &Record, findings: &mut Findings) {
    for index in record.data().parts().1.repeated() {
        let place = record.places.as_ref().and_then(|places| places.get(index)).copied();
        let values = record.rdata_strings();
        let value = values.get(index).map_or("", String::as_str);
        findings
            .warning(
                place.unwrap_or(Position::NONE),
                format!("the value \"{value}\" is there twice"),
            )
            .by("value-twice")
            .help("remove one of the two");
    }
}
