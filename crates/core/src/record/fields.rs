//! Fields of values that are mappings: how they are checked, and how they are read.

use std::ops::RangeInclusive;

use smol_str::SmolStr;

use super::ValueError;
use super::general::shown;
use super::text::QuotedString;
use crate::rdata::number::{self, NumberFault};
use crate::validate::Findings;
use crate::value::{Kind, Map, Position, Special, Value, python_str};

/// Any number that a type can hold.
pub(crate) const ANY: RangeInclusive<i64> = i64::MIN..=i64::MAX;

/// Numbers of 8 bits.
pub(crate) const U8: RangeInclusive<i64> = 0..=255;

/// Numbers of 16 bits.
pub(crate) const U16: RangeInclusive<i64> = 0..=65_535;

/// A value that is a mapping.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'v, 'a> {
    value: &'v Value<'a>,
    map: &'v Map<'a>,
}

/// Checks every value, each of which must be a mapping.
pub(crate) fn check_each<'v, 'a>(
    values: &'v [Value<'a>],
    findings: &mut Findings,
    mut check: impl FnMut(Fields<'v, 'a>, &mut Findings),
) {
    for value in values {
        match value.as_map() {
            Some(map) => check(Fields { value, map }, findings),
            None => {
                findings.wrong_kind("a value", value, "a mapping of its fields");
            }
        }
    }
}

/// Checks every value that is a mapping; what is none is left to the rules for its type.
pub(crate) fn check_each_mapping<'v, 'a>(
    values: &'v [Value<'a>],
    findings: &mut Findings,
    mut check: impl FnMut(Fields<'v, 'a>, &mut Findings),
) {
    for value in values {
        if let Some(map) = value.as_map() {
            check(Fields { value, map }, findings);
        }
    }
}

impl<'v, 'a> Fields<'v, 'a> {
    /// The fields of a value.
    pub(crate) fn of(value: &'v Value<'a>) -> Result<Self, ValueError> {
        if let Some(map) = value.as_map() {
            return Ok(Self { value, map });
        }
        Err(ValueError::wrong_kind("a value", value, "a mapping of its fields"))
    }

    /// A field, if it is there.
    pub(crate) fn get(&self, key: &str) -> Option<&'v Value<'a>> {
        self.map.get(key)
    }

    /// Says that a field is missing; when a field of a similar name is there, that it may be meant.
    pub(crate) fn say_missing(&self, key: &str, findings: &mut Findings) {
        let found = findings.error(self.value.position, format!("missing {key}"));
        let keys = self.map.iter().filter_map(|(key, _)| key.as_str());
        if self.get(key).is_some() {
            found.help(format!("`{key}` has no value: write one"));
        } else if let Some(near) = crate::nearest(key, keys) {
            found.help(format!("is \"{near}\" meant to be \"{key}\"?"));
        } else {
            found.help(format!("add `{key}` to the value"));
        }
    }

    /// Checks that a field is there, whatever it holds.
    pub(crate) fn check_present(&self, key: &str, findings: &mut Findings) {
        if self.get(key).is_none() {
            self.say_missing(key, findings);
        }
    }

