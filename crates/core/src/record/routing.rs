//! The validators of routing: what joins its checks with those of values.

use super::{dynamic, geo};
use crate::rdata::{RecordType, ValueError};
use crate::validate::{Findings, RawRecord, RecordCheck};
use crate::value::Kind;

/// Checks the `dynamic` section.
pub(super) const DYNAMIC: RecordCheck = RecordCheck {
    id: "dynamic",
    class: "octodns.record.dynamic.DynamicValidator",
    sets: &["legacy", "strict"],
    check: check_dynamic,
};

/// Checks the `geo` section.
pub(super) const GEO: RecordCheck = RecordCheck {
    id: "geo",
    class: "octodns.record.geo.GeoValidator",
    sets: &["legacy"],
    check: check_geo,
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
