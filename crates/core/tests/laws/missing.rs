//! Records without values, in every shape that they come in: errors for each type there is, however lenient the reader
//! and whatever validators are at work.

use octodns_core::record::{LoadContext, Record, RecordType, RecordTypes, TYPES, TypeRow};
use octodns_core::validate::RecordValidators;
use octodns_core::{OwnedValue, Report, Value, ZoneName};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::values::{map, name_for, values};

/// A valid value of a type.
fn sample(of: RecordType) -> OwnedValue {
    values(of).new_tree(&mut TestRunner::deterministic()).unwrap().current()
}

/// Whether an empty text is a value of a type: the text of TXT and SPF may have no octets.
fn may_be_empty_text(of: RecordType) -> bool {
    matches!(of, RecordType::TXT | RecordType::SPF)
}

/// What stands in a record of a type instead of its values.
fn shapes(row: &TypeRow) -> Vec<OwnedValue> {
    let sample = sample(row.record_type);
    let list = |values: &[&OwnedValue]| {
        Value::from(values.iter().map(|value| (*value).clone()).collect::<Vec<_>>())
    };
    let (nothing, no_fields, no_text) = (OwnedValue::NULL, map(vec![]), Value::from(""));
    let mut values = vec![
        list(&[]),
        nothing.clone(),
        no_fields.clone(),
        list(&[&nothing]),
        list(&[&no_fields]),
        list(&[&list(&[])]),
        list(&[&sample, &nothing]),
        list(&[&sample, &no_fields]),
    ];
    if !may_be_empty_text(row.record_type) {
        values.extend([no_text.clone(), list(&[&no_text]), list(&[&sample, &no_text])]);
    }
    let mut shapes = vec![
        map(vec![]),
        map(vec![("vaules", list(&[&sample]))]),
        map(vec![("vaule", sample.clone())]),
        map(vec![("octodns", map(vec![("value", sample.clone())]))]),
    ];
    for value in values {
        shapes.push(map(vec![("value", value.clone())]));
        if row.single {
            // The key of types that have several.
            shapes.push(map(vec![("values", list(&[&sample]))]));
        } else {
            shapes.push(map(vec![("values", value.clone())]));
            shapes.push(map(vec![("values", value), ("value", sample.clone())]));
        }
    }
    if sample.as_map().is_some() {
        shapes.push(map(vec![("value", "text".into())]));
        shapes.push(map(vec![("values", list(&[&sample, &"text".into()]))]));
        // Its fields beside the type.
        shapes.push(sample);
    }
    shapes
}

/// What is found in a record with this data.
fn found(row: &TypeRow, mut data: OwnedValue, validates: bool, lenient: bool) -> (bool, Report) {
    let entries = data.as_map_mut().unwrap();
    entries.insert("type", row.record_type.as_str());
    entries.insert("ttl", 60);
    let types = RecordTypes::default();
    let validators =
        if validates { RecordValidators::legacy(&types) } else { RecordValidators::new(&types) };
    let zone = ZoneName::new("example.com.").unwrap();
    let mut context = LoadContext::new(&zone, &validators, &types);
    context.lenient = lenient;
    let mut report = Report::new();
    let record = Record::load(&name_for(row.record_type).into(), &data, &context, &mut report);
    (record.is_some(), report)
}

#[test]
fn a_record_without_values_is_none() {
    for row in TYPES {
        let of = row.record_type;
        let sample = map(vec![("value", sample(of))]);
        assert!(found(row, sample, true, false).0, "{of}");
        for data in shapes(row) {
            for (validates, lenient) in [(true, false), (true, true), (false, false), (false, true)]
            {
                let (is_there, report) = found(row, data.clone(), validates, lenient);
                assert!(!is_there && report.has_errors(), "{of} {data:?} {lenient}: {report:?}");
            }
        }
    }
}

/// What is wrong is told once, with what to write.
#[test]
fn what_is_meant_is_told() {
    for (of, data, message, help) in [
        (
            RecordType::MX,
            map(vec![("vaules", OwnedValue::NULL)]),
            "missing value(s)",
            "is \"vaules\" meant to be \"values\"?",
        ),
        (
            RecordType::SRV,
            map(vec![("port", 5060.into()), ("target", "sip.example.net.".into())]),
            "missing value(s)",
            "write \"port\" and the other fields below `value`",
        ),
        (
            RecordType::CNAME,
            map(vec![("values", vec![Value::from("a.example.")].into())]),
            "missing value",
            "CNAME has one value: write it as `value`",
        ),
        (
            RecordType::DS,
            map(vec![("values", Vec::<OwnedValue>::new().into())]),
            "missing value(s)",
            "write its `value`, or several below `values`; to have no such record, remove it",
        ),
    ] {
        let row = TYPES.iter().find(|row| row.record_type == of).unwrap();
        let (_, report) = found(row, data, false, true);
        let told: Vec<_> =
            report.iter().map(|found| (&*found.message, found.help.as_deref())).collect();
        assert_eq!(told, [(message, Some(help))], "{of}");
    }
    // A validator that says it as well is enough.
    let row = TYPES.iter().find(|row| row.record_type == RecordType::A).unwrap();
    for lenient in [false, true] {
        let (_, report) = found(row, map(vec![]), true, lenient);
        assert_eq!(report.len(), 1, "{report:?}");
    }
}

/// A field that is there is not the one that is meant instead.
#[test]
fn empty_fields_are_told() {
    let numbers = || {
        vec![
            ("priority", Value::from(1)),
            ("preference", 1.into()),
            ("weight", 1.into()),
            ("port", 1.into()),
        ]
    };
    for (of, field) in
        [(RecordType::MX, "exchange"), (RecordType::URI, "target"), (RecordType::CAA, "tag")]
    {
        let mut fields = numbers();
        fields.push((field, "".into()));
        let row = TYPES.iter().find(|row| row.record_type == of).unwrap();
        let (_, report) = found(row, map(vec![("value", map(fields))]), true, true);
        let help = format!("`{field}` has no value: write one");
        let told: Vec<_> = report.iter().map(|found| found.help.as_deref()).collect();
        assert!(
            !format!("{told:?}").contains(&format!("\"{field}\\\" meant to be")),
            "{of}: {told:?}"
        );
        if of != RecordType::CAA {
            assert!(told.contains(&Some(&*help)), "{of}: {told:?}");
        }
    }
}
