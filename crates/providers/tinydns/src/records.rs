//! Converts the lines of a zone to records, with one function per kind of line.

use octodns_core::record::{Rdata, Txt, TypeEntry};
use octodns_core::value::{Kind, Map, Position};
use octodns_core::{OwnedValue, RecordType, Value};

use crate::groups::{ipv6, ttl};
use crate::lines::{Field, Line};
use crate::octets::{name, octets, shown};
use crate::pointers::dotted;
use crate::sets::Sets;

/// Adds the records of the lines of one kind for one name.
pub(crate) fn add(sets: &mut Sets<'_>, lines: &[Line<'_>]) {
    match lines.first().map(|line| line.mark) {
        Some('=' | '+') => addresses(sets, lines),
        Some('3' | '6') => ipv6_addresses(sets, lines),
        Some('.' | '&') => name_servers(sets, lines),
        Some('C') => canonical_name(sets, lines),
        Some('@') => exchanges(sets, lines),
        Some('\'') => texts(sets, lines),
        Some('S') => services(sets, lines),
        Some(':') => others(sets, lines),
        // `^` lines only matter for reverse zones.
        _ => {}
    }
}

/// `=fqdn:ip:ttl:timestamp:lo`, `+fqdn:ip:ttl:timestamp:lo`.
fn addresses(sets: &mut Sets<'_>, lines: &[Line<'_>]) {
    let mut values = Vec::new();
    for line in lines {
        // This address means "none".
        if let Some(ip) = sets.required(line, 1, "address").filter(|ip| ip.text != "0.0.0.0") {
            values.push(ip.value());
        }
    }
    sets.put_lines(RecordType::A, lines, ttl(lines, 2), values);
}

const IPV6: &str = "write all 32 digits without colons, such as 20010db8000000000000000000000001";

/// `3fqdn:ip:ttl:timestamp:lo`, `6fqdn:ip:ttl:timestamp:lo`.
fn ipv6_addresses(sets: &mut Sets<'_>, lines: &[Line<'_>]) {
    let mut values = Vec::new();
    for line in lines {
        let Some(ip) = sets.required(line, 1, "address") else { continue };
        if let Some(address) = ipv6(ip.text) {
            values.push(at(ip.position, address.to_string().into()));
        } else {
            let message = format!("\"{}\" is not the 32 digits of an IPv6 address", ip.text);
            sets.fault(line, ip.position, message, IPV6);
        }
    }
    sets.put_lines(RecordType::AAAA, lines, ttl(lines, 2), values);
}

/// `.fqdn:ip:x:ttl:timestamp:lo`, `&fqdn:ip:x:ttl:timestamp:lo`.
fn name_servers(sets: &mut Sets<'_>, lines: &[Line<'_>]) {
    let ttl = ttl(lines, 3);
    let mut values = Vec::new();
    for line in lines {
        if let Some((server, position)) = host(sets, line, "ns", "name server") {
            glue(sets, line, (&server, position), ttl.as_ref());
            values.push(at(position, server.into()));
        }
    }
    sets.put_lines(RecordType::NS, lines, ttl, values);
}

/// `Cfqdn:p:ttl:timestamp:lo`.
fn canonical_name(sets: &mut Sets<'_>, lines: &[Line<'_>]) {
    let [first, rest @ ..] = lines else { return };
    for line in rest {
        let message = "this line is left out: a name has one CNAME, which an earlier line gives";
        let help = "remove this line or that one";
        sets.remark(line, line.name().position, message.to_owned(), help);
    }
    let Some(target) = sets.required(first, 1, "target") else { return };
    let value = dotted(target.text, target.position);
    sets.put_lines(RecordType::CNAME, lines, ttl(lines, 2), vec![value]);
}

/// `@fqdn:ip:x:dist:ttl:timestamp:lo`.
fn exchanges(sets: &mut Sets<'_>, lines: &[Line<'_>]) {
    let ttl = ttl(lines, 4);
    let mut values = Vec::new();
    for line in lines {
        if let Some((exchange, position)) = host(sets, line, "mx", "exchange") {
            glue(sets, line, (&exchange, position), ttl.as_ref());
            values.push(map(
                line,
                [("preference", or_zero(line, 3)), ("exchange", at(position, exchange.into()))],
            ));
        }
    }
    sets.put_lines(RecordType::MX, lines, ttl, values);
}

const ESCAPES: &str = "write a byte as a backslash and three octal digits up to 377, such as \\072";

/// `'fqdn:s:ttl:timestamp:lo`.
fn texts(sets: &mut Sets<'_>, lines: &[Line<'_>]) {
    let mut values = Vec::new();
    for line in lines {
        let Some(text) = line.field(1) else {
            sets.fault(line, line.position_of(1), "missing text".to_owned(), &line.form());
            continue;
        };
        match crate::escape::expand(text.text) {
            Ok(octets) => values.push(at(text.position, Txt::from_octets(&octets).to_value())),
            Err(message) => sets.fault(line, text.position, message, ESCAPES),
        }
    }
    sets.put_lines(RecordType::TXT, lines, ttl(lines, 2), values);
}

