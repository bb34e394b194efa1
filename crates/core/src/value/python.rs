//! Values as Python literals, as the plans of octoDNS show structured data (`{'k': None}`).

use std::borrow::Cow;
use std::fmt::{self, Write};

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use super::{Kind, Map, Special, Value};

/// Displays a value as a Python literal, as `repr()` does.
///
/// ```
/// use octodns_core::value::{Map, Python, Value};
///
/// let map: Map = [("ttl", Value::from(60)), ("ok", true.into())].into_iter().collect();
/// assert_eq!(Python(&map.into()).to_string(), "{'ttl': 60, 'ok': True}");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Python<'v, 'a>(pub &'v Value<'a>);

impl fmt::Display for Python<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            Kind::Null => f.write_str("None"),
            Kind::Bool(true) => f.write_str("True"),
            Kind::Bool(false) => f.write_str("False"),
            Kind::Int(number) => write!(f, "{number}"),
            Kind::Float(number) => f.write_str(&python_float(*number)),
            Kind::Str(text) => python_str_literal(text, f),
            Kind::List(values) => python_sequence('[', values, ']', f),
            Kind::Map(map) => python_map(map, f),
            Kind::Special(special) => python_special(special, f),
        }
    }
}

/// The text Python's `str()` makes of a value: text as it is, everything else as its literal.
///
/// Record names may be numbers or booleans in YAML; this is the name they stand for.
pub fn python_str(value: &Value<'_>) -> String {
    match &value.kind {
        Kind::Str(text) => text.to_string(),
        Kind::Special(special) => match &**special {
            Special::Date(text) => text.clone(),
            Special::DateTime(text) => text.replacen('T', " ", 1),
            _ => Python(value).to_string(),
        },
        _ => Python(value).to_string(),
    }
}

fn python_sequence(
    open: char,
    values: &[Value<'_>],
    close: char,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    f.write_char(open)?;
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{}", Python(value))?;
    }
    f.write_char(close)
}

fn python_map(map: &Map<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_char('{')?;
    for (index, (key, value)) in map.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{}: {}", Python(key), Python(value))?;
    }
    f.write_char('}')
}

fn python_special(special: &Special<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match special {
        Special::BigInt(digits) => f.write_str(digits),
        Special::Date(text) => write!(f, "datetime.date({})", date_arguments(text)),
        Special::DateTime(text) => python_date_time(text, f),
        Special::Bytes(bytes) => {
            let has = |quote| bytes.contains(&quote);
            let quote = if has(b'\'') && !has(b'"') { b'"' } else { b'\'' };
            write!(f, "b{}", char::from(quote))?;
            for byte in bytes {
                match byte {
                    b'\\' => f.write_str("\\\\")?,
                    b'\n' => f.write_str("\\n")?,
                    b'\r' => f.write_str("\\r")?,
                    b'\t' => f.write_str("\\t")?,
                    _ if *byte == quote => write!(f, "\\{}", char::from(quote))?,
                    0x20..=0x7e => f.write_char(char::from(*byte))?,
                    _ => write!(f, "\\x{byte:02x}")?,
                }
            }
            f.write_char(char::from(quote))
        }
        Special::Set(values) if values.is_empty() => f.write_str("set()"),
        Special::Set(values) => python_sequence('{', values, '}', f),
        Special::Tuple(values) => match &values[..] {
            [only] => write!(f, "({},)", Python(only)),
            _ => python_sequence('(', values, ')', f),
        },
    }
}

/// `2024-01-02` as `2024, 1, 2`.
fn date_arguments(text: &str) -> String {
    let numbers: Vec<_> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|digits| digits.parse::<u32>().ok())
        .map(|number| number.to_string())
        .collect();
    numbers.join(", ")
}

