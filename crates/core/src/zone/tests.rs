use std::net::Ipv4Addr;
use std::sync::Arc;

use super::*;
use crate::capabilities::Capabilities;
use crate::record::RecordData;
use crate::value::Map;

fn zone() -> Zone {
    Zone::new(ZoneName::new("example.com.").unwrap())
}

fn with_sub_zones(ignore: bool) -> Zone {
    let settings = ZoneSettings {
        sub_zones: ["sub"].into_iter().collect(),
        ignore_subzone_adds: ignore,
        ..ZoneSettings::default()
    };
    Zone::with_settings(ZoneName::new("example.com.").unwrap(), Arc::new(settings))
}

fn a(name: &str, last: u8) -> Record {
    let data = RecordData::A(vec![Ipv4Addr::new(192, 0, 2, last)]);
    Record::new(RecordName::new(name).unwrap(), 300, data)
}

fn lenient(record: Record) -> Record {
    record.with_options([("lenient", true)].into_iter().collect::<Map>())
}

fn names(zone: &Zone) -> Vec<String> {
    zone.records().map(|record| record.name().to_string()).collect()
}

#[test]
fn records_stand_in_the_order_of_their_names() {
    let mut zone = zone();
    for name in ["www", "", "a"] {
        zone.add(a(name, 1), AddOptions::default()).unwrap();
    }
    assert_eq!(names(&zone), ["", "a", "www"]);
    assert_eq!(zone.len(), 3);
}

/// Adding all at once gives what adding one by one does, or nothing.
#[test]
fn many_records_are_added_at_once_if_each_is_simply_kept() {
    let records = |of: &[(&str, u8)]| {
        of.iter().map(|(name, last)| Arc::new(a(name, *last))).collect::<Vec<_>>()
    };
    let text = Record::new(RecordName::new("www").unwrap(), 300, RecordData::Txt(Vec::new()));
    let mut several = records(&[("www", 1), ("a10", 2), ("", 3), ("a9", 4)]);
    several.insert(0, Arc::new(text));
    let (mut filled, mut added) = (zone(), zone());
    assert!(filled.fill(several.clone()).is_ok());
    for record in &several {
        added.add(Arc::clone(record), AddOptions::default()).unwrap();
    }
    let all = |zone: &Zone| zone.records().map(Arc::as_ptr).collect::<Vec<_>>();
    assert_eq!(all(&filled), all(&added));
    assert_eq!(filled.len(), 5);

    let mut with_sub_zones = with_sub_zones(false);
    let twice = [("b", 1), ("a", 1), ("b", 2)];
    for (zone, of, why) in [
        (&mut filled, &[("b", 1)][..], "not empty"),
        (&mut zone(), &twice, "twice the same"),
        (&mut with_sub_zones, &[("www.sub", 1)], "of a sub-zone"),
    ] {
        let given = records(of);
        let back = zone.fill(given.clone()).expect_err(why);
        assert!(back.iter().map(Arc::as_ptr).eq(given.iter().map(Arc::as_ptr)), "{why}");
    }
    assert!(with_sub_zones.is_empty());
    assert!(with_sub_zones.fill(records(&[("www", 1)])).is_ok());
}

/// A second record with the same name and type is a slip in the sources, not an update.
#[test]
fn a_duplicate_is_refused_unless_it_replaces() {
    let mut zone = zone();
    zone.add(a("www", 1), AddOptions::default()).unwrap();
    let error = zone.add(a("www", 2), AddOptions::default()).unwrap_err();
    assert!(matches!(error, AddError::Duplicate { .. }));
    assert_eq!(error.to_diagnostic().code, "duplicate-record");
    zone.add(a("www", 2), AddOptions { replace: true, lenient: false }).unwrap();
    assert_eq!(zone.len(), 1);
    assert_eq!(zone.records().next().unwrap().rdata_strings(), ["192.0.2.2"]);
}

#[test]
fn records_of_a_sub_zone_are_refused_ignored_or_kept_as_asked() {
    for name in ["sub", "www.sub"] {
        let error = with_sub_zones(false).add(a(name, 1), AddOptions::default()).unwrap_err();
        assert!(matches!(error, AddError::SubZone { .. }), "{error}");
        let ignored = with_sub_zones(true).add(a(name, 1), AddOptions::default()).unwrap();
        assert!(matches!(ignored, AddOutcome::Ignored));
        let kept = with_sub_zones(false).add(lenient(a(name, 1)), AddOptions::default()).unwrap();
        assert!(matches!(kept, AddOutcome::KeptInSubZone(_)));
        let how = AddOptions { replace: false, lenient: true };
        let kept = with_sub_zones(true).add(a(name, 1), how).unwrap();
        assert!(matches!(kept, AddOutcome::KeptInSubZone(_)));
    }
    let kept = with_sub_zones(false).add(a("notsub", 1), AddOptions::default()).unwrap();
    assert!(matches!(kept, AddOutcome::Kept));
}

