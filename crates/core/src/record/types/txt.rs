//! `TXT` and `SPF`: text, in character strings of up to 255 bytes.

use std::cmp::Ordering;
use std::fmt::{self, Write};

use smol_str::SmolStr;

use super::character_string;
use super::target::type_position;
use super::{RecordCheck, ValueCheck};
use crate::record::general::shown;
use crate::record::{Fault, Rdata, RdataError, RecordType};
use crate::validate::{Findings, RawRecord};
use crate::value::{OwnedValue, Position, Value};

/// One text, whole, with its semicolons escaped: `v=DKIM1\; k=rsa`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Txt(SmolStr);

/// The most bytes a character string holds (RFC 1035, section 3.3).
const CHUNK: usize = 255;

impl Txt {
    /// A text whose semicolons are escaped.
    pub fn new(escaped: impl Into<SmolStr>) -> Self {
        Self(escaped.into())
    }

    /// A text as it goes over the wire, its semicolons bare.
    pub fn from_raw(raw: &str) -> Self {
        Self(raw.replace(';', "\\;").into())
    }

    /// The text, its semicolons escaped.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text as it goes over the wire, its semicolons bare.
    pub fn raw(&self) -> String {
        self.0.replace("\\;", ";")
    }
}

pub(super) const CHECKS: &[ValueCheck] = &[ValueCheck {
    id: ID,
    class: "octodns.record.chunked.ChunkedValueValidator",
    sets: &["legacy", "strict"],
    check,
}];

/// RFC 7208, section 3.1: policies stand in `TXT` records only.
pub(super) const SPF_TYPE: RecordCheck = RecordCheck {
    id: "spf-record-type",
    class: "octodns.record.spf.SpfRecordTypeValidator",
    sets: &["strict"],
    check: spf_type,
};

fn spf_type(record: &RawRecord<'_>, findings: &mut Findings) {
    findings
        .fault(type_position(record), "the type SPF is deprecated (RFC 7208)")
        .help("move its values to a TXT record of the same name");
}

/// The id of the rules for text, wherever text occurs.
const ID: &str = "chunked-value-rfc";

