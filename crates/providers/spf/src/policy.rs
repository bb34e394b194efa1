//! Policies as this source writes them, and how to merge two of them.

use octodns_dns::spf::{Mechanism, Term, words};

/// A policy, by its mechanisms in the order in which they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Policy {
    /// The terms `a`, `mx`, `ip4`, `ip6`, `include` and `exists`, as they are written.
    pub(crate) terms: [Vec<String>; 6],
    /// `exp`, `redirect` and other modifiers.
    pub(crate) modifiers: Vec<String>,
    /// The qualifier of `all`, if there is one.
    pub(crate) all: Option<char>,
}

/// Why an existing policy cannot be merged with another.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MergeError {
    #[error("\"{0}\" is not an SPF value")]
    NoPolicy(String),
    #[error("\"{0}\" is not an SPF mechanism")]
    Unknown(String),
    #[error(
        "\"{0}\" has another qualifier than +, so its position matters, which merging does not keep"
    )]
    Qualifier(String),
    #[error("\"{0}\" is deprecated")]
    Ptr(String),
    #[error("\"{0}\" would lose its effect beside the \"all\" of the other policy")]
    Redirect(String),
}

impl MergeError {
    /// What the user can do.
    pub(crate) fn help(&self) -> &'static str {
        match self {
            Self::NoPolicy(_) => "start the value with \"v=spf1 \"",
            Self::Unknown(_) => {
                "write one of a, mx, ip4:, ip6:, include:, exists:, all and redirect="
            }
            Self::Qualifier(_) => "put the whole policy into the options of this source",
            Self::Ptr(_) => "write ip4: and ip6: instead (RFC 7208, section 5.5)",
            Self::Redirect(_) => "write include: instead of redirect=, with an \"all\" behind it",
        }
    }
}

/// The qualifiers of `all`, the most lenient first.
const LENIENT_FIRST: [char; 4] = ['+', '?', '~', '-'];

impl Policy {
    /// Reads a TXT value that starts with `v=spf1`.
    pub(crate) fn read(value: &str) -> Result<Self, MergeError> {
        let words = words(value).ok_or_else(|| MergeError::NoPolicy(value.to_owned()))?;
        let mut policy = Self::default();
        for word in words {
            let owned = || word.to_owned();
            match Term::read(word) {
                // Everything after `all` is ignored (RFC 7208, section 5.1), and is not written again.
                Term::Mechanism { qualifier, kind: Mechanism::All, .. } => {
                    policy.all = Some(qualifier);
                    break;
                }
                Term::Mechanism { kind: Mechanism::Ptr, .. } => {
                    return Err(MergeError::Ptr(owned()));
                }
                Term::Mechanism { qualifier: '+', kind, rest } => {
                    policy.terms[place(kind)].push(format!("{}{rest}", name(kind)));
                }
                Term::Mechanism { .. } => return Err(MergeError::Qualifier(owned())),
                Term::Redirect(_) | Term::Modifier => policy.modifiers.push(owned()),
                Term::Unknown => return Err(MergeError::Unknown(owned())),
            }
        }
        Ok(policy)
    }

    /// The terms of both without duplicates, those of `self` first; of two `all`, the more lenient.
    pub(crate) fn merge(mut self, other: &Self) -> Result<Self, MergeError> {
        let all = LENIENT_FIRST.into_iter().find(|all| [self.all, other.all].contains(&Some(*all)));
        let is_redirect = |word: &&String| matches!(Term::read(word), Term::Redirect(_));
        if let Some(redirect) = self.modifiers.iter().find(is_redirect)
            && self.all.is_none()
            && all.is_some()
        {
            return Err(MergeError::Redirect(redirect.clone()));
        }
        for (mine, theirs) in self.terms.iter_mut().zip(&other.terms) {
            mine.extend(theirs.iter().cloned());
            let mut seen = std::collections::HashSet::new();
            mine.retain(|word| seen.insert(word.clone()));
        }
        self.all = all;
        Ok(self)
    }
}

impl std::fmt::Display for Policy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("v=spf1")?;
        for word in self.terms.iter().flatten() {
            write!(f, " {word}")?;
        }
        match self.all {
            Some('+') => f.write_str(" +all")?,
            Some(qualifier) => write!(f, " {qualifier}all")?,
            None => {}
        }
        for word in &self.modifiers {
            write!(f, " {word}")?;
        }
        Ok(())
    }
}

/// The position of a mechanism's terms.
fn place(kind: Mechanism) -> usize {
    match kind {
        Mechanism::A => 0,
        Mechanism::Mx => 1,
        Mechanism::Ip4 => 2,
        Mechanism::Ip6 => 3,
        Mechanism::Include => 4,
        Mechanism::Exists | Mechanism::All | Mechanism::Ptr => 5,
    }
}

fn name(kind: Mechanism) -> &'static str {
    match kind {
        Mechanism::A => "a",
        Mechanism::Mx => "mx",
        Mechanism::Ip4 => "ip4",
        Mechanism::Ip6 => "ip6",
        Mechanism::Include => "include",
        Mechanism::Exists => "exists",
        Mechanism::All => "all",
        Mechanism::Ptr => "ptr",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_policies_become_one() {
        let ours = Policy::read("v=spf1 include:x.tests -all").unwrap();
        for (value, merged) in [
            ("v=spf1 -all", Ok("v=spf1 include:x.tests -all")),
            ("v=spf1 ~all", Ok("v=spf1 include:x.tests ~all")),
            ("v=spf1 ?ALL", Ok("v=spf1 include:x.tests ?all")),
            ("v=spf1 +all", Ok("v=spf1 include:x.tests +all")),
            ("v=spf1 all", Ok("v=spf1 include:x.tests +all")),
            ("v=spf1", Ok("v=spf1 include:x.tests -all")),
            (
                "v=spf1 INCLUDE:mail.wallet.tests +mx a/24 exp=e.tests",
                Ok("v=spf1 a/24 mx include:mail.wallet.tests include:x.tests -all exp=e.tests"),
            ),
            ("v=spf1 include:x.tests include:x.tests", Ok("v=spf1 include:x.tests -all")),
            ("v=spf1 redirect=y.tests ~all", Ok("v=spf1 include:x.tests ~all redirect=y.tests")),
            ("v=spf1 redirect=y.tests", Err(MergeError::Redirect("redirect=y.tests".to_owned()))),
            ("v=spf1 -a all", Err(MergeError::Qualifier("-a".to_owned()))),
            ("v=spf1 foo:bar", Err(MergeError::Unknown("foo:bar".to_owned()))),
            ("v=spf1 ptr", Err(MergeError::Ptr("ptr".to_owned()))),
            ("v=spf10", Err(MergeError::NoPolicy("v=spf10".to_owned()))),
        ] {
            let found = Policy::read(value).and_then(|theirs| theirs.merge(&ours));
            let found = found.map(|policy| policy.to_string());
            assert_eq!(found, merged.map(str::to_owned), "{value}");
        }
    }
}
