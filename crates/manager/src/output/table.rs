//! What the outputs that draw tables share.

use octodns_core::record::Dynamic;
use octodns_core::record::geo::GeoValues;
use octodns_core::value::Python;
use octodns_core::{Plan, Record};

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

/// The values of both sides of an update. Where the rows would be equal, they show pools and rules as well:
/// something in them is what changes.
///
/// Differs from octoDNS, which shows two equal rows.
pub(super) fn update(existing: &Record, new: &Record) -> (Vec<String>, Vec<String>) {
    let (mut before, mut after) = (values(existing), values(new));
    if existing.ttl() == new.ttl() && before == after {
        before.extend(routing(existing));
        after.extend(routing(new));
    }
    (before, after)
}

/// Pools and rules, as the plan in the log shows them.
fn routing(record: &Record) -> Vec<String> {
    let section = record.dynamic().map(Dynamic::to_value);
    let part = |key: &str| {
        let part = section.as_ref()?.get(key)?;
        Some(format!("{key}: {}", Python(part)))
    };
    ["pools", "rules"].into_iter().filter_map(part).collect()
}

/// A text of several lines, each of them escaped.
pub(super) fn lines(text: &str, escape: fn(&str) -> String) -> String {
    text.split('\n').map(escape).collect::<Vec<_>>().join("\n")
}

/// What the column of sources has of a change, by its index: the id of the source, or all that is known of where it
/// comes from, and why it is needed.
pub(super) fn source(plan: &Plan, index: usize, shows_origin: bool) -> String {
    let Some(change) = plan.changes.get(index) else { return String::new() };
    if !shows_origin {
        let source = change.desired().and_then(|record| record.source());
        return source.map(ToString::to_string).unwrap_or_default();
    }
    let origin = change.origin().map(|origin| origin.to_string());
    let cause = plan.cause(index).map(|cause| cause.to_string());
    [origin, cause].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use octodns_core::record::{LoadContext, RecordTypes};
    use octodns_core::validate::RecordValidators;
    use octodns_core::{Report, ZoneName};
    use octodns_yaml::LoadOptions;

    use super::*;

    fn record(weight: u8, ttl: u8) -> Record {
        let text = format!(
            "{{type: A, ttl: {ttl}, value: 192.0.2.1, dynamic: {{pools: {{one: {{values: [{{value: 192.0.2.2}}, \
             {{value: 192.0.2.3, weight: {weight}}}]}}}}, rules: [{{pool: one}}]}}}}"
        );
        let (types, zone) = (RecordTypes::default(), ZoneName::new("example.com.").unwrap());
        let validators = RecordValidators::legacy(&types);
        let context = LoadContext::new(&zone, &validators, &types);
        let data = octodns_yaml::load(&text, &LoadOptions::new("a.yaml")).unwrap();
        Record::load(&"www".into(), &data.root, &context, &mut Report::new()).unwrap()
    }

    #[test]
    fn rows_that_would_be_equal_show_pools_and_rules() {
        let (before, after) = update(&record(1, 60), &record(2, 60));
        assert_ne!(before, after);
        assert_eq!(before[0], "192.0.2.1");
        assert!(before[1].starts_with("pools: {'one': ") && after[1].contains("'weight': 2"));
        assert_eq!(after[2], "rules: [{'pool': 'one'}]");
        // Here the TTLs tell them apart.
        assert_eq!(update(&record(1, 60), &record(2, 61)).0, ["192.0.2.1"]);
    }
}
