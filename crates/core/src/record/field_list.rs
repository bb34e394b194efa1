//! Values that are a list of fields: the same ones, in the same order, in data as in presentation format.

use std::cmp::Ordering;
use std::fmt;

use super::fields::Fields;
use super::text::{self, Codes, Presentation, QuotedString};
use super::{Rdata, RdataError, ValueError};
use crate::rdata::number;
use crate::rdata::{int_or_text, unquote};
use crate::value::{Map, OwnedValue, Position, Value};

/// What a field is in presentation format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldFormat {
    /// A whole number; anything else stays as it is, and is refused with the record.
    Number,
    /// As [`FieldFormat::Number`], where the field before is a number; else as it is.
    NumberAfterNumber,
    /// Text, without the quotes around it.
    Text,
    /// Text, with any quotes.
    Bare,
    /// A quoted string; without quotes it ends at the next blank.
    Quoted,
    /// A quoted string that stays in ASCII: codes for what is beyond it.
    QuotedAscii,
    /// A string that is written without quotes: codes for what cannot stand so.
    Word,
    /// A quoted string, up to the end: the last field, which may hold blanks.
    Rest,
}

/// A value that is a list of fields, all of which it always has.
///
/// Every one is an [`Rdata`]; its [`fmt::Display`] writes the fields that [`FieldList::FIELDS`] reads. In the alternate
/// form (`{:#}`) quoted strings are their canonical text, for plans.
pub(crate) trait FieldList:
    Clone + fmt::Debug + fmt::Display + Ord + Send + Sync + 'static
{
    /// The keys, in order.
    const FIELDS: &'static [(&'static str, FieldFormat)];

    /// The keys of the name that a value points to, if it points to one.
    const POINTS_BY: &'static [&'static str] = &[];

    /// Whether plans show values in quotes.
    const QUOTED: bool = true;

    /// Builds the value from its fields, as [`Rdata::read`] does.
    fn of_fields(fields: Fields<'_, '_>) -> Result<Self, ValueError>;

    /// The data of each field, in order.
    fn values(&self) -> impl IntoIterator<Item = OwnedValue>;
}

impl<T: FieldList> Rdata for T {
    fn read(value: &Value<'_>) -> Result<Self, ValueError> {
        Self::of_fields(Fields::of(value)?)
    }

    fn place(value: &Value<'_>) -> Position {
        let target = Self::POINTS_BY.iter().find_map(|key| value.get(key));
        let place = target.map_or(Position::NONE, |target| target.position);
        if place.is_known() { place } else { value.position }
    }

    fn parse(rdata: &str) -> Result<OwnedValue, RdataError> {
        parse(Self::FIELDS, rdata)
    }

    fn to_value(&self) -> OwnedValue {
        let keys = Self::FIELDS.iter().map(|(key, _)| *key);
        Map::from_unique(keys.zip(self.values())).into()
    }

    fn text(&self) -> String {
        if Self::QUOTED { format!("'{self:#}'") } else { format!("{self:#}") }
    }

    fn order(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }
}

