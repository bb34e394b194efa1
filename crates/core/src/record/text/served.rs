//! What octoDNS serves for a text, where that is something else.

use super::escape::{Codes, unescape};
use super::read::{JOINT, read, unquoted};
use crate::ZoneName;
use crate::diagnostic::Diagnostic;
use crate::record::{Record, RecordData, Txt};

/// The code of the warnings about texts that octoDNS served as something else.
const CODE: &str = "txt-meaning";

/// Whether octoDNS serves these octets for a text, at some of the services it has, though the text means others.
///
/// octoDNS sends texts as they are to half of the services, where a backslash is a backslash, and in presentation
/// format to the other half, where it escapes what follows.
fn is_served_otherwise(written: &str, octets: &[u8]) -> bool {
    if *read(written) == *octets {
        return false;
    }
    let whole = unquoted(written).replace(JOINT, "");
    whole.replace("\\;", ";").as_bytes() == octets
        || unescape(whole.as_bytes(), Codes::Decimal) == octets
}

/// Warnings about the update of a TXT or SPF record: each existing value that is what octoDNS served for a desired
/// text which means something else here, with how it is kept.
///
/// It is for plans, when both are known. Records of other types have none.
pub fn served_otherwise(existing: &Record, desired: &Record, zone: &ZoneName) -> Vec<Diagnostic> {
    let (Some(held), Some(wanted)) = (texts(existing), texts(desired)) else { return Vec::new() };
    let mut warnings = Vec::new();
    for held in held.iter().filter(|held| !wanted.contains(held)) {
        let octets = held.octets();
        let text = wanted.iter().enumerate().map(|(index, text)| (index, text, text.written()));
        let mut texts =
            text.map(|(index, text, written)| (index, text, written.unwrap_or(text.as_str())));
        let Some((index, text, written)) =
            texts.find(|(_, _, written)| is_served_otherwise(written, &octets))
        else {
            continue;
        };
        let message = format!(
            "octoDNS served \"{}\" for \"{written}\", which means \"{}\"",
            held.as_str(),
            text.as_str()
        );
        let subject = format!("{} {}", desired.decoded_fqdn(zone), desired.record_type());
        warnings.push(
            Diagnostic::warning(CODE, message)
                .about(subject)
                .at(desired.value_origin(index))
                .help(format!("to keep it write {}", held.as_str())),
        );
    }
    warnings
}

fn texts(record: &Record) -> Option<&[Txt]> {
    match record.data() {
        RecordData::Txt(texts) | RecordData::Spf(texts) => Some(texts),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RecordName;

    fn record(texts: &[Txt]) -> Record {
        Record::new(RecordName::new("www").unwrap(), 60, RecordData::Txt(texts.to_vec()))
    }

    #[test]
    fn what_octodns_served_is_told_with_how_to_keep_it() {
        let zone = ZoneName::new("unit.tests.").unwrap();
        for (written, existing, help) in [
            ("plain", "other", None),
            ("v=1\\; x", "v=1; x", None),
            ("say \\\"hi\\\"", "say \\\"hi\\\"", Some("to keep it write say \\\\\"hi\\\\\"")),
            ("a\\\\b", "a\\\\b", Some("to keep it write a\\\\\\\\b")),
            ("a\\b", "ab", Some("to keep it write ab")),
            ("a\\009b", "a\\009b", Some("to keep it write a\\\\009b")),
            ("\\303\\251", "\\303\\251", Some("to keep it write \\\\303\\\\251")),
            ("a\\\\;b", "a\\;b", None),
        ] {
            let (existing, desired) = (Txt::from_octets(existing.as_bytes()), Txt::new(written));
            let told = {
                let (held, wanted) = (
                    record(std::slice::from_ref(&existing)),
                    record(std::slice::from_ref(&desired)),
                );
                served_otherwise(&held, &wanted, &zone)
            };
            let told: Vec<_> = told.into_iter().map(|told| told.help.unwrap()).collect();
            assert_eq!(told, help.into_iter().collect::<Vec<_>>(), "{written}");
            // What stays is not told.
            let mut both = vec![existing.clone(), desired];
            both.sort();
            assert_eq!(served_otherwise(&record(&[existing]), &record(&both), &zone), []);
        }
    }
}
