//! Codes of places: a continent, a country in it, a province in that (`NA`, `NA-US`, `NA-US-CA`).

use std::fmt;

use super::table::{Area, CONTINENTS};
use crate::record::ValueError;
use crate::value::Position;

/// A place, taken from its code.
///
/// Displays as the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GeoCode<'c> {
    /// Two letters, such as `NA`.
    pub continent: &'c str,
    /// Two letters of ISO 3166-1, such as `US`.
    pub country: Option<&'c str>,
    /// Two letters of ISO 3166-2, such as `CA`; only the United States and Canada have them.
    pub province: Option<&'c str>,
}

impl<'c> GeoCode<'c> {
    /// Takes a code apart, known or not; `None` if it does not have one to three parts.
    ///
    /// ```
    /// use octodns_core::record::geo::GeoCode;
    ///
    /// let place = GeoCode::parse("NA-US-CA").unwrap();
    /// assert_eq!((place.continent, place.country, place.province), ("NA", Some("US"), Some("CA")));
    /// assert!(GeoCode::parse("NA-US-CA-X").is_none());
    /// ```
    pub fn parse(code: &'c str) -> Option<Self> {
        let mut parts = code.split('-');
        let place =
            Self { continent: parts.next()?, country: parts.next(), province: parts.next() };
        parts.next().is_none().then_some(place)
    }

    /// Reads a code of a place that exists.
    ///
    /// # Errors
    ///
    /// Says which part is unknown, with help that lists or guesses what may have been meant. The
    /// fault has no position.
    pub fn check(code: &'c str) -> Result<Self, ValueError> {
        let Some(place) = Self::parse(code) else {
            let help = "write CONTINENT, CONTINENT-COUNTRY or CONTINENT-COUNTRY-PROVINCE";
            return Err(fault(format!("invalid geo code \"{code}\""), help));
        };
        let Some(continent) = find(CONTINENTS, place.continent) else {
            let help = format!("continents are: {}", listed(CONTINENTS));
            return Err(fault(format!("unknown continent in geo code \"{code}\""), help));
        };
        let Some(country_code) = place.country else { return Ok(place) };
        let Some(country) = find(continent.parts, country_code) else {
            let help = match country_to_code(country_code) {
                Some(known) => format!("the code of that country is {known}"),
                None => format!("a country of {} from ISO 3166 is needed", continent.name),
            };
            return Err(fault(format!("unknown country in geo code \"{code}\""), help));
        };
        let Some(province) = place.province else { return Ok(place) };
        if find(country.parts, province).is_some() {
            return Ok(place);
        }
        let help = if country.parts.is_empty() {
            format!(
                "there are no provinces of {}, write {}-{country_code}",
                country.name, place.continent
            )
        } else {
            format!("provinces of {} are: {}", country.name, listed(country.parts))
        };
        Err(fault(format!("unknown province in geo code \"{code}\""), help))
    }

    /// The name of the place: of the province if there is one, else of the country or continent.
    /// `None` if there is no such place.
    pub fn name(&self) -> Option<&'static str> {
        let continent = find(CONTINENTS, self.continent)?;
        let Some(country) = self.country else { return Some(continent.name) };
        let country = find(continent.parts, country)?;
        let Some(province) = self.province else { return Some(country.name) };
        find(country.parts, province).map(|province| province.name)
    }
}

impl fmt::Display for GeoCode<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.continent)?;
        for part in [self.country, self.province].into_iter().flatten() {
            write!(f, "-{part}")?;
        }
        Ok(())
    }
}

/// The code of a country given by its two letters: `NA-US` for `US`. `None` if it is unknown.
pub fn country_to_code(country: &str) -> Option<String> {
    let continent = CONTINENTS.iter().find(|continent| find(continent.parts, country).is_some())?;
    Some(format!("{}-{country}", continent.code))
}

/// The code of a province of the United States or Canada given by its two letters: `NA-CA-QC` for
/// `QC`. `None` if it is unknown.
pub fn province_to_code(province: &str) -> Option<String> {
    CONTINENTS.iter().find_map(|continent| {
        let country =
            continent.parts.iter().find(|country| find(country.parts, province).is_some())?;
        Some(format!("{}-{}-{province}", continent.code, country.code))
    })
}

fn find(areas: &'static [Area], code: &str) -> Option<&'static Area> {
    let index = areas.binary_search_by(|area| area.code.cmp(code)).ok()?;
    areas.get(index)
}

fn listed(areas: &[Area]) -> String {
    areas.iter().map(|area| area.code).collect::<Vec<_>>().join(", ")
}

fn fault(message: String, help: impl Into<String>) -> ValueError {
    ValueError::new(message, Position::NONE).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_its_codes() {
        fn check(areas: &[Area]) {
            assert!(areas.is_sorted_by(|a, b| a.code < b.code));
            for area in areas {
                check(area.parts);
            }
        }
        check(CONTINENTS);
        assert_eq!(CONTINENTS.iter().map(|continent| continent.parts.len()).sum::<usize>(), 249);
    }

    #[test]
    fn unknown_parts_are_named_with_what_may_be_meant() {
        for (code, message, help) in [
            ("XX", "unknown continent in geo code \"XX\"", "continents are: AF, AN, AS"),
            ("US", "unknown continent in geo code \"US\"", "continents are"),
            ("EU-US", "unknown country in geo code \"EU-US\"", "the code of that country is NA-US"),
            ("EU-XX", "unknown country in geo code \"EU-XX\"", "a country of Europe"),
            ("NA-US-ZZ", "unknown province in geo code \"NA-US-ZZ\"", "provinces of United States"),
            (
                "EU-GB-ENG",
                "unknown province in geo code \"EU-GB-ENG\"",
                "there are no provinces of",
            ),
            ("NA-US-CA-X", "invalid geo code \"NA-US-CA-X\"", "write CONTINENT"),
            ("", "unknown continent in geo code \"\"", "continents are"),
        ] {
            let fault = GeoCode::check(code).unwrap_err();
            assert_eq!(fault.message, message);
            assert!(
                fault.help.as_deref().is_some_and(|found| found.starts_with(help)),
                "{fault:?}"
            );
        }
        assert!(GeoCode::check("NA-US-CA").is_ok());
    }

    #[test]
    fn countries_and_provinces_are_found_by_their_letters() {
        assert_eq!(country_to_code("US").as_deref(), Some("NA-US"));
        assert_eq!(country_to_code("GB").as_deref(), Some("EU-GB"));
        assert_eq!(country_to_code("XX"), None);
        assert_eq!(province_to_code("CA").as_deref(), Some("NA-US-CA"));
        assert_eq!(province_to_code("QC").as_deref(), Some("NA-CA-QC"));
        assert_eq!(province_to_code("XX"), None);
        assert_eq!(GeoCode::parse("NA-CA-QC").unwrap().name(), Some("Quebec"));
    }
}
