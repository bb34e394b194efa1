//! Quoted strings of zone files and services, written and read.

use super::MAX_OCTETS;
use crate::escape::{Codes, escape};
use crate::value::is_printable;

/// Where a text is cut into strings. All cuts leave at most 255 octets to a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cut {
    /// Behind 255 octets.
    Octets,
    /// Behind 255 octets as they are written, with their escapes: as octoDNS cuts.
    Written,
}

/// How a service or a format spells texts in quotes: `"v=DKIM1; k=rsa; p=" "MIIB"`.
///
/// ```
/// use octodns_core::record::text::Presentation;
///
/// let text = "say \"hi\" – \\o/".as_bytes();
/// let written = r#""say \"hi\" \226\128\147 \\o/""#;
/// assert_eq!(Presentation::DECIMAL.strings(text), written);
/// assert_eq!(Presentation::DECIMAL.read(written)?, text);
/// assert_eq!(Presentation::OCTAL.read(r#""say \"hi\" " "\342\200\223 \\o/""#)?, text);
/// # Ok::<(), octodns_core::record::text::TextError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presentation {
    codes: Codes,
    cut: Cut,
    escapes_semicolons: bool,
    keeps_unicode: bool,
    between: &'static str,
}

impl Presentation {
    /// RFC 1035, section 5.1: `\DDD`, bare semicolons, strings of 255 octets.
    pub const DECIMAL: Self = Self {
        codes: Codes::Decimal,
        cut: Cut::Octets,
        escapes_semicolons: false,
        keeps_unicode: false,
        between: " ",
    };

    /// The same with octal codes, which Route 53 has.
    pub const OCTAL: Self = Self { codes: Codes::Octal, ..Self::DECIMAL };

    /// The same with a backslash before each semicolon.
    #[must_use]
    pub const fn with_escaped_semicolons(self) -> Self {
        Self { escapes_semicolons: true, ..self }
    }

    /// The same with characters beyond ASCII as they are, if they can be seen; strings end between
    /// characters.
    #[must_use]
    pub const fn with_unicode(self) -> Self {
        Self { keeps_unicode: true, ..self }
    }

    /// The same with nothing between strings: `"v=DKIM1; ""p=MIIB"`.
    #[must_use]
    pub const fn with_joined_strings(self) -> Self {
        Self { between: "", ..self }
    }

    /// The same, cut elsewhere.
    #[must_use]
    pub const fn with_cut(self, cut: Cut) -> Self {
        Self { cut, ..self }
    }

    /// A text as strings of at most 255 octets in quotes, a blank between them; one empty string for no octets.
    pub fn strings(self, octets: &[u8]) -> String {
        self.write(octets, MAX_OCTETS)
    }

    /// A text as one string in quotes, however long it is.
    pub fn string(self, octets: &[u8]) -> String {
        self.write(octets, usize::MAX)
    }

    /// The inside of [`Presentation::string`], without the quotes around it.
    pub fn inside(self, octets: &[u8]) -> String {
        let mut text = String::with_capacity(octets.len());
        self.units(octets, |unit| unit.push(self, &mut text));
        text
    }

    /// A text as one string without quotes, if it can stand so: what would end it, or be taken
    /// for quotes, is a code.
    pub fn word(self, octets: &[u8]) -> String {
        if octets.is_empty() {
            return self.string(octets);
        }
        let mut text = String::with_capacity(octets.len());
        self.units(octets, |unit| match unit {
            Unit::Octet(octet @ (b' ' | b';' | b'(' | b')' | b'\'')) => {
                self.codes.push(octet, &mut text);
            }
            unit => unit.push(self, &mut text),
        });
        text
    }

    fn write(self, octets: &[u8], most: usize) -> String {
        let mut text = String::with_capacity(octets.len() + 2);
        let mut length = 0;
        text.push('"');
        self.units(octets, |unit| {
            let start = text.len();
            unit.push(self, &mut text);
            let size = match self.cut {
                Cut::Octets => unit.octets(),
                Cut::Written => text.len() - start,
            };
            length += size;
            if length > most {
                text.insert(start, '"');
                text.insert_str(start, self.between);
                text.insert(start, '"');
                length = size;
            }
        });
        text.push('"');
        text
    }

