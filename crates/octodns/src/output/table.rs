//! What the outputs that draw tables share.

use octodns_core::Record;
use octodns_core::record::geo::GeoValues;

/// The values of a record, the geo ones after the others.
pub(super) fn values(record: &Record) -> Vec<String> {
    let mut values = record.plan_strings();
    if let Some(geo) = record.geo() {
        let mut places: Vec<_> = geo.places().iter().collect();
        places.sort_unstable_by_key(|place| place.code());
        let text = |place: &GeoValues| format!("{}: {}", place.code(), place.values().join(", "));
        values.extend(places.into_iter().map(text));
    }
    values
}

/// A text of several lines, each of them escaped.
pub(super) fn lines(text: &str, escape: fn(&str) -> String) -> String {
    text.split('\n').map(escape).collect::<Vec<_>>().join("\n")
}

/// The id of the source of a record.
pub(super) fn source(record: &Record) -> &str {
    record.source().map_or("", |source| source)
}
