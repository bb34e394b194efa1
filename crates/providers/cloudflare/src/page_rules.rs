//! Converts `URLFWD` records to forwarding page rules and back: pure, no I/O.
//!
//! A rule has one pattern, `host/path`, and forwards matching requests to one URL. Rules with the same host
//! are one record.

use octodns_core::name::idna;
use octodns_core::record::LoadContext;
use octodns_core::value::Map;
use octodns_core::{OwnedValue, Record, RecordData, RecordName, Report, Value, ZoneName};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::records::AUTOMATIC_SECONDS;

/// The `masking` of records for page rules: no masking.
pub(crate) const MASKING: i64 = 2;

/// The `query` of records for page rules: the query is dropped.
pub(crate) const QUERY: i64 = 0;

/// A page rule of `GET /zones/{id}/pagerules`.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct PageRule {
    pub(crate) id: String,
    targets: Vec<RuleTarget>,
    actions: Vec<Action>,
}

#[derive(Clone, Debug, Deserialize)]
struct RuleTarget {
    constraint: Constraint,
}

#[derive(Clone, Debug, Deserialize)]
struct Constraint {
    value: String,
}

#[derive(Clone, Debug, Deserialize)]
struct Action {
    id: String,
    #[serde(default)]
    value: Json,
}

/// A forwarding in the form of a record's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Forwarding {
    pub(crate) path: String,
    pub(crate) url: String,
    pub(crate) code: i64,
}

/// A page rule in the form of a record's value.
#[derive(Clone, Debug)]
pub(crate) struct Forward<'r> {
    pub(crate) id: &'r str,
    pub(crate) name: RecordName,
    pub(crate) forwarding: Forwarding,
}

impl PageRule {
    /// The rule as the value of a record; `None` for anything else, such as a rule that does not forward, or
    /// whose pattern is not a single host of the zone.
    ///
    // Differs from octoDNS: a rule with a pattern for several hosts is left alone, not read under a name that
    // would not find it again; and a query in the pattern is part of the path.
    pub(crate) fn forward(&self, zone: &ZoneName) -> Option<Forward<'_>> {
        let ([target], [action, ..]) = (&*self.targets, &*self.actions) else { return None };
        if action.id != "forwarding_url" {
            return None;
        }
        let pattern = &target.constraint.value;
        let pattern = ["https://", "http://"]
            .iter()
            .find_map(|scheme| pattern.strip_prefix(scheme))
            .unwrap_or(pattern);
        let at = pattern.find('/').unwrap_or(pattern.len());
        let (host, path) = pattern.split_at(at);
        let host = format!("{host}.");
        let fqdn = idna::encode(&host).ok()?;
        let name = RecordName::new(zone.relative(&fqdn)?).ok()?;
        let url = action.value.get("url")?.as_str()?.to_owned();
        let code = action.value.get("status_code")?.as_i64()?;
        let forwarding = Forwarding { path: path.to_owned(), url, code };
        Some(Forward { id: &self.id, name, forwarding })
    }
}

impl Forwarding {
    fn to_value(&self) -> OwnedValue {
        let fields: [(&str, OwnedValue); 5] = [
            ("path", self.path.clone().into()),
            ("target", self.url.clone().into()),
            ("code", self.code.into()),
            ("masking", MASKING.into()),
            ("query", QUERY.into()),
        ];
        Map::from_unique(fields).into()
    }

    /// The rule for a host.
    pub(crate) fn to_rule(&self, host: &str) -> Json {
        let pattern = format!("{host}{}", self.path);
        json!({
            "targets": [{
                "target": "url",
                "constraint": { "operator": "matches", "value": pattern },
            }],
            "actions": [{
                "id": "forwarding_url",
                "value": { "url": self.url, "status_code": self.code },
            }],
            "status": "active",
        })
    }
}

/// The records of the rules; findings about them go into `report`.
pub(crate) fn from_rules(
    rules: &[PageRule],
    context: &LoadContext<'_>,
    report: &mut Report,
) -> Vec<Record> {
    let mut groups: Vec<(RecordName, Vec<OwnedValue>)> = Vec::new();
    for forward in rules.iter().filter_map(|rule| rule.forward(context.zone)) {
        let value = forward.forwarding.to_value();
        match groups.iter_mut().find(|(name, _)| *name == forward.name) {
            Some((_, values)) => values.push(value),
            None => groups.push((forward.name, vec![value])),
        }
    }
    let load = |(name, values): (RecordName, Vec<OwnedValue>)| {
        let data: Map<'static> = [
            ("type", Value::from("URLFWD")),
            ("ttl", AUTOMATIC_SECONDS.into()),
            ("values", values.into()),
        ]
        .into_iter()
        .collect();
        Record::load(&name.as_str().to_owned().into(), &data.into(), context, report)
    };
    groups.into_iter().filter_map(load).collect()
}

/// The forwardings of a record.
pub(crate) fn to_forwardings(record: &Record) -> Vec<Forwarding> {
    let RecordData::Urlfwd(values) = record.data() else { return Vec::new() };
    let forwarding = |value: &octodns_core::record::Urlfwd| Forwarding {
        path: value.path.to_string(),
        url: value.target.to_string(),
        code: value.code,
    };
    values.iter().map(forwarding).collect()
}

/// One call that changes the page rules of a zone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum RuleCall {
    Delete(String),
    Patch(String, Json),
    Post(Json),
}

