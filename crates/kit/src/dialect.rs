//! How a service spells names and texts: declared once, used for reading and writing.

use std::borrow::Cow;

use octodns_core::record::text::Presentation;
use octodns_core::{RecordName, RecordType, ZoneName};

/// How a service spells what it receives and returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Names of records.
    pub names: Names,
    /// Whether the service has names in Unicode, not in IDNA form.
    pub unicode: bool,
    /// Names in values.
    pub targets: Targets,
    /// Texts: values of TXT and SPF, and the quoted strings of other types.
    pub text: Text,
    /// Types whose texts, among other parts of a value, have quotes only where they need them: if they are empty,
    /// or have a blank, a quote of either kind or a semicolon. Texts with and without quotes are read.
    pub bare: &'static [RecordType],
    /// Numbers in rows.
    pub numbers: Numbers,
}

impl Dialect {
    /// Names relative to the zone with an empty apex, absolute targets with their dot, bare texts.
    pub const RAW: Self = Self {
        names: Names::Relative { apex: "" },
        unicode: false,
        targets: Targets { read: Dot::Required, write: Dot::Required, own: None },
        text: Text::Raw,
        bare: &[],
        numbers: Numbers::Json,
    };
}

/// How the names of records are spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Names {
    /// Without the zone.
    Relative {
        /// The spelling of the apex.
        apex: &'static str,
    },
    /// With the zone.
    Absolute(Dot),
}

/// Whether an absolute name ends in a dot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dot {
    /// It does. A name without one is relative to the zone.
    Required,
    /// It does not.
    Omitted,
    /// Optional: a name without one is absolute too. Written with it.
    Either,
}

/// How names in values are spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Targets {
    /// In responses.
    pub read: Dot,
    /// In requests.
    pub write: Dot,
    /// The spelling of the zone's own name in responses, if special.
    pub own: Option<&'static str>,
}

/// How texts are spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Text {
    /// As they are, without quotes or escapes.
    Raw,
    /// In quotes, with escapes.
    Quoted(Presentation),
    /// In quotes, without escapes. The service cuts long ones, with nothing between the strings.
    Enclosed,
    /// Without quotes, or in quotes with escapes if the text is empty, begins or ends with a blank, or contains a
    /// quote or a backslash; when read, a quote at the start decides.
    RawOrQuoted(Presentation),
}

/// How numbers are spelled in rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Numbers {
    /// As JSON numbers; strings are read as well.
    Json,
    /// As strings.
    Text,
}

impl Dialect {
    /// The name of a record, as the service spells it.
    pub fn name(&self, name: &RecordName, zone: &ZoneName) -> String {
        match self.names {
            Names::Relative { apex } if name.is_apex() => apex.to_owned(),
            Names::Relative { .. } if self.unicode => name.decoded().into_owned(),
            Names::Relative { .. } => name.as_str().to_owned(),
            Names::Absolute(dot) => {
                let mut whole =
                    if self.unicode { name.decoded_fqdn(zone) } else { name.fqdn(zone) };
                if dot == Dot::Omitted {
                    whole.pop();
                }
                whole
            }
        }
    }

