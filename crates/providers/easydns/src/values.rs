//! Values whose spelling is the service's own.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use octodns_core::record::text::Presentation;
use octodns_kit::{Json, text_of};

const FORM: Presentation = Presentation::DECIMAL;

/// The fields of DS values, besides the digest; the service has one text.
pub(crate) const DS: [&str; 3] = ["key_tag", "algorithm", "digest_type"];

/// Rows as they were read, each with its value in presentation format and with its TTL.
pub(crate) fn read(rows: Vec<Json>) -> Vec<Json> {
    let mut rows: Vec<_> = rows.into_iter().map(read_value).collect();
    // A row without a TTL of its own has that of the first one of its set.
    let mut of_sets: HashMap<(String, String), Json> = HashMap::new();
    for row in &mut rows {
        let set = (text_of(row, "host").to_owned(), text_of(row, "type").to_owned());
        match of_sets.entry(set) {
            Entry::Vacant(set) => drop(set.insert(row["ttl"].clone())),
            Entry::Occupied(set) if text_of(row, "ttl") == "0" => row["ttl"] = set.get().clone(),
            Entry::Occupied(_) => {}
        }
    }
    rows
}

/// CAA values come bare, strings of NAPTR may be in single quotes, and digests of DS may have blanks.
fn read_value(mut row: Json) -> Json {
    let value = text_of(&row, "rdata").to_owned();
    let parts = |most| value.splitn(most, ' ').collect::<Vec<_>>();
    match text_of(&row, "type") {
        "CAA" => {
            if let [flags, tag, value] = &*parts(3)
                && !value.starts_with('"')
            {
                row["rdata"] = format!("{flags} {tag} {}", FORM.string(value.as_bytes())).into();
            }
        }
        "DS" => {
            let mut parts = value.splitn(4, ' ');
            for key in DS {
                row[key] = parts.next().into();
            }
            row["rdata"] = parts.next().unwrap_or_default().into();
        }
        "NAPTR" => {
            let quoted = |word: &str| {
                let inside = word.strip_prefix('\'').and_then(|word| word.strip_suffix('\''));
                inside.map_or_else(|| word.to_owned(), |inside| FORM.string(inside.as_bytes()))
            };
            row["rdata"] = parts(6).into_iter().map(quoted).collect::<Vec<_>>().join(" ").into();
        }
        _ => {}
    }
    row
}

/// A row as it is sent: its name once more, and its value as one text, that of CAA bare.
pub(crate) fn written(row: &Json) -> Json {
    let mut row = row.clone();
    let name = text_of(&row, "host");
    row["name"] = if name == "@" { "" } else { name }.into();
    let value = text_of(&row, "rdata").to_owned();
    match text_of(&row, "type") {
        "CAA" => {
            if let [flags, tag, value] = &*value.splitn(3, ' ').collect::<Vec<_>>() {
                let octets = FORM.read_if_quoted(value);
                row["rdata"] = format!("{flags} {tag} {}", String::from_utf8_lossy(&octets)).into();
            }
        }
        "DS" => {
            let fields = DS.map(|key| row.as_object_mut().and_then(|row| row.remove(key)));
            let mut parts: Vec<_> = fields.iter().flatten().map(Json::to_string).collect();
            parts.push(value);
            row["rdata"] = parts.join(" ").into();
        }
        _ => {}
    }
    row
}
