use octodns_core::record::{HostName, RecordTypes};
use octodns_core::value::Map;
use octodns_core::{OwnedValue, RecordName, State, Value, ZoneName};

use super::*;

const WRITING: Writing = Writing { cdn: false, min_ttl: 120 };

fn section(entries: &[(&'static str, OwnedValue)]) -> Map<'static> {
    let section: Map<'static> = entries.iter().map(|(key, value)| (*key, value.clone())).collect();
    [("cloudflare", section)].into_iter().collect()
}

fn record(of: &str, ttl: i64, rdata: &str, entries: &[(&'static str, OwnedValue)]) -> Record {
    let types = RecordTypes::default();
    let entry = types.get(of).unwrap();
    let data = entry.read(&[entry.parse(rdata).unwrap()]).unwrap();
    let record = Record::new(RecordName::new("www").unwrap(), ttl, data);
    if entries.is_empty() { record } else { record.with_options(section(entries)) }
}

fn a(ttl: i64, rdata: &str, entries: &[(&'static str, OwnedValue)]) -> Record {
    record("A", ttl, rdata, entries)
}

fn yes(key: &'static str) -> [(&'static str, OwnedValue); 1] {
    [(key, true.into())]
}

#[test]
fn updates_without_effect_at_the_service_are_ignored() {
    let cdn_alias = record("CNAME", 300, "x.cdn.cloudflare.net.", &[]);
    let forward = |ttl| record("URLFWD", ttl, "\"/\" \"http://a.example\" 301 2 0", &[]);
    for (existing, new, kept) in [
        (a(300, "192.0.2.1", &[]), a(600, "192.0.2.1", &[]), true),
        (a(300, "192.0.2.1", &[]), a(300, "192.0.2.2", &[]), true),
        (a(120, "192.0.2.1", &[]), a(30, "192.0.2.1", &[]), false),
        (a(60, "192.0.2.1", &[]), a(30, "192.0.2.1", &[]), false),
        (a(60, "192.0.2.1", &[]), a(30, "192.0.2.2", &[]), true),
        (a(300, "192.0.2.1", &yes("proxied")), a(600, "192.0.2.1", &yes("proxied")), false),
        (a(300, "192.0.2.1", &yes("auto-ttl")), a(600, "192.0.2.1", &yes("auto-ttl")), false),
        (a(300, "192.0.2.1", &yes("proxied")), a(300, "192.0.2.1", &[]), true),
        (a(300, "192.0.2.1", &yes("auto-ttl")), a(300, "192.0.2.1", &yes("proxied")), true),
        (forward(300), forward(600), false),
        (record("CNAME", 300, "a.example.", &[]), cdn_alias.clone(), false),
        (cdn_alias.clone(), record("CNAME", 300, "a.example.", &[]), true),
    ] {
        let shown = format!("{existing:?} {new:?}");
        let change = Change::Update { existing: existing.into(), new: new.into() };
        assert_eq!(is_significant(&change, WRITING), kept, "{shown}");
    }
    assert!(!is_significant(&Change::Create(cdn_alias.clone().into()), WRITING));
    assert!(!is_significant(&Change::Delete(cdn_alias.into()), WRITING));
}

#[test]
fn answers_of_the_service_differ_where_it_says_so() {
    let cdn = Writing { cdn: true, ..WRITING };
    for (record, writing, expected) in [
        (a(300, "192.0.2.1", &[]), WRITING, Answers::AsWritten),
        (a(60, "192.0.2.1", &[]), WRITING, Answers::AnyTtl),
        (a(300, "192.0.2.1", &yes("auto-ttl")), WRITING, Answers::AnyTtl),
        (a(300, "192.0.2.1", &yes("proxied")), WRITING, Answers::Otherwise("proxied")),
        (record("TXT", 300, "\"a\"", &yes("proxied")), WRITING, Answers::AnyTtl),
        (a(300, "192.0.2.1", &yes("proxied")), cdn, Answers::AsWritten),
    ] {
        assert_eq!(answers(&record, writing), expected, "{record:?}");
    }
}

fn extra(existing: Record, new: Record, writing: Writing) -> usize {
    let zone = |record: Record| {
        let mut zone = Zone::new(ZoneName::new("unit.tests.").unwrap());
        zone.set(record);
        zone
    };
    let (existing, desired) = (zone(existing), zone(new));
    let state = State::default();
    let draft = PlanDraft::new(&existing, &desired, &[], &state);
    extra_changes(&draft, "cf", writing).len()
}

/// octoDNS plans, and sends, an update for each of comment and tags.
#[test]
fn settings_besides_the_values_are_one_update() {
    let tags = |tags: &[&'static str]| {
        Value::from(tags.iter().map(|tag| Value::from(*tag)).collect::<Vec<_>>())
    };
    let both = |comment: &'static str, list: &[&'static str]| {
        a(300, "192.0.2.1", &[("comment", comment.into()), ("tags", tags(list))])
    };
    for (existing, new, expected) in [
        (both("old", &["a:1"]), both("new", &["b:2"]), 1),
        (both("old", &["a:1", "b:2"]), both("old", &["b:2", "a:1"]), 0),
        (both("old", &[]), a(300, "192.0.2.1", &[]), 1),
        (a(300, "192.0.2.1", &[]), a(300, "192.0.2.1", &yes("proxied")), 1),
        (a(300, "192.0.2.1", &[]), a(300, "192.0.2.1", &yes("auto-ttl")), 1),
        (a(300, "192.0.2.1", &yes("auto-ttl")), a(300, "192.0.2.1", &yes("auto-ttl")), 0),
    ] {
        assert_eq!(extra(existing, new, WRITING), expected);
    }
    let proxied_text = || record("TXT", 300, "\"a\"", &yes("proxied"));
    assert_eq!(extra(record("TXT", 300, "\"a\"", &yes("auto-ttl")), proxied_text(), WRITING), 0);
    let cdn = Writing { cdn: true, ..WRITING };
    assert_eq!(extra(a(300, "192.0.2.1", &yes("proxied")), a(300, "192.0.2.1", &[]), cdn), 0);
}

#[test]
fn records_that_are_not_meant_for_the_target_are_left_alone() {
    let mut options = section(&yes("proxied"));
    options.insert("excluded", Value::from(vec![Value::from("cf")]));
    let new = a(300, "192.0.2.1", &[]).with_options(options);
    assert_eq!(extra(a(300, "192.0.2.1", &[]), new, WRITING), 0);
}

#[test]
fn a_ds_record_without_ns_is_left_out_and_reported() {
    let mut zone = Zone::new(ZoneName::new("unit.tests.").unwrap());
    zone.set(record("DS", 300, "1 13 2 abcd", &[]));
    let (mut lone, mut report) = (zone.clone(), Report::new());
    adapt(&mut lone, &mut report);
    assert!(lone.is_empty());
    let told: Vec<_> = report.iter().map(|found| (found.severity, found.subject.clone())).collect();
    assert_eq!(told, [(octodns_core::Severity::Error, "www.unit.tests. DS".to_owned())]);

    let mut report = Report::new();
    zone.set(record("NS", 300, "ns.example.", &[]));
    adapt(&mut zone, &mut report);
    assert_eq!((zone.len(), report.is_empty()), (2, true));
}

#[test]
fn forwardings_are_normalized_for_page_rules() {
    let mut zone = Zone::new(ZoneName::new("unit.tests.").unwrap());
    zone.set(record("URLFWD", 300, "\"/\" \"http://a.example\" 301 1 1", &[]));
    let mut report = Report::new();
    adapt(&mut zone, &mut report);
    let rdatas: Vec<_> = zone.records().flat_map(|record| record.rdata_strings()).collect();
    assert_eq!(rdatas, ["\"/\" \"http://a.example\" 301 2 0"]);
    assert_eq!(
        report.iter().map(|found| found.severity).collect::<Vec<_>>(),
        [octodns_core::Severity::Warning]
    );
    let mut again = Report::new();
    adapt(&mut zone, &mut again);
    assert!(again.is_empty());
}

#[test]
fn internal_zones_have_no_root_ns() {
    let name = RecordName::APEX;
    let data = RecordData::Ns(vec![HostName::new("ns.example.").unwrap()]);
    let mut zone = Zone::new(ZoneName::new("unit.tests.").unwrap());
    zone.set(Record::new(name, 300, data));
    let mut report = Report::new();
    remove_root_ns(&mut zone, &mut report);
    assert!(zone.is_empty() && !report.is_empty());
}