    /// The name of a record within the zone (the apex is empty), from the service's spelling; `None` for a
    /// name outside the zone.
    pub fn read_name<'n>(&self, name: &'n str, zone: &ZoneName) -> Option<Cow<'n, str>> {
        match self.names {
            Names::Relative { apex } if name == apex => Some(Cow::Borrowed("")),
            Names::Relative { .. } => Some(Cow::Borrowed(name)),
            Names::Absolute(_) => {
                let absolute = with_dot(name);
                let relative = zone.relative(&absolute).map(str::to_owned).or_else(|| {
                    let decoded = zone.decoded();
                    let before = absolute.strip_suffix(&*decoded)?;
                    (before.is_empty() || before.ends_with('.'))
                        .then(|| before.trim_end_matches('.').to_owned())
                });
                relative.map(Cow::Owned)
            }
        }
    }

    /// A name in a value, as it is sent.
    pub fn target(&self, target: &str) -> String {
        match self.targets.write {
            Dot::Omitted if target != "." => target.trim_end_matches('.').to_owned(),
            _ => target.to_owned(),
        }
    }

    /// A name in a value, absolute, from the service's spelling.
    pub fn read_target(&self, target: &str, zone: &ZoneName) -> String {
        if self.targets.own == Some(target) {
            return zone.as_str().to_owned();
        }
        match self.targets.read {
            _ if target.ends_with('.') => target.to_owned(),
            Dot::Omitted | Dot::Either => format!("{target}."),
            Dot::Required => zone.absolute(target),
        }
    }

    /// A text as it is sent; `is_cut` says whether it is split into strings of 255 octets, as in TXT. `None`
    /// for octets that a service without quotes cannot hold.
    pub fn text(&self, octets: &[u8], is_cut: bool) -> Option<String> {
        let write =
            |form: Presentation| if is_cut { form.strings(octets) } else { form.string(octets) };
        let bare = || String::from_utf8(octets.to_vec()).ok();
        match self.text {
            Text::Raw => bare(),
            Text::Enclosed => Some(format!("\"{}\"", bare()?)),
            Text::Quoted(form) => Some(write(form)),
            Text::RawOrQuoted(form) => {
                // Without quotes, an empty text would be no value at all, and blanks around it may get lost.
                let is_blank = |octet: Option<&u8>| octet.is_none_or(u8::is_ascii_whitespace);
                let is_plain = !is_blank(octets.first())
                    && !is_blank(octets.last())
                    && !octets.iter().any(|octet| matches!(octet, b'"' | b'\\'));
                bare().filter(|_| is_plain).or_else(|| Some(write(form)))
            }
        }
    }

    /// Whether a text among the other parts of a value of this type has no quotes.
    pub(crate) fn is_bare(&self, octets: &[u8], record_type: RecordType) -> bool {
        let is_plain =
            |octet: &u8| octet.is_ascii_graphic() && !matches!(octet, b'"' | b'\'' | b';');
        self.bare.contains(&record_type) && !octets.is_empty() && octets.iter().all(is_plain)
    }

    /// How texts are quoted among the other parts of a value.
    pub(crate) fn presentation(&self) -> Presentation {
        match self.text {
            Text::Raw | Text::Enclosed => Presentation::DECIMAL,
            Text::Quoted(form) | Text::RawOrQuoted(form) => form,
        }
    }

    /// The octets of a text, from the service's spelling.
    pub fn read_text(&self, text: &str) -> Vec<u8> {
        match self.text {
            Text::Raw => text.as_bytes().to_vec(),
            Text::Enclosed => without_cuts(text),
            Text::Quoted(form) | Text::RawOrQuoted(form) => form.read_if_quoted(text),
        }
    }
}

/// A text without the quotes around it, and those between strings of it; quotes behind a backslash are not between
/// strings, unless there are 255 octets before them.
fn without_cuts(text: &str) -> Vec<u8> {
    let inside = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let mut octets = Vec::with_capacity(inside.len());
    let mut rest = inside;
    while let Some((before, after)) = rest.split_once("\"\"") {
        octets.extend_from_slice(before.as_bytes());
        if before.ends_with('\\') && before.len() % 255 != 0 {
            octets.extend_from_slice(b"\"\"");
        }
        rest = after;
    }
    octets.extend_from_slice(rest.as_bytes());
    octets
}

