//! Records of the API as sets of the kit, whose values are objects.
//!
//! A record has a list of answers, each a list of fields. In the list of a zone it has `short_answers` instead: the
//! fields of each as one text, separated by blanks.

use octodns_core::RecordType;
use octodns_kit::{Fields, Json, Zone, json};

use crate::items::{entries, text};
use crate::routing::Routed;

/// The values of a set.
pub(crate) const VALUES: &str = "values";

/// Why a set cannot be read.
pub(crate) const UNREADABLE: &str = "unreadable";

/// The record of a set that is dynamic, as the service has it.
pub(crate) const RECORD: &str = "record";

/// The names of octoDNS, which stand for the places of the fields of an answer.
pub(crate) const FIELDS: Fields = Fields {
    name: "domain",
    of: &[
        (RecordType::CAA, &[("flags", "flags"), ("tag", "tag"), ("value", "value")]),
        (
            RecordType::DS,
            &[
                ("key_tag", "key_tag"),
                ("algorithm", "algorithm"),
                ("digest_type", "digest_type"),
                ("digest", "digest"),
            ],
        ),
        (RecordType::MX, &[("preference", "preference"), ("exchange", "exchange")]),
        (
            RecordType::NAPTR,
            &[
                ("order", "order"),
                ("preference", "preference"),
                ("flags", "flags"),
                ("service", "service"),
                ("regexp", "regexp"),
                ("replacement", "replacement"),
            ],
        ),
        (
            RecordType::SRV,
            &[
                ("priority", "priority"),
                ("weight", "weight"),
                ("port", "port"),
                ("target", "target"),
            ],
        ),
        (
            RecordType::TLSA,
            &[
                ("certificate_usage", "certificate_usage"),
                ("selector", "selector"),
                ("matching_type", "matching_type"),
                ("certificate_association_data", "certificate_association_data"),
            ],
        ),
    ],
    ..Fields::new("value")
};

/// The types whose requests say that there are no filters.
const FILTERED: [&str; 6] = ["A", "AAAA", "NS", "CNAME", "ALIAS", "DNAME"];

/// The fields of a type, in the order of an answer.
fn fields(of: &str) -> Vec<&'static str> {
    let known = FIELDS.of.iter().find(|(known, _)| known.as_str() == of);
    known.map_or(vec![FIELDS.value], |(_, parts)| parts.iter().map(|(part, _)| *part).collect())
}

/// Whether filters choose among the answers of a record.
pub(crate) fn is_filtered(record: &Json) -> bool {
    record["tier"].as_u64().is_some_and(|tier| tier > 1) || !entries(&record["filters"]).is_empty()
}

/// The set of a record, as it is listed or read.
pub(crate) fn set(record: &Json) -> Json {
    let of = text(record, "type");
    let mut set = json!({
        "domain": text(record, "domain").trim_end_matches('.'), "type": of, "ttl": record["ttl"],
        VALUES: [],
    });
    if is_filtered(record) {
        match Routed::of(record).map(|routed| routed.values) {
            Some(values) => {
                set[VALUES] = values.iter().map(|value| json!({FIELDS.value: value})).collect();
                set[RECORD] = record.clone();
            }
            None => set[UNREADABLE] = "its filters and answers were not written by octoDNS".into(),
        }
        return set;
    }
    let answers = entries(&record["answers"]).iter().map(|answer| whole(of, &answer["answer"]));
    let short = entries(&record["short_answers"]).iter();
    let short = short.filter_map(Json::as_str).map(|answer| value(of, &split(of, answer)));
    let values: Vec<_> = answers.chain(short).collect();
    if values.is_empty() {
        let link = record["link"].as_str();
        match link {
            Some(link) => set["link"] = link.into(),
            None => set[UNREADABLE] = "it has no answers".into(),
        }
    }
    set[VALUES] = values.into();
    set
}

/// The value of an answer with its fields.
fn whole(of: &str, answer: &Json) -> Json {
    let words: Vec<_> = entries(answer)
        .iter()
        .map(|field| field.as_str().map_or_else(|| field.to_string(), str::to_owned))
        .collect();
    if words.len() == fields(of).len() {
        return value(of, &words.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let short = words.join(" ");
    value(of, &split(of, &short))
}

fn value(of: &str, words: &[&str]) -> Json {
    let words = words.iter().copied().chain(std::iter::repeat(""));
    fields(of)
        .into_iter()
        .zip(words)
        .map(|(field, word)| (field.to_owned(), Json::from(word)))
        .collect()
}

/// Whether the list of a zone does not tell where the fields of an answer end: services of NAPTR may have blanks.
pub(crate) fn is_ambiguous(listed: &Json) -> bool {
    let of = text(listed, "type");
    let mut short = entries(&listed["short_answers"]).iter().filter_map(Json::as_str);
    of == "NAPTR" && short.any(|short| short.split(' ').count() != fields(of).len())
}

/// The fields of a short answer. The last may have blanks.
fn split<'a>(of: &str, short: &'a str) -> Vec<&'a str> {
    short.splitn(fields(of).len(), ' ').collect()
}

/// The fields of a value, as an answer has them.
fn answer(of: &str, value: &Json) -> Json {
    if of == "URLFWD" {
        return redirect(text(value, FIELDS.value));
    }
    fields(of).into_iter().map(|field| value[field].clone()).collect()
}

/// The fields of a redirect in presentation format: `"/" "https://www.example.net/" 301 2 0`.
fn redirect(written: &str) -> Json {
    let mut numbers: Vec<&str> = written.rsplitn(4, ' ').collect();
    let texts = numbers.pop().unwrap_or_default();
    let texts = texts.strip_prefix('"').and_then(|texts| texts.strip_suffix('"')).unwrap_or(texts);
    let (path, target) = texts.split_once("\" \"").unwrap_or((texts, ""));
    let numbers = numbers.into_iter().rev().map(|number| number.parse::<i64>().unwrap_or_default());
    [Json::from(path), Json::from(target)].into_iter().chain(numbers.map(Json::from)).collect()
}

/// What requests say of every record.
pub(crate) fn head(zone: Zone<'_>, set: &Json, existing: Option<&Json>) -> Json {
    // As the service spells it.
    let name = existing.unwrap_or(set);
    json!({
        "zone": zone.id, "domain": name["domain"], "type": set["type"], "ttl": set["ttl"],
    })
}

/// The request for a record without filters.
pub(crate) fn plain(zone: Zone<'_>, set: &Json, existing: Option<&Json>) -> Json {
    let of = text(set, "type");
    let mut body = head(zone, set, existing);
    let answers = entries(&set[VALUES]).iter().map(|value| json!({"answer": answer(of, value)}));
    body["answers"] = answers.collect();
    let was_filtered = existing.is_some_and(|existing| !existing[UNREADABLE].is_null());
    if FILTERED.contains(&of) || was_filtered {
        (body["filters"], body["regions"]) = (json!([]), json!({}));
    }
    body
}