    /// Calls for each part of a text that must not be cut.
    fn units(self, octets: &[u8], mut each: impl FnMut(Unit)) {
        if !self.keeps_unicode {
            return octets.iter().for_each(|octet| each(Unit::Octet(*octet)));
        }
        for chunk in octets.utf8_chunks() {
            for character in chunk.valid().chars() {
                if character.is_ascii() || !is_printable(character) {
                    let mut buffer = [0; 4];
                    let octets = character.encode_utf8(&mut buffer).bytes();
                    octets.for_each(|octet| each(Unit::Octet(octet)));
                } else {
                    each(Unit::Character(character));
                }
            }
            chunk.invalid().iter().for_each(|octet| each(Unit::Octet(*octet)));
        }
    }

    /// The octets of one string or several, one after the other; strings without quotes end at a blank.
    ///
    /// Any backslash escapes what follows, as in RFC 1035; one that starts no escape stands for itself.
    ///
    /// # Errors
    ///
    /// Fails when there is no string, and when a quote is not closed.
    pub fn read(self, text: &str) -> Result<Vec<u8>, TextError> {
        let mut octets = Vec::with_capacity(text.len());
        let mut rest = text.trim_ascii_start().as_bytes();
        if rest.is_empty() {
            return Err(TextError::Empty);
        }
        while let Some((&first, after)) = rest.split_first() {
            rest = match first {
                b'"' => self.read_quoted(after, &mut octets)?,
                _ => self.read_bare(rest, &mut octets),
            };
            rest = rest.trim_ascii_start();
        }
        Ok(octets)
    }

    /// [`Presentation::read`] for services that keep texts as they were sent: what does not start with a quote, or
    /// is not presentation format, is the text itself.
    pub fn read_if_quoted(self, text: &str) -> Vec<u8> {
        let read = if text.starts_with('"') { self.read(text).ok() } else { None };
        read.unwrap_or_else(|| text.as_bytes().to_vec())
    }

    /// Reads a string after its opening quote; gives what follows the closing one.
    fn read_quoted<'t>(
        self,
        mut rest: &'t [u8],
        octets: &mut Vec<u8>,
    ) -> Result<&'t [u8], TextError> {
        loop {
            let (&octet, after) = rest.split_first().ok_or(TextError::Unclosed)?;
            if octet == b'"' {
                return Ok(after);
            }
            rest = self.read_one(octet, after, octets);
        }
    }

    fn read_bare<'t>(self, mut rest: &'t [u8], octets: &mut Vec<u8>) -> &'t [u8] {
        while let Some((&octet, after)) = rest.split_first() {
            if octet == b'"' || octet.is_ascii_whitespace() {
                break;
            }
            rest = self.read_one(octet, after, octets);
        }
        rest
    }

    fn read_one<'t>(self, octet: u8, after: &'t [u8], octets: &mut Vec<u8>) -> &'t [u8] {
        let (octet, after) = match octet {
            b'\\' => escape(after, self.codes).unwrap_or((octet, after)),
            _ => (octet, after),
        };
        octets.push(octet);
        after
    }
}

/// What must not be cut: an octet, or a character that is written as it is.
#[derive(Clone, Copy)]
enum Unit {
    Octet(u8),
    Character(char),
}

impl Unit {
    fn octets(self) -> usize {
        match self {
            Self::Octet(_) => 1,
            Self::Character(character) => character.len_utf8(),
        }
    }

    fn push(self, form: Presentation, text: &mut String) {
        match self {
            Self::Character(character) => text.push(character),
            Self::Octet(octet) => match octet {
                b'"' | b'\\' => text.extend(['\\', char::from(octet)]),
                b';' if form.escapes_semicolons => text.push_str("\\;"),
                b' '..=b'~' => text.push(char::from(octet)),
                _ => form.codes.push(octet, text),
            },
        }
    }
}

