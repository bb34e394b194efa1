//! Whether the hosts of services can be reached.

use super::{Check, ZoneCheck, in_zone};
use crate::record::RecordType;

/// The validators of this family.
pub(super) const CHECKS: &[ZoneCheck] = &[
    ZoneCheck {
        id: "srv-target-not-cname",
        class: "octodns.zone.srv.SrvTargetNotCnameZoneValidator",
        short_class: &["octodns.zone.SrvTargetNotCnameZoneValidator"],
        sets: &["strict"],
        check: Check::Plain(|zone, findings| in_zone::not_cname(zone, RecordType::SRV, findings)),
    },
    ZoneCheck {
        id: "srv-target-resolvable-in-zone",
        class: "octodns.zone.srv.SrvTargetResolvableInZoneZoneValidator",
        short_class: &["octodns.zone.SrvTargetResolvableInZoneZoneValidator"],
        sets: &["best-practice"],
        check: Check::Plain(|zone, findings| {
            in_zone::resolvable(zone, &[RecordType::SRV], findings);
        }),
    },
];