/// The calls that change the rules of a host to `desired` (none for a deletion): rules that stay are not
/// touched, others are changed in place, and only the rest is added or deleted.
pub(crate) fn calls(
    rules: &[PageRule],
    zone: &ZoneName,
    name: &RecordName,
    desired: Option<&Record>,
) -> Vec<RuleCall> {
    let mut missing = desired.map(to_forwardings).unwrap_or_default();
    let mut surplus: Vec<Forward<'_>> = rules
        .iter()
        .filter_map(|rule| rule.forward(zone))
        .filter(|forward| forward.name == *name)
        .collect();
    surplus.retain(|forward| {
        let same = missing.iter().position(|wanted| *wanted == forward.forwarding);
        same.map(|index| missing.remove(index)).is_none()
    });
    let fqdn = name.fqdn(zone);
    let host = fqdn.trim_end_matches('.');
    let mut surplus = surplus.into_iter();
    let mut calls: Vec<RuleCall> = missing
        .iter()
        .map(|forwarding| match surplus.next() {
            Some(old) => RuleCall::Patch(old.id.to_owned(), forwarding.to_rule(host)),
            None => RuleCall::Post(forwarding.to_rule(host)),
        })
        .collect();
    calls.extend(surplus.map(|old| RuleCall::Delete(old.id.to_owned())));
    calls
}

#[cfg(test)]
mod tests {
    use octodns_core::record::RecordTypes;
    use octodns_core::validate::RecordValidators;

    use super::*;

    fn rule(id: &str, pattern: &str, action: &str) -> PageRule {
        serde_json::from_value(json!({
            "id": id,
            "targets": [{ "target": "url", "constraint": { "operator": "matches", "value": pattern } }],
            "actions": [{ "id": action, "value": { "url": "https://a.example/", "status_code": 301 } }],
            "priority": 3,
            "status": "active",
        }))
        .unwrap()
    }

    fn zone() -> ZoneName {
        ZoneName::new("unit.tests.").unwrap()
    }

    #[test]
    fn rules_of_one_host_that_forward_are_values() {
        for (pattern, action, expected) in [
            ("www.unit.tests/*", "forwarding_url", Some(("www", "/*"))),
            ("unit.tests/", "forwarding_url", Some(("", "/"))),
            ("https://www.unit.tests/a?b=/c", "forwarding_url", Some(("www", "/a?b=/c"))),
            ("WWW.unit.tests", "forwarding_url", Some(("www", ""))),
            ("*.unit.tests/*", "forwarding_url", Some(("*", "/*"))),
            ("www.unit.tests/*", "always_use_https", None),
            ("*unit.tests/*", "forwarding_url", None),
            ("http*://unit.tests/*", "forwarding_url", None),
            ("www.other.tests/*", "forwarding_url", None),
        ] {
            let rule = rule("1", pattern, action);
            let forward = rule.forward(&zone());
            let found = forward.as_ref().map(|f| (f.name.as_str(), f.forwarding.path.as_str()));
            assert_eq!(found, expected, "{pattern} {action}");
        }
    }

    fn record(rules: &[PageRule]) -> Vec<Record> {
        let types = RecordTypes::default();
        let validators = RecordValidators::legacy(&types);
        let zone = zone();
        let mut context = LoadContext::new(&zone, &validators, &types);
        context.lenient = true;
        let mut report = Report::new();
        let records = from_rules(rules, &context, &mut report);
        assert!(report.is_empty(), "{report:?}");
        records
    }

    #[test]
    fn rules_with_the_same_host_are_one_record() {
        let rules = [
            rule("1", "www.unit.tests/*", "forwarding_url"),
            rule("2", "www.unit.tests/a", "forwarding_url"),
            rule("3", "unit.tests/", "forwarding_url"),
        ];
        let records = record(&rules);
        let shown: Vec<_> =
            records.iter().map(|record| (record.name().as_str(), record.rdata_strings())).collect();
        let (all, a, root) = (
            "\"/*\" \"https://a.example/\" 301 2 0",
            "\"/a\" \"https://a.example/\" 301 2 0",
            "\"/\" \"https://a.example/\" 301 2 0",
        );
        assert_eq!(
            shown,
            [("www", vec![all.to_owned(), a.to_owned()]), ("", vec![root.to_owned()])]
        );
    }

    /// A rule that is changed in place keeps its priority, and is never absent.
    #[test]
    fn rules_are_changed_in_place() {
        let before = [
            rule("1", "www.unit.tests/*", "forwarding_url"),
            rule("2", "www.unit.tests/a", "forwarding_url"),
            rule("3", "unit.tests/", "forwarding_url"),
        ];
        let name = RecordName::new("www").unwrap();
        let two = record(&[
            rule("x", "www.unit.tests/*", "forwarding_url"),
            rule("y", "www.unit.tests/b", "forwarding_url"),
        ]);
        let to_b = Forwarding { path: "/b".into(), url: "https://a.example/".into(), code: 301 };
        assert_eq!(
            calls(&before, &zone(), &name, two.first()),
            [RuleCall::Patch("2".into(), to_b.to_rule("www.unit.tests"))]
        );
        assert_eq!(
            calls(&before[..1], &zone(), &name, two.first()),
            [RuleCall::Post(to_b.to_rule("www.unit.tests"))]
        );
        assert_eq!(
            calls(&before, &zone(), &name, None),
            [RuleCall::Delete("1".into()), RuleCall::Delete("2".into())]
        );
    }
}
