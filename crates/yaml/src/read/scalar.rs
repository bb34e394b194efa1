//! The meaning of plain scalars, by the rules of YAML 1.1 as the reference applies them.

use std::borrow::Cow;

use octodns_core::value::{Kind, Special};

use super::tag::Tag;
use super::timestamp;
use crate::ErrorKind;

/// The tag of a plain scalar, from its text.
pub(super) fn resolve(text: &str) -> Tag {
    let Some(&first) = text.as_bytes().first() else { return Tag::Null };
    // Nearly every scalar of a zone file is text, which its first letter shows.
    match first {
        b'0'..=b'9' | b'+' | b'-' | b'.' => resolve_number(text),
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' => resolve_word(text),
        b'~' if text == "~" => Tag::Null,
        b'<' if text == "<<" => Tag::Merge,
        b'=' if text == "=" => Tag::Value,
        _ => Tag::Str,
    }
}

fn resolve_word(text: &str) -> Tag {
    match text {
        "yes" | "Yes" | "YES" | "no" | "No" | "NO" | "true" | "True" | "TRUE" | "false"
        | "False" | "FALSE" | "on" | "On" | "ON" | "off" | "Off" | "OFF" => Tag::Bool,
        "null" | "Null" | "NULL" => Tag::Null,
        _ => Tag::Str,
    }
}

fn resolve_number(text: &str) -> Tag {
    let bytes = text.as_bytes();
    let unsigned = bytes.strip_prefix(b"+").or(bytes.strip_prefix(b"-")).unwrap_or(bytes);
    if is_float(bytes, unsigned) {
        Tag::Float
    } else if is_int(unsigned) {
        Tag::Int
    } else if timestamp::is_timestamp(text) {
        Tag::Timestamp
    } else {
        Tag::Str
    }
}

fn all(text: &[u8], allowed: impl Fn(u8) -> bool) -> bool {
    text.iter().all(|byte| allowed(*byte))
}

fn digit_or_line(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'_'
}

fn is_int(text: &[u8]) -> bool {
    match text {
        [b'0'] => true,
        [b'0', b'b', rest @ ..] => {
            !rest.is_empty() && all(rest, |b| matches!(b, b'0' | b'1' | b'_'))
        }
        [b'0', b'x', rest @ ..] => {
            !rest.is_empty() && all(rest, |b| b.is_ascii_hexdigit() || b == b'_')
        }
        [b'0', rest @ ..] => all(rest, |b| matches!(b, b'0'..=b'7' | b'_')),
        [b'1'..=b'9', ..] => {
            let mut parts = text.split(|byte| *byte == b':');
            parts.next().is_some_and(|head| all(head, digit_or_line)) && parts.all(is_sixtieth)
        }
        _ => false,
    }
}