/// `2024-01-02T03:04:05.000006+01:00` as a call: seconds and their fraction only where they are not
/// zero, the zone as its difference to UTC.
fn python_date_time(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (local, zone) =
        match text.char_indices().skip(10).find(|(_, c)| matches!(c, '+' | '-' | 'Z')) {
            Some((index, _)) => text.split_at(index),
            None => (text, ""),
        };
    let mut local = local;
    if let Some((whole, fraction)) = local.rsplit_once('.')
        && fraction.bytes().all(|byte| byte == b'0')
    {
        local = whole;
    }
    if local.len() == "2024-01-02T03:04:05".len() {
        local = local.strip_suffix(":00").unwrap_or(local);
    }
    write!(f, "datetime.datetime({}", date_arguments(local))?;
    if !zone.is_empty() {
        write!(f, ", tzinfo=datetime.timezone{}", zone_arguments(zone))?;
    }
    f.write_char(')')
}

/// `+01:00` as `(datetime.timedelta(seconds=3600))`, no difference as `.utc`.
fn zone_arguments(zone: &str) -> String {
    const UNITS: [i64; 3] = [3600, 60, 1];
    let numbers = zone.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse::<i64>().ok());
    let seconds: i64 = numbers.zip(UNITS).map(|(number, unit)| number * unit).sum();
    match seconds {
        0 => ".utc".to_owned(),
        _ if zone.starts_with('-') => {
            format!("(datetime.timedelta(days=-1, seconds={}))", 86_400 - seconds)
        }
        _ => format!("(datetime.timedelta(seconds={seconds}))"),
    }
}

/// A string literal: single quotes, unless only double ones avoid an escape.
fn python_str_literal(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    f.write_char(quote)?;
    for c in text.chars() {
        match c {
            '\\' => f.write_str("\\\\")?,
            _ if c == quote => write!(f, "\\{c}")?,
            _ => write_visible(c, f)?,
        }
    }
    f.write_char(quote)
}

/// A character as it is, or as an escape of Python if it cannot be seen.
fn write_visible(c: char, f: &mut impl Write) -> fmt::Result {
    match c {
        ' '..='~' => f.write_char(c),
        '\n' => f.write_str("\\n"),
        '\r' => f.write_str("\\r"),
        '\t' => f.write_str("\\t"),
        _ if is_printable(c) => f.write_char(c),
        _ => match u32::from(c) {
            code @ ..=0xff => write!(f, "\\x{code:02x}"),
            code @ ..=0xffff => write!(f, "\\u{code:04x}"),
            code => write!(f, "\\U{code:08x}"),
        },
    }
}

/// Text from files, services and servers, fit to be shown on one line of a terminal or a log: what cannot be seen, or
/// changes how the rest is seen (control characters, line breaks, marks of writing direction), is an escape of Python.
/// So is what makes a command for workflows wherever it stands in a line: `##vso[` (Azure Pipelines), `##[` (GitHub).
///
/// ```
/// use octodns_core::value::visible;
///
/// assert_eq!(visible("plain; \\; é"), "plain; \\; é");
/// assert_eq!(visible("a\n::error::\x1b[2K\u{202e}"), r"a\n::error::\x1b[2K\u202e");
/// assert_eq!(visible("## [a] ##vso[b] ###[c]"), r"## [a] #\x23vso[b] ##\x23[c]");
/// ```
pub fn visible(text: &str) -> Cow<'_, str> {
    let is_plain =
        text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || text.chars().all(is_printable);
    if is_plain && !text.as_bytes().windows(2).any(|pair| pair == b"##") {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        if c == '#' && text[..at].ends_with('#') && starts_bracket(&text[at + 1..]) {
            shown.push_str(r"\x23");
            continue;
        }
        // Writing to a `String` cannot fail.
        let _ = write_visible(c, &mut shown);
    }
    if shown == text { Cow::Borrowed(text) } else { Cow::Owned(shown) }
}

/// A JSON document without what [`visible`] takes out of commands; it means the same.
///
/// ```
/// use octodns_core::value::visible_json;
///
/// let document = r###"["##[group]"]"###.to_owned();
/// assert_eq!(visible_json(document), r###"["#\u0023[group]"]"###);
/// ```
pub fn visible_json(document: String) -> String {
    if !document.contains("##") {
        return document;
    }
    ["[", "vso["].into_iter().fold(document, |document, rest| {
        document.replace(&format!("##{rest}"), &format!(r"#\u0023{rest}"))
    })
}

