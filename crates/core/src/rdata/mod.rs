//! What every value of a record type can do, and the errors of reading one.

mod mnemonic;
pub(crate) mod number;
mod record_type;
pub mod text;
mod value_error;

use std::any::Any;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use smallvec::SmallVec;

pub use mnemonic::{DIGEST_TYPES, KEY_ALGORITHMS, Mnemonics};
pub use record_type::RecordType;
pub use value_error::ValueError;
pub(crate) use value_error::{kind_help, unquoted};

use crate::value::{Map, OwnedValue, Position, Value};

/// One value of a record.
///
/// [`fmt::Display`] is its presentation format (RFC 1035, section 5.1, and the RFC of its type).
pub trait Rdata: Clone + fmt::Debug + fmt::Display + PartialEq + Send + Sync + 'static {
    /// Builds the value from data, as leniently as the type allows: checks have been made before.
    ///
    /// # Errors
    ///
    /// Fails when the type cannot hold what the data says.
    fn read(value: &Value<'_>) -> Result<Self, ValueError>;

    /// Splits presentation format into the data a value is read from; nothing is checked.
    ///
    /// # Errors
    ///
    /// Fails when the text has not the number of fields the type has.
    fn parse(rdata: &str) -> Result<OwnedValue, RdataError>;

    /// The data of this value, in the order of keys that plans have.
    fn to_value(&self) -> OwnedValue;

    /// The presentation format.
    fn rdata(&self) -> String {
        self.to_string()
    }

    /// How a plan shows the value; some types put it in quotes.
    fn text(&self) -> String {
        self.to_string()
    }

    /// The order of values within a record.
    fn order(&self, other: &Self) -> Ordering;

    /// Where the part of a value stands that findings about it are about.
    fn place(value: &Value<'_>) -> Position {
        value.position
    }

    /// Whether the value says nothing, so that no record can have it.
    fn is_blank(&self) -> bool {
        false
    }
}

/// All values of one record, whatever their type.
pub(crate) trait AnyValues {
    /// The values as what they are.
    fn as_any(&self) -> &dyn Any;

    /// Whether they are in the order of reading, each once.
    fn is_ordered(&self) -> bool;

    fn rdata_strings(&self) -> Vec<String>;
    fn texts(&self) -> Vec<String>;
    fn write_to(&self, data: &mut Map<'static>);

    /// Whether there is no value, or one that says nothing.
    fn lacks_values(&self) -> bool;

    /// The places of values that are equal to the one before them.
    fn repeated(&self) -> Vec<usize>;
}

impl<T: Rdata> AnyValues for Vec<T> {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn is_ordered(&self) -> bool {
        self.windows(2).all(|pair| pair[0].order(&pair[1]).is_lt())
    }

    fn rdata_strings(&self) -> Vec<String> {
        self.iter().map(T::rdata).collect()
    }

    fn texts(&self) -> Vec<String> {
        self.iter().map(T::text).collect()
    }

    fn write_to(&self, data: &mut Map<'static>) {
        match &**self {
            [value] => data.insert("value", value.to_value()),
            values => data.insert("values", values.iter().map(T::to_value).collect::<Vec<_>>()),
        }
    }

    fn lacks_values(&self) -> bool {
        self.is_empty() || self.iter().any(T::is_blank)
    }

    fn repeated(&self) -> Vec<usize> {
        repeated(self)
    }
}

/// The places of values that are equal to the one before them.
pub(crate) fn repeated<T: PartialEq>(values: &[T]) -> Vec<usize> {
    let pairs = values.windows(2).enumerate();
    pairs.filter(|(_, pair)| pair[0] == pair[1]).map(|(index, _)| index + 1).collect()
}

/// Where the values of a record stand, in the order of the values.
pub(crate) type Places = SmallVec<[Position; 1]>;

/// Reads the values of a type that has many, and sorts them; `places` gets where each of them stands.
pub(crate) fn read_all<T: Rdata>(
    values: &[Value<'_>],
    places: &mut Places,
) -> Result<Vec<T>, ValueError> {
    if let [value] = values {
        places.push(T::place(value));
        return Ok(vec![T::read(value)?]);
    }
    let of = |value| Ok((T::read(value)?, T::place(value)));
    let mut read = values.iter().map(of).collect::<Result<Vec<(T, Position)>, _>>()?;
    read.sort_by(|(one, _), (other, _)| one.order(other));
    places.extend(read.iter().map(|(_, place)| *place));
    Ok(read.into_iter().map(|(value, _)| value).collect())
}

/// Why a text is not the presentation format of a type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RdataError {
    /// The fields are separated by single blanks, and their number is fixed.
    #[error("expected the fields \"{expected}\", got \"{rdata}\"")]
    Fields {
        /// Names of the fields.
        expected: Cow<'static, str>,
        /// The text.
        rdata: String,
    },
    /// A service parameter may be given once.
    #[error("parameter \"{0}\" is given twice")]
    Repeated(String),
    /// Character strings follow RFC 1035, section 5.1.
    #[error("not a list of character strings: {0}")]
    Text(&'static str),
}

/// Splits presentation format into exactly `N` fields.
pub(crate) fn words<'r, const N: usize>(
    rdata: &'r str,
    expected: &'static str,
) -> Result<[&'r str; N], RdataError> {
    let failed = || RdataError::Fields { expected: expected.into(), rdata: rdata.to_owned() };
    rdata.split(' ').collect::<Vec<_>>().try_into().map_err(|_| failed())
}

/// A text without the quotes around it. Differs from octoDNS, where the last character goes with the first if that
/// alone is a quote.
pub(crate) fn unquote(text: &str) -> &str {
    let inside = |quote: char| {
        let after = text.strip_prefix(quote)?;
        if after.is_empty() { Some(after) } else { after.strip_suffix(quote) }
    };
    inside('"').or_else(|| inside('\'')).unwrap_or(text)
}

/// A field of presentation format that should be a whole number, else is kept as text.
pub(crate) fn int_or_text(word: &str) -> OwnedValue {
    match number::int_of_text(word) {
        Ok(number) => Value::from(number),
        Err(_) => Value::from(word.to_owned()),
    }
}

/// A map in a given order of keys.
pub(crate) fn fields<const N: usize>(entries: [(&'static str, OwnedValue); N]) -> OwnedValue {
    let own = |(key, value): (&'static str, OwnedValue)| (Value::from(key), value);
    Value::from(Map::from_entries(entries.into_iter().map(own).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_go_in_pairs() {
        for (text, expected) in [
            ("\"a b\"", "a b"),
            ("'a'", "a"),
            ("\"\"", ""),
            ("\"", ""),
            ("\"x.example.", "\"x.example."),
            ("\"x'", "\"x'"),
            ("x\"", "x\""),
            ("", ""),
        ] {
            assert_eq!(unquote(text), expected, "{text}");
        }
    }
}