fn with_dot(name: &str) -> Cow<'_, str> {
    if name.ends_with('.') { Cow::Borrowed(name) } else { Cow::Owned(format!("{name}.")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_both_ways() {
        let zone = ZoneName::new("example.com.").unwrap();
        for (names, apex, www) in [
            (Names::Relative { apex: "@" }, "@", "www"),
            (Names::Relative { apex: "" }, "", "www"),
            (Names::Absolute(Dot::Required), "example.com.", "www.example.com."),
            (Names::Absolute(Dot::Omitted), "example.com", "www.example.com"),
        ] {
            let dialect = Dialect { names, ..Dialect::RAW };
            for (name, spelled) in [("", apex), ("www", www)] {
                assert_eq!(dialect.name(&RecordName::new(name).unwrap(), &zone), spelled);
                assert_eq!(dialect.read_name(spelled, &zone).as_deref(), Some(name));
            }
        }
        let root = ZoneName::new(".").unwrap();
        for (dot, spelled) in [(Dot::Required, "www."), (Dot::Omitted, "www")] {
            let dialect = Dialect { names: Names::Absolute(dot), ..Dialect::RAW };
            assert_eq!(dialect.name(&RecordName::new("www").unwrap(), &root), spelled);
            assert_eq!(dialect.read_name(spelled, &root).as_deref(), Some("www"));
        }
        let absolute = Dialect { names: Names::Absolute(Dot::Omitted), ..Dialect::RAW };
        assert_eq!(absolute.read_name("www.example.org", &zone), None);
        assert_eq!(absolute.read_name("notexample.com", &zone), None);
    }

    #[test]
    fn names_in_unicode_are_read_in_either_form() {
        let zone = ZoneName::new("bücher.example.").unwrap();
        let names = Names::Absolute(Dot::Required);
        let dialect = Dialect { names, unicode: true, ..Dialect::RAW };
        let name = RecordName::new("tür").unwrap();
        assert_eq!(dialect.name(&name, &zone), "tür.bücher.example.");
        for spelled in ["tür.bücher.example.", "tür.xn--bcher-kva.example."] {
            assert_eq!(dialect.read_name(spelled, &zone).as_deref(), Some("tür"));
        }
    }

    #[test]
    fn targets_go_both_ways() {
        let zone = ZoneName::new("example.com.").unwrap();
        for (read, write, own, spelled, absolute, written) in [
            (Dot::Omitted, Dot::Required, Some("@"), "@", "example.com.", "example.com."),
            (Dot::Omitted, Dot::Required, None, "a.example", "a.example.", "a.example."),
            (Dot::Omitted, Dot::Omitted, None, "a.example", "a.example.", "a.example"),
            (Dot::Required, Dot::Required, None, "www", "www.example.com.", "www.example.com."),
            (Dot::Omitted, Dot::Omitted, None, ".", ".", "."),
        ] {
            let dialect = Dialect { targets: Targets { read, write, own }, ..Dialect::RAW };
            assert_eq!(dialect.read_target(spelled, &zone), absolute);
            assert_eq!(dialect.target(absolute), written);
        }
    }

    #[test]
    fn texts_go_both_ways() {
        let quoted = Presentation::DECIMAL;
        for (text, octets, written) in [
            (Text::Raw, "a;b\\", "a;b\\"),
            (Text::Quoted(quoted), "say \"hi\"", r#""say \"hi\"""#),
            (Text::Enclosed, "a\\b; c", "\"a\\b; c\""),
            (Text::RawOrQuoted(quoted), "plain; text", "plain; text"),
            (Text::RawOrQuoted(quoted), "a\\b", r#""a\\b""#),
            (Text::RawOrQuoted(quoted), "", r#""""#),
            (Text::RawOrQuoted(quoted), " a", r#"" a""#),
        ] {
            let dialect = Dialect { text, ..Dialect::RAW };
            assert_eq!(dialect.text(octets.as_bytes(), true).as_deref(), Some(written));
            assert_eq!(dialect.read_text(written), octets.as_bytes());
        }
        assert_eq!(Dialect::RAW.text(b"\xff", true), None);
        let enclosed = Dialect { text: Text::Enclosed, ..Dialect::RAW };
        for (written, octets) in [
            (r#""one ""two""#, "one two"),
            (r#""Alpha\""Bravo""#, r#"Alpha\""Bravo"#),
            ("bare", "bare"),
            (r#""""#, ""),
        ] {
            assert_eq!(enclosed.read_text(written), octets.as_bytes());
        }
    }
}