/// `Sfqdn:ip:x:port:priority:weight:ttl:timestamp:lo`.
fn services(sets: &mut Sets<'_>, lines: &[Line<'_>]) {
    let ttl = ttl(lines, 6);
    let mut values = Vec::new();
    for line in lines {
        let Some((target, position)) = host(sets, line, "srv", "target") else { continue };
        let Some(port) = sets.required(line, 3, "port") else { continue };
        glue(sets, line, (&target, position), ttl.as_ref());
        values.push(map(
            line,
            [
                ("priority", or_zero(line, 4)),
                ("weight", or_zero(line, 5)),
                ("port", port.value()),
                ("target", at(position, target.into())),
            ],
        ));
    }
    sets.put_lines(RecordType::SRV, lines, ttl, values);
}

/// `:fqdn:n:rdata:ttl:timestamp:lo`, with the name of a type as `n` and its presentation format as `rdata`.
fn others(sets: &mut Sets<'_>, lines: &[Line<'_>]) {
    let mut by_type: Vec<(TypeEntry, Vec<Line<'_>>)> = Vec::new();
    for line in lines {
        let Some(name) = sets.required(line, 1, "record type") else { continue };
        let Some(entry) = sets.types().get(&name.text.to_ascii_uppercase()).cloned() else {
            let message =
                format!("this line is left out: there is no record type \"{}\"", name.text);
            let upper = name.text.to_ascii_uppercase();
            let help = match octodns_core::nearest(&upper, sets.types().names()) {
                Some(meant) => format!("did you mean \"{meant}\"?"),
                None => {
                    "write the name of a type, such as CAA; numbers are not supported".to_owned()
                }
            };
            sets.remark(line, name.position, message, &help);
            continue;
        };
        let of = entry.record_type();
        match by_type.iter_mut().find(|(other, _)| other.record_type() == of) {
            Some((_, lines)) => lines.push(line.clone()),
            None => by_type.push((entry, vec![line.clone()])),
        }
    }
    for (entry, lines) in by_type {
        let mut values = Vec::new();
        for line in &lines {
            let Some(rdata) = sets.required(line, 2, "data") else { continue };
            match data(&entry, rdata) {
                Ok(value) => values.push(value),
                Err(message) => {
                    let of = entry.record_type();
                    let help = format!("write the data as a zone file has it after \"{of}\"");
                    sets.fault(line, rdata.position, message, &help);
                }
            }
        }
        sets.put_lines(entry.record_type(), &lines, ttl(&lines, 3), values);
    }
}

fn data(entry: &TypeEntry, rdata: Field<'_>) -> Result<OwnedValue, String> {
    // Text is unquoted here, not in presentation format.
    if matches!(entry.record_type(), RecordType::TXT | RecordType::SPF) {
        let text = Txt::from_octets(&octets(rdata.text));
        return Ok(at(rdata.position, text.to_value()));
    }
    entry
        .parse(&shown(rdata.text))
        .map(|value| placed(value, rdata.position))
        .map_err(|error| error.to_string())
}

/// A value and all its parts, with one position.
fn placed(mut value: OwnedValue, position: Position) -> OwnedValue {
    value.position = position;
    match &mut value.kind {
        Kind::Map(map) => map.values_mut().for_each(|value| place(value, position)),
        Kind::List(values) => values.iter_mut().for_each(|value| place(value, position)),
        _ => {}
    }
    value
}

fn place(value: &mut OwnedValue, position: Position) {
    *value = placed(std::mem::take(value), position);
}

/// The host of a line: unchanged if it contains a dot, or else in the zone's subdomain for hosts of its kind.
fn host(
    sets: &mut Sets<'_>,
    line: &Line<'_>,
    kind: &str,
    what: &str,
) -> Option<(String, Position)> {
    let Field { text, position } = sets.required(line, 2, what)?;
    let text = name(text);
    let host = match (text.contains('.'), text.ends_with('.')) {
        (false, _) => sets.zone().absolute(&format!("{text}.{kind}")),
        (true, false) => format!("{text}."),
        (true, true) => text.into_owned(),
    };
    Some((host, position))
}

/// The address of a host, if the line has one.
fn glue(
    sets: &mut Sets<'_>,
    line: &Line<'_>,
    (host, position): (&str, Position),
    ttl: Option<&OwnedValue>,
) {
    if let Some(ip) = line.filled(1) {
        sets.put(RecordType::A, host, position, ttl.cloned(), vec![ip.value()]);
    }
}

fn or_zero(line: &Line<'_>, index: usize) -> OwnedValue {
    line.filled(index).map_or(Value::from(0), Field::value)
}

fn at(position: Position, value: OwnedValue) -> OwnedValue {
    OwnedValue::new(value.kind, position)
}

fn map<const N: usize>(line: &Line<'_>, entries: [(&'static str, OwnedValue); N]) -> OwnedValue {
    at(line.name().position, Map::from_unique(entries).into())
}
