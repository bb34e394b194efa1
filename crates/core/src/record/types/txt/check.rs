//! What may be objected to in texts. All of it is about the text as it was written.

use std::collections::HashSet;

use super::Txt;
use crate::rdata::text::{self, Doubt};
use crate::record::RecordType;
use crate::record::fields::check_each_mapping;
use crate::record::general::shown;
use crate::record::types::target::type_position;
use crate::validate::{Finding, Findings, RawRecord, RecordCheck, TypedRecord, ValueCheck};
use crate::value::{Position, Value};

/// The id of the rules for text, wherever text occurs.
const CHUNKED: &str = "chunked-value-rfc";
const ESCAPES: &str = "txt-escapes";
const QUOTES: &str = "txt-quotes";

pub(in crate::record) const CHECKS: &[ValueCheck] = &[
    ValueCheck {
        id: CHUNKED,
        class: "octodns.record.chunked.ChunkedValueValidator",
        sets: &["legacy", "strict"],
        check,
        accepts: Some(has_plain_texts),
    },
    ValueCheck {
        id: ESCAPES,
        class: "octodns.record.chunked.TxtEscapesValidator",
        sets: &["legacy"],
        check: |values, _, findings| check_escapes(values, Rigour::Legacy, findings),
        accepts: Some(has_plain_texts),
    },
    ValueCheck {
        id: ESCAPES,
        class: "octodns.record.chunked.TxtEscapesRfcValidator",
        sets: &["strict"],
        check: |values, _, findings| check_escapes(values, Rigour::Strict, findings),
        accepts: Some(has_plain_texts),
    },
    ValueCheck {
        id: QUOTES,
        class: "octodns.record.chunked.TxtQuotesValidator",
        sets: &["legacy"],
        check: |values, _, findings| check_quotes(values, Rigour::Legacy, findings),
        accepts: Some(has_plain_texts),
    },
    ValueCheck {
        id: QUOTES,
        class: "octodns.record.chunked.TxtQuotesRfcValidator",
        sets: &["strict"],
        check: |values, _, findings| check_quotes(values, Rigour::Strict, findings),
        accepts: Some(has_plain_texts),
    },
];

/// The rule for escapes in the quoted strings of a type: those with `$keys`. `$accepts` may say of which records it
/// finds nothing.
macro_rules! quoted_escapes {
    ($($key:literal),+ $(; $accepts:path)?) => {
        $crate::validate::ValueCheck {
            id: "quoted-escapes",
            class: "octodns.record.chunked.QuotedEscapesValidator",
            sets: &["legacy", "strict"],
            check: |values, _, findings| {
                $crate::record::types::txt::check_quoted(values, &[$($key),+], findings);
            },
            accepts: [$(Some($accepts as $crate::validate::Accepts),)? None][0],
        }
    };
}
pub(in crate::record::types) use quoted_escapes;

/// Whether all values are texts in which nothing is found.
fn has_plain_texts(record: &TypedRecord<'_>) -> bool {
    record.all(|txt: &Txt| text::is_plain(txt.as_str()))
}

/// RFC 7208, section 3.1: policies stand in `TXT` records only.
pub(in crate::record) const SPF_TYPE: RecordCheck = RecordCheck {
    id: "spf-record-type",
    class: "octodns.record.spf.SpfRecordTypeValidator",
    sets: &["strict"],
    check: spf_type,
    accepts: None,
};

fn spf_type(record: &RawRecord<'_>, findings: &mut Findings) {
    findings
        .error(type_position(record), "the type SPF is deprecated (RFC 7208)")
        .help("move its values to a TXT record of the same name");
}