    /// Checks that a field is there and hexadecimal, of as many digits as its type (`digits`) asks for.
    pub(crate) fn check_hex(&self, key: &str, digits: Option<usize>, findings: &mut Findings) {
        let Some(value) = self.get(key) else { return self.say_missing(key, findings) };
        let text = text_of(value).unwrap_or_default();
        // Python's `$` overlooks a final line feed.
        let unbroken = text.strip_suffix('\n').unwrap_or(&text);
        if unbroken.is_empty() || !unbroken.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let message = format!("{key} {} is not hexadecimal", shown(value));
            findings.error(value.position, message).help("write digits 0-9 and letters a-f only");
            return;
        }
        if let Some(expected) = digits.filter(|expected| *expected != text.len()) {
            let length = text.len();
            let message = format!("{key} has {length} digits, its type has {expected}");
            let help = format!("write all {expected} digits, or the type that has {length}");
            findings.error(value.position, message).help(help);
        }
    }

    /// The number in a field, if it is there and one; nothing is said.
    pub(crate) fn peek_int(&self, key: &str) -> Option<(i64, Position)> {
        let value = self.get(key)?;
        Some((number::int(value).ok()?, value.position))
    }

    /// Checks that a field is there and a number in `range`, and gives it.
    pub(crate) fn check_int(
        &self,
        key: &str,
        range: RangeInclusive<i64>,
        findings: &mut Findings,
    ) -> Option<i64> {
        let Some(value) = self.get(key) else {
            self.say_missing(key, findings);
            return None;
        };
        check_int(key, value, range, findings)
    }

    /// A whole number.
    pub(crate) fn int(&self, key: &str) -> Result<i64, ValueError> {
        let value = self.need(key)?;
        number::int(value).map_err(|_| {
            let message = format!("{key} must be a whole number, not {}", shown(value));
            ValueError::new(message, value.position).help(range_help(&ANY))
        })
    }

    /// A whole number, or 0 when the field is not there.
    pub(crate) fn int_or_zero(&self, key: &str) -> Result<i64, ValueError> {
        if self.get(key).is_none() { Ok(0) } else { self.int(key) }
    }

    /// A number with a fraction.
    pub(crate) fn float(&self, key: &str) -> Result<f64, ValueError> {
        let value = self.need(key)?;
        number::float(value).map_err(|_| {
            let message = format!("{key} must be a number, not {}", shown(value));
            ValueError::new(message, value.position).help("write a number, without quotes")
        })
    }

    /// Text; numbers, truth values and dates stand for their spelling.
    pub(crate) fn text(&self, key: &str) -> Result<SmolStr, ValueError> {
        let value = self.need(key)?;
        text_of(value).ok_or_else(|| must_be_text(key, value))
    }

    /// A quoted string of presentation format.
    pub(crate) fn quoted(&self, key: &str) -> Result<QuotedString, ValueError> {
        self.text(key).map(|text| QuotedString::new(&text))
    }

    /// Text, its letters of ASCII in lower case: others have none that means the same octets.
    pub(crate) fn lower_text(&self, key: &str) -> Result<SmolStr, ValueError> {
        let text = self.text(key)?;
        if !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Ok(text);
        }
        Ok(text.to_ascii_lowercase().into())
    }

    /// Text, its letters of ASCII in upper case; nothing else stands for text here.
    pub(crate) fn upper_text(&self, key: &str) -> Result<SmolStr, ValueError> {
        let value = self.need(key)?;
        let text = value.as_str().ok_or_else(|| must_be_text(key, value))?;
        Ok(text.to_ascii_uppercase().into())
    }

    /// A field that cannot be done without.
    pub(crate) fn need(&self, key: &str) -> Result<&'v Value<'a>, ValueError> {
        self.get(key).ok_or_else(|| {
            ValueError::new(format!("missing {key}"), self.value.position)
                .help(format!("add `{key}`"))
        })
    }
}

fn must_be_text(key: &str, value: &Value<'_>) -> ValueError {
    ValueError::new(format!("{key} must be text, not {}", value.kind_name()), value.position)
        .help("put it in quotes")
}

/// The spelling of a scalar.
pub(crate) fn text_of(value: &Value<'_>) -> Option<SmolStr> {
    match &value.kind {
        Kind::Str(text) => Some(SmolStr::new(text)),
        Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) => Some(python_str(value).into()),
        Kind::Special(special) => match &**special {
            Special::BigInt(_) | Special::Date(_) | Special::DateTime(_) => {
                Some(python_str(value).into())
            }
            _ => None,
        },
        _ => None,
    }
}

/// Checks that a value is a number in `range`, and gives it.
pub(crate) fn check_int(
    what: &str,
    value: &Value<'_>,
    range: RangeInclusive<i64>,
    findings: &mut Findings,
) -> Option<i64> {
    match number::int(value) {
        Ok(number) if range.contains(&number) => return Some(number),
        Ok(number) => {
            let (least, most) = (range.start(), range.end());
            let message = format!("{what} {number} is not between {least} and {most}");
            findings.error(value.position, message).help(range_help(&range));
            return Some(number);
        }
        Err(NumberFault::Kind) => {
            findings.wrong_kind(what, value, "a whole number").help(range_help(&range));
        }
        Err(NumberFault::Invalid) => {
            let message = format!("{what} must be a whole number, not {}", shown(value));
            findings.error(value.position, message).help(range_help(&range));
        }
        Err(NumberFault::TooBig) => {
            findings
                .fatal(value.position, format!("{what} {} is too big", shown(value)))
                .help(range_help(&range));
        }
    }
    None
}

fn range_help(range: &RangeInclusive<i64>) -> String {
    match (*range.start(), *range.end()) {
        (i64::MIN, i64::MAX) => "write a whole number, without quotes".to_owned(),
        (i64::MIN, most) => format!("write a whole number up to {most}"),
        (least, most) => format!("write a whole number from {least} to {most}"),
    }
}
