//! Changes that are kept are read back as exactly the same, whatever is in them.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic in a function it calls")]

#[path = "../../../core/tests/laws/values.rs"]
mod values;

use std::sync::Arc;

use octodns::stored::{StoredChange, StoredValue};
use octodns_core::record::{Compare, CustomType, RecordType, RecordTypes, ValueError};
use octodns_core::value::{Kind, Map, Special};
use octodns_core::{Change, Origin, OwnedValue, Record, RecordName, Value, ZoneName};
use proptest::prelude::*;

use values::{data, load, map, name_for, records};

fn zone() -> ZoneName {
    ZoneName::new("example.com.").unwrap()
}

/// A change, written and read again.
fn again(change: &Change, types: &RecordTypes) -> Change {
    let stored = StoredChange::of(change);
    let text = serde_json::to_string(&stored).unwrap();
    let read: StoredChange = serde_json::from_str(&text).unwrap();
    assert_eq!(read, stored, "{text}");
    // A digest over it stays the same.
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
    read.to_change(&zone(), types).unwrap_or_else(|found| panic!("{found:?}: {text}"))
}

/// Whether two records are the same in all that there is of them.
fn is_same(one: Option<&Arc<Record>>, other: Option<&Arc<Record>>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return one.is_none() && other.is_none() };
    one.name() == other.name()
        && one.data() == other.data()
        && one.to_value() == other.to_value()
        && one.options() == other.options()
        && one.source() == other.source()
        && one.origin() == other.origin()
        && !one.differs(other, Compare::EVERYTHING)
}

fn is_kept(change: &Change, types: &RecordTypes) {
    let read = again(change, types);
    assert_eq!(read.verb(), change.verb());
    assert!(is_same(read.existing(), change.existing()), "{change:?} became {read:?}");
    assert!(is_same(read.desired(), change.desired()), "{change:?} became {read:?}");
}

/// Anything that YAML can say in an `octodns` section.
fn anything() -> impl Strategy<Value = OwnedValue> {
    let special = prop_oneof![
        "[1-9][0-9]{19,30}".prop_map(Special::BigInt),
        Just(Special::Date("2030-01-02".to_owned())),
        Just(Special::DateTime("2030-01-02T03:04:05+00:00".to_owned())),
        prop::collection::vec(any::<u8>(), 0..4).prop_map(Special::Bytes),
    ];
    let leaf = prop_oneof![
        Just(Value::NULL),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("equal to itself", |number| !number.is_nan())
            .prop_map(Value::from),
        "\\PC{0,12}|[\u{0}-\u{ff}]{0,6}".prop_map(Value::from),
        special.prop_map(Value::from_special),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..4);
        let key = prop_oneof![
            3 => "[a-z$]{1,8}".prop_map(OwnedValue::from),
            1 => any::<i64>().prop_map(OwnedValue::from),
            1 => Just(OwnedValue::from("$octodns")),
        ];
        let entries = prop::collection::vec((key, inner), 0..4).prop_map(|entries| {
            let mut seen: Vec<OwnedValue> = Vec::new();
            let unique = entries.into_iter().filter(|(key, _)| {
                let is_new = !seen.contains(key);
                seen.push(key.clone());
                is_new
            });
            Value::from(Map::from_entries(unique.collect()))
        });
        prop_oneof![
            list.clone().prop_map(Value::from),
            list.clone().prop_map(|values| Value::from_special(Special::Set(values))),
            list.prop_map(|values| Value::from_special(Special::Tuple(values))),
            entries,
        ]
    })
}

fn section() -> impl Strategy<Value = Option<OwnedValue>> {
    let entry = ("[a-z]{1,8}", anything());
    let entries = prop::collection::vec(entry, 1..4).prop_map(|entries| {
        let named = entries.into_iter().filter(|(key, _)| key != "lenient");
        let mut map = Map::new();
        named.for_each(|(key, value)| map.insert(key, value));
        Value::from(map)
    });
    prop::option::of(entries)
}

