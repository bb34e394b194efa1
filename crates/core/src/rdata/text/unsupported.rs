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
    /// The text of no octets.
    Empty,
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
            Self::Empty => octets.is_empty(),
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
            Self::Empty => "empty texts",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_what_services_lack() {
        use UnsupportedText::{Backslashes, Blanks, Empty, NonUtf8, Quotes, Semicolons};
        for (octets, found) in [
            (&b"plain"[..], &[][..]),
            (b"\xff\\", &[NonUtf8, Backslashes]),
            ("é\"".as_bytes(), &[Quotes]),
            (b"ca.example; policy=ev", &[Semicolons, Blanks]),
            (b"a\tb", &[Blanks]),
            (b"", &[Empty]),
        ] {
            let all = [NonUtf8, Backslashes, Quotes, Semicolons, Blanks, Empty];
            let ours: Vec<_> =
                all.into_iter().filter(|unsupported| unsupported.is_in(octets)).collect();
            assert_eq!(ours, found);
        }
    }
}
