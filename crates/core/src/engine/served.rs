//! Texts that octoDNS served as something else.

use crate::ZoneName;
use crate::change::Change;
use crate::diagnostic::Diagnostic;
use crate::plan::Plan;
use crate::rdata::text::is_served_otherwise;
use crate::record::{Record, RecordData, Txt};

/// The code of the warnings about texts that octoDNS served as something else.
const CODE: &str = "txt-meaning";

/// Warnings about the updates of a plan, of texts that octoDNS served as something else.
pub(super) fn served_otherwise(plan: &Plan) -> impl Iterator<Item = Diagnostic> {
    let zone = plan.desired.name();
    plan.changes.iter().flat_map(move |change| match change {
        Change::Update { existing, new } => of_update(existing, new, zone),
        _ => Vec::new(),
    })
}

/// Warnings about the update of a TXT or SPF record: each existing value that is what octoDNS served for a desired
/// text which means something else here, with how it is kept.
///
/// It is for plans, when both are known. Records of other types have none.
fn of_update(existing: &Record, desired: &Record, zone: &ZoneName) -> Vec<Diagnostic> {
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
                of_update(&held, &wanted, &zone)
            };
            let told: Vec<_> = told.into_iter().map(|told| told.help.unwrap()).collect();
            assert_eq!(told, help.into_iter().collect::<Vec<_>>(), "{written}");
            // What stays is not told.
            let mut both = vec![existing.clone(), desired];
            both.sort();
            assert_eq!(of_update(&record(&[existing]), &record(&both), &zone), []);
        }
    }
}