/// A later part of a sexagesimal number: `5`, `05`, `59`.
fn is_sixtieth(part: &[u8]) -> bool {
    matches!(part, [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9'])
}

fn is_float(text: &[u8], unsigned: &[u8]) -> bool {
    match unsigned {
        b".inf" | b".Inf" | b".INF" => return true,
        b".nan" | b".NaN" | b".NAN" => return text.len() == unsigned.len(),
        _ => {}
    }
    let Some(dot) = memchr::memchr(b'.', unsigned) else { return false };
    let (head, tail) = (&unsigned[..dot], &unsigned[dot + 1..]);
    if head.is_empty() {
        // No sign, and at least one digit: exactly the rule of the reference.
        return text.len() == unsigned.len()
            && tail.first().is_some_and(u8::is_ascii_digit)
            && is_fraction(tail);
    }
    if !head[0].is_ascii_digit() {
        return false;
    }
    let mut parts = head.split(|byte| *byte == b':');
    let whole = parts.next().is_some_and(|head| all(head, digit_or_line));
    let mut sixtieths = parts.peekable();
    if sixtieths.peek().is_none() {
        return whole && is_fraction(tail);
    }
    whole && sixtieths.all(is_sixtieth) && all(tail, digit_or_line)
}

/// `[0-9_]*([eE][-+][0-9]+)?`
fn is_fraction(text: &[u8]) -> bool {
    let digits = text.iter().take_while(|byte| digit_or_line(**byte)).count();
    match &text[digits..] {
        [] => true,
        [b'e' | b'E', b'-' | b'+', rest @ ..] => {
            !rest.is_empty() && all(rest, |byte| byte.is_ascii_digit())
        }
        _ => false,
    }
}

/// The value of a scalar with a tag, which is resolved from its text or written before it.
///
/// # Errors
///
/// If the text does not fit the tag.
pub(super) fn construct<'a>(tag: &Tag, text: Cow<'a, str>) -> Result<Kind<'a>, ErrorKind> {
    let wanted = |wanted: &'static str| ErrorKind::Scalar { text: shorten(&text), wanted };
    let special = |special: Special<'a>| Kind::Special(Box::new(special));
    Ok(match tag {
        Tag::Null => Kind::Null,
        Tag::Bool => Kind::Bool(boolean(&text).ok_or_else(|| wanted("a boolean"))?),
        Tag::Int => integer(&text).ok_or_else(|| wanted("a whole number"))?,
        Tag::Float => Kind::Float(float(&text).ok_or_else(|| wanted("a number"))?),
        Tag::Timestamp => {
            special(timestamp::parse(&text).ok_or_else(|| wanted("a date or a point in time"))?)
        }
        Tag::Binary => special(Special::Bytes(base64(&text).ok_or_else(|| wanted("base64"))?)),
        Tag::Str => Kind::Str(text),
        _ => return Err(ErrorKind::Shape { wanted: "a list or a mapping", found: "text" }),
    })
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "true" | "on" => Some(true),
        "no" | "false" | "off" => Some(false),
        _ => None,
    }
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

fn integer<'a>(text: &str) -> Option<Kind<'a>> {
    // Nearly all numbers are short and decimal.
    if text.len() < 19 && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().map(Kind::Int);
    }
    let text = text.replace('_', "");
    let (negative, digits) = split_sign(text.trim());
    let bytes = digits.as_bytes();
    let number = if digits.contains(':') {
        Digits::sexagesimal(digits)?
    } else {
        match bytes {
            [b'0'] => Digits::default(),
            [b'0', b'b', ..] => Digits::new(&digits[2..], 2)?,
            [b'0', b'x', ..] => Digits::new(&digits[2..], 16)?,
            [b'0', b'o', ..] => Digits::new(&digits[2..], 8)?,
            [b'0', ..] => Digits::new(digits, 8)?,
            _ => Digits::new(digits, 10)?,
        }
    };
    Some(number.into_kind(negative))
}

/// An integer of any size, as groups of nine decimal digits, the lowest first.
#[derive(Default)]
struct Digits(Vec<u32>);

impl Digits {
    const GROUP: u64 = 1_000_000_000;
    /// The reference's limit; converting digits takes quadratic time.
    const LONGEST: usize = 4300;

    fn new(text: &str, radix: u32) -> Option<Self> {
        if text.is_empty() || text.len() > Self::LONGEST {
            return None;
        }
        let mut number = Self::default();
        for c in text.chars() {
            number.push(radix, c.to_digit(radix)?);
        }
        Some(number)
    }

    fn sexagesimal(text: &str) -> Option<Self> {
        if text.len() > Self::LONGEST {
            return None;
        }
        let mut parts = text.split(':');
        let mut number = Self::new(parts.next()?, 10)?;
        for part in parts {
            number.push(60, part.parse().ok()?);
        }
        Some(number)
    }