/// Splits presentation format into fields, which stand between single blanks.
fn parse(fields: &[(&'static str, FieldFormat)], rdata: &str) -> Result<OwnedValue, RdataError> {
    let failed = || {
        let names: Vec<&str> = fields.iter().map(|(key, _)| *key).collect();
        RdataError::Fields { expected: names.join(" ").into(), rdata: rdata.to_owned() }
    };
    let mut rest = Some(rdata);
    let mut entries = Vec::with_capacity(fields.len());
    let mut after_number = false;
    for (key, kind) in fields {
        let text = rest.ok_or_else(failed)?;
        let end = match kind {
            FieldFormat::Quoted | FieldFormat::QuotedAscii => {
                end_of_quotes(text).or_else(|| text.find(' '))
            }
            FieldFormat::Rest => None,
            _ => text.find(' '),
        };
        let (word, after) = match end {
            Some(end) => (&text[..end], text[end..].strip_prefix(' ')),
            None => (text, None),
        };
        let plain = |word: &str| OwnedValue::from(word.to_owned());
        let value = match kind {
            FieldFormat::NumberAfterNumber if !after_number => plain(word),
            FieldFormat::Number | FieldFormat::NumberAfterNumber => int_or_text(word),
            FieldFormat::Text => plain(unquote(word)),
            FieldFormat::Quoted | FieldFormat::Rest => quoted(unquote(word)),
            FieldFormat::QuotedAscii => {
                let octets = text::unescape(unquote(word).as_bytes(), Codes::Decimal);
                Presentation::DECIMAL.inside(&octets).into()
            }
            FieldFormat::Word => match text::unescape(unquote(word).as_bytes(), Codes::Decimal) {
                octets if octets.is_empty() => plain(""),
                octets => Presentation::DECIMAL.word(&octets).into(),
            },
            FieldFormat::Bare => plain(word),
        };
        after_number = number::int_of_text(word).is_ok();
        entries.push((*key, value));
        rest = after;
    }
    if rest.is_some() {
        return Err(failed());
    }
    Ok(Map::from_unique(entries).into())
}

/// Where a quoted string at the start of a text ends, if a blank or nothing follows it.
fn end_of_quotes(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('"')?;
    let mut escaped = false;
    let closes = |byte: u8| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    };
    let end = inside.bytes().position(closes)? + 2;
    matches!(text.as_bytes().get(end), None | Some(b' ')).then_some(end)
}

/// The canonical text of the inside of quotes.
fn quoted(inside: &str) -> OwnedValue {
    let octets = text::unescape(inside.as_bytes(), Codes::Decimal);
    QuotedString::from_octets(&octets).to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &[(&str, FieldFormat)] = &[
        ("a", FieldFormat::Number),
        ("b", FieldFormat::NumberAfterNumber),
        ("c", FieldFormat::Text),
    ];

    #[test]
    fn fields_stand_between_single_blanks() {
        let shown =
            |rdata: &str| parse(FIELDS, rdata).map(|value| crate::value::python_str(&value));
        assert_eq!(shown("1 2 \"x\"").unwrap(), "{'a': 1, 'b': 2, 'c': 'x'}");
        assert_eq!(shown("one 2 x").unwrap(), "{'a': 'one', 'b': '2', 'c': 'x'}");
        for bad in ["", "1 2", "1 2 x y"] {
            let error = shown(bad).unwrap_err().to_string();
            assert!(error.contains("\"a b c\""), "{error}");
        }
        assert_eq!(shown("1  x").unwrap(), "{'a': 1, 'b': '', 'c': 'x'}");
    }

    #[test]
    fn quoted_strings_may_hold_blanks_and_quotes() {
        let fields = &[("a", FieldFormat::Quoted), ("b", FieldFormat::Quoted)];
        for (rdata, shown) in [
            ("\"x y\" \"\"", "{'a': 'x y', 'b': ''}"),
            ("\"x\\\" y\" z", "{'a': 'x\\\\\" y', 'b': 'z'}"),
            ("\"\\x\\\\\" \\195\\169", "{'a': 'x\\\\\\\\', 'b': 'é'}"),
            ("\"x y", "{'a': '\\\\\"x', 'b': 'y'}"),
        ] {
            let value = parse(fields, rdata).unwrap();
            assert_eq!(crate::value::python_str(&value), shown, "{rdata}");
        }
    }

    #[test]
    fn words_are_what_is_written_without_quotes() {
        let fields = &[("a", FieldFormat::Word)];
        for (rdata, shown) in [
            ("issue", "{'a': 'issue'}"),
            ("\"issue\"", "{'a': 'issue'}"),
            ("\"\"\"\"", "{'a': '\\\\\"\\\\\"'}"),
            ("\\105\\255", "{'a': 'i\\\\255'}"),
            ("\"\"", "{'a': ''}"),
        ] {
            let value = parse(fields, rdata).unwrap();
            assert_eq!(crate::value::python_str(&value), shown, "{rdata}");
        }
    }

    #[test]
    fn the_rest_may_hold_blanks() {
        let fields = &[("a", FieldFormat::Bare), ("b", FieldFormat::Rest)];
        let value = parse(fields, "'x' y z").unwrap();
        assert_eq!(value.get("a").and_then(Value::as_str), Some("'x'"));
        assert_eq!(value.get("b").and_then(Value::as_str), Some("y z"));
        assert!(parse(fields, "x").is_err());
    }
}
