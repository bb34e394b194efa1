//! Values of every record type there is, and records of them.

use std::net::{Ipv4Addr, Ipv6Addr};

use octodns_core::record::{LoadContext, Record, RecordType, RecordTypes, TYPES};
use octodns_core::validate::RecordValidators;
use octodns_core::value::Map;
use octodns_core::{OwnedValue, Report, Value, ZoneName};
use proptest::prelude::*;

pub(crate) fn map(entries: Vec<(&'static str, OwnedValue)>) -> OwnedValue {
    Value::from(entries.into_iter().collect::<Map<'static>>())
}

fn number(most: i64) -> impl Strategy<Value = OwnedValue> {
    (0..=most).prop_map(Value::from)
}

fn text(pattern: &'static str) -> impl Strategy<Value = OwnedValue> {
    pattern.prop_filter("a code that is no octet", |text| !has_code(text)).prop_map(Value::from)
}

/// Whether a backslash stands before a digit: most codes of octets are over 255, which is a fault.
fn has_code(text: &str) -> bool {
    text.split('\\').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

fn name() -> impl Strategy<Value = OwnedValue> {
    text("([a-z0-9_]{1,12}\\.){2,4}")
}

fn seconds() -> impl Strategy<Value = OwnedValue> {
    (0..60_000_i32).prop_map(|thousandths| Value::from(f64::from(thousandths) / 1000.0))
}

fn metres() -> impl Strategy<Value = OwnedValue> {
    (0..9_000_000_i32).prop_map(|centimetres| Value::from(f64::from(centimetres) / 100.0))
}

fn loc() -> impl Strategy<Value = OwnedValue> {
    let latitude = (number(90), number(59), seconds(), text("[NS]"));
    let longitude = (number(180), number(59), seconds(), text("[EW]"));
    (latitude, longitude, metres(), metres(), metres(), metres()).prop_map(
        |(latitude, longitude, altitude, size, horizontal, vertical)| {
            map(vec![
                ("lat_degrees", latitude.0),
                ("lat_minutes", latitude.1),
                ("lat_seconds", latitude.2),
                ("lat_direction", latitude.3),
                ("long_degrees", longitude.0),
                ("long_minutes", longitude.1),
                ("long_seconds", longitude.2),
                ("long_direction", longitude.3),
                ("altitude", altitude),
                ("size", size),
                ("precision_horz", horizontal),
                ("precision_vert", vertical),
            ])
        },
    )
}

fn service_binding() -> impl Strategy<Value = OwnedValue> {
    let list =
        |texts: Vec<String>| Value::from(texts.into_iter().map(Value::from).collect::<Vec<_>>());
    let alpn = prop::option::of(prop::collection::vec("[a-z][a-z0-9]{0,4}", 1..4));
    let hints = prop::option::of(prop::collection::vec(any::<Ipv4Addr>(), 1..4));
    (number(65_535), name(), alpn, hints, any::<bool>()).prop_map(
        move |(priority, target, alpn, hints, flag)| {
            let mut params = Vec::new();
            params.extend(alpn.map(|texts| ("alpn", list(texts))));
            params.extend(flag.then_some(("no-default-alpn", Value::NULL)));
            params.extend(
                hints.map(|hints| {
                    ("ipv4hint", list(hints.iter().map(ToString::to_string).collect()))
                }),
            );
            // An alias has no parameters.
            if priority.as_int() == Some(0) {
                params.clear();
            }
            map(vec![("svcpriority", priority), ("targetname", target), ("svcparams", map(params))])
        },
    )
}

/// Valid values of a type.
pub(crate) fn values(of: RecordType) -> BoxedStrategy<OwnedValue> {
    let word = || text("[!#-&(-~]{1,30}");
    match of {
        RecordType::A => any::<Ipv4Addr>().prop_map(|ip| Value::from(ip.to_string())).boxed(),
        RecordType::AAAA => any::<Ipv6Addr>().prop_map(|ip| Value::from(ip.to_string())).boxed(),
        RecordType::CAA => (number(255), text("[a-z]{1,9}"), text("[ -~]{0,30}"))
            .prop_map(|(flags, tag, value)| {
                map(vec![("flags", flags), ("tag", tag), ("value", value)])
            })
            .boxed(),
        RecordType::DS => (number(65_535), number(255), number(255), text("[0-9a-f]{40}"))
            .prop_map(|(tag, algorithm, kind, digest)| {
                let first = ("key_tag", tag);
                let kind = ("digest_type", kind);
                map(vec![first, ("algorithm", algorithm), kind, ("digest", digest)])
            })
            .boxed(),
        RecordType::HTTPS | RecordType::SVCB => service_binding().boxed(),
        RecordType::LOC => loc().boxed(),
        RecordType::MX => (number(65_535), name())
            .prop_map(|(rank, host)| map(vec![("preference", rank), ("exchange", host)]))
            .boxed(),
        RecordType::NAPTR => {
            (number(65_535), number(65_535), text("[SAUP]"), word(), word(), name())
                .prop_map(|(order, preference, flags, service, regexp, replacement)| {
                    map(vec![
                        ("order", order),
                        ("preference", preference),
                        ("flags", flags),
                        ("service", service),
                        ("regexp", regexp),
                        ("replacement", replacement),
                    ])
                })
                .boxed()
        }
        RecordType::OPENPGPKEY => text("[A-Za-z0-9+/]{1,80}").boxed(),
        RecordType::SPF | RecordType::TXT => "[ !#-~\\t\\n\u{1}]{1,600}"
            .prop_filter("a code that is no octet", |raw| !has_code(raw))
            .prop_map(|raw| Value::from(raw.replace(';', "\\;")))
            .prop_filter("a semicolon escaped twice", |text| {
                text.as_str().is_some_and(|text| !text.contains("\\\\;"))
            })
            .boxed(),
        RecordType::SRV => (number(65_535), number(65_535), number(65_535), name())
            .prop_map(|(priority, weight, port, target)| {
                let port = ("port", port);
                map(vec![("priority", priority), ("weight", weight), port, ("target", target)])
            })
            .boxed(),
        RecordType::SSHFP => (1..=4_i64, text("[0-9a-f]{64}"))
            .prop_map(|(algorithm, fingerprint)| {
                let kind = ("fingerprint_type", 2.into());
                map(vec![("algorithm", algorithm.into()), kind, ("fingerprint", fingerprint)])
            })
            .boxed(),
        RecordType::TLSA => (number(3), number(1), number(2), text("[0-9a-f]{64}"))
            .prop_map(|(usage, selector, matching, data)| {
                map(vec![
                    ("certificate_usage", usage),
                    ("selector", selector),
                    ("matching_type", matching),
                    ("certificate_association_data", data),
                ])
            })
            .boxed(),
        RecordType::URI => (number(65_535), number(65_535), text("https://[a-z]{1,9}/[a-z]{0,9}"))
            .prop_map(|(priority, weight, target)| {
                map(vec![("priority", priority), ("weight", weight), ("target", target)])
            })
            .boxed(),
        RecordType::URLFWD => (word(), word(), 301..=302_i64, number(2), number(1))
            .prop_map(|(path, target, code, masking, query)| {
                let target = ("target", target);
                let code = ("code", code.into());
                map(vec![("path", path), target, code, ("masking", masking), ("query", query)])
            })
            .boxed(),
        _ => name().boxed(),
    }
}

/// One to three values of some type.
pub(crate) fn records() -> impl Strategy<Value = (RecordType, Vec<OwnedValue>)> {
    (0..TYPES.len()).prop_flat_map(|index| {
        let row = &TYPES[index];
        let most = if row.single { 1 } else { 3 };
        prop::collection::vec(values(row.record_type), 1..=most)
            .prop_map(|values| (row.record_type, values))
    })
}

pub(crate) fn load(name: &str, data: &OwnedValue) -> Result<Record, Report> {
    let types = RecordTypes::default();
    let zone = ZoneName::new("example.com.").map_err(|_| Report::new())?;
    let validators = RecordValidators::legacy(&types);
    let context = LoadContext::new(&zone, &validators, &types);
    let mut report = Report::new();
    Record::load(&name.into(), data, &context, &mut report).ok_or(report)
}

/// The data of a record of a type, whose key depends on how many values it has.
pub(crate) fn data(of: RecordType, mut values: Vec<OwnedValue>) -> OwnedValue {
    let (key, given) = match values.len() {
        1 => ("value", values.remove(0)),
        _ => ("values", values.into()),
    };
    map(vec![("type", of.as_str().into()), ("ttl", 60.into()), (key, given)])
}

/// A name that the type may have.
pub(crate) fn name_for(of: RecordType) -> &'static str {
    match of {
        RecordType::ALIAS => "",
        RecordType::SRV | RecordType::URI => "_http._tcp",
        _ => "www",
    }
}