fn routing(of: RecordType, values: &[OwnedValue], kind: u8) -> Option<(&'static str, OwnedValue)> {
    let is_address = matches!(of, RecordType::A | RecordType::AAAA);
    let value = values.first()?.clone();
    match kind {
        1 if is_address => Some(("geo", map(vec![("EU", vec![value].into())]))),
        2 if is_address || matches!(of, RecordType::CNAME | RecordType::DNAME) => {
            let mut list = vec![map(vec![("value", value), ("status", "up".into())])];
            if of == RecordType::A {
                list[0].as_map_mut()?.insert("weight", 3);
                list.push(map(vec![("value", "192.0.2.77".into()), ("weight", 5.into())]));
            }
            let pool = map(vec![("values", list.into())]);
            let pools = map(vec![("zulu", pool.clone()), ("alpha", pool)]);
            let geos = Value::from(vec![Value::from("EU")]);
            let rules = vec![
                map(vec![("geos", geos), ("pool", "zulu".into())]),
                map(vec![("pool", "alpha".into())]),
            ];
            Some(("dynamic", map(vec![("pools", pools), ("rules", rules.into())])))
        }
        _ => None,
    }
}

type Given = ((RecordType, Vec<OwnedValue>), Option<OwnedValue>, u8, i64, bool);

fn record(((of, values), section, kind, ttl, has_origin): Given) -> Record {
    let routing = routing(of, &values, kind);
    let mut data = data(of, values);
    let entries = data.as_map_mut().unwrap();
    entries.insert("ttl", ttl);
    if let Some((key, value)) = routing {
        entries.insert(key, value);
    }
    if let Some(section) = section {
        entries.insert("octodns", section);
    }
    let record = load(name_for(of), &data).unwrap_or_else(|found| panic!("{found:?}: {data:?}"));
    if has_origin {
        record.with_source("config").with_origin(Origin::at("zones/example.com.yaml", 7, 3))
    } else {
        record.with_origin(Origin::default())
    }
}

fn any_record() -> impl Strategy<Value = Record> {
    (records(), section(), 0..3_u8, 0..100_000_i64, any::<bool>()).prop_map(record)
}

proptest! {
    #[test]
    fn every_change_is_read_back(before in any_record(), after in any_record(), kind in 0..3) {
        let types = RecordTypes::default();
        let change = match kind {
            0 => Change::Create(Arc::new(after)),
            1 => Change::Delete(Arc::new(before)),
            _ => {
                // Of one type and name.
                let new = before.clone().with_ttl(after.ttl());
                Change::Update { existing: Arc::new(before), new: Arc::new(new) }
            }
        };
        is_kept(&change, &types);
    }

    #[test]
    fn every_value_is_read_back(value in anything()) {
        let stored = StoredValue(value);
        let text = serde_json::to_string(&stored).unwrap();
        let read: StoredValue = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&read, &stored, "{}", text);
    }
}

/// Numbers that are hard to write, and names that are hard to read.
#[test]
fn odd_values_and_names_are_read_back() {
    for number in [0.1, 1.0, -0.0, 1e300, 5e-324, f64::INFINITY, f64::NEG_INFINITY, 123.456_789] {
        let text = serde_json::to_string(&StoredValue(number.into())).unwrap();
        let read: StoredValue = serde_json::from_str(&text).unwrap();
        let Kind::Float(read) = read.0.kind else { panic!("{text}") };
        assert_eq!(read.to_bits(), f64::to_bits(number), "{text}");
    }
    let text = serde_json::to_string(&StoredValue(f64::NAN.into())).unwrap();
    let read: StoredValue = serde_json::from_str(&text).unwrap();
    assert!(matches!(read.0.kind, Kind::Float(number) if number.is_nan()), "{text}");

    let types = RecordTypes::default();
    for name in ["", "*", "bücher", "a\\.b", "a\\032b", "_sip._tcp", "xn--0", "★"] {
        let of = load("www", &data(RecordType::A, vec!["192.0.2.1".into()])).unwrap();
        let record = of.with_name(RecordName::held(name)).with_origin(Origin::default());
        is_kept(&Change::Create(Arc::new(record)), &types);
    }
}