/// Checks text of other types by the rules for text.
pub(in crate::record::types) fn check_texts(
    values: &[Value<'_>],
    record_type: RecordType,
    findings: &mut Findings,
) {
    let start = findings.len();
    check(values, record_type, findings);
    findings.attribute_to(start, CHUNKED);
}

const TEXT_HELP: &str = "write the text, such as `value: some text`, or several below `values`";

fn check(values: &[Value<'_>], _: RecordType, findings: &mut Findings) {
    if values.is_empty() {
        findings.error(Position::NONE, "missing value(s)").help(TEXT_HELP);
    }
    for value in values {
        if value.is_null() {
            findings.error(value.position, "missing value(s)").help(TEXT_HELP);
            continue;
        }
        let Some(text) = value.as_str() else {
            findings.wrong_kind("a value", value, "text, put it in quotes");
            continue;
        };
        if text::is_plain(text) {
            continue;
        }
        check_semicolons(text, value.position, findings);
        if let Some(first) = text.chars().find(|character| !character.is_ascii()) {
            let codes = text::codes(first);
            findings
                .error(value.position, format!("characters beyond ASCII in {}", shown(value)))
                .help(format!(
                    "write \"{}\" as {codes}, or mark the record lenient",
                    first.escape_debug()
                ));
        }
    }
}

fn check_semicolons(text: &str, position: Position, findings: &mut Findings) {
    if has_bare_semicolon(text) {
        let message = format!("unescaped ; in \"{text}\"");
        findings.error(position, message).help("write \\; instead");
    }
    if has_doubly_escaped_semicolon(text) {
        let (shown, help) = if findings.has_bare_semicolons() {
            (
                text::unescape_semicolons(text),
                "write ; for a semicolon, \\\\; for a backslash and one",
            )
        } else {
            let help = "write \\; for a semicolon, \\\\\\; for a backslash and one";
            (text.to_owned(), help)
        };
        findings.error(position, format!("double escaped ; in \"{shown}\"")).help(help);
    }
}

/// Whether a semicolon follows a letter, digit or underscore.
fn has_bare_semicolon(text: &str) -> bool {
    text.match_indices(';').any(|(index, _)| {
        text[..index].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

/// Whether a semicolon follows backslashes that escape each other.
fn has_doubly_escaped_semicolon(text: &str) -> bool {
    text.match_indices("\\;").any(|(index, _)| {
        let others = text[..index].bytes().rev().take_while(|byte| *byte == b'\\').count();
        others % 2 == 1
    })
}

/// How a set of validators takes what can be read and is probably not meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rigour {
    Legacy,
    Strict,
}

impl Rigour {
    fn object(self, findings: &mut Findings, at: Position, message: String) -> &mut Finding {
        match self {
            Self::Legacy => findings.warning(at, message),
            Self::Strict => findings.error(at, message),
        }
    }
}

fn texts<'v>(values: &'v [Value<'_>]) -> impl Iterator<Item = (&'v str, Position)> {
    values.iter().filter_map(|value| Some((value.as_str()?, value.position)))
}

fn check_escapes(values: &[Value<'_>], rigour: Rigour, findings: &mut Findings) {
    for (text, position) in texts(values) {
        for doubt in text::doubts(text) {
            say_escape(&doubt, text, position, rigour, findings);
        }
    }
}

/// Checks the escapes of quoted strings, which stand below some of the keys of values.
pub(in crate::record::types) fn check_quoted(
    values: &[Value<'_>],
    keys: &[&str],
    findings: &mut Findings,
) {
    check_each_mapping(values, findings, |fields, findings| {
        for value in keys.iter().filter_map(|key| fields.get(key)) {
            let Some(text) = value.as_str() else { continue };
            for doubt in text::doubts_of_quoted(text) {
                say_escape(&doubt, text, value.position, Rigour::Legacy, findings);
            }
        }
    });
}

/// Where octoDNS serves texts without the backslashes that start no escape.
const DROPPED_AT: &str =
    "Cloudflare, Constellix, DNS Made Easy, Hetzner, PowerDNS, Route 53, Selectel";

fn say_escape(
    doubt: &Doubt,
    text: &str,
    position: Position,
    rigour: Rigour,
    findings: &mut Findings,
) {
    match doubt {
        Doubt::NoOctet { digits, octal } => {
            let help = match octal {
                Some(octet) => format!(
                    "\\{digits} is no octet; Route 53's codes are octal, write \\{octet:03}"
                ),
                None => format!("codes are decimal, up to \\255; \\\\{digits} is the text itself"),
            };
            findings.error(position, format!("code \\{digits} over 255 in \"{text}\"")).help(help);
        }
        Doubt::LoneBackslash => {
            let message = format!("a backslash that starts no escape in \"{text}\"");
            let help = format!("write \\\\ for a backslash; octoDNS drops it at: {DROPPED_AT}");
            rigour.object(findings, position, message).help(help);
        }
        Doubt::NeedlessCode { octet } => {
            let message = format!("code \\{octet:03} of a printable character in \"{text}\"");
            let help = format!("write \"{}\" instead", char::from(*octet));
            findings.warning(position, message).help(help);
        }
        Doubt::Control { character } => {
            let codes = text::codes(*character);
            let message = format!("control character {codes} in \"{text}\"");
            findings.warning(position, message).help(format!("write {codes} if it is meant"));
        }
        Doubt::Unclosed | Doubt::Joined => {}
    }
}

fn check_quotes(values: &[Value<'_>], rigour: Rigour, findings: &mut Findings) {
    for (text, position) in texts(values) {
        if !text.contains('"') {
            continue;
        }
        for doubt in text::doubts(text) {
            let (message, help) = match doubt {
                Doubt::Unclosed => (
                    format!(
                        "the quote that \"{text}\" starts with is not closed at its end: the last character is lost"
                    ),
                    "write \\\" at the start for a quote that is part of the text",
                ),
                Doubt::Joined => (
                    format!(
                        "the \" \" within \"{text}\" is removed, as the separator of two strings"
                    ),
                    "write \" \\\"\" to keep it",
                ),
                _ => continue,
            };
            rigour.object(findings, position, message).help(help);
        }
    }
    check_distinct(values, rigour, findings);
}

fn check_distinct(values: &[Value<'_>], rigour: Rigour, findings: &mut Findings) {
    if values.len() < 2 {
        return;
    }
    let mut known = HashSet::with_capacity(values.len());
    for (text, position) in texts(values) {
        if !known.insert(text::canonical_of(text)) {
            let message = format!("\"{text}\" is the same text as another value, and is sent once");
            rigour.object(findings, position, message).help("remove one of them");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, sets: &str) -> Vec<(String, bool)> {
        let mut findings = Findings::new();
        for check in CHECKS.iter().filter(|check| check.sets.contains(&sets)) {
            (check.check)(&[text.into()], RecordType::TXT, &mut findings);
        }
        findings.into_iter().map(|found| (found.message, found.is_warning)).collect()
    }

    #[test]
    fn texts_are_objected_to_as_the_set_has_it() {
        const ERROR: Option<bool> = Some(false);
        const WARNING: Option<bool> = Some(true);
        for (text, message, legacy, strict) in [
            ("plain", "", None, None),
            ("a\\;b", "", None, None),
            ("a ; \\\" \\\\ \" \\009", "", None, None),
            ("a\\\\\\;b", "", None, None),
            ("a;b", "unescaped ;", ERROR, ERROR),
            ("\u{e9};", "beyond ASCII", ERROR, ERROR),
            ("a\\\\;b", "double escaped ;", ERROR, ERROR),
            ("a\\\\\\\\;b", "double escaped ;", ERROR, ERROR),
            ("\\303", "over 255", ERROR, ERROR),
            ("a\\b", "starts no escape", WARNING, ERROR),
            ("\\065", "printable", WARNING, WARNING),
            ("a\tb", "control character", WARNING, WARNING),
            ("\"abc\" x", "not closed", WARNING, ERROR),
            ("{\"a\" \"b\"}", "is removed", WARNING, ERROR),
        ] {
            for (set, expected) in [("legacy", legacy), ("strict", strict)] {
                let found = found(text, set);
                let matching = found.iter().find(|(said, _)| said.contains(message));
                assert_eq!(matching.map(|found| found.1), expected, "{text} {set}: {found:?}");
                if expected.is_none() {
                    assert!(found.is_empty(), "{text} {set}: {found:?}");
                }
            }
        }
    }

    #[test]
    fn advice_shows_what_cannot_be_seen() {
        for (text, shown) in
            [("caf\u{e9}", "write \"\u{e9}\" as"), ("a\u{202e}", "write \"\\u{202e}\" as")]
        {
            let mut findings = Findings::new();
            check(&[text.into()], RecordType::TXT, &mut findings);
            let help = findings.into_iter().next().unwrap().help.unwrap();
            assert!(help.starts_with(shown), "{help}");
        }
    }

    #[test]
    fn values_with_equal_octets_are_told() {
        let values = ["a\\;b".into(), "\"a;b\"".into(), "c".into()];
        let mut findings = Findings::new();
        check_quotes(&values, Rigour::Strict, &mut findings);
        let messages: Vec<_> = findings.into_iter().map(|found| found.message).collect();
        assert_eq!(messages, ["\"\"a;b\"\" is the same text as another value, and is sent once"]);
    }

    #[test]
    fn advice_is_about_what_was_written() {
        let mut findings = Findings::new();
        findings.note_bare_semicolons();
        let text = text::escape_semicolons("v=1\\; x");
        check(&[text.as_str().into()], RecordType::TXT, &mut findings);
        let found = findings.into_iter().next().unwrap();
        assert_eq!(found.message, "double escaped ; in \"v=1\\; x\"");
        assert!(found.help.unwrap().starts_with("write ; for a semicolon"));
    }
}
