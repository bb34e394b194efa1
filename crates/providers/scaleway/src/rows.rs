//! Rows: a set has one for each value, and a change has those of whole sets.

use octodns_core::record::text::Presentation;
use octodns_core::{Record, RecordType};
use octodns_kit::changes::SetChange;
use octodns_kit::{Fields, Json, SetFields, json};

/// The rows of a set.
pub(crate) const ROWS: &str = "records";

/// The value of a row.
pub(crate) const DATA: &str = "data";

/// The name of the apex in a row that is written; in one that is read it has none.
pub(crate) const APEX: &str = "@";

/// Texts in quotes.
pub(crate) const QUOTED: Presentation = Presentation::DECIMAL;

/// A set of rows.
pub(crate) const FIELDS: SetFields = SetFields::objects(ROWS, Fields::new(DATA));

/// Adds to the rows of a record what those that are there have, and spells them as the service does.
pub(crate) fn complete(set: &mut Json, record: &Record, existing: Option<&Json>) {
    if record.record_type() == RecordType::LOC {
        spell_locations(set);
    }
    keep_comments(set, existing);
}

/// A change, as it is sent. An update is one step, so that the name is never missing.
pub(crate) fn change(change: &SetChange) -> Json {
    let rows = |set: &Json| Json::from(FIELDS.scatter(set));
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => {
            json!({"set": {"id_fields": id_fields(before), "records": rows(after)}})
        }
        (None, Some(after)) => json!({"add": {"records": rows(after)}}),
        (before, None) => json!({"delete": {"id_fields": before.as_ref().map(id_fields)}}),
    }
}

/// What all rows of a set have in common; the apex has no name here.
fn id_fields(set: &Json) -> Json {
    let name = set["name"].as_str().filter(|name| *name != APEX).unwrap_or_default();
    json!({"type": set["type"], "name": name})
}

/// Seconds have three decimals, and metres two, as the service shows them.
fn spell_locations(set: &mut Json) {
    for row in set[ROWS].as_array_mut().into_iter().flatten() {
        let words = row[DATA].as_str().unwrap_or_default().split(' ').enumerate();
        let spelled =
            words.map(|(index, word)| match (index, word.trim_end_matches('m').parse()) {
                (2 | 6, Ok::<f64, _>(seconds)) => format!("{seconds:.3}"),
                (8.., Ok(metres)) => format!("{metres:.2}m"),
                _ => word.to_owned(),
            });
        row[DATA] = spelled.collect::<Vec<_>>().join(" ").into();
    }
}

/// Values that stay keep their comments.
fn keep_comments(set: &mut Json, existing: Option<&Json>) {
    let Some(existing) = existing.and_then(|existing| existing[ROWS].as_array()) else { return };
    let value = |row: &Json| {
        let data = row[DATA].as_str().unwrap_or_default();
        QUOTED.read_if_quoted(data)
    };
    for row in set[ROWS].as_array_mut().into_iter().flatten() {
        let held = existing.iter().find(|held| value(held) == value(row));
        if let Some(comment) = held.and_then(|held| held["comment"].as_str()) {
            row["comment"] = comment.into();
        }
    }
}