/// Each target changes its own copy; the others and the desired state must not notice.
#[test]
fn a_clone_changes_alone() {
    let mut original = zone();
    original.add(a("www", 1), AddOptions::default()).unwrap();
    let mut copy = original.clone();
    copy.remove(&RecordName::new("www").unwrap(), RecordType::A);
    copy.set(a("mail", 2));
    assert_eq!(names(&original), ["www"]);
    assert_eq!(names(&copy), ["mail"]);
    assert_eq!((original.len(), copy.len()), (1, 1));
}

#[test]
fn a_zone_owns_what_lies_in_it_and_not_in_its_sub_zones() {
    let zone = with_sub_zones(false);
    for (record_type, fqdn, owned) in [
        (RecordType::A, "example.com.", true),
        (RecordType::A, "www.example.com", true),
        (RecordType::A, "www.example.org.", false),
        (RecordType::A, "notexample.com.", false),
        (RecordType::A, "sub.example.com.", false),
        (RecordType::NS, "sub.example.com.", true),
        (RecordType::NS, "www.sub.example.com.", false),
    ] {
        assert_eq!(zone.owns(record_type, fqdn), owned, "{record_type} {fqdn}");
    }
}

#[test]
fn differences_are_found_side_by_side() {
    let (mut existing, mut desired) = (zone(), zone());
    for record in [a("gone", 1), a("same", 1), a("other", 1)] {
        existing.set(record);
    }
    for record in [a("same", 1), a("other", 2), a("new", 1)] {
        desired.set(record);
    }
    let target = DiffScope { id: "target", capabilities: &Capabilities::EVERYTHING };
    let found = changes(&existing, &desired, &target);
    let texts: Vec<_> = found
        .iter()
        .map(|change| format!("{} {}", change.verb(), change.record().name()))
        .collect();
    assert_eq!(texts, ["Delete gone", "Create new", "Update other"]);
    assert!(changes(&desired, &desired, &target).is_empty());
    existing.apply(&found);
    assert!(changes(&existing, &desired, &target).is_empty());
}

#[test]
fn records_not_meant_for_a_target_are_left_alone_on_either_side() {
    let option = |name: &'static str, key: &'static str, target: &'static str| {
        let targets = crate::Value::from(vec![target.into()]);
        a(name, 1).with_options([(key, targets)].into_iter().collect::<Map>())
    };
    let ignored = a("ignored", 1).with_options([("ignored", true)].into_iter().collect::<Map>());
    let (mut some, empty) = (zone(), zone());
    some.set(option("mine", "included", "target"));
    some.set(option("theirs", "included", "other"));
    some.set(option("not-mine", "excluded", "target"));
    some.set(ignored);
    let target = DiffScope { id: "target", capabilities: &Capabilities::EVERYTHING };
    for found in [changes(&empty, &some, &target), changes(&some, &empty, &target)] {
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].record().name().as_str(), "mine");
    }
}

#[test]
fn types_a_target_cannot_hold_are_neither_created_nor_deleted() {
    let (mut some, empty) = (zone(), zone());
    some.set(a("www", 1));
    let target = DiffScope { id: "target", capabilities: &Capabilities::NOTHING };
    assert!(changes(&empty, &some, &target).is_empty());
    assert!(changes(&some, &empty, &target).is_empty());
}

/// Every name is below the root.
#[test]
fn the_root_zone_owns_all_but_its_sub_zones() {
    let settings =
        ZoneSettings { sub_zones: ["example"].into_iter().collect(), ..ZoneSettings::default() };
    let root = ZoneName::new(".").unwrap();
    let mut zone = Zone::with_settings(root, Arc::new(settings));
    assert!(zone.owns(RecordType::A, "a.test."));
    assert!(!zone.owns(RecordType::A, "a.example."));
    zone.add(a("a.test", 1), AddOptions::default()).unwrap();
    let error = zone.add(a("a.example", 1), AddOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "belongs to the configured zone \"example.\"");
    assert_eq!(error.to_diagnostic().subject, "a.example. A");
}