/// Whether a workflow takes what stands behind `##` for a command.
fn starts_bracket(behind: &str) -> bool {
    behind.starts_with('[') || behind.starts_with("vso[")
}

/// Whether Python shows a character as it is: all but controls, unassigned ones and blanks other than the
/// ordinary one.
pub(crate) fn is_printable(c: char) -> bool {
    use GeneralCategory as G;
    c == ' '
        || !matches!(
            c.general_category(),
            G::Control
                | G::Format
                | G::Surrogate
                | G::PrivateUse
                | G::Unassigned
                | G::LineSeparator
                | G::ParagraphSeparator
                | G::SpaceSeparator
        )
}

/// The shortest text that reads back as the same number, in Python's spelling.
pub(crate) fn python_float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = nearest_scientific(number);
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let Ok(exponent) = exponent.parse::<i32>() else { return scientific };
    if (-4..16).contains(&exponent) {
        let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
        let decimals = i32::try_from(digits).map_or(1, |digits| digits - 1 - exponent).max(1);
        return format!("{number:.*}", usize::try_from(decimals).unwrap_or(1));
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// The shortest digits that read back as the same number; of two such, those nearer to it, and of two
/// equally near the even ones, as in Python.
fn nearest_scientific(number: f64) -> String {
    let shortest = format!("{number:e}");
    let digits = shortest.split('e').next().unwrap_or_default().bytes().filter(u8::is_ascii_digit);
    let rounded = format!("{number:.*e}", digits.count().saturating_sub(1));
    if rounded.parse() == Ok(number) { rounded } else { shortest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_spelled_as_python_spells_them() {
        for (number, text) in [
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e16, "1e+16"),
            (1.5e-5, "1.5e-05"),
            (0.0001, "0.0001"),
            (123_456_789.25, "123456789.25"),
            (-0.0, "-0.0"),
            (1e22, "1e+22"),
            (1_480_375_104_935_708.2, "1480375104935708.2"),
            (5e-324, "5e-324"),
            (9_999_999_999_999_998.0, "9999999999999998.0"),
        ] {
            assert_eq!(python_float(number), text);
        }
    }

    #[test]
    fn text_chooses_its_quotes_as_python_does() {
        for (text, literal) in [
            ("a", "'a'"),
            ("it's", "\"it's\""),
            ("it's \"x\"", "'it\\'s \"x\"'"),
            ("a\\b\n", "'a\\\\b\\n'"),
            ("é\u{200b}\u{7f}", "'é\\u200b\\x7f'"),
        ] {
            assert_eq!(Python(&Value::from(text)).to_string(), literal);
        }
    }

    #[test]
    fn values_only_yaml_has_are_shown_as_python_shows_them() {
        for (special, literal) in [
            (Special::Date("2024-01-02".into()), "datetime.date(2024, 1, 2)"),
            (
                Special::DateTime("2024-01-02T03:04:00".into()),
                "datetime.datetime(2024, 1, 2, 3, 4)",
            ),
            (
                Special::DateTime("2024-01-02T03:04:05.600000+00:00".into()),
                "datetime.datetime(2024, 1, 2, 3, 4, 5, 600000, tzinfo=datetime.timezone.utc)",
            ),
            (
                Special::DateTime("2024-01-02T03:04:05-05:30".into()),
                "datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.timezone(\
                 datetime.timedelta(days=-1, seconds=66600)))",
            ),
            (Special::Bytes(b"it's \xff\n".to_vec()), "b\"it's \\xff\\n\""),
            (Special::Tuple(vec![1.into()]), "(1,)"),
            (Special::Set(Vec::new()), "set()"),
        ] {
            assert_eq!(Python(&Value::from_special(special)).to_string(), literal);
        }
    }
}