/// A type that one provider brings, whose values are data.
#[derive(Debug)]
struct ServiceAlias;

impl CustomType for ServiceAlias {
    fn record_type(&self) -> RecordType {
        RecordType::custom("Service/ALIAS")
    }

    fn is_single(&self) -> bool {
        false
    }

    fn class_name(&self) -> &'static str {
        "ServiceAliasRecord"
    }

    fn read(&self, value: &Value<'_>) -> Result<OwnedValue, ValueError> {
        Ok(value.clone().into_owned())
    }

    fn rdata(&self, value: &OwnedValue) -> String {
        format!("{value:?}")
    }
}

#[test]
fn types_of_providers_are_kept_without_being_understood() {
    let mut types = RecordTypes::default();
    types.register(Arc::new(ServiceAlias)).unwrap();
    let values =
        vec![map(vec![("name", "www".into()), ("deep", vec![1.into(), Value::NULL].into())])];
    let data = types.get("Service/ALIAS").unwrap().read(&values).unwrap();
    let record = Record::new(RecordName::new("www").unwrap(), 60, data);
    let change = Change::Create(Arc::new(record));
    is_kept(&change, &types);
    // Without the provider there is no such type.
    let stored = StoredChange::of(&change);
    let refused = stored.to_change(&zone(), &RecordTypes::default()).unwrap_err();
    assert!(format!("{refused:?}").contains("unknown record type"), "{refused:?}");
}

#[test]
fn what_is_no_change_is_refused() {
    let record = |json: &str| format!("{{\"name\":\"www\",\"type\":\"A\",{json}}}");
    let with = |data: &str| record(&format!("\"after\":{{\"data\":{data}}}"));
    for (text, why) in [
        (record("\"after\":null"), "from nothing to nothing"),
        (with("[]"), "a mapping without a type"),
        (with(r#"{"type":"A","ttl":60,"value":"192.0.2.1"}"#), "a mapping without a type"),
        (with(r#"{"ttl":60}"#), "missing"),
        (with(r#"{"ttl":60,"value":"192.0.2.256"}"#), "the change cannot be read"),
        // Read, it would be another one than it looks like.
        (with(r#"{"ttl":"60","value":"192.0.2.1"}"#), "something else than it says"),
        (with(r#"{"ttl":60,"values":["192.0.2.2","192.0.2.1"]}"#), "something else than it says"),
        (with(r#"{"ttl":60,"value":"192.0.2.1","odd":1}"#), "something else than it says"),
        (with(r#"{"ttl":60,"value":"192.0.2.1"}"#).replace("www", "WWW"), "IDNA form"),
        (with(r#"{"ttl":60,"value":"192.0.2.1"}"#).replace("www", "a\\nb"), "IDNA form"),
    ] {
        let stored: StoredChange = serde_json::from_str(&text).unwrap();
        let refused = stored.to_change(&zone(), &RecordTypes::default()).unwrap_err();
        assert!(format!("{refused:?}").contains(why), "{text}: {refused:?}");
    }
    for text in [
        record("\"afer\":{}"),
        with(r#"{"ttl":60,"ttl":61,"value":"192.0.2.1"}"#),
        with(r#"{"ttl":60,"octodns":{"a":{"$octodns":"nothing","value":1}},"value":"192.0.2.1"}"#),
        with(r#"{"ttl":60,"octodns":{"a":{"$octodns":"date"}},"value":"192.0.2.1"}"#),
    ] {
        assert!(serde_json::from_str::<StoredChange>(&text).is_err(), "{text}");
    }
}
