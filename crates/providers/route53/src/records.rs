//! Plain records and the values of record sets, both ways. Pure: no API, no clock.

use std::fmt::Write as _;

use octodns_core::record::Record;
use octodns_core::value::{Map, OwnedValue, Value};
use octodns_core::{RecordData, RecordType, TypeSupport};

/// The types that are read and written; all others at the service are left alone.
pub(crate) const TYPES: TypeSupport = TypeSupport::Only(&[
    RecordType::A,
    RecordType::AAAA,
    RecordType::CAA,
    RecordType::CNAME,
    RecordType::DS,
    RecordType::MX,
    RecordType::NAPTR,
    RecordType::NS,
    RecordType::PTR,
    RecordType::SPF,
    RecordType::SRV,
    RecordType::TXT,
    crate::alias::RECORD_TYPE,
]);

/// Whether record sets of this type are looked at.
pub(crate) fn is_known(record_type: &str) -> bool {
    match &TYPES {
        TypeSupport::Only(types) => types.iter().any(|known| known.as_str() == record_type),
        TypeSupport::All => true,
    }
}

/// The data that a record is read from, or the value that is not what its type asks for.
pub(crate) fn to_data(
    record_type: &str,
    ttl: i64,
    values: &[String],
) -> Result<Map<'static>, String> {
    let mut data = Map::new();
    data.insert("type", record_type.to_owned());
    data.insert("ttl", ttl);
    if record_type == "CNAME" {
        data.insert("value", values.first().cloned().unwrap_or_default());
        return Ok(data);
    }
    let read = |value: &String| to_value(record_type, value).ok_or_else(|| value.clone());
    data.insert("values", values.iter().map(read).collect::<Result<Vec<_>, _>>()?);
    Ok(data)
}

fn to_value(record_type: &str, value: &str) -> Option<OwnedValue> {
    match record_type {
        "CAA" => {
            let [flags, tag, value] = parts(value)?;
            Some(fields([("flags", number(flags)), ("tag", text(tag)), ("value", quoted(value))]))
        }
        "DS" => {
            // The digest may contain blanks.
            let [key_tag, algorithm, digest_type, digest] = parts(value)?;
            Some(fields([
                ("key_tag", number(key_tag)),
                ("algorithm", number(algorithm)),
                ("digest_type", number(digest_type)),
                ("digest", text(digest)),
            ]))
        }
        "MX" => {
            let [preference, exchange] = parts(value)?;
            Some(fields([("preference", number(preference)), ("exchange", text(exchange))]))
        }
        "NAPTR" => {
            let [order, preference, flags, service, regexp, replacement] = words(value)?;
            Some(fields([
                ("order", number(order)),
                ("preference", number(preference)),
                ("flags", quoted(flags)),
                ("service", quoted(service)),
                ("regexp", quoted(regexp)),
                ("replacement", text(replacement)),
            ]))
        }
        "SRV" => {
            let [priority, weight, port, target] = parts(value)?;
            Some(fields([
                ("priority", number(priority)),
                ("weight", number(weight)),
                ("port", number(port)),
                ("target", text(target)),
            ]))
        }
        "SPF" | "TXT" => {
            let inner = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'))?;
            Some(text(&unescape_quotes(&escape_semicolons(inner))))
        }
        _ => Some(text(value)),
    }
}

/// The values of a record as they are written; for types that [`TYPES`] has not, and for aliases of
/// Route 53, this is not asked.
pub(crate) fn to_values(record: &Record) -> Vec<String> {
    match record.data() {
        RecordData::Spf(texts) | RecordData::Txt(texts) => {
            texts.iter().map(|text| character_strings(text.as_str())).collect()
        }
        _ => record.rdatas(),
    }
}

/// Splits at blanks; the last part keeps those it has.
fn parts<const N: usize>(value: &str) -> Option<[&str; N]> {
    let mut rest = value.trim();
    let mut parts = [""; N];
    let (last, first) = parts.split_last_mut()?;
    for part in first {
        let (word, after) = rest.split_once(char::is_whitespace)?;
        *part = word;
        rest = after.trim_start();
    }
    *last = rest;
    (!rest.is_empty()).then_some(parts)
}

/// Splits at blanks outside of quotes.
fn words<const N: usize>(value: &str) -> Option<[&str; N]> {
    let mut is_quoted = false;
    let at_blanks = value.split(|character: char| {
        is_quoted ^= character == '"';
        !is_quoted && character.is_whitespace()
    });
    at_blanks.filter(|word| !word.is_empty()).collect::<Vec<_>>().try_into().ok()
}

