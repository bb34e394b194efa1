//! Records with nothing in them: there are none, however lenient a reader is.

use super::registry::TypeEntry;
use super::{Record, ValueError};
use crate::validate::RawRecord;
use crate::value::{Map, Position};

/// The code of findings about records without values; of no validator, so that nothing switches it off.
pub(crate) const MISSING_VALUES: &str = "missing-values";

/// Keys that a record has beside its values.
const OTHER_KEYS: &[&str] = &["type", "ttl", "octodns", "dynamic", "geo"];

/// What to say of a record without values, or with one that says nothing.
pub(super) fn fault(record: &Record, raw: &RawRecord<'_>, entry: &TypeEntry) -> Option<ValueError> {
    if !record.lacks_values() {
        return None;
    }
    let empty = raw.values.iter().find(|value| !value.is_truthy());
    let message = if entry.is_single() { "missing value" } else { "missing value(s)" };
    let (help, meant) = help(raw.data, entry);
    let place = empty.map_or(meant, |value| value.position);
    Some(ValueError::new(message, place).help(help))
}

/// Where the values of a record belong, and the key that is meant for theirs, if there is one.
fn help(data: &Map<'_>, entry: &TypeEntry) -> (String, Position) {
    let key = if entry.is_single() { "value" } else { "values" };
    if entry.is_single() && data.get("value").is_none() && data.get("values").is_some() {
        let of = entry.record_type();
        return (format!("{of} has one value: write it as `value`"), Position::NONE);
    }
    if data.get("value").is_none() && data.get("values").is_none() {
        let others = || {
            let keys = data.iter().filter_map(|(key, _)| Some((key.as_str()?, key.position)));
            keys.filter(|(key, _)| !OTHER_KEYS.contains(key))
        };
        if let Some(near) = crate::nearest(key, others().map(|(key, _)| key)) {
            let place = others().find(|(key, _)| *key == near);
            let help = format!("is \"{near}\" meant to be \"{key}\"?");
            return (help, place.map_or(Position::NONE, |(_, position)| position));
        }
        let fields = entry.fields();
        if let Some((field, _)) = others().find(|(key, _)| fields.contains(key)) {
            let help = format!("write \"{field}\" and the other fields below `value`");
            return (help, Position::NONE);
        }
    }
    let write =
        if entry.is_single() { "its `value`" } else { "its `value`, or several below `values`" };
    (format!("write {write}; to have no such record, remove it"), Position::NONE)
}
