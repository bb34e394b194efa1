//! Laws that hold for values of every record type.

use octodns_core::record::{
    Compare, HostName, LoadContext, Mx, Record, RecordData, RecordTypes, TYPES, Txt,
};
use octodns_core::validate::RecordValidators;
use octodns_core::value::{Kind, Position};
use octodns_core::{RecordName, Report, Value, ZoneName};
use proptest::prelude::*;

use crate::values::{data, load, name_for, records};

const COMPARE: Compare = Compare::EVERYTHING;

proptest! {
    /// What is written as presentation format is read back as the same record.
    #[test]
    fn presentation_format_reads_back((of, values) in records()) {
        let record = load(name_for(of), &data(of, values)).unwrap();
        let types = RecordTypes::default();
        let entry = types.get(of.as_str()).unwrap();
        let parsed: Vec<_> = record.rdata_strings().iter().map(|text| entry.parse(text).unwrap()).collect();
        let again = load(name_for(of), &data(of, parsed)).unwrap();
        prop_assert!(!record.differs(&again, COMPARE), "{:?} became {:?}", record, again);
    }

    /// What is written as data is read back as the same record.
    #[test]
    fn data_reads_back((of, values) in records()) {
        let record = load(name_for(of), &data(of, values)).unwrap();
        let mut written = record.to_value();
        if let Kind::Map(map) = &mut written.kind {
            map.insert("type", of.as_str());
        }
        let again = load(name_for(of), &written).unwrap();
        prop_assert!(!record.differs(&again, COMPARE), "{:?} became {:?}", record, again);
        prop_assert_eq!(record.to_value(), again.to_value());
    }

    /// A record is accepted without its data only if nothing would be found in that, and it would be read back the same.
    #[test]
    fn what_is_accepted_is_what_would_be_loaded(
        (of, values) in records(),
        name in prop_oneof![
            4 => Just(None),
            1 => "[a-z_*.@\\\\-]{0,6}|xn--[a-z0-9]{1,4}|(a{60}.){4,5}|x{63,64}|@|a.example.com".prop_map(Some),
        ],
        ttl in prop_oneof![4 => 0..100_i64, 1 => -1..=1_i64, 1 => 0x7fff_fffe..0x8000_0001_i64],
        sets in prop::sample::subsequence(vec!["legacy", "strict", "best-practice"], 0..=3),
        doubt in 0..8_usize,
    ) {
        let types = RecordTypes::default();
        let mut validators = RecordValidators::new(&types);
        validators.enable_sets(&sets);
        let zone = ZoneName::new("example.com.").unwrap();
        let mut context = LoadContext::new(&zone, &validators, &types);
        context.lenient = true;
        let name = name.unwrap_or_else(|| name_for(of).to_owned());
        let mut given = data(of, values);
        if let Kind::Map(map) = &mut given.kind {
            map.insert("ttl", ttl);
        }
        let Some(record) = Record::load(&name.into(), &given, &context, &mut Report::new()) else {
            return Ok(());
        };
        let record = if doubt == 0 { doubtful(record) } else { record };
        context.lenient = false;
        let place = Position { file: 0, line: 7, column: 3 };
        let mut accepted = record.clone();
        if !accepted.accept(place, &context) {
            return Ok(());
        }
        let mut written = record.to_value();
        if let Kind::Map(map) = &mut written.kind {
            map.insert("type", of.as_str());
        }
        written.position = place;
        let mut report = Report::new();
        let name = Value::new(Kind::Str(record.name().as_str().to_owned().into()), place);
        let loaded = Record::load(&name, &written, &context, &mut report);
        prop_assert!(report.is_empty(), "{:?}", report);
        let loaded = loaded.unwrap();
        prop_assert!(!accepted.differs(&loaded, COMPARE), "{:?} and {:?}", accepted, loaded);
        prop_assert_eq!(accepted.name(), loaded.name());
        prop_assert_eq!(accepted.to_value(), loaded.to_value());
        for index in 0..3 {
            prop_assert_eq!(accepted.value_origin(index), loaded.value_origin(index));
        }
    }

    /// The order values are given in makes no difference.
    #[test]
    fn the_order_of_values_does_not_matter((of, values) in records()) {
        let mut reversed = values.clone();
        reversed.reverse();
        let record = load(name_for(of), &data(of, values)).unwrap();
        let other = load(name_for(of), &data(of, reversed)).unwrap();
        prop_assert!(!record.differs(&other, COMPARE), "{:?} became {:?}", record, other);
    }

    /// Whatever is given as text, parsing it ends in a value or an error.
    #[test]
    fn parsing_takes_any_text(rdata in "[ -~\\t\\né]{0,40}", index in 0..TYPES.len()) {
        let types = RecordTypes::default();
        let entry = types.get(TYPES[index].record_type.as_str()).unwrap();
        if let Ok(value) = entry.parse(&rdata) {
            let _ = entry.read(&[value]);
        }
    }
}

/// The record with values that its type has, and that something is found in.
fn doubtful(record: Record) -> Record {
    let name = |name: &str| HostName::new(name).unwrap();
    let data = match record.data().clone() {
        RecordData::A(values) => RecordData::A([values.clone(), values].concat()),
        RecordData::Cname(_) => RecordData::Cname(name("192.0.2.1.")),
        RecordData::Dname(_) => RecordData::Dname(name("a")),
        RecordData::Ns(_) => RecordData::Ns(vec![name("a-.b."), name("a.b.")]),
        RecordData::Ptr(_) => RecordData::Ptr(vec![name("")]),
        RecordData::Mx(_) => {
            RecordData::Mx(vec![Mx { preference: 70_000, exchange: name("a.b.") }])
        }
        RecordData::Txt(_) => RecordData::Txt(vec![Txt::new("b"), Txt::new("a")]),
        RecordData::Caa(mut values) => {
            for caa in &mut values {
                caa.flags = 300;
            }
            RecordData::Caa(values)
        }
        other => other,
    };
    record.with_data(data)
}

/// Most records are of a few types, and have nothing odd.
#[test]
fn usual_records_are_accepted() {
    let types = RecordTypes::default();
    let validators = RecordValidators::legacy(&types);
    let zone = ZoneName::new("example.com.").unwrap();
    let context = LoadContext::new(&zone, &validators, &types);
    for (name, of, text) in [
        ("www", "A", "192.0.2.1"),
        ("", "AAAA", "2001:db8::1"),
        ("www", "CNAME", "www.example.net."),
        ("", "NS", "ns1.example.net."),
        ("1", "PTR", "host-1.example.net."),
        ("", "MX", "10 mx.example.net."),
        ("", "TXT", "\"v=spf1 -all\""),
        ("_sip._tcp", "SRV", "10 20 5060 sip.example.net."),
        ("", "CAA", "0 issue \"ca.example.net\""),
    ] {
        let entry = types.get(of).unwrap();
        let data = entry.read(&[entry.parse(text).unwrap()]).unwrap();
        let mut record = Record::new(RecordName::new(name).unwrap(), 300, data);
        assert!(record.accept(Position::NONE, &context), "{of}");
    }
}
