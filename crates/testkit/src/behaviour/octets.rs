//! Octets of every kind in the texts of every type: written, read back, equal; and nothing of them keeps a zone from
//! being read, or the record from being removed.

use futures::FutureExt;
use futures::future::BoxFuture;
use octodns_core::record::Txt;
use octodns_core::record::text::{Presentation, QuotedString};
use octodns_core::{RecordData, RecordType, Severity, Zone};
use serde_json::{Value as Json, json};

use super::Case;
use crate::run::render;

/// What ends strings, starts escapes, separates items, or is no character at all.
const OCTETS: &[&[u8]] = &[
    b"plain",
    b"say \"hi\"",
    b"\"",
    b"a\\b",
    b"end\\",
    b"\\195",
    b"a;b",
    b"a; b",
    b"a,b",
    b"a\\,b",
    b" two  blanks ",
    b"(a)",
    b"'q'",
    b"$a@b#c",
    b"tab\there",
    b"line\nbreak",
    b"nul\0",
    b"del\x7f",
    b"caf\xe9",
    b"\xff\xfe",
    "d\u{e9}j\u{e0} \u{2013}".as_bytes(),
];

/// The value of a type that has these octets in each of its texts; `None` for types without texts.
pub(super) fn value_of(record_type: RecordType, octets: &[u8]) -> Option<Json> {
    let quoted = || QuotedString::from_octets(octets).as_str().to_owned();
    let coded = || Presentation::DECIMAL.inside(octets);
    match record_type {
        RecordType::TXT | RecordType::SPF => Some(json!(Txt::from_octets(octets).as_str())),
        RecordType::CAA => Some(json!({"flags": 0, "tag": "issue", "value": quoted()})),
        // Servers read expressions, and refuse what is none.
        RecordType::NAPTR => Some(json!({
            "order": 10, "preference": 20, "flags": "U", "service": quoted(),
            "regexp": r#"!^(.*)$!sip:\1@a.example;b=\"c\"!i"#,
            "replacement": ".",
        })),
        // octoDNS treats it as a name, so it is in lower case, and in ASCII.
        RecordType::URI => Some(json!({
            "priority": 10, "weight": 20, "target": format!("http://a.example/{}", coded()),
        })),
        RecordType::HTTPS | RecordType::SVCB => Some(json!({
            "svcpriority": 1, "targetname": "a.example.net.",
            "svcparams": {"alpn": ["h2", coded()], "key65280": coded()},
        })),
        _ => None,
    }
}

fn name_of(record_type: RecordType, index: usize) -> String {
    match record_type {
        RecordType::URI => format!("_octets-{index}._tcp"),
        _ => format!("octets-{index}"),
    }
}

/// All of them at once. What the service is declared not to hold is refused when planning, and then left out.
pub(super) fn record_type<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result<(), String>> {
    async move {
        let Some(of) = case.record_type else { return Ok(()) };
        let ttl = case.fixture.min_ttl().max(300);
        let mut samples: Vec<(String, Json)> = Vec::new();
        for (index, octets) in OCTETS.iter().enumerate() {
            let Some(value) = value_of(of, octets) else { return Ok(()) };
            let name = name_of(of, index);
            let record = json!({"name": name, "type": of.as_str(), "ttl": ttl, "value": value});
            samples.push((name, record));
        }
        let all = |samples: &[(String, Json)]| -> Vec<Json> {
            samples.iter().map(|(_, record)| record.clone()).collect()
        };
        if let Err(report) = case.harness.plan(&case.desired(&all(&samples))).await {
            let refused: Vec<_> = report.of(Severity::Error).collect();
            if refused.iter().any(|found| found.code != "supports") {
                return Err(render(&report));
            }
            samples.retain(|(name, _)| {
                let subject = format!("{name}.{} {of}", case.zone);
                !refused.iter().any(|found| found.subject == subject)
            });
        }
        if samples.is_empty() {
            return Err("no text at all can be held".to_owned());
        }
        let desired = case.desired(&all(&samples));
        case.apply(&desired).await.map_err(|problem| format!("create: {problem}"))?;
        case.holds(&desired).await?;
        let read = case.fixture.harness().await.read(&case.zone).await;
        let read = read.map_err(|report| render(&report))?.zone;
        let wrong: Vec<_> = samples
            .iter()
            .filter(|(name, _)| data(&read, name, of) != data(&desired, name, of))
            .map(|(name, record)| format!("{record} became {:?}", data(&read, name, of)))
            .collect();
        if !wrong.is_empty() {
            return Err(wrong.join("; "));
        }
        case.converge_to(&[]).await.map_err(|problem| format!("delete: {problem}"))
    }
    .boxed()
}

fn data<'z>(zone: &'z Zone, name: &str, of: RecordType) -> Option<&'z RecordData> {
    let held =
        zone.records().find(|record| record.name().as_str() == name && record.record_type() == of);
    held.map(|record| record.data())
}

#[cfg(test)]
mod tests {
    use octodns_core::record::{Record, RecordTypes, TYPES};
    use octodns_core::{RecordName, RecordType};

    use super::*;
    use crate::behaviour::samples;

    /// A type whose values can hold such octets is tried with them.
    #[test]
    fn every_type_with_texts_is_there() {
        let types = RecordTypes::default();
        for row in TYPES {
            let of = row.record_type;
            let entry = types.get(of.as_str()).unwrap();
            let mut has_text = false;
            // Names, addresses, numbers and digests are no texts.
            for value in &samples::of(of).unwrap().values {
                let Some(fields) = value.as_object() else { continue };
                for key in ["value", "service", "regexp", "svcparams"] {
                    has_text |= fields.contains_key(key);
                }
            }
            has_text |= matches!(of, RecordType::TXT | RecordType::SPF | RecordType::URI);
            assert_eq!(value_of(of, b"x").is_some(), has_text, "{of}");
            for octets in OCTETS {
                let Some(value) = value_of(of, octets) else { continue };
                let data = entry.read(&[crate::json::value_of(&value)]).unwrap();
                let record = Record::new(RecordName::APEX, 60, data);
                // In presentation format, it is read as what it is.
                let rdata = record.rdata_strings().remove(0);
                let parsed = entry.parse(&rdata).unwrap_or_else(|error| panic!("{rdata}: {error}"));
                assert_eq!(&entry.read(&[parsed]).unwrap(), record.data(), "{of} {rdata}");
            }
        }
    }
}
