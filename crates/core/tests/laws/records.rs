//! Laws that hold for values of every record type.

use octodns_core::record::{Compare, RecordTypes, TYPES};
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
        if let octodns_core::value::Kind::Map(map) = &mut written.kind {
            map.insert("type", of.as_str());
        }
        let again = load(name_for(of), &written).unwrap();
        prop_assert!(!record.differs(&again, COMPARE), "{:?} became {:?}", record, again);
        prop_assert_eq!(record.to_value(), again.to_value());
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
