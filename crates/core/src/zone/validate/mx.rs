//! Whether the hosts that take mail can be reached.

use super::{Check, ZoneCheck, in_zone};
use crate::record::RecordType;

/// The validators of this family.
pub(super) const CHECKS: &[ZoneCheck] = &[
    ZoneCheck {
        id: "mx-target-not-cname",
        class: "octodns.zone.mail.MxTargetNotCnameZoneValidator",
        short_class: &[],
        sets: &["strict"],
        check: Check::Plain(|zone, findings| in_zone::not_cname(zone, RecordType::MX, findings)),
    },
    ZoneCheck {
        id: "mx-target-resolvable-in-zone",
        class: "octodns.zone.mail.MxTargetResolvableInZoneZoneValidator",
        short_class: &["octodns.zone.MxTargetResolvableInZoneZoneValidator"],
        sets: &["best-practice"],
        check: Check::Plain(|zone, findings| {
            in_zone::resolvable(zone, &[RecordType::MX], findings);
        }),
    },
];
