//! Texts that a service cannot hold.

use std::sync::Arc;

use super::unsupported::unsupported;
use crate::diagnostic::Report;
use crate::rdata::text::UnsupportedText;
use crate::record::{Record, RecordData, RecordType};
use crate::zone::Zone;

/// Takes records out of the desired state whose texts the target cannot hold, and says so; what the target has there
/// stays as it is.
///
/// `unsupported` is about the texts of TXT and SPF, the values of CAA and the strings of NAPTR; other types hold anything.
/// What the target holds already is not objected to.
pub fn drop_unsupported_texts(
    desired: &mut Zone,
    existing: &Zone,
    unsupported_texts: &[(RecordType, &[UnsupportedText])],
    report: &mut Report,
) {
    let mut refused = Vec::new();
    for record in desired.records() {
        let Some((_, unsupported_texts)) =
            unsupported_texts.iter().find(|(of, _)| *of == record.record_type())
        else {
            continue;
        };
        let held = existing.get(record.name(), record.record_type());
        if held.is_some_and(|held| held.data() == record.data()) {
            continue;
        }
        if let Some(message) = objection(record, unsupported_texts) {
            refused.push((Arc::clone(record), held.map(|held| Record::clone(held)), message));
        }
    }
    for (record, held, message) in refused {
        let fallback = if held.is_some() { "it stays as it is" } else { "it is left out" };
        report.push(unsupported(desired, &record, message, fallback));
        match held {
            Some(held) => desired.set(held),
            None => {
                desired.remove(record.name(), record.record_type());
            }
        }
    }
}

fn objection(record: &Record, unsupported_texts: &[UnsupportedText]) -> Option<String> {
    let message = |octets: &[u8], text: &str| {
        let problem = unsupported_texts.iter().find(|text| text.is_in(octets))?;
        Some(format!("{problem} are not supported: \"{text}\""))
    };
    match record.data() {
        RecordData::Txt(texts) | RecordData::Spf(texts) => {
            texts.iter().find_map(|text| message(&text.octets(), text.as_str()))
        }
        RecordData::Caa(values) => {
            values.iter().find_map(|caa| message(&caa.value.octets(), caa.value.as_str()))
        }
        RecordData::Naptr(values) => {
            let strings =
                values.iter().flat_map(|naptr| [&naptr.flags, &naptr.service, &naptr.regexp]);
            strings.into_iter().find_map(|string| message(&string.octets(), string.as_str()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::text::QuotedString;
    use crate::record::{Naptr, Txt};
    use crate::{RecordName, ZoneName};

    fn record(name: &str, octets: &[u8]) -> Record {
        let data = RecordData::Txt(vec![Txt::from_octets(octets)]);
        Record::new(RecordName::new(name).unwrap(), 60, data)
    }

    #[test]
    fn strings_of_naptr_are_texts() {
        let naptr = |octets: &[u8]| {
            let string = QuotedString::from_octets;
            let (flags, service, regexp) = (string(b"S"), string(octets), string(b""));
            let (order, preference, replacement) = (1, 1, "a.example.".to_owned().into());
            let naptr = Naptr { order, preference, flags, service, regexp, replacement };
            Record::new(RecordName::new("www").unwrap(), 60, RecordData::Naptr(vec![naptr]))
        };
        let lacks = &[UnsupportedText::NonUtf8];
        assert!(objection(&naptr(b"caf\xe9"), lacks).is_some());
        assert_eq!(objection(&naptr("é".as_bytes()), lacks), None);
    }

    #[test]
    fn texts_that_cannot_be_held_leave_what_is_there_alone() {
        let zone = |records: &[Record]| {
            let mut zone = Zone::new(ZoneName::new("unit.tests.").unwrap());
            for record in records {
                zone.set(record.clone());
            }
            zone
        };
        let mut desired = zone(&[
            record("new", b"\xff"),
            record("held", b"\xff"),
            record("other", b"\xff"),
            record("fine", "é\\".as_bytes()),
        ]);
        let existing = zone(&[record("held", b"\xff"), record("other", b"was")]);
        let mut report = Report::new();
        drop_unsupported_texts(
            &mut desired,
            &existing,
            &[(RecordType::TXT, &[UnsupportedText::NonUtf8])],
            &mut report,
        );
        let told: Vec<_> =
            report.iter().map(|told| (told.message.as_str(), told.help.as_deref())).collect();
        let message = "octets that are not UTF-8 are not supported: \"\\255\"";
        assert_eq!(told, [(message, Some("it is left out")), (message, Some("it stays as it is"))]);
        let left: Vec<_> = desired.records().map(|record| record.plan_strings().concat()).collect();
        assert_eq!(left, ["é\\\\", "\\255", "was"]);
    }
}
