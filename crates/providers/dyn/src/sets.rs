//! Rows of the service, one for each value, as sets of the kit and back.

use octodns_core::RecordType;
use octodns_core::record::text::{Cut, Presentation};
use octodns_kit::dialect::{Dialect, Dot, Names, Text};
use octodns_kit::{Fields, Json, SetFields};

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

/// The values of a set are the data of its rows.
pub(crate) const FIELDS: SetFields = SetFields::objects(
    "values",
    Fields {
        id: "record_id",
        name: "fqdn",
        record_type: "record_type",
        of: &[
            (RecordType::A, &[("", "address")]),
            (RecordType::AAAA, &[("", "address")]),
            (RecordType::ALIAS, &[("", "alias")]),
            (RecordType::CAA, &[("flags", "flags"), ("tag", "tag"), ("value", "value")]),
            (RecordType::CNAME, &[("", "cname")]),
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
            (RecordType::NS, &[("", "nsdname")]),
            (RecordType::PTR, &[("", "ptrdname")]),
            (RecordType::SPF, &[("", "txtdata")]),
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
            (RecordType::TXT, &[("", "txtdata")]),
        ],
        ..Fields::new("value")
    },
);

/// The sets of lists of rows: `{"a_records": [..], "mx_records": [..]}`.
pub(crate) fn read(lists: &Json) -> Vec<Json> {
    let list = |of: &RecordType| &lists[format!("{}_records", of.as_str().to_lowercase())];
    let rows = TYPES.iter().filter_map(|of| list(of).as_array()).flatten();
    FIELDS.gather(rows.map(with_data))
}

/// A row with its data beside its name and type.
fn with_data(row: &Json) -> Json {
    let mut whole = row.clone();
    for (field, value) in row["rdata"].as_object().into_iter().flatten() {
        whole[field] = match value {
            Json::String(text) if field == "txtdata" => quoted(text).into(),
            value => value.clone(),
        };
    }
    whole
}

/// Whether two sets of one name and type are the same, as far as their spelling shows it.
pub(crate) fn is_same(one: &Json, other: &Json) -> bool {
    let values = |set: &Json| {
        let data = |value: &Json| match value["txtdata"].as_str() {
            Some(text) => format!("{:?}", DIALECT.read_text(text)).into(),
            // Of a row, or of a set to be written.
            None => value.get("rdata").unwrap_or(value).clone(),
        };
        set["values"].as_array().into_iter().flatten().map(data).collect::<Vec<_>>()
    };
    let (ones, others) = (values(one), values(other));
    one["ttl"] == other["ttl"]
        && ones.len() == others.len()
        && ones.iter().all(|value| others.contains(value))
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
