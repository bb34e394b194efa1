//! What is different in a zone since an earlier version of it, told by which records are still the same ones.

use std::sync::Arc;

use super::{Zone, pairs};
use crate::name::RecordName;
use crate::rdata::RecordType;
use crate::record::Record;

/// What turns an earlier version of a zone into a later one.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Difference {
    /// Names and types that are gone.
    pub removed: Vec<(RecordName, RecordType)>,
    /// Records that are new, or took the place of one with the same name and type.
    pub records: Vec<Arc<Record>>,
}

impl Difference {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.records.is_empty()
    }
}

impl Zone {
    /// What is different since `before`, an earlier version of this zone. Records are not compared: one that both share
    /// is the same, any other is different, whatever it says. So it takes no time where nothing was touched.
    ///
    /// ```
    /// use octodns_core::{Record, RecordData, RecordName, Zone, ZoneName};
    ///
    /// let before = Zone::new(ZoneName::new("example.com.")?);
    /// let mut zone = before.clone();
    /// let www = RecordData::A(vec!["192.0.2.1".parse()?]);
    /// zone.set(Record::new(RecordName::new("www")?, 300, www));
    /// let difference = zone.since(&before);
    /// assert!(difference.removed.is_empty() && difference.records.len() == 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn since(&self, before: &Self) -> Difference {
        let mut difference = Difference::default();
        if self.shares_records_with(before) {
            return difference;
        }
        for (old, new) in pairs(before.records(), self.records()) {
            match (old, new) {
                (Some(old), None) => {
                    difference.removed.push((old.name().clone(), old.record_type()));
                }
                (Some(old), Some(new)) if Arc::ptr_eq(old, new) => {}
                (_, Some(new)) => difference.records.push(Arc::clone(new)),
                (None, None) => {}
            }
        }
        difference
    }

    /// Makes the zone what it was when the difference was taken.
    pub fn change(&mut self, difference: Difference) {
        for (name, record_type) in &difference.removed {
            self.remove(name, *record_type);
        }
        difference.records.into_iter().for_each(|record| self.set(record));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::ZoneName;
    use crate::record::RecordData;

    fn record(name: &str, last: u8) -> Record {
        let data = RecordData::A(vec![[192, 0, 2, last].into()]);
        Record::new(RecordName::new(name).unwrap(), 60, data)
    }

    fn texts(difference: &Difference) -> (Vec<String>, Vec<String>) {
        let removed = difference.removed.iter().map(|(name, of)| format!("{name} {of}"));
        let records = difference.records.iter().map(|record| record.name().to_string());
        (removed.collect(), records.collect())
    }

    #[test]
    fn what_was_touched_is_different_and_nothing_else() {
        let mut before = Zone::new(ZoneName::new("example.com.").unwrap());
        for name in ["a", "b", "c"] {
            before.set(record(name, 1));
        }
        let mut zone = before.clone();
        assert!(zone.since(&before).is_empty());
        zone.remove(&RecordName::new("a").unwrap(), RecordType::A);
        // The same, said again by another record.
        zone.set(record("b", 1));
        zone.set(record("d", 1));
        let difference = zone.since(&before);
        let (removed, records) = texts(&difference);
        assert_eq!(removed, ["a A"]);
        assert_eq!(records, ["b", "d"]);

        let mut again = before.clone();
        again.change(difference);
        assert!(again.since(&zone).is_empty());
    }
}
