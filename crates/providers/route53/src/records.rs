//! Converts between plain records and the values of record sets. Pure: no API, no clock.

use octodns_core::record::text::{Codes, Presentation, QuotedString, unescape};
use octodns_core::record::{Caa, Naptr, Record, Txt};
use octodns_core::value::{Map, OwnedValue, Value};
use octodns_core::{RecordData, RecordType};

use crate::rrset::{TEXT, absolute};

/// The supported types; all others at the service are left alone.
pub(crate) const TYPES: &[RecordType] = &[
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
];

/// Like texts, but semicolons in quoted strings of other types are not escaped.
const QUOTED: Presentation = Presentation::OCTAL;

/// Whether record sets of this type are supported.
pub(crate) fn is_known(record_type: &str) -> bool {
    TYPES.iter().any(|known| known.as_str() == record_type)
}

/// The data of a record, or the value that is not valid for its type.
pub(crate) fn to_data(
    record_type: &str,
    ttl: i64,
    values: &[String],
) -> Result<Map<'static>, String> {
    let mut data = Map::new();
    data.insert("type", record_type.to_owned());
    data.insert("ttl", ttl);
    if record_type == "CNAME" {
        let value = values.first().map(|value| absolute(value).into_owned());
        data.insert("value", value.unwrap_or_default());
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
            Some(fields([("preference", number(preference)), ("exchange", name(exchange))]))
        }
        "NAPTR" => {
            let [order, preference, flags, service, regexp, replacement] = words(value)?;
            Some(fields([
                ("order", number(order)),
                ("preference", number(preference)),
                ("flags", quoted(flags)),
                ("service", quoted(service)),
                ("regexp", quoted(regexp)),
                ("replacement", name(replacement)),
            ]))
        }
        "SRV" => {
            let [priority, weight, port, target] = parts(value)?;
            Some(fields([
                ("priority", number(priority)),
                ("weight", number(weight)),
                ("port", number(port)),
                ("target", name(target)),
            ]))
        }
        "SPF" | "TXT" => {
            let value = value.trim();
            let octets = if value.starts_with('"') { TEXT.read(value).ok()? } else { return None };
            Some(Txt::from_octets(&octets).in_ascii().into())
        }
        "NS" | "PTR" => Some(name(value)),
        _ => Some(text(value)),
    }
}

/// The values of a record in the service's form; not called for types that are not in [`TYPES`], or for
/// aliases of Route 53.
pub(crate) fn to_values(record: &Record) -> Vec<String> {
    match record.data() {
        RecordData::Spf(texts) | RecordData::Txt(texts) => {
            texts.iter().map(|text| TEXT.strings(&text.octets())).collect()
        }
        RecordData::Caa(values) => {
            let value = |caa: &Caa| format!("{} {} {}", caa.flags, caa.tag, string(&caa.value));
            values.iter().map(value).collect()
        }
        RecordData::Naptr(values) => values.iter().map(naptr).collect(),
        _ => record.rdata_strings(),
    }
}

/// The service only accepts octal escapes.
fn string(text: &QuotedString) -> String {
    format!("\"{}\"", text.inside(QUOTED))
}

fn naptr(naptr: &Naptr) -> String {
    let Naptr { order, preference, flags, service, regexp, replacement } = naptr;
    let [flags, service, regexp] = [flags, service, regexp].map(string);
    format!("{order} {preference} {flags} {service} {regexp} {replacement}")
}

/// Splits at blanks; the last part may contain blanks.
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
    let (mut is_quoted, mut is_escaped) = (false, false);
    let at_blanks = value.split(|character: char| {
        is_quoted ^= character == '"' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
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

fn name(word: &str) -> OwnedValue {
    text(&absolute(word))
}

fn quoted(word: &str) -> OwnedValue {
    let inside = word.strip_prefix('"').and_then(|word| word.strip_suffix('"')).unwrap_or(word);
    QuotedString::from_octets(&unescape(inside.as_bytes(), Codes::Octal)).to_value()
}

fn number(word: &str) -> OwnedValue {
    word.parse::<i64>().map_or_else(|_| text(word), Value::from)
}

#[cfg(test)]
mod tests {
    use octodns_core::record::Rdata;
    use octodns_core::value::Json;

    use super::*;

    #[test]
    fn values_become_data() {
        for (record_type, value, expected) in [
            ("A", "192.0.2.1", r#""192.0.2.1""#),
            ("CAA", "0 issue \"a; b\"", r#"{"flags": 0, "tag": "issue", "value": "a; b"}"#),
            ("MX", "10  mx.unit.tests.", r#"{"preference": 10, "exchange": "mx.unit.tests."}"#),
            ("MX", "10 mx.unit.tests", r#"{"preference": 10, "exchange": "mx.unit.tests."}"#),
            ("NS", "ns.unit.tests", r#""ns.unit.tests.""#),
            (
                "SRV",
                "1 2 3 a.unit.tests",
                r#"{"priority": 1, "weight": 2, "port": 3, "target": "a.unit.tests."}"#,
            ),
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
            ("TXT", r#""\"a" "b\" \"c\"""#, r#""\\\"ab\" \\\"c\"""#),
            ("TXT", r#""a\\" "b""#, r#""a\\\\b""#),
        ] {
            let data = to_value(record_type, value).unwrap();
            assert_eq!(Json::default().text(&data), expected, "{value}");
        }
    }

    #[test]
    fn a_name_without_its_final_dot_is_the_same() {
        let data = to_data("CNAME", 60, &["a.unit.tests".into()]).unwrap();
        assert_eq!(data.get("value").and_then(Value::as_str), Some("a.unit.tests."));
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
    fn texts_are_written_in_the_form_of_the_service() {
        let long = format!("{}\"{}", "a".repeat(254), "b".repeat(3));
        let cut = format!("\"{}\" \"\\\"bbb\"", "a".repeat(254));
        for (text, written) in [
            ("", "\"\""),
            ("v=DKIM1\\; k=rsa", "\"v=DKIM1\\; k=rsa\""),
            ("say \"hi\"", "\"say \\\"hi\\\"\""),
            ("say \\\"hi\\\"", "\"say \\\"hi\\\"\""),
            ("a\\\\", "\"a\\\\\""),
            ("a\\", "\"a\\\\\""),
            // Decimal in octoDNS, octal at the service.
            ("\\195x", "\"\\303x\""),
            ("é\t", "\"\\303\\251\\011\""),
            (&*long, &*cut),
        ] {
            assert_eq!(TEXT.strings(&Txt::new(text).octets()), written, "{text}");
            let read = to_value("TXT", written).unwrap();
            assert_eq!(Txt::new(read.as_str().unwrap()), Txt::new(text), "{text}");
        }
    }

    #[test]
    fn quoted_strings_have_octal_codes_as_well() {
        let value = r#"1 2 "U" "a b" "!^.*$!\\1\303\251\"!" ."#;
        let read = to_value("NAPTR", value).unwrap();
        assert_eq!(read.get("regexp").and_then(Value::as_str), Some(r#"!^.*$!\\1é\"!"#));
        let of = Naptr::read(&read).unwrap();
        let record = Record::new(octodns_core::RecordName::APEX, 60, RecordData::Naptr(vec![of]));
        assert_eq!(to_values(&record), [value]);
    }
}
