//! Internationalised names, both ways, label by label: IDNA 2008 (RFC 5890 to 5893).
//!
//! Without the mappings of UTS 46 beside lower case, as in octoDNS: `ß` stays `ß`, full
//! width letters are refused.

mod bidi;
mod check;
mod property;
mod punycode;

use std::borrow::Cow;

/// Why a label cannot be written in, or read from, IDNA.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("label \"{label}\" is not valid IDNA: {problem}")]
#[non_exhaustive]
pub struct IdnaError {
    /// The label, as it was given.
    pub label: String,
    /// What is wrong with it.
    pub problem: IdnaProblem,
}

/// What is wrong with a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdnaProblem {
    /// There is nothing between two dots.
    #[error("it is empty")]
    Empty,
    /// A label has at most 63 octets in its IDNA form, a name 253.
    #[error("it is too long")]
    TooLong,
    /// RFC 5891, section 4.2.1.
    #[error("it is not in Unicode normalization form C")]
    NotNormalized,
    /// RFC 5891, section 4.2.3.1.
    #[error("it has hyphens at its start, at its end, or as both third and fourth character")]
    Hyphens,
    /// RFC 5891, section 4.2.3.2.
    #[error("it starts with the combining mark {}", .0.escape_unicode())]
    LeadingMark(char),
    /// RFC 5892: symbols, punctuation, capitals of other scripts, unassigned characters.
    #[error("the character '{}' is not allowed in names", .0.escape_debug())]
    Character(char),
    /// RFC 5892, appendix A.
    #[error("the character '{}' is not allowed beside its neighbours", .0.escape_debug())]
    Context(char),
    /// RFC 5893.
    #[error("it mixes writing directions in a way that cannot be read reliably")]
    Direction,
    /// RFC 5891, section 5.3.
    #[error("what follows \"xn--\" is not the encoding of a label")]
    Punycode,
}

impl IdnaProblem {
    /// What to write instead.
    pub const fn help(self) -> &'static str {
        match self {
            Self::Empty => "write one dot between two labels",
            Self::TooLong => "labels have at most 63 characters in IDNA form, whole names 253",
            Self::NotNormalized => "write letters and their accents as one character (form C)",
            Self::Hyphens => "move or remove the hyphen",
            Self::LeadingMark(_) => "write the letter that the mark belongs to before it",
            Self::Character(_) => "write letters, digits and hyphens, letters in lower case",
            Self::Context(_) => "remove the character, or write it where its script has it",
            Self::Direction => "write each label in one direction",
            Self::Punycode => "write the name in its own letters",
        }
    }
}

/// What stands before the encoding of a label.
const PREFIX: &str = "xn--";

/// The dots of East Asian scripts, which separate labels as well.
const DOTS: [char; 4] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];

/// A label's octets (RFC 1035, section 2.3.4).
const LABEL_LENGTH: usize = 63;

/// A name's octets, without a final dot.
const NAME_LENGTH: usize = 253;

/// The IDNA form of a name, in lower case.
///
/// Labels of ASCII characters stay as they are, whatever they hold (`*`, `_dmarc`).
///
/// # Errors
///
/// Refuses labels that IDNA 2008 (RFC 5891) refuses.
///
/// ```
/// use octodns_core::name::idna;
///
/// assert_eq!(idna::encode("_dmarc.Bücher.example.")?, "_dmarc.xn--bcher-kva.example.");
/// assert!(idna::encode("★.example.").is_err());
/// # Ok::<(), octodns_core::name::IdnaError>(())
/// ```
pub fn encode(name: &str) -> Result<Cow<'_, str>, IdnaError> {
    if name.is_ascii() {
        return Ok(ascii_lower_case(name));
    }
    convert(&name.to_lowercase(), |label| !label.is_ascii(), to_ascii).map(Cow::Owned)
}

/// The readable form of a name, in lower case.
///
/// # Errors
///
/// Refuses `xn--` labels that are not IDNA 2008 (RFC 5891).
pub fn decode(name: &str) -> Result<Cow<'_, str>, IdnaError> {
    let lower = if name.is_ascii() { ascii_lower_case(name) } else { name.to_lowercase().into() };
    if !has_encoded_label(&lower) {
        return Ok(lower);
    }
    convert(&lower, |label| label.starts_with(PREFIX), to_unicode).map(Cow::Owned)
}

/// Whether a name in lower case has, or seems to have, a label to decode. Names are too short for a search that
/// prepares itself.
pub(super) fn has_encoded_label(name: &str) -> bool {
    name.as_bytes().windows(PREFIX.len()).any(|octets| octets == PREFIX.as_bytes())
}

