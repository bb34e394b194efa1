//! The terms of an SPF record (RFC 7208, section 4.6.1).

/// One term: a mechanism with its qualifier, or a modifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term<'t> {
    /// A test of the sender, and the result if it matches.
    Mechanism {
        /// `+`, `-`, `~` or `?`; `+` if none is written (RFC 7208, section 4.6.2).
        qualifier: char,
        /// Which.
        kind: Mechanism,
        /// The text after the name: `:domain`, `/24`, or nothing.
        rest: &'t str,
    },
    /// The record of another name replaces this one, unless there is an `all` (section 6.1).
    Redirect(&'t str),
    /// Any other modifier: it needs no lookup, and unknown ones are ignored (section 6).
    Modifier,
    /// Not a term: the record is invalid (section 4.6).
    Unknown,
}

/// The mechanisms (RFC 7208, section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "their names are all there is to say")]
pub enum Mechanism {
    All,
    Include,
    A,
    Mx,
    Ptr,
    Ip4,
    Ip6,
    Exists,
}

impl Mechanism {
    const NAMES: [(&'static str, Self); 8] = [
        ("all", Self::All),
        ("include", Self::Include),
        ("a", Self::A),
        ("mx", Self::Mx),
        ("ptr", Self::Ptr),
        ("ip4", Self::Ip4),
        ("ip6", Self::Ip6),
        ("exists", Self::Exists),
    ];

    /// Whether it makes a receiver query DNS, which counts (RFC 7208, section 4.6.4).
    pub fn costs_a_lookup(self) -> bool {
        !matches!(self, Self::All | Self::Ip4 | Self::Ip6)
    }

    /// Whether `rest` is allowed after the name.
    fn takes(self, rest: &str) -> bool {
        match self {
            Self::All => rest.is_empty(),
            Self::Include | Self::Ip4 | Self::Ip6 | Self::Exists => {
                rest.len() > 1 && rest.starts_with(':')
            }
            Self::A | Self::Mx | Self::Ptr => rest != ":",
        }
    }
}

impl<'t> Term<'t> {
    /// Reads one word of a record. Names of mechanisms and modifiers are case-insensitive (section 12).
    pub fn read(word: &'t str) -> Self {
        if let Some((name, value)) = word.split_once('=')
            && is_modifier(name)
        {
            let redirects = name.eq_ignore_ascii_case("redirect");
            return if redirects { Self::Redirect(value) } else { Self::Modifier };
        }
        let (qualifier, bare) = match word.strip_prefix(['+', '-', '~', '?']) {
            Some(bare) => (word.chars().next().unwrap_or('+'), bare),
            None => ('+', word),
        };
        let (name, rest) = bare.split_at(bare.find([':', '/']).unwrap_or(bare.len()));
        let known = Mechanism::NAMES.iter().find(|(known, _)| name.eq_ignore_ascii_case(known));
        match known {
            Some((_, kind)) if kind.takes(rest) => Self::Mechanism { qualifier, kind: *kind, rest },
            _ => Self::Unknown,
        }
    }
}

fn is_modifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// The words of a value, if it is an SPF record: it must start with exactly `v=spf1` (section 4.5).
pub fn words(value: &str) -> Option<impl Iterator<Item = &str>> {
    let rest = value.strip_prefix("v=spf1")?;
    let is_record = rest.is_empty() || rest.starts_with(' ');
    is_record.then(|| rest.split(' ').filter(|word| !word.is_empty()))
}

/// The domain of a mechanism, without prefix lengths (`/24//64`); empty for the domain of the record itself.
pub(super) fn domain(rest: &str) -> &str {
    let domain = rest.strip_prefix(':').unwrap_or_default();
    domain.split_once('/').map_or(domain, |(domain, _)| domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_mechanisms_or_modifiers() {
        let mechanism = |qualifier, kind, rest| Term::Mechanism { qualifier, kind, rest };
        for (word, term) in [
            ("all", mechanism('+', Mechanism::All, "")),
            ("-ALL", mechanism('-', Mechanism::All, "")),
            ("?include:x.tests", mechanism('?', Mechanism::Include, ":x.tests")),
            ("a", mechanism('+', Mechanism::A, "")),
            ("+A/24//64", mechanism('+', Mechanism::A, "/24//64")),
            ("mx:x.tests/24", mechanism('+', Mechanism::Mx, ":x.tests/24")),
            ("ip6:2001:db8::/32", mechanism('+', Mechanism::Ip6, ":2001:db8::/32")),
            ("exists:%{i}.x=y.tests", mechanism('+', Mechanism::Exists, ":%{i}.x=y.tests")),
            ("ptr", mechanism('+', Mechanism::Ptr, "")),
            ("Redirect=x.tests", Term::Redirect("x.tests")),
            ("exp=x.tests", Term::Modifier),
            ("x-y=1", Term::Modifier),
            ("redirect", Term::Unknown),
            ("alpha", Term::Unknown),
            ("mxfoo", Term::Unknown),
            ("all:x", Term::Unknown),
            ("include", Term::Unknown),
            ("include:", Term::Unknown),
            ("a:", Term::Unknown),
            ("foo:bar", Term::Unknown),
            ("--all", Term::Unknown),
        ] {
            assert_eq!(Term::read(word), term, "{word}");
        }
    }

    #[test]
    fn records_start_with_their_version() {
        let split = |value| words(value).map(Iterator::collect::<Vec<_>>);
        assert_eq!(split("v=spf1 a  mx"), Some(vec!["a", "mx"]));
        assert_eq!(split("v=spf1"), Some(vec![]));
        assert_eq!(split("v=spf10 a"), None);
        assert_eq!(split("V=spf1 a"), None);
        assert_eq!(split("text"), None);
    }

    #[test]
    fn domains_are_between_colon_and_slash() {
        for (rest, expected) in
            [("", ""), ("/24", ""), (":x.tests", "x.tests"), (":x.tests/24//64", "x.tests")]
        {
            assert_eq!(domain(rest), expected);
        }
    }
}
