//! What joins routing with values: its validators, and the values that it serves by default.

use std::str::FromStr;

use super::{HostName, Record, RecordData, dynamic, geo};
use crate::rdata::{Rdata, RecordType, ValueError};
use crate::validate::{Findings, RawRecord, RecordCheck};
use crate::value::Kind;

/// Checks the `dynamic` section.
pub(super) const DYNAMIC: RecordCheck = RecordCheck {
    id: "dynamic",
    class: "octodns.record.dynamic.DynamicValidator",
    sets: &["legacy", "strict"],
    check: check_dynamic,
    accepts: Some(|_| true),
};

/// Checks the `geo` section.
pub(super) const GEO: RecordCheck = RecordCheck {
    id: "geo",
    class: "octodns.record.geo.GeoValidator",
    sets: &["legacy"],
    check: check_geo,
    accepts: Some(|_| true),
};

fn check_dynamic(record: &RawRecord<'_>, findings: &mut Findings) {
    dynamic::validate(record.data, &mut |check| match check {
        dynamic::Check::Error(fault) => tell(fault, findings),
        dynamic::Check::Value(value) => {
            let values = std::slice::from_ref(value);
            record.validators.validate_values(values, record.record_type, findings);
        }
    });
}

fn check_geo(record: &RawRecord<'_>, findings: &mut Findings) {
    geo::validate(record.data, &mut |check| match check {
        geo::Check::Error(fault) => tell(fault, findings),
        geo::Check::Values(values) => {
            let values = match &values.kind {
                Kind::List(values) => values,
                _ => std::slice::from_ref(values),
            };
            record.validators.validate_values(values, record.record_type, findings);
        }
    });
}

fn tell(fault: ValueError, findings: &mut Findings) {
    findings.error(fault.position, fault.message).help = fault.help;
}

/// Types that may have a `dynamic` section.
pub(crate) fn is_dynamic(of: RecordType) -> bool {
    matches!(of, RecordType::A | RecordType::AAAA | RecordType::CNAME | RecordType::DNAME)
}

/// Types that may have a `geo` section.
pub(crate) fn is_geo(of: RecordType) -> bool {
    matches!(of, RecordType::A | RecordType::AAAA)
}

impl Record {
    /// The record with the values of the pool that takes what the rules leave, as a service holds it that has
    /// pools alone; `None` if its plain values are those already, or there is no such pool.
    pub fn with_default_values(&self) -> Option<Self> {
        let values = self.dynamic()?.default_values()?;
        let data = match self.data() {
            RecordData::A(_) => RecordData::A(parsed(&values)?),
            RecordData::Aaaa(_) => RecordData::Aaaa(parsed(&values)?),
            RecordData::Cname(_) => RecordData::Cname(HostName::new(values.first()?).ok()?),
            RecordData::Dname(_) => RecordData::Dname(HostName::new(values.first()?).ok()?),
            _ => return None,
        };
        (data != *self.data()).then(|| self.clone().with_data(data))
    }
}

fn parsed<T: FromStr + Rdata>(values: &[&str]) -> Option<Vec<T>> {
    let mut parsed = values.iter().map(|value| value.parse().ok()).collect::<Option<Vec<T>>>()?;
    parsed.sort_by(T::order);
    Some(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RecordName;
    use crate::record::dynamic::{Dynamic, Pool, PoolValue, Rule};

    #[test]
    fn plain_values_can_be_those_of_the_last_pool() {
        let record = |data: RecordData, values: &[&str]| {
            let pools = vec![
                Pool::new("eu", [PoolValue::new("x")]),
                Pool::new("rest", values.iter().map(|value| PoolValue::new(*value))),
            ];
            let rules = vec![Rule::new("eu").with_geos(["EU"]), Rule::new("rest")];
            let record = Record::new(RecordName::new("www").unwrap(), 60, data);
            record.with_dynamic(Dynamic::new(pools, rules))
        };
        let addresses = |texts: &[&str]| {
            RecordData::A(texts.iter().map(|text| text.parse().unwrap()).collect())
        };
        let values = ["192.0.2.9", "192.0.2.10"];
        let held = record(addresses(&["192.0.2.1"]), &values).with_default_values().unwrap();
        // As text.
        assert_eq!(*held.data(), addresses(&["192.0.2.10", "192.0.2.9"]));
        assert!(held.with_default_values().is_none());
        let name = |text: &str| RecordData::Cname(HostName::new(text).unwrap());
        let held = record(name("a.example.net."), &["b.example.net."]).with_default_values();
        assert_eq!(*held.unwrap().data(), name("b.example.net."));
        assert!(record(addresses(&["192.0.2.1"]), &["x"]).with_default_values().is_none());
    }
}
