//! Keys that nothing reads: in a record, in its sections, in its values.

use std::fmt;

use smallvec::{SmallVec, smallvec};

use super::registry::{RecordTypes, SECTION, TypeEntry};
use super::routing::{is_dynamic, is_geo};
use crate::validate::{Findings, RawRecord};
use crate::value::{Map, Value, python_str};

/// The code of these findings; of no validator.
const UNKNOWN_KEY: &str = "unknown-key";

/// Reports the keys that nothing reads, each with the key that may be meant.
pub(super) fn check(
    record: &RawRecord<'_>,
    entry: &TypeEntry,
    types: &RecordTypes,
    findings: &mut Findings,
) {
    let (data, of) = (record.data, record.record_type);
    let mut known: SmallVec<[&str; 7]> = smallvec!["type", "ttl", SECTION, "value"];
    known.extend((!entry.is_single()).then_some("values"));
    known.extend(is_dynamic(of).then_some("dynamic"));
    known.extend(is_geo(of).then_some("geo"));
    if !entry.takes_all_keys() {
        check_keys(data, format_args!("a record of type {of}"), &known, findings);
    }
    if let (false, Some(_), Some(value)) =
        (entry.is_single(), data.get("values"), data.get("value"))
    {
        findings
            .warning(value.position, "`value` is ignored, since there is `values`")
            .by(UNKNOWN_KEY)
            .help("add it to `values`, or remove it");
    }
    if let Some(section) = data.get(SECTION).and_then(Value::as_map) {
        check_section(section, SECTION, types, findings);
    }
    if let Some(dynamic) = data.get("dynamic").and_then(Value::as_map).filter(|_| is_dynamic(of)) {
        check_dynamic(dynamic, findings);
    }
    let mut fields = None;
    for value in record.values.iter().filter_map(Value::as_map) {
        let fields = fields.get_or_insert_with(|| entry.fields());
        if !fields.is_empty() {
            check_keys(value, format_args!("a value of type {of}"), fields, findings);
        }
    }
}

/// Checks a section by the keys that are registered for its path. A section that is not registered is another program's.
fn check_section(section: &Map<'_>, path: &str, types: &RecordTypes, findings: &mut Findings) {
    let known = types.section_keys(path);
    if known.is_empty() {
        return;
    }
    let is_foreign = |key: &str, value: &Value<'_>| {
        path == SECTION
            && value.as_map().is_some()
            && crate::nearest(key, known.iter().copied()).is_none()
    };
    for (key, value) in section {
        let name = python_str(key);
        if known.contains(&&*name) {
            if let Some(section) = value.as_map() {
                check_section(section, &format!("{path}.{name}"), types, findings);
            }
        } else if !is_foreign(&name, value) {
            report(key, format_args!("`{path}`"), &known, findings);
        }
    }
}

fn check_dynamic(dynamic: &Map<'_>, findings: &mut Findings) {
    check_keys(dynamic, format_args!("`dynamic`"), &["pools", "rules"], findings);
    let pools = dynamic.get("pools").and_then(Value::as_map);
    for pool in pools.into_iter().flat_map(Map::values).filter_map(Value::as_map) {
        check_keys(pool, format_args!("a pool"), &["fallback", "values"], findings);
        let values = pool.get("values").and_then(Value::as_list).unwrap_or_default();
        for value in values.iter().filter_map(Value::as_map) {
            check_keys(
                value,
                format_args!("a value of a pool"),
                &["value", "weight", "status"],
                findings,
            );
        }
    }
    let rules = dynamic.get("rules").and_then(Value::as_list).unwrap_or_default();
    for rule in rules.iter().filter_map(Value::as_map) {
        check_keys(rule, format_args!("a rule"), &["pool", "geos", "subnets"], findings);
    }
}

fn check_keys(map: &Map<'_>, what: fmt::Arguments<'_>, known: &[&str], findings: &mut Findings) {
    for (key, _) in map {
        // Most keys are texts that are known: nothing is made for those.
        let is_known = key.as_str().is_some_and(|key| known.contains(&key));
        if !is_known && !known.contains(&&*python_str(key)) {
            report(key, what, known, findings);
        }
    }
}

/// Reports a key, unless its name says that it is an anchor's.
fn report(key: &Value<'_>, what: fmt::Arguments<'_>, known: &[&str], findings: &mut Findings) {
    let name = python_str(key);
    if name.starts_with(['.', '_']) || name.starts_with("x-") {
        return;
    }
    let help = match crate::nearest(&name, known.iter().copied()) {
        Some(meant) => format!("did you mean \"{meant}\"?"),
        None => format!("it is ignored; known keys are: {}", known.join(", ")),
    };
    findings
        .warning(key.position, format!("{what} has no key \"{name}\""))
        .by(UNKNOWN_KEY)
        .help(help);
}

#[cfg(test)]
mod tests {
    use crate::record::{LoadContext, Record, RecordTypes};
    use crate::validate::RecordValidators;
    use crate::value::testing::json;
    use crate::{Report, Severity, ZoneName};