fn ascii_lower_case(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

type Conversion = fn(&str) -> Result<Cow<'_, str>, IdnaProblem>;

/// The same name with some of its labels converted.
fn convert(
    name: &str,
    concerns: impl Fn(&str) -> bool,
    conversion: Conversion,
) -> Result<String, IdnaError> {
    let mut converted = String::with_capacity(name.len() + 16);
    for (index, label) in name.split('.').enumerate() {
        if index > 0 {
            converted.push('.');
        }
        if concerns(label) {
            let failed = |problem| IdnaError { label: label.to_owned(), problem };
            converted.push_str(&convert_part(label, conversion).map_err(failed)?);
        } else {
            converted.push_str(label);
        }
    }
    Ok(converted)
}

/// Converts what stands between two full stops, which other dots may separate further.
fn convert_part(part: &str, conversion: Conversion) -> Result<String, IdnaProblem> {
    if part.chars().count() > NAME_LENGTH + 1 {
        return Err(IdnaProblem::TooLong);
    }
    let without_last_dot = part.strip_suffix(DOTS).unwrap_or(part);
    let mut converted = String::with_capacity(part.len());
    for label in without_last_dot.split(DOTS) {
        converted.push_str(&conversion(label)?);
        converted.push('.');
    }
    if without_last_dot.len() == part.len() {
        converted.pop();
    }
    let length = converted.strip_suffix('.').unwrap_or(&converted).chars().count();
    if length > NAME_LENGTH { Err(IdnaProblem::TooLong) } else { Ok(converted) }
}

/// One label in lower case, as it goes over the wire.
fn to_ascii(label: &str) -> Result<Cow<'_, str>, IdnaProblem> {
    let encoded = if label.is_ascii() {
        to_unicode(label)?;
        Cow::Borrowed(label)
    } else {
        check::label(label)?;
        let encoding = punycode::encode(label).ok_or(IdnaProblem::TooLong)?;
        Cow::Owned([PREFIX, &encoding].concat())
    };
    if encoded.len() > LABEL_LENGTH { Err(IdnaProblem::TooLong) } else { Ok(encoded) }
}

/// One label in lower case, as people read it.
fn to_unicode(label: &str) -> Result<Cow<'_, str>, IdnaProblem> {
    let encoding = match label.strip_prefix(PREFIX) {
        Some(encoding) if label.is_ascii() => encoding,
        _ => {
            check::label(label)?;
            return Ok(Cow::Borrowed(label));
        }
    };
    if encoding.is_empty() || encoding.ends_with('-') {
        return Err(IdnaProblem::Punycode);
    }
    let decoded = punycode::decode(encoding).ok_or(IdnaProblem::Punycode)?;
    // A second spelling of the same label would look like the first and be another name.
    if punycode::encode(&decoded).as_deref() != Some(encoding) {
        return Err(IdnaProblem::Punycode);
    }
    check::label(&decoded)?;
    Ok(Cow::Owned(decoded))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(result: Result<Cow<'_, str>, IdnaError>) -> Option<IdnaProblem> {
        result.err().map(|error| error.problem)
    }

    #[test]
    fn ascii_names_are_borrowed() {
        assert!(matches!(encode("*.www._x.unit.tests."), Ok(Cow::Borrowed(_))));
        assert!(matches!(decode("*.www._x.unit.tests."), Ok(Cow::Borrowed(_))));
    }

    #[test]
    fn names_go_both_ways() {
        for (readable, encoded) in [
            ("déjà.vu.", "xn--dj-kia8a.vu."),
            ("ß", "xn--zca"),
            ("עברית", "xn--5dbqzzl"),
            (".é", ".xn--9ca"),
            ("*.é", "*.xn--9ca"),
            ("l·l", "xn--ll-0ea"),
            ("ไทย", "xn--o3cw4h"),
        ] {
            assert_eq!(encode(readable).unwrap(), encoded);
            assert_eq!(decode(encoded).unwrap(), readable);
            assert_eq!(encode(&readable.to_uppercase().replace("SS", "ß")).unwrap(), encoded);
        }
        assert_eq!(decode("XN--DJ-KIA8A.VU.").unwrap(), "déjà.vu.");
    }

    #[test]
    fn other_dots_separate_labels() {
        assert_eq!(encode("é。é").unwrap(), "xn--9ca.xn--9ca");
        assert_eq!(encode("é．www。").unwrap(), "xn--9ca.www.");
        assert_eq!(problem(encode("é。。")), Some(IdnaProblem::Empty));
        assert_eq!(problem(encode("é。a_b")), Some(IdnaProblem::Character('_')));
    }

    #[test]
    fn bad_labels_are_refused_with_what_is_wrong() {
        let long = "é".repeat(60);
        for (name, expected) in [
            ("ab--é", IdnaProblem::Hyphens),
            ("-é", IdnaProblem::Hyphens),
            ("é_", IdnaProblem::Character('_')),
            ("😀", IdnaProblem::Character('😀')),
            ("e\u{301}", IdnaProblem::NotNormalized),
            ("\u{301}a", IdnaProblem::LeadingMark('\u{301}')),
            ("·l", IdnaProblem::Context('·')),
            ("אa", IdnaProblem::Direction),
            (&*long.repeat(2), IdnaProblem::TooLong),
        ] {
            assert_eq!(problem(encode(name)), Some(expected), "{name}");
        }
        for name in ["xn--a", "xn--", "xn--ls8h", "xn--abc-", "xn--0", "xn---bbk"] {
            assert!(decode(name).is_err(), "{name}");
        }
    }
}
