//! What the outputs that draw tables share.

use octodns_core::Record;

/// The values of a record, the geo ones after the others, joined by `separator`.
pub(super) fn values(record: &Record, separator: &str) -> String {
    let mut values = record.value_texts();
    if let Some(geo) = record.geo() {
        let mut places: Vec<_> = geo
            .places()
            .iter()
            .map(|place| format!("{}: {}", place.code(), place.values().join(", ")))
            .collect();
        places.sort_unstable();
        values.extend(places);
    }
    values.join(separator)
}

/// The id of the source of a record.
pub(super) fn source(record: &Record) -> &str {
    record.source().map_or("", |source| source)
}