    /// What is found in a record that is written in a file: each finding with its help.
    fn found(name: &str, data: &str) -> Vec<(String, String)> {
        let mut types = RecordTypes::default();
        types.register_section("octodns.service.check", &["interval"]);
        types.register_section("octodns.service", &["proxied"]);
        let validators = RecordValidators::legacy(&types);
        let zone = ZoneName::new("example.com.").unwrap();
        let mut context = LoadContext::new(&zone, &validators, &types);
        context.default_ttl = Some(60);
        let (name, data) = (name.into(), json(data));
        let mut report = Report::new();
        assert!(Record::load(&name, &data, &context, &mut report).is_some(), "{report:?}");
        let found = report.iter().map(|found| {
            assert_eq!(found.severity, Severity::Warning, "{found:?}");
            (found.message.clone(), found.help.clone().unwrap())
        });
        let found = found.collect();
        // What a target holds was not written by anybody.
        context.keeps_positions = false;
        let mut report = Report::new();
        Record::load(&name, &data, &context, &mut report);
        assert!(report.is_empty(), "{report:?}");
        found
    }

    const A: &str = r#""type": "A", "value": "192.0.2.1""#;

    #[test]
    fn keys_that_nothing_reads_are_reported() {
        for (data, message, help) in [
            (r#""tll": 60"#, "a record of type A has no key \"tll\"", "did you mean \"ttl\"?"),
            (
                r#""remark": 60"#,
                "a record of type A has no key \"remark\"",
                "it is ignored; known keys are: type, ttl, octodns, value, values, dynamic, geo",
            ),
            (
                r#""octodns": {"exclude": ["x"]}"#,
                "`octodns` has no key \"exclude\"",
                "did you mean \"excluded\"?",
            ),
            (
                r#""octodns": {"healthcheck": {"prot": 80}}"#,
                "`octodns.healthcheck` has no key \"prot\"",
                "did you mean \"port\"?",
            ),
            (
                r#""octodns": {"service": {"proxed": true}}"#,
                "`octodns.service` has no key \"proxed\"",
                "did you mean \"proxied\"?",
            ),
            (
                r#""octodns": {"service": {"check": {"x": 1}}}"#,
                "`octodns.service.check` has no key \"x\"",
                "it is ignored; known keys are: interval",
            ),
            (
                r#""dynamic": {"pools": {"p": {"values": [{"value": "192.0.2.1", "weigth": 1}]}}, "rules": [{"pool": "p"}]}"#,
                "a value of a pool has no key \"weigth\"",
                "did you mean \"weight\"?",
            ),
            (
                r#""dynamic": {"pools": {"p": {"values": [{"value": "192.0.2.1"}]}}, "rules": [{"pool": "p", "geo": []}]}"#,
                "a rule has no key \"geo\"",
                "did you mean \"geos\"?",
            ),
            (
                r#""values": ["192.0.2.2"]"#,
                "`value` is ignored, since there is `values`",
                "add it to `values`, or remove it",
            ),
        ] {
            let expected = [(message.to_owned(), help.to_owned())];
            assert_eq!(found("www", &format!("{{{A}, {data}}}")), expected, "{data}");
        }
        let mx =
            r#"{"type": "MX", "value": {"preference": 1, "exchange": "a.b.", "prioritty": 2}}"#;
        assert_eq!(found("www", mx)[0].0, "a value of type MX has no key \"prioritty\"");
    }

    #[test]
    fn keys_of_anchors_and_of_other_programs_are_not_reported() {
        for data in [
            r#""x-note": 1, "_a": 2, ".b": 3"#,
            r#""octodns": {"lenient": false, "ns9": {"any": 1}}"#,
            r#""octodns": {"auto_arpa_priority": 1, "service": {"proxied": true}}"#,
        ] {
            assert!(found("www", &format!("{{{A}, {data}}}")).is_empty(), "{data}");
        }
    }

    #[test]
    fn what_is_hardly_meant_is_reported() {
        for (name, data, message, help) in [
            ("www", r#""ttl": true"#, "ttl \"True\" becomes 1", "write a whole number of seconds"),
            (
                "www",
                r#""ttl": 300.5"#,
                "ttl \"300.5\" becomes 300",
                "write a whole number of seconds",
            ),
            (
                "www",
                r#""ttl": 4294967295"#,
                "ttl 4294967295 is over 2147483647, the highest there is",
                "write a whole number of seconds",
            ),
            (
                "www.example.com",
                r#""ttl": 60"#,
                "the name is \"www.example.com.example.com.\", with the zone's name twice",
                "names are relative to the zone: write \"www\"",
            ),
            (
                "example.com",
                r#""ttl": 60"#,
                "the name is \"example.com.example.com.\", with the zone's name twice",
                "names are relative to the zone: write \"\"",
            ),
        ] {
            let found = found(name, &format!("{{{A}, {data}}}"));
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(found[0].0, message);
            assert!(found[0].1.starts_with(help), "{found:?}");
        }
        let twice = r#"{"type": "A", "values": ["192.0.2.2", "192.0.2.1", "192.0.2.2"]}"#;
        let message = "the value \"192.0.2.2\" is there twice".to_owned();
        assert_eq!(found("www", twice), [(message, "remove one of the two".to_owned())]);
        for (name, data) in [("notexample.com", r#""ttl": 2147483647"#), ("www", r#""ttl": 60.0"#)]
        {
            assert!(found(name, &format!("{{{A}, {data}}}")).is_empty(), "{name} {data}");
        }
    }
}
