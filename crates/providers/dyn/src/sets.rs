//! Rows of the service, one for each value, as sets of the kit and back.

use octodns_core::RecordType;
use octodns_core::record::text::{Cut, Presentation};
use octodns_kit::dialect::{Dialect, Dot, Names, Text};
use octodns_kit::{Fields, Json, SetFields, json};

/// The types that are read and written. Lists of others are left alone, whatever is in them.
pub(crate) const TYPES: &[RecordType] = &[
    RecordType::A,
    RecordType::AAAA,
    RecordType::ALIAS,
    RecordType::CAA,
    RecordType::CNAME,
    RecordType::MX,
    RecordType::NAPTR,
    RecordType::NS,
    RecordType::PTR,
    RecordType::SPF,
    RecordType::SRV,
    RecordType::SSHFP,
    RecordType::TXT,
];

pub(crate) const DIALECT: Dialect = Dialect {
    names: Names::Absolute(Dot::Omitted),
    text: Text::Quoted(Presentation::DECIMAL.with_escaped_semicolons().with_cut(Cut::Written)),
    ..Dialect::RAW
};

pub(crate) const FIELDS: SetFields = SetFields::objects(
    "values",
    Fields {
        of: &[
            (RecordType::CAA, &[("flags", "flags"), ("tag", "tag"), ("value", "value")]),
            (RecordType::MX, &[("preference", "preference"), ("exchange", "exchange")]),
            (
                RecordType::NAPTR,
                &[
                    ("order", "order"),
                    ("preference", "preference"),
                    ("flags", "flags"),
                    ("service", "services"),
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
                RecordType::SSHFP,
                &[
                    ("algorithm", "algorithm"),
                    ("fingerprint_type", "fptype"),
                    ("fingerprint", "fingerprint"),
                ],
            ),
        ],
        ..Fields::new("value")
    },
);

/// The field of the value, for types that have only one.
const VALUES: &[(&str, &str)] = &[
    ("A", "address"),
    ("AAAA", "address"),
    ("ALIAS", "alias"),
    ("CNAME", "cname"),
    ("NS", "nsdname"),
    ("PTR", "ptrdname"),
    ("SPF", "txtdata"),
    ("TXT", "txtdata"),
];

fn field_of(of: &str) -> Option<&'static str> {
    VALUES.iter().find(|(known, _)| *known == of).map(|(_, field)| *field)
}

/// The sets of lists of rows: `{"a_records": [..], "mx_records": [..]}`.
pub(crate) fn read(lists: &Json) -> Vec<Json> {
    let mut sets: Vec<Json> = Vec::new();
    for of in TYPES {
        let of = of.as_str();
        let rows = &lists[format!("{}_records", of.to_lowercase())];
        let first = sets.len();
        for row in rows.as_array().into_iter().flatten() {
            let (name, value, id) =
                (&row["fqdn"], read_value(of, &row["rdata"]), &row["record_id"]);
            let known = sets[first..].iter_mut().find(|set| set["name"] == *name);
            if let Some(set) = known {
                push(set, "values", value);
                push(set, "ids", id.clone());
            } else {
                sets.push(json!({
                    "name": name, "type": of, "ttl": row["ttl"], "values": [value], "ids": [id],
                }));
            }
        }
    }
    sets
}

fn push(set: &mut Json, key: &str, item: Json) {
    if let Some(list) = set[key].as_array_mut() {
        list.push(item);
    }
}

fn read_value(of: &str, rdata: &Json) -> Json {
    let Some(field) = field_of(of) else { return rdata.clone() };
    match (field, &rdata[field]) {
        ("txtdata", Json::String(text)) => json!({"value": quoted(text)}),
        (_, value) => json!({"value": value}),
    }
}

/// A text in quotes, as it is written: the service returns it without them, and with its escapes.
fn quoted(text: &str) -> String {
    if text.starts_with('"') {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    let mut is_escaped = false;
    for character in text.chars() {
        if character == '"' && !is_escaped {
            quoted.push('\\');
        }
        is_escaped = character == '\\' && !is_escaped;
        quoted.push(character);
    }
    if is_escaped {
        // A backslash at the end that escapes nothing.
        quoted.push('\\');
    }
    quoted.push('"');
    quoted
}

/// The data of the values of a set, as they are sent.
pub(crate) fn rdata(set: &Json) -> impl Iterator<Item = Json> {
    let field = set["type"].as_str().and_then(field_of);
    set["values"].as_array().into_iter().flatten().map(move |value| match field {
        Some(field) => json!({field: value["value"]}),
        None => value.clone(),
    })
}

/// Whether two sets of one name and type are the same, as far as their spelling shows it.
pub(crate) fn is_same(one: &Json, other: &Json) -> bool {
    let is_text = one["type"].as_str().and_then(field_of) == Some("txtdata");
    let spelled = |set: &Json| {
        let text = |value: &Json| match value["value"].as_str() {
            Some(text) if is_text => format!("{:?}", DIALECT.read_text(text)),
            _ => value.to_string(),
        };
        let mut values: Vec<_> = set["values"].as_array().into_iter().flatten().map(text).collect();
        values.sort();
        (set["ttl"].clone(), values)
    };
    spelled(one) == spelled(other)
}
