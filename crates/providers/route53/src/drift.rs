//! Records that have not changed, while their health checks or networks at the service have.

use std::collections::BTreeMap;

use octodns_core::ZoneName;
use octodns_core::record::Record;
use octodns_core::record::dynamic::Pool;

use crate::dynamic;
use crate::health_check::{CheckSettings, HealthCheck, Tuning};
use crate::rrset::{Body, Routing, RrSet};

/// Whether an unchanged record's sets have a missing, superfluous or wrong health check, or refer to the
/// networks of another location.
pub(crate) fn has_drifted(
    record: &Record,
    zone: &ZoneName,
    sets: &[&RrSet],
    checks: &BTreeMap<String, HealthCheck>,
) -> bool {
    let (Some(dynamic), Ok(tuning)) = (record.dynamic(), Tuning::of(record)) else { return false };
    let rules = dynamic.rules();
    sets.iter().any(|set| match (&set.routing, &set.body) {
        (Routing::Weighted(_), Body::Values { values, .. }) => {
            let pool = set.identifier.as_deref().and_then(|id| id.rsplit_once('-'));
            let pool = pool.and_then(|(pool, _)| dynamic.pool(pool));
            let mut of_pool = pool.map(Pool::values).unwrap_or_default().iter();
            let is_held = |value: &str| {
                values.iter().any(|held| dynamic::value_of(&set.record_type, held) == value)
            };
            let value = of_pool.find(|value| is_held(value.value()));
            value.is_some_and(|value| {
                let wanted = CheckSettings::wanted(record, zone, value, tuning);
                let id = set.health_check.as_deref();
                let check = id.and_then(|id| checks.get(id));
                let is_as_wanted = match wanted {
                    None => id.is_none(),
                    Some(wanted) => check.is_some_and(|check| {
                        check.is_current(record, zone) && check.settings == wanted
                    }),
                };
                !is_as_wanted
            })
        }
        (Routing::Cidr { location, .. }, _) => {
            let index = set.identifier.as_deref().and_then(|id| id.split('-').next());
            let rule = index.and_then(|index| rules.get(index.parse::<usize>().ok()?));
            rule.is_some_and(|rule| rule.has_subnets() && dynamic::location_name(rule) != *location)
        }
        _ => false,
    })
}
