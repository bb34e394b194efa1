//! The old form of routing: values by place, without pools and rules.
//!
//! Kept for zone files that still have it; new ones use [`Dynamic`](super::Dynamic).

mod code;
mod schema;
mod table;

use smol_str::SmolStr;

use super::ValueError;
use crate::value::{Kind, Map, OwnedValue, Value};

pub use code::{GeoCode, country_to_code, province_to_code};
pub(crate) use schema::schema;

/// The values of a record by place.
///
/// Equality is that of octoDNS: places in any order.
#[derive(Clone, Debug, Default)]
pub struct Geo {
    places: Vec<GeoValues>,
}

/// The values for one place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GeoValues {
    code: SmolStr,
    values: Vec<SmolStr>,
}

impl Geo {
    /// Values by place; each code once.
    pub fn new(places: Vec<GeoValues>) -> Self {
        Self { places }
    }

    /// The places, in the order they were given.
    pub fn places(&self) -> &[GeoValues] {
        &self.places
    }

    /// The values for a code.
    pub fn get(&self, code: &str) -> Option<&GeoValues> {
        self.places.iter().find(|place| place.code == code)
    }

    /// Whether there is no place; such a record has no routing.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Reads a `geo` section.
    ///
    /// # Errors
    ///
    /// Refuses what cannot be represented, whether the record is lenient or not: anything but a map,
    /// codes that are not of the form of a code, and values that are not text.
    pub fn read(section: &Value<'_>) -> Result<Self, ValueError> {
        let places = match &section.kind {
            Kind::Map(map) => map.iter().map(|(code, values)| read_place(code, values)).collect(),
            Kind::List(values) if values.is_empty() => Ok(Vec::new()),
            _ => Err(not_a_mapping(section)),
        };
        Ok(Self::new(places?))
    }

    /// The `geo` section.
    pub fn to_value(&self) -> OwnedValue {
        let entry = |place: &GeoValues| (Value::from(place.code.to_string()), place.values_value());
        Map::from_entries(self.places.iter().map(entry).collect()).into()
    }
}

impl PartialEq for Geo {
    fn eq(&self, other: &Self) -> bool {
        if self.places.len() != other.places.len() {
            return false;
        }
        let sorted = |geo: &Self| {
            let mut places = geo.places.clone();
            places.sort_unstable();
            places
        };
        self.places == other.places || sorted(self) == sorted(other)
    }
}

impl Eq for Geo {}

/// What a plan shows, in the reference's own notation: `{'NA-US': 'Geo NA US None ['192.0.2.1']'}`.
impl GeoValues {
    /// The values for the place with a code; they are brought into the order of their text.
    pub fn new<S: Into<SmolStr>>(
        code: impl Into<SmolStr>,
        values: impl IntoIterator<Item = S>,
    ) -> Self {
        let mut values: Vec<SmolStr> = values.into_iter().map(Into::into).collect();
        values.sort();
        Self { code: code.into(), values }
    }

    /// The code, as it was written.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The place.
    pub fn place(&self) -> GeoCode<'_> {
        let unknown = GeoCode { continent: &self.code, country: None, province: None };
        GeoCode::parse(&self.code).unwrap_or(unknown)
    }

    /// The codes of the wider places around this one, the narrowest first.
    pub fn parents(&self) -> impl Iterator<Item = &str> {
        let mut code = self.code.as_str();
        std::iter::from_fn(move || {
            code = code.rsplit_once('-')?.0;
            Some(code)
        })
    }

    /// The values, in the order of their text.
    pub fn values(&self) -> &[SmolStr] {
        &self.values
    }

    fn values_value(&self) -> OwnedValue {
        self.values.iter().map(|value| Value::from(value.to_string())).collect::<Vec<_>>().into()
    }
}

/// What checking a `geo` section leads to.
#[derive(Clone, Debug)]
pub enum Check<'v, 'a> {
    /// Something is wrong.
    Error(ValueError),
    /// The value or list of values of a place, which the validators of the record type's values have
    /// to look at.
    Values(&'v Value<'a>),
}

