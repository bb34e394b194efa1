//! JSON as Python's `json` writes it: by name, type and server.

use octodns_core::value::{Json, Map, Value};
use octodns_core::{OwnedValue, Record};
use octodns_dns::live::Verified;

use super::{LiveReport, is_consistent, words};

/// Words lose the quotes around them. As in octoDNS, `consistent` stands under the name in IDNA form.
pub(super) fn write(report: &LiveReport) -> String {
    let servers = report.server_names();
    let mut document: Vec<(OwnedValue, OwnedValue)> = Vec::new();
    let same_name = |one: &Verified, other: &Verified| one.record.name() == other.record.name();
    for node in report.records.chunk_by(same_name) {
        let record: &Record = &node[0].record;
        let (shown, encoded) = (record.decoded_fqdn(&report.zone), record.fqdn(&report.zone));
        let (mut types, mut encoded_types) = (Map::new(), Map::new());
        for verified in node {
            let of = verified.record.record_type().as_str();
            let (mut answers, consistent) = answers(verified, &servers);
            if shown == encoded {
                answers.insert("consistent", consistent);
            } else {
                let alone: Map<'static> = [("consistent", consistent)].into_iter().collect();
                encoded_types.insert(of, alone);
            }
            types.insert(of, answers);
        }
        document.push((shown.into(), types.into()));
        if !encoded_types.is_empty() {
            document.push((encoded.into(), encoded_types.into()));
        }
    }
    let json = Json::default();
    format!("{}\n", json.text(&Map::from_entries(document).into()))
}

/// The words of each server, and whether they are the same.
fn answers(verified: &Verified, servers: &[String]) -> (Map<'static>, bool) {
    let of = verified.record.record_type();
    let mut answers = Map::new();
    let mut lines = Vec::new();
    for (server, seen) in servers.iter().zip(&verified.seen) {
        let words: Vec<_> =
            words(of, seen).iter().map(|word| word.trim_matches('"').to_owned()).collect();
        lines.push(words.join(" "));
        let words: Vec<OwnedValue> = words.into_iter().map(Value::from).collect();
        answers.insert(server.clone(), words);
    }
    (answers, is_consistent(&lines))
}
