//! What services cannot hold of texts.

use std::fmt;

/// What a service cannot hold of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnsupportedText {
    /// Octets that are not UTF-8; no service whose texts are bare JSON holds them.
    NonUtf8,
    /// Backslashes.
    Backslashes,
    /// Quotes.
    Quotes,
    /// Semicolons.
    Semicolons,
    /// Blanks: spaces and tabs.
    Blanks,
    /// Backticks.
    Backticks,
    /// The text of no octets.
    Empty,
    /// Blanks at the beginning.
    LeadingBlanks,
    /// Blanks at the end.
    TrailingBlanks,
    /// An odd number of quotes.
    UnpairedQuotes,
    /// This at the start, which means something else to the service.
    Start(&'static str),
}

impl UnsupportedText {
    /// Whether a text has it.
    pub fn is_in(self, octets: &[u8]) -> bool {
        match self {
            Self::NonUtf8 => std::str::from_utf8(octets).is_err(),
            Self::Backslashes => octets.contains(&b'\\'),
            Self::Quotes => octets.contains(&b'"'),
            Self::Semicolons => octets.contains(&b';'),
            Self::Blanks => octets.iter().any(|octet| matches!(octet, b' ' | b'\t')),
            Self::Backticks => octets.contains(&b'`'),
            Self::Empty => octets.is_empty(),
            Self::LeadingBlanks => matches!(octets.first(), Some(b' ' | b'\t')),
            Self::TrailingBlanks => matches!(octets.last(), Some(b' ' | b'\t')),
            Self::UnpairedQuotes => octets.split(|octet| *octet == b'"').count() % 2 == 0,
            Self::Start(start) => octets.starts_with(start.as_bytes()),
        }
    }
}

/// In the plural.
impl fmt::Display for UnsupportedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NonUtf8 => "octets that are not UTF-8",
            Self::Backslashes => "backslashes",
            Self::Quotes => "quotes",
            Self::Semicolons => "semicolons",
            Self::Blanks => "blanks",
            Self::Backticks => "backticks",
            Self::Empty => "empty texts",
            Self::LeadingBlanks => "blanks at the beginning",
            Self::TrailingBlanks => "blanks at the end",
            Self::UnpairedQuotes => "quotes without a partner",
            Self::Start(start) => return write!(f, "texts that start with \"{start}\""),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_what_services_lack() {
        use UnsupportedText::{
            Backslashes, Backticks, Blanks, Empty, LeadingBlanks, NonUtf8, Quotes, Semicolons,
            Start, TrailingBlanks, UnpairedQuotes,
        };
        for (octets, found) in [
            (&b"plain"[..], &[][..]),
            (b"\xff\\", &[NonUtf8, Backslashes]),
            ("é\"".as_bytes(), &[Quotes, UnpairedQuotes]),
            (b"\"a\"", &[Quotes]),
            (b"ca.example; policy=ev", &[Semicolons, Blanks]),
            (b"a\tb", &[Blanks]),
            (b" a", &[Blanks, LeadingBlanks]),
            (b"a\t", &[Blanks, TrailingBlanks]),
            (b"`a`", &[Backticks]),
            (b"", &[Empty]),
            (b"special; x", &[Semicolons, Blanks, Start("special")]),
        ] {
            let all = [
                NonUtf8,
                Backslashes,
                Quotes,
                Semicolons,
                Blanks,
                Empty,
                LeadingBlanks,
                TrailingBlanks,
                Backticks,
                UnpairedQuotes,
                Start("special"),
            ];
            let ours: Vec<_> =
                all.into_iter().filter(|unsupported| unsupported.is_in(octets)).collect();
            assert_eq!(ours, found);
        }
    }
}