/// Checks text of other types by the rules for text.
pub(super) fn check_texts(values: &[Value<'_>], record_type: RecordType, findings: &mut Findings) {
    let start = findings.len();
    check(values, record_type, findings);
    findings.sign(start, ID);
}

fn check(values: &[Value<'_>], _: RecordType, findings: &mut Findings) {
    if values.is_empty() {
        findings.fault(Position::NONE, "missing value(s)").help(TEXT_HELP);
    }
    for value in values {
        if value.is_null() {
            findings.fault(value.position, "missing value(s)").help(TEXT_HELP);
            continue;
        }
        let Some(text) = value.as_str() else {
            findings.wrong_kind("a value", value, "text, put it in quotes");
            continue;
        };
        if has_bare_semicolon(text) {
            findings
                .fault(value.position, format!("unescaped ; in {}", shown(value)))
                .help("write \\; instead");
        }
        if text.contains("\\\\;") {
            findings
                .fault(value.position, format!("double escaped ; in {}", shown(value)))
                .help("write \\; instead");
        }
        if !text.is_ascii() {
            let message = format!("characters beyond ASCII in {}", shown(value));
            findings.fault(value.position, message).help("write the text in ASCII");
        }
    }
}

const TEXT_HELP: &str = "write the text, such as `value: some text`, or several below `values`";

/// Whether a semicolon follows a letter, digit or underscore.
fn has_bare_semicolon(text: &str) -> bool {
    text.match_indices(';').any(|(index, _)| {
        text[..index].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

/// RFC 1035, sections 3.3.14 and 5.1.
impl Rdata for Txt {
    /// A text that starts with a quote loses that and its last character; the ends of the character
    /// strings within go as well.
    fn read(value: &Value<'_>) -> Result<Self, Fault> {
        let Some(text) = value.as_str() else {
            return Err(Fault::wrong_kind("a text", value, "text"));
        };
        let mut chars = text.chars();
        if text.starts_with('"') {
            chars.next();
            chars.next_back();
        }
        let text = chars.as_str();
        if text.contains("\" \"") {
            return Ok(Self(text.replace("\" \"", "").into()));
        }
        Ok(Self(text.into()))
    }

    /// Text without any quotes is taken as it is if reading it as character strings would lose blanks,
    /// or what follows a semicolon.
    fn parse(rdata: &str) -> Result<OwnedValue, RdataError> {
        let escaped = |text: &str| Value::from(text.replace(';', "\\;"));
        let scanned = character_string::scan(rdata)?;
        if scanned.is_bare() {
            return Ok(escaped(rdata));
        }
        let bytes = character_string::parse(rdata)?;
        let text = String::from_utf8(bytes).map_err(|_| RdataError::Text("it is not UTF-8"))?;
        Ok(escaped(&text))
    }

    fn to_value(&self) -> OwnedValue {
        Value::from(self.0.to_string())
    }

    fn text(&self) -> String {
        self.0.to_string()
    }

    fn order(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }

    fn is_blank(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Txt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.is_ascii() {
            return write_characters(&self.0, f);
        }
        let raw = self.raw();
        if raw.is_empty() {
            return f.write_str("\"\"");
        }
        for (index, chunk) in raw.as_bytes().chunks(CHUNK).enumerate() {
            f.write_str(if index == 0 { "\"" } else { " \"" })?;
            for byte in chunk {
                match byte {
                    b'"' | b'\\' => write!(f, "\\{}", char::from(*byte))?,
                    0x20..=0x7e => f.write_char(char::from(*byte))?,
                    _ => write!(f, "\\{byte:03}")?,
                }
            }
            f.write_char('"')?;
        }
        Ok(())
    }
}

/// Text beyond ASCII, which only lenient records have: chunks count characters, and none ends in a
/// backslash.
fn write_characters(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let chars: Vec<char> = text.replace('"', "\\\"").chars().collect();
    let mut start = 0;
    while start < chars.len() {
        let most = usize::min(start + CHUNK, chars.len());
        let backslashes = chars[start..most].iter().rev().take_while(|c| **c == '\\').count();
        // A chunk of nothing but backslashes has to end in one.
        let end = if backslashes == most - start { most } else { most - backslashes };
        f.write_str(if start == 0 { "\"" } else { " \"" })?;
        f.write_str(&chars[start..end].iter().collect::<String>())?;
        f.write_char('"')?;
        start = end;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_written_as_character_strings() {
        let long = "a".repeat(300);
        let chunks = format!("\"{}\" \"{}\"", "a".repeat(255), "a".repeat(45));
        for (escaped, rdata) in [
            ("", "\"\""),
            ("v=DKIM1\\; k=rsa", "\"v=DKIM1; k=rsa\""),
            ("say \"hi\" \\o/", "\"say \\\"hi\\\" \\\\o/\""),
            ("tab\there", "\"tab\\009here\""),
            ("déjà \"vu\"", "\"déjà \\\"vu\\\"\""),
            (&*long, &*chunks),
        ] {
            assert_eq!(Txt::new(escaped).to_string(), rdata, "{escaped:?}");
        }
    }

    /// In presentation format a comment would swallow most of a DKIM key.
    #[test]
    fn text_without_quotes_is_read_whole() {
        for (rdata, text) in [
            ("v=DKIM1; k=rsa", Some("v=DKIM1\\; k=rsa")),
            ("two words", Some("two words")),
            ("word", Some("word")),
            ("\"one \" \"two\"", Some("one two")),
            ("\"a;b\" ; comment", Some("a\\;b")),
            ("\"caf\\195\\169\"", Some("café")),
            ("\"\\255\"", None),
            ("\"\\999\"", None),
            ("\"open", None),
            ("", None),
            ("word (", None),
            ("( \"a\"\n\"b\" )", Some("ab")),
        ] {
            let parsed = Txt::parse(rdata).ok();
            assert_eq!(parsed.as_ref().and_then(Value::as_str), text, "{rdata:?}");
        }
    }

    /// The loose reading of quotes is what zone files of octoDNS rely on.
    #[test]
    fn quotes_of_data_are_taken_off() {
        for (data, text) in [
            ("plain", "plain"),
            ("\"quoted\"", "quoted"),
            ("\"one\" \"two\"", "onetwo"),
            ("\"unclosed", "unclose"),
            ("in \"side\"", "in \"side\""),
            ("", ""),
        ] {
            assert_eq!(Txt::read(&data.into()).unwrap().as_str(), text, "{data:?}");
        }
    }

    #[test]
    fn semicolons_are_escaped_once() {
        for (text, faults) in
            [("a\\;b", 0), ("a;b", 1), ("é;", 2), (" ;", 0), ("a\\\\;b", 1), ("a\\;b;c\\\\;", 2)]
        {
            let mut findings = Findings::new();
            check(&[text.into()], RecordType::TXT, &mut findings);
            assert_eq!(findings.len(), faults, "{text:?}");
        }
    }
}