fn fields<const N: usize>(entries: [(&'static str, OwnedValue); N]) -> OwnedValue {
    Map::from_unique(entries).into()
}

fn text(word: &str) -> OwnedValue {
    Value::from(word.to_owned())
}

fn quoted(word: &str) -> OwnedValue {
    text(word.strip_prefix('"').and_then(|word| word.strip_suffix('"')).unwrap_or(word))
}

fn number(word: &str) -> OwnedValue {
    word.parse::<i64>().map_or_else(|_| text(word), Value::from)
}

/// Semicolons in data have a backslash; the service gives them back with it or without.
fn escape_semicolons(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut previous = ' ';
    for character in text.chars() {
        if character == ';' && previous != '\\' {
            escaped.push('\\');
        }
        escaped.push(character);
        previous = character;
    }
    escaped
}

/// A text in one piece, its quotes without their escape; but where they would be taken for the ends of
/// character strings when the text is read as data.
fn unescape_quotes(text: &str) -> String {
    let joined = text.replace("\" \"", "");
    let mut plain = String::with_capacity(joined.len());
    let mut characters = joined.chars();
    while let Some(character) = characters.next() {
        match (character, characters.clone().next()) {
            ('\\', Some('"')) => {}
            ('\\', Some(escaped)) => {
                plain.extend(['\\', escaped]);
                characters.next();
            }
            _ => plain.push(character),
        }
    }
    if plain.starts_with('"') || plain.contains("\" \"") { joined } else { plain }
}

/// The longest character string (RFC 1035, section 3.3).
const CHUNK: usize = 255;

/// A text as quoted character strings. Its escapes stay; quotes without one get it, and so do characters
/// that the service takes only as octal codes.
///
/// <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#TXTFormat>
///
// Differs from octoDNS: a quote that is escaped already is not escaped again, and bytes beyond ASCII are
// written as the octal codes that the service asks for.
fn character_strings(text: &str) -> String {
    let mut written = String::from("\"");
    let mut length = 0;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let unit = match character {
            '\\' => escaped_unit(&mut characters),
            plain => unit(plain, false),
        };
        if length + unit.len() > CHUNK {
            written.push_str("\" \"");
            length = 0;
        }
        length += unit.len();
        written.push_str(&unit);
    }
    written.push('"');
    written
}

/// What follows a backslash, with it: the three digits of a code, or one character.
fn escaped_unit(characters: &mut std::str::Chars<'_>) -> String {
    let code = characters.as_str().get(..3);
    if let Some(code) = code.filter(|code| code.bytes().all(|byte| byte.is_ascii_digit())) {
        characters.nth(2);
        return format!("\\{code}");
    }
    characters.next().map_or_else(|| "\\\\".into(), |escaped| unit(escaped, true))
}

/// What must not be cut: a character with its escape.
fn unit(character: char, is_escaped: bool) -> String {
    match (character, is_escaped) {
        (' '..='~', true) => format!("\\{character}"),
        ('"', false) => "\\\"".into(),
        (' '..='~', false) => character.into(),
        _ => {
            let mut codes = String::new();
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                // Writing to a string does not fail.
                let _ = write!(codes, "\\{byte:03o}");
            }
            codes
        }
    }
}

#[cfg(test)]
mod tests {
    use octodns_core::record::Txt;
    use octodns_core::value::Json;

    use super::*;

    #[test]
    fn values_become_data() {
        for (record_type, value, expected) in [
            ("A", "192.0.2.1", r#""192.0.2.1""#),
            ("CAA", "0 issue \"a; b\"", r#"{"flags": 0, "tag": "issue", "value": "a; b"}"#),
            ("MX", "10  mx.unit.tests.", r#"{"preference": 10, "exchange": "mx.unit.tests."}"#),
            (
                "NAPTR",
                "1 2 \"U\" \"a b\" \"\" .",
                r#"{"order": 1, "preference": 2, "flags": "U", "service": "a b", "regexp": "", "replacement": "."}"#,
            ),
            (
                "DS",
                "1 5 1 ab cd",
                r#"{"key_tag": 1, "algorithm": 5, "digest_type": 1, "digest": "ab cd"}"#,
            ),
            ("TXT", "\"a;b\\;c\\\"\"", r#""a\\;b\\;c\"""#),
            ("TXT", r#""\"a" "b\" \"c\"""#, r#""\\\"ab\\\" \\\"c\\\"""#),
            ("TXT", r#""a\\" "b""#, r#""a\\\\b""#),
        ] {
            let data = to_value(record_type, value).unwrap();
            assert_eq!(Json::default().text(&data), expected, "{value}");
        }
    }

    #[test]
    fn values_without_all_their_fields_are_refused() {
        for (record_type, value) in [
            ("MX", "10"),
            ("SRV", "1 2 3"),
            ("NAPTR", "1 2 \"\" \"\" ."),
            ("TXT", "bare"),
            ("TXT", "\""),
        ] {
            assert_eq!(to_data(record_type, 60, &[value.into()]).unwrap_err(), value);
        }
    }

    #[test]
    fn texts_are_written_as_the_service_takes_them() {
        let long = format!("{}\"{}", "a".repeat(254), "b".repeat(3));
        let cut = format!("\"{}\" \"\\\"bbb\"", "a".repeat(254));
        for (text, written) in [
            ("", "\"\""),
            ("v=DKIM1\\; k=rsa", "\"v=DKIM1\\; k=rsa\""),
            ("say \"hi\"", "\"say \\\"hi\\\"\""),
            ("say \\\"hi\\\"", "\"say \\\"hi\\\"\""),
            ("a\\\\", "\"a\\\\\""),
            ("a\\", "\"a\\\\\""),
            ("\\303x", "\"\\303x\""),
            ("é\t", "\"\\303\\251\\011\""),
            (&*long, &*cut),
        ] {
            assert_eq!(character_strings(text), written, "{text}");
            let read = to_value("TXT", written).unwrap();
            // Reading gives a text that is written the same.
            let again = Txt::new(read.as_str().unwrap().replace("\" \"", ""));
            assert_eq!(character_strings(again.as_str()), written, "{text}");
        }
    }
}
