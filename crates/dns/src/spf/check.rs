//! Counts the DNS lookups that an SPF record requires of receivers (RFC 7208, section 4.6.4).

use std::collections::HashMap;
use std::pin::Pin;

use futures::lock::Mutex;
use octodns_core::RecordType;

use super::term::{self, Mechanism, Term};
use crate::{Found, QueryError, Resolver, wire};

/// The maximum number of lookups of one check; with the eleventh, the check fails for every receiver.
pub const MAX_LOOKUPS: usize = 10;

/// The maximum number of hosts of one `mx`.
const MAX_HOSTS: usize = 10;

/// What is wrong with a policy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpfError {
    /// More than one record at a name (RFC 7208, section 4.5).
    #[error("there is more than one SPF value at {0}")]
    Several(String),
    /// The `ptr` mechanism (section 5.5).
    #[error("the SPF value of {0} uses ptr, which is deprecated")]
    Ptr(String),
    /// Too many lookups.
    #[error("the SPF value needs more than {MAX_LOOKUPS} DNS lookups")]
    Lookups,
    /// Too many void lookups.
    #[error("more than {most} DNS lookups of the SPF value find nothing, the last one {name}")]
    Void {
        /// The limit.
        most: usize,
        /// The name of the last lookup.
        name: String,
    },
    /// Too many hosts of one `mx`.
    #[error("mx:{0} has more than {MAX_HOSTS} hosts")]
    Hosts(String),
    /// A policy that includes itself: its lookups never end.
    #[error("the SPF value of {0} includes itself")]
    Loop(String),
    /// The target of an `include` or `redirect` does not exist.
    #[error("the SPF value includes {0}, which has no TXT record")]
    Missing(String),
    /// The lookup failed.
    #[error("the SPF value includes {name}, which cannot be looked up")]
    Ask {
        /// The name.
        name: String,
        /// Why.
        source: QueryError,
    },
}

impl SpfError {
    /// What the user can do.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Several(_) => "write all mechanisms into one value",
            Self::Ptr(_) => "write ip4: and ip6: instead (RFC 7208, section 5.5)",
            Self::Lookups => {
                "write the addresses of some includes as ip4: and ip6:, which need no lookups"
            }
            Self::Void { .. } => "remove the mechanisms whose names have no addresses",
            Self::Hosts(_) => "write the addresses of the hosts as ip4: and ip6: instead",
            Self::Loop(_) => "remove the include that leads back to it",
            Self::Missing(_) => "correct the name, or remove the include",
            Self::Ask { .. } => "correct the name, or set `resolvers` to servers that answer",
        }
    }

    /// Its message and those of its causes, in one line.
    pub fn with_causes(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(inner) = cause {
            text = format!("{text}: {inner}");
            cause = inner.source();
        }
        text
    }
}

/// The result of checking a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counted {
    /// The number of lookups.
    pub lookups: usize,
    /// The number of lookups made that found nothing.
    pub void: usize,
    /// Other things that receivers object to.
    pub objections: Vec<String>,
}

/// TXT values by name, as they will be after the zone is written.
pub type Known<'k> = dyn Fn(&str) -> Option<Vec<String>> + Send + Sync + 'k;

/// Checks policies. Lookups are cached.
pub struct Checker<'c> {
    resolver: &'c Resolver,
    known: &'c Known<'c>,
    max_void: Option<usize>,
    texts: Mutex<HashMap<String, Vec<String>>>,
}

type Boxed<'f, T> = Pin<Box<dyn Future<Output = T> + Send + 'f>>;

impl<'c> Checker<'c> {
    /// Queries `resolver` for what `known` does not have. The names of `a`, `mx` and `exists` are only looked
    /// up if there is a limit on void lookups.
    pub fn new(resolver: &'c Resolver, known: &'c Known<'c>, max_void: Option<usize>) -> Self {
        Self { resolver, known, max_void, texts: Mutex::default() }
    }

    /// Counts the lookups of the policy among the TXT values of an absolute name; 0 if there is no policy.
    ///
    /// # Errors
    ///
    /// Says why no receiver will accept the policy, or why that could not be determined.
    pub async fn check(&self, name: &str, values: &[String]) -> Result<Counted, SpfError> {
        let mut counted = Counted::default();
        self.policy(name, values, &mut vec![name.to_ascii_lowercase()], &mut counted).await?;
        Ok(counted)
    }