    fn push(&mut self, radix: u32, digit: u32) {
        let mut carry = u64::from(digit);
        for group in &mut self.0 {
            let value = u64::from(*group) * u64::from(radix) + carry;
            *group = u32::try_from(value % Self::GROUP).unwrap_or_default();
            carry = value / Self::GROUP;
        }
        if carry > 0 {
            self.0.push(u32::try_from(carry % Self::GROUP).unwrap_or_default());
            if carry >= Self::GROUP {
                self.0.push(u32::try_from(carry / Self::GROUP).unwrap_or_default());
            }
        }
    }

    fn into_kind<'a>(self, negative: bool) -> Kind<'a> {
        use std::fmt::Write as _;
        let mut text = String::from(if negative { "-" } else { "" });
        let mut groups = self.0.iter().rev();
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{}", groups.next().unwrap_or(&0));
        for group in groups {
            let _ = write!(text, "{group:09}");
        }
        match text.parse() {
            Ok(number) => Kind::Int(number),
            Err(_) => Kind::Special(Box::new(Special::BigInt(text))),
        }
    }
}

fn float(text: &str) -> Option<f64> {
    let text = text.replace('_', "").to_ascii_lowercase();
    let (negative, digits) = split_sign(text.trim());
    let value = match digits {
        ".inf" => f64::INFINITY,
        ".nan" => return Some(f64::NAN),
        _ => {
            let mut value = 0.0;
            for part in digits.split(':') {
                value = value * 60.0 + part.trim().parse::<f64>().ok()?;
            }
            value
        }
    };
    Some(if negative { -value } else { value })
}

/// Base64 as the reference decodes it: characters outside the alphabet are skipped, and everything after the
/// padding is ignored.
fn base64(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut filled, mut padding) = (0_u32, 0_u32, 0_u32);
    for byte in text.bytes() {
        let sextet = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padding += 1;
                if filled >= 2 && filled + padding >= 4 {
                    return Some(bytes);
                }
                continue;
            }
            _ => continue,
        };
        padding = 0;
        bits = bits << 6 | u32::from(sextet);
        filled = (filled + 1) % 4;
        if filled != 1 {
            let shift = (4 - filled) % 4 * 2;
            bytes.push((bits >> shift).to_le_bytes()[0]);
        }
    }
    (filled == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Kind<'_> {
        construct(&resolve(text), text.into()).unwrap()
    }

    #[test]
    fn numbers_are_those_of_yaml_1_1() {
        for (text, number) in [
            ("010", 8),
            ("0x1F_F", 511),
            ("0b11", 3),
            ("-017", -15),
            ("1_000", 1000),
            ("12:30", 750),
            ("190:20:30", 685_230),
            ("-1:30", -90),
            ("0_", 0),
        ] {
            assert_eq!(read(text), Kind::Int(number), "{text}");
        }
        for (text, number) in [(".5_", 0.5), ("1:59.5", 119.5), ("1.0E-3", 0.001), ("1_.5", 1.5)] {
            assert_eq!(read(text), Kind::Float(number), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_number_is_text() {
        for text in
            ["1e3", "+.5", "1.e3", "08", "0o10", "01:30", "0:0", "1.2.3.4", "2001:db8::1", "-", "."]
        {
            assert_eq!(read(text), Kind::Str(text.into()), "{text}");
        }
    }

    #[test]
    fn numbers_of_any_size_are_kept() {
        let read = |text| match read(text) {
            Kind::Special(special) => *special,
            other => panic!("{other:?}"),
        };
        let digits = "123456789012345678901234567890";
        assert_eq!(read(digits), Special::BigInt(digits.into()));
        assert_eq!(read("0x10000000000000000"), Special::BigInt("18446744073709551616".into()));
    }

    #[test]
    fn base64_is_read_leniently() {
        assert_eq!(base64("aGVs bG8="), Some(b"hello".to_vec()));
        assert_eq!(base64("@@"), Some(Vec::new()));
        assert_eq!(base64("aGVsbG8"), None);
        assert_eq!(base64("aGU=junk"), Some(b"he".to_vec()));
    }
}
