//! `TXT` and `SPF`: text, in character strings of up to 255 octets.

mod check;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use crate::rdata::text::{self, Presentation, Spelled};
use crate::rdata::{Places, read_all};
use crate::record::{Rdata, RdataError, ValueError};
use crate::value::{OwnedValue, Value};

pub(in crate::record) use check::{CHECKS, SPF_TYPE};
pub(super) use check::{check_quoted, check_texts, quoted_escapes};

/// One text, whole: a string of octets. How it is cut into character strings is not part of it.
///
/// Texts are equal if their octets are, however they were written, and are in the order of their canonical texts.
/// [`text`] says what is read as what.
///
/// ```
/// use octodns_core::record::Txt;
///
/// let text = Txt::new(r"v=DKIM1\; k=rsa");
/// assert_eq!(&*text.octets(), b"v=DKIM1; k=rsa");
/// assert_eq!(text, Txt::from_octets(b"v=DKIM1; k=rsa"));
/// assert_eq!(text.as_str(), r"v=DKIM1\; k=rsa");
/// assert_eq!(text.to_string(), r#""v=DKIM1; k=rsa""#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Txt(Spelled);

impl Txt {
    /// A text as people write it, in YAML for example.
    pub fn new(written: &str) -> Self {
        match text::canonical_of(written) {
            Cow::Borrowed(plain) => Self(Spelled::plain(plain)),
            Cow::Owned(canonical) => Self(Spelled::new(&canonical, written)),
        }
    }

    /// The text of these octets, from a source that has octets.
    pub fn from_octets(octets: &[u8]) -> Self {
        let canonical = text::canonical(octets);
        Self(Spelled::new(&canonical, &canonical))
    }

    /// The canonical text: its semicolons and backslashes have a backslash.
    pub fn as_str(&self) -> &str {
        self.0.canonical()
    }

    /// The octets, as they go over the wire.
    pub fn octets(&self) -> Cow<'_, [u8]> {
        text::read(self.as_str())
    }

    /// The canonical text with codes for what is beyond ASCII: the value of a source that holds octets, where nobody can
    /// have typed a character by accident.
    pub fn in_ascii(&self) -> String {
        let mut ascii = String::with_capacity(self.as_str().len());
        for character in self.as_str().chars() {
            if character.is_ascii() {
                ascii.push(character);
            } else {
                ascii.push_str(&text::codes(character));
            }
        }
        ascii
    }

    /// The octets as bare text, for services that have text without escapes; `None` if they are not UTF-8.
    pub fn bare(&self) -> Option<String> {
        String::from_utf8(self.octets().into_owned()).ok()
    }

    /// The text as it was written, where that is not the canonical text.
    pub fn written(&self) -> Option<&str> {
        self.0.written()
    }
}

/// RFC 1035, sections 3.3.14 and 5.1.
impl Rdata for Txt {
    fn read(value: &Value<'_>) -> Result<Self, ValueError> {
        match value.as_str() {
            Some(text) => Ok(Self::new(text)),
            None => Err(ValueError::wrong_kind("a text", value, "text")),
        }
    }

    /// Text without any quotes is taken as it is if reading it as character strings would lose blanks,
    /// or what follows a semicolon.
    fn parse(rdata: &str) -> Result<OwnedValue, RdataError> {
        if text::scan_line(rdata)?.is_bare() {
            return Ok(Self::from_octets(rdata.as_bytes()).to_value());
        }
        Ok(Self::from_octets(&text::parse_line(rdata)?).to_value())
    }

    fn to_value(&self) -> OwnedValue {
        Value::from(self.as_str().to_owned())
    }

    fn text(&self) -> String {
        self.as_str().to_owned()
    }

    fn order(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }
}

/// Reads the texts of a record; each of several with the same octets once.
pub(in crate::record) fn read_distinct(
    values: &[Value<'_>],
    places: &mut Places,
) -> Result<Vec<Txt>, ValueError> {
    let mut read = Places::new();
    let mut texts = read_all::<Txt>(values, &mut read)?;
    let is_new = |index: usize| index == 0 || texts[index] != texts[index - 1];
    places.extend(read.iter().enumerate().filter(|(index, _)| is_new(*index)).map(|(_, at)| *at));
    texts.dedup();
    Ok(texts)
}

impl fmt::Display for Txt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Presentation::DECIMAL.strings(&self.octets()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_written_as_character_strings() {
        let long = "a".repeat(300);
        let chunks = format!("\"{}\" \"{}\"", "a".repeat(255), "a".repeat(45));
        for (text, rdata) in [
            ("", "\"\""),
            ("v=DKIM1\\; k=rsa", "\"v=DKIM1; k=rsa\""),
            ("say \"hi\" \\o/", "\"say \\\"hi\\\" \\\\o/\""),
            ("tab\there", "\"tab\\009here\""),
            ("déjà \"vu\"", "\"d\\195\\169j\\195\\160 \\\"vu\\\"\""),
            (&*long, &*chunks),
        ] {
            assert_eq!(Txt::new(text).to_string(), rdata, "{text:?}");
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
            ("\"\\255\"", Some("\\255")),
            ("\"\\a\\\\b\"", Some("a\\\\b")),
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
    fn the_text_is_kept_where_another_is_shown() {
        for (written, canonical, is_kept) in [
            ("plain", "plain", false),
            ("v=1\\; x", "v=1\\; x", false),
            ("v=1; x", "v=1\\; x", true),
            ("a\\b", "a\\\\b", true),
            ("a\\\\b", "a\\\\b", false),
            ("\"quoted\"", "quoted", true),
        ] {
            let text = Txt::new(written);
            assert_eq!(text.as_str(), canonical);
            assert_eq!(text.written(), is_kept.then_some(written));
            let same = Txt::from_octets(&text.octets());
            assert_eq!((&same, same.written()), (&text, None));
        }
    }
}