/// Checks the `geo` section of a record's data: the validator with the id `geo`. Nothing is said when
/// there is none.
pub fn validate<'v, 'a>(data: &'v Map<'a>, on: &mut dyn FnMut(Check<'v, 'a>)) {
    let Some(section) = data.get("geo") else { return };
    match &section.kind {
        Kind::Map(map) => {
            for (code, values) in map {
                if let Err(fault) = code_text(code) {
                    on(Check::Error(fault));
                }
                on(Check::Values(values));
            }
        }
        Kind::List(values) if values.is_empty() => {}
        _ => on(Check::Error(not_a_mapping(section))),
    }
}

fn read_place(code: &Value<'_>, values: &Value<'_>) -> Result<GeoValues, ValueError> {
    let code = code_text(code)?;
    let text = |value: &Value<'_>| {
        let wrong = || ValueError::wrong_kind(&format!("values of geo \"{code}\""), value, "text");
        let text = value.as_str().ok_or_else(wrong)?;
        Ok::<_, ValueError>(SmolStr::new(text))
    };
    let values = match &values.kind {
        Kind::List(values) => values.iter().map(text).collect::<Result<Vec<_>, _>>()?,
        Kind::Str(value) if value.is_empty() => Vec::new(),
        // Differs from octoDNS: a single value is that value, not the list of its characters.
        _ => vec![text(values)?],
    };
    Ok(GeoValues::new(code, values))
}

/// A code of the right form: two, two and two word characters. Whether there is such a place is not
/// asked; octoDNS never did in this form of routing.
fn code_text<'v>(code: &'v Value<'_>) -> Result<&'v str, ValueError> {
    let Some(text) = code.as_str() else {
        let message = format!("a geo code must be text, not {}", code.kind_name());
        return Err(ValueError::new(message, code.position).help("put the code in quotes"));
    };
    let word = |part: &str| {
        part.chars().count() == 2 && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    if text.split('-').count() <= 3 && text.split('-').all(word) {
        Ok(text)
    } else {
        let help = "write CONTINENT, CONTINENT-COUNTRY or CONTINENT-COUNTRY-PROVINCE";
        Err(ValueError::new(format!("invalid geo code \"{text}\""), code.position).help(help))
    }
}

fn not_a_mapping(section: &Value<'_>) -> ValueError {
    ValueError::wrong_kind("geo", section, "a mapping of codes to values")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::json;

    #[test]
    fn places_compare_in_any_order() {
        let read = |text| Geo::read(&json(text)).unwrap();
        assert_eq!(
            read(r#"{"EU": ["1.1.1.1", "2.2.2.2"], "AF": "3.3.3.3"}"#),
            read(r#"{"AF": ["3.3.3.3"], "EU": ["2.2.2.2", "1.1.1.1"]}"#)
        );
        assert_ne!(read(r#"{"EU": ["1.1.1.1"]}"#), read(r#"{"EU": ["1.1.1.2"]}"#));
    }

    #[test]
    fn codes_have_the_form_of_codes() {
        for code in ["", "N", "NA_US", "NA-US-CA-X", "NA-", "NAM"] {
            let data = json(&format!(r#"{{"geo": {{"{code}": ["1.1.1.1"]}}}}"#));
            let mut faults = Vec::new();
            validate(data.as_map().unwrap(), &mut |check| {
                if let Check::Error(fault) = check {
                    faults.push(fault.message);
                }
            });
            assert_eq!(faults, [format!("invalid geo code \"{code}\"")]);
            assert!(Geo::read(data.get("geo").unwrap()).is_err());
        }
    }

    #[test]
    fn parents_go_from_narrow_to_wide() {
        let values = GeoValues::new("NA-US-CA", ["192.0.2.1"]);
        assert_eq!(values.parents().collect::<Vec<_>>(), ["NA-US", "NA"]);
    }
}
