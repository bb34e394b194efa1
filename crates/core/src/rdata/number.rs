//! Numbers as zone files write them: text, fractions and truth values stand for numbers too.

use crate::value::{Kind, Special, Value};

/// Why a value is not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberFault {
    /// Text, or a fraction, that is not a number.
    Invalid,
    /// A number that the type cannot hold.
    TooBig,
    /// Neither number nor text.
    Kind,
}

/// A whole number: numbers, text that spells one, fractions cut off, truth values as 0 and 1.
pub(crate) fn int(value: &Value<'_>) -> Result<i64, NumberFault> {
    match &value.kind {
        Kind::Int(number) => Ok(*number),
        Kind::Bool(value) => Ok(i64::from(*value)),
        Kind::Float(number) if number.is_nan() => Err(NumberFault::Invalid),
        Kind::Float(number) => truncate(*number).ok_or(NumberFault::TooBig),
        Kind::Str(text) => int_of_text(text),
        Kind::Special(special) => match &**special {
            Special::BigInt(_) => Err(NumberFault::TooBig),
            Special::Bytes(bytes) => {
                std::str::from_utf8(bytes).map_err(|_| NumberFault::Invalid).and_then(int_of_text)
            }
            _ => Err(NumberFault::Kind),
        },
        _ => Err(NumberFault::Kind),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the range is checked first")]
fn truncate(number: f64) -> Option<i64> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    (-LIMIT..LIMIT).contains(&number).then_some(number as i64)
}

/// A number in text: blanks around it, a sign, and single underscores between digits are fine.
pub(crate) fn int_of_text(text: &str) -> Result<i64, NumberFault> {
    let text = text.trim();
    let (sign, digits) = match text.as_bytes().first() {
        Some(b'-') => (-1, &text[1..]),
        Some(b'+') => (1, &text[1..]),
        _ => (1, text),
    };
    let mut number = 0_i64;
    let mut fits = true;
    let mut after_digit = false;
    for c in digits.chars() {
        match c.to_digit(10) {
            Some(digit) => {
                let next =
                    number.checked_mul(10).and_then(|n| n.checked_add(sign * i64::from(digit)));
                fits &= next.is_some();
                number = next.unwrap_or(number);
                after_digit = true;
            }
            None if c == '_' && after_digit => after_digit = false,
            None => return Err(NumberFault::Invalid),
        }
    }
    match (after_digit, fits) {
        (false, _) => Err(NumberFault::Invalid),
        (true, false) => Err(NumberFault::TooBig),
        (true, true) => Ok(number),
    }
}

/// A number with a fraction: numbers, text that spells one, truth values as 0 and 1.
#[expect(clippy::cast_precision_loss, reason = "that is what becoming a fraction means")]
pub(crate) fn float(value: &Value<'_>) -> Result<f64, NumberFault> {
    match &value.kind {
        Kind::Int(number) => Ok(*number as f64),
        Kind::Bool(value) => Ok(f64::from(u8::from(*value))),
        Kind::Float(number) => Ok(*number),
        Kind::Str(text) => float_of_text(text),
        Kind::Special(special) => match &**special {
            Special::BigInt(digits) => digits.parse().map_err(|_| NumberFault::Invalid),
            _ => Err(NumberFault::Kind),
        },
        _ => Err(NumberFault::Kind),
    }
}

/// A fraction in text.
pub(crate) fn float_of_text(text: &str) -> Result<f64, NumberFault> {
    let text = text.trim();
    if !text.contains('_') {
        return text.parse().map_err(|_| NumberFault::Invalid);
    }
    let bytes = text.as_bytes();
    let digit = |index: usize| bytes.get(index).is_some_and(u8::is_ascii_digit);
    let misplaced = bytes
        .iter()
        .enumerate()
        .any(|(index, byte)| *byte == b'_' && !(index > 0 && digit(index - 1) && digit(index + 1)));
    if misplaced {
        return Err(NumberFault::Invalid);
    }
    text.replace('_', "").parse().map_err(|_| NumberFault::Invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_a_number_as_loosely_as_in_python() {
        for (text, number) in [
            ("60", Ok(60)),
            (" +6_0\n", Ok(60)),
            ("-7", Ok(-7)),
            ("007", Ok(7)),
            ("", Err(NumberFault::Invalid)),
            ("-", Err(NumberFault::Invalid)),
            ("6__0", Err(NumberFault::Invalid)),
            ("_6", Err(NumberFault::Invalid)),
            ("6_", Err(NumberFault::Invalid)),
            ("6.0", Err(NumberFault::Invalid)),
            ("9223372036854775807", Ok(i64::MAX)),
            ("-9223372036854775808", Ok(i64::MIN)),
            ("9223372036854775808", Err(NumberFault::TooBig)),
        ] {
            assert_eq!(int_of_text(text), number, "{text:?}");
        }
    }

    #[test]
    fn fractions_are_cut_off_and_truth_values_count() {
        for (value, number) in [
            (Value::from(60.9), Ok(60)),
            (Value::from(-60.9), Ok(-60)),
            (Value::from(true), Ok(1)),
            (Value::from(f64::INFINITY), Err(NumberFault::TooBig)),
            (Value::from(f64::NAN), Err(NumberFault::Invalid)),
            (Value::NULL, Err(NumberFault::Kind)),
        ] {
            assert_eq!(int(&value), number, "{value:?}");
        }
    }

    #[test]
    fn underscores_stand_between_digits_only() {
        for (text, number) in
            [("1_0.5", Some(10.5)), ("1_.5", None), ("inf", Some(f64::INFINITY)), ("x", None)]
        {
            assert_eq!(float_of_text(text).ok(), number, "{text:?}");
        }
    }
}