/// Why a text is not presentation format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// There is no string, not even an empty one.
    #[error("there is no text, not even \"\"")]
    Empty,
    /// A quote is opened and not closed.
    #[error("a quote is not closed")]
    Unclosed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_written_as_they_are_asked_for() {
        let octets = "v=1; \"é\u{a0}\\\t".as_bytes();
        for (form, written) in [
            (Presentation::DECIMAL, r#""v=1; \"\195\169\194\160\\\009""#),
            (Presentation::OCTAL, r#""v=1; \"\303\251\302\240\\\011""#),
            (Presentation::DECIMAL.with_unicode(), r#""v=1; \"é\194\160\\\009""#),
            (Presentation::OCTAL.with_escaped_semicolons(), r#""v=1\; \"\303\251\302\240\\\011""#),
        ] {
            assert_eq!(form.strings(octets), written);
            assert_eq!(form.read(written).as_deref(), Ok(octets), "{written}");
            assert_eq!(form.string(octets), written);
            assert_eq!(format!("\"{}\"", form.inside(octets)), written);
        }
        assert_eq!(Presentation::DECIMAL.strings(b""), "\"\"");
        let joined = Presentation::DECIMAL.with_joined_strings();
        let written = joined.strings(&[b'x'; 300]);
        assert_eq!(written, format!("\"{}\"\"{}\"", "x".repeat(255), "x".repeat(45)));
        assert_eq!(joined.read(&written).as_deref(), Ok(&[b'x'; 300][..]));
    }

    #[test]
    fn words_are_read_as_they_are_written() {
        for (octets, word) in [
            (&b"issue"[..], "issue"),
            (b"a b;(c)\"\\\xff", r#"a\032b\059\040c\041\"\\\255"#),
            (b"'a'", "\\039a\\039"),
            (b"", "\"\""),
        ] {
            assert_eq!(Presentation::DECIMAL.word(octets), word);
            assert_eq!(Presentation::DECIMAL.read(word).as_deref(), Ok(octets));
        }
    }

    #[test]
    fn strings_are_cut_within_nothing_that_belongs_together() {
        let lengths = |written: &str| -> Vec<usize> {
            written.trim_matches('"').split("\" \"").map(str::len).collect()
        };
        let semicolons = ";".repeat(300);
        let accents = "xé".repeat(200);
        let escaped = Presentation::DECIMAL.with_escaped_semicolons();
        for (form, text, expected) in [
            (Presentation::DECIMAL, &semicolons, vec![255, 45]),
            (escaped, &semicolons, vec![510, 90]),
            (escaped.with_cut(Cut::Written), &semicolons, vec![254, 254, 92]),
            (Presentation::DECIMAL.with_unicode(), &accents, vec![255, 255, 90]),
            (Presentation::DECIMAL.with_unicode(), &"é".repeat(200), vec![254, 146]),
            (Presentation::DECIMAL, &"é".repeat(200), vec![1020, 580]),
        ] {
            let written = form.strings(text.as_bytes());
            assert_eq!(lengths(&written), expected, "{form:?}");
            assert_eq!(form.read(&written).as_deref(), Ok(text.as_bytes()));
            assert_eq!(lengths(&form.string(text.as_bytes())).len(), 1);
        }
    }

    #[test]
    fn whatever_a_service_keeps_is_read() {
        for (text, octets) in [
            (r#""a" "b""#, Ok(&b"ab"[..])),
            (r#" "a""b"  "c" "#, Ok(b"abc")),
            (r#"a b\ c"d e""#, Ok(b"ab cd e")),
            (r#""""#, Ok(b"")),
            (r#""\a\;\"\\\009""#, Ok(b"a;\"\\\t")),
            (r#""\09\9\999""#, Ok(b"\\09\\9\\999")),
            ("\"tab\there\"", Ok(b"tab\there")),
            ("", Err(TextError::Empty)),
            (" ", Err(TextError::Empty)),
            ("\"", Err(TextError::Unclosed)),
            (r#""a\""#, Err(TextError::Unclosed)),
        ] {
            assert_eq!(Presentation::DECIMAL.read(text).as_deref(), octets.as_deref(), "{text}");
        }
        for (text, octets) in [
            (r#""a\"b""#, &b"a\"b"[..]),
            (r#"a\"b"#, b"a\\\"b"),
            (r#""a"#, b"\"a"),
            ("a  b", b"a  b"),
        ] {
            assert_eq!(Presentation::DECIMAL.read_if_quoted(text), octets, "{text}");
        }
    }
}