    /// `names` are the policies that led here, this one the last.
    fn policy<'f>(
        &'f self,
        name: &'f str,
        values: &'f [String],
        names: &'f mut Vec<String>,
        counted: &'f mut Counted,
    ) -> Boxed<'f, Result<bool, SpfError>> {
        Box::pin(async move {
            let mut policies = values.iter().filter_map(|value| term::words(value));
            let Some(words) = policies.next() else { return Ok(false) };
            if policies.next().is_some() {
                return Err(SpfError::Several(name.to_owned()));
            }
            let mut redirect = None;
            for word in words {
                match Term::read(word) {
                    // Everything after `all` is ignored, and so is a redirect (sections 5.1 and 6.1).
                    Term::Mechanism { kind: Mechanism::All, .. } => return Ok(true),
                    Term::Mechanism { kind, rest, .. } => {
                        self.mechanism(name, kind, rest, names, counted).await?;
                    }
                    Term::Redirect(target) => redirect = redirect.or(Some(target)),
                    Term::Modifier => {}
                    Term::Unknown => {
                        counted.objections.push(format!("\"{word}\" in the SPF value of {name}"));
                    }
                }
            }
            // The redirect counts, since no `all` ended the policy.
            if let Some(target) = redirect {
                count(counted)?;
                self.follow(target, names, counted).await?;
            }
            Ok(true)
        })
    }

    async fn mechanism(
        &self,
        name: &str,
        kind: Mechanism,
        rest: &str,
        names: &mut Vec<String>,
        counted: &mut Counted,
    ) -> Result<(), SpfError> {
        if kind == Mechanism::Ptr {
            return Err(SpfError::Ptr(name.to_owned()));
        }
        if !kind.costs_a_lookup() {
            return Ok(());
        }
        count(counted)?;
        let domain = term::domain(rest);
        match kind {
            Mechanism::Include => self.follow(domain, names, counted).await,
            _ if self.max_void.is_none() => Ok(()),
            _ if domain.is_empty() => self.probe(name, kind, counted).await,
            _ => self.probe(domain, kind, counted).await,
        }
    }

    /// Continues with the policy of another name.
    async fn follow(
        &self,
        target: &str,
        names: &mut Vec<String>,
        counted: &mut Counted,
    ) -> Result<(), SpfError> {
        let Some(target) = absolute(target) else { return Ok(()) };
        if names.contains(&target) {
            return Err(SpfError::Loop(target));
        }
        let texts = self.texts(&target).await?;
        names.push(target.clone());
        if !self.policy(&target, &texts, names, counted).await? {
            // RFC 7208, sections 5.2 and 6.1.
            counted.objections.push(format!("{target}, which is included, has no SPF value"));
        }
        names.pop();
        Ok(())
    }

    async fn texts(&self, name: &str) -> Result<Vec<String>, SpfError> {
        if let Some(texts) = (self.known)(name) {
            return Ok(texts);
        }
        let mut cache = self.texts.lock().await;
        if let Some(texts) = cache.get(name) {
            return Ok(texts.clone());
        }
        let failed = |source| SpfError::Ask { name: name.to_owned(), source };
        let answer = self.resolver.query(name, RecordType::TXT).await.map_err(failed)?;
        let Found::RrSet(rows) = answer.found else {
            return Err(SpfError::Missing(name.to_owned()));
        };
        let texts: Vec<String> = rows.rdatas.iter().map(|rdata| wire::text(rdata)).collect();
        cache.insert(name.to_owned(), texts.clone());
        Ok(texts)
    }

    /// Checks whether the name of an `a`, `mx` or `exists` has any records.
    async fn probe(
        &self,
        domain: &str,
        kind: Mechanism,
        counted: &mut Counted,
    ) -> Result<(), SpfError> {
        let Some(name) = absolute(domain) else { return Ok(()) };
        let types: &[RecordType] = match kind {
            Mechanism::Mx => &[RecordType::MX],
            Mechanism::Exists => &[RecordType::A],
            _ => &[RecordType::A, RecordType::AAAA],
        };
        let mut hosts = 0;
        for of in types {
            let failed = |source| SpfError::Ask { name: name.clone(), source };
            let answer = self.resolver.query(&name, *of).await.map_err(failed)?;
            if let Found::RrSet(rows) = answer.found {
                hosts += rows.rdatas.len();
            }
        }
        if kind == Mechanism::Mx && hosts > MAX_HOSTS {
            return Err(SpfError::Hosts(domain.to_owned()));
        }
        counted.void += usize::from(hosts == 0);
        match self.max_void {
            Some(most) if counted.void > most => Err(SpfError::Void { most, name }),
            _ => Ok(()),
        }
    }
}

fn count(counted: &mut Counted) -> Result<(), SpfError> {
    counted.lookups += 1;
    if counted.lookups > MAX_LOOKUPS { Err(SpfError::Lookups) } else { Ok(()) }
}

/// The absolute form of a domain, in lowercase; `None` if it has macros (section 7), which depend on the mail
/// being checked.
fn absolute(domain: &str) -> Option<String> {
    if domain.contains('%') {
        return None;
    }
    let mut name = domain.to_ascii_lowercase();
    if !name.ends_with('.') {
        name.push('.');
    }
    Some(name)
}
