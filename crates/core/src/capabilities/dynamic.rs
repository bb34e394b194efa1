//! What a service has of dynamic records.

use std::ops::RangeInclusive;

use crate::record::RecordType;
use crate::record::geo::GeoCode;

/// What dynamic records may be at a service that has them. What it lacks is reported when planning.
///
/// Providers state it as a constant that ends in `..DynamicSupport::ANY`, since fields are added:
///
/// ```
/// use octodns_core::{DynamicSupport, HealthChecks, Places, RecordType};
///
/// const DYNAMIC: DynamicSupport = DynamicSupport {
///     types: &[RecordType::A, RecordType::AAAA, RecordType::CNAME],
///     places: Places { provinces: &["NA-US"], ..Places::ANY },
///     health_checks: HealthChecks::Only(&["HTTP", "HTTPS", "TCP"]),
///     ..DynamicSupport::ANY
/// };
/// assert!(DYNAMIC.places.holds("NA-US-CA") && !DYNAMIC.places.holds("NA-CA-QC"));
/// ```
///
/// Statuses and subnets are [`Capabilities::pool_value_status`](super::Capabilities::pool_value_status) and
/// [`Capabilities::dynamic_subnets`](super::Capabilities::dynamic_subnets).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DynamicSupport {
    /// The types that can be dynamic. The plain values are used of others.
    pub types: &'static [RecordType],
    /// The places that rules can choose by.
    pub places: Places,
    /// Whether a record can have rules by place and rules by subnet.
    pub subnets_with_geos: bool,
    /// Which pools can have a fallback.
    pub fallbacks: Fallbacks,
    /// The weights of values. Others are clamped; `1..=1` if all values count alike.
    pub weights: RangeInclusive<i64>,
    /// The most values of a pool. The plain values are used of records with more.
    pub max_values: Option<usize>,
    /// The most pools of a record.
    pub max_pools: Option<usize>,
    /// The most rules of a record.
    pub max_rules: Option<usize>,
    /// The health checks of values.
    pub health_checks: HealthChecks,
}

/// The places that rules can choose by at a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// The continents, by their codes.
    pub continents: &'static [&'static str],
    /// Whether countries are places.
    pub countries: bool,
    /// The countries whose provinces are places, by their codes: `NA-US`, `NA-CA`.
    pub provinces: &'static [&'static str],
}

/// Which pools can have a fallback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fallbacks {
    /// Those of every dynamic record.
    Any,
    /// None.
    Never,
    /// Those of records whose options have a `healthcheck` in the section of this name: `octodns.NAME.healthcheck`.
    Checked(&'static str),
}

/// Which health checks the values of pools can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HealthChecks {
    /// All that a record can ask for.
    Any,
    /// None: what a record asks for means nothing, and is no finding either.
    Ignored,
    /// Those of these protocols.
    Only(&'static [&'static str]),
}

impl DynamicSupport {
    /// Everything that octoDNS has.
    pub const ANY: Self = Self {
        types: &[RecordType::A, RecordType::AAAA, RecordType::CNAME, RecordType::DNAME],
        places: Places::ANY,
        subnets_with_geos: true,
        fallbacks: Fallbacks::Any,
        weights: i64::MIN..=i64::MAX,
        max_values: None,
        max_pools: None,
        max_rules: None,
        health_checks: HealthChecks::Any,
    };
}

impl Places {
    /// Every place that octoDNS knows.
    pub const ANY: Self = Self {
        continents: &["AF", "AN", "AS", "EU", "NA", "OC", "SA"],
        countries: true,
        provinces: &["NA-CA", "NA-US"],
    };

    /// None: rules do not choose by place.
    pub const NONE: Self = Self { continents: &[], countries: false, provinces: &[] };

    /// Whether a code is that of such a place.
    pub fn holds(&self, code: &str) -> bool {
        // Codes of lenient records may be none at all.
        if *self == Self::ANY {
            return true;
        }
        let Some(place) = GeoCode::parse(code) else { return false };
        match (place.country, place.province) {
            (None, _) => self.continents.contains(&place.continent),
            (Some(_), None) => self.countries,
            (Some(country), Some(_)) => {
                let parts = (place.continent, country);
                self.provinces.iter().any(|known| known.split_once('-') == Some(parts))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_held_by_their_kind() {
        let some = Places { continents: &["EU"], countries: false, provinces: &["NA-US"] };
        for (code, held) in [
            ("EU", true),
            ("AS", false),
            ("EU-SE", false),
            ("NA-US", false),
            ("NA-US-CA", true),
            ("NA-CA-QC", false),
            ("EU-US-CA", false),
            ("NA-US-CA-X", false),
        ] {
            assert_eq!(some.holds(code), held, "{code}");
            assert!(Places::ANY.holds(code) && !Places::NONE.holds(code), "{code}");
        }
    }
}
