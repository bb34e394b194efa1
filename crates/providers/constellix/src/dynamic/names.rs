//! The names of what belongs to a dynamic record. They are octoDNS', and the mark by which it is found again.

use octodns_core::{Record, ZoneName};

/// The names of what belongs to one record.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    /// The record, for people.
    pub(crate) owner: String,
    /// The start of every name: `example.com.:www:A:`.
    prefix: String,
}

impl Names {
    pub(crate) fn new(record: &Record, zone: &ZoneName) -> Self {
        let of = record.record_type();
        Self {
            owner: format!("{} {of}", record.decoded_fqdn(zone)),
            prefix: format!("{}:{}:{of}:", zone.as_str(), record.name().as_str()),
        }
    }

    /// A pool.
    pub(crate) fn pool(&self, id: &str) -> String {
        format!("{}{id}", self.prefix)
    }

    /// The filter of a rule. octoDNS has one for each pool, so only the first rule of a pool has its name.
    pub(crate) fn filter(&self, pool: &str, rule: Option<usize>) -> String {
        let number = rule.map(|rule| format!(":{rule}")).unwrap_or_default();
        format!("{}{pool}{number}", self.prefix)
    }

    /// The health check of a value.
    pub(crate) fn check(&self, pool: &str, value: &str) -> String {
        format!("{}{pool}-{value}", self.prefix)
    }

    pub(crate) fn is_pool(&self, name: &str) -> bool {
        name.strip_prefix(&self.prefix).is_some_and(|id| !id.contains(':'))
    }

    pub(crate) fn is_filter(&self, name: &str) -> bool {
        name.strip_prefix(&self.prefix).is_some_and(|rest| match rest.split_once(':') {
            Some((_, rule)) => rule.parse::<usize>().is_ok(),
            None => true,
        })
    }

    pub(crate) fn is_check(&self, name: &str, host: &str) -> bool {
        let pool = name.strip_prefix(&self.prefix).and_then(|rest| rest.strip_suffix(host));
        pool.and_then(|pool| pool.strip_suffix('-')).is_some_and(|pool| !pool.contains(':'))
    }
}

/// The id of a pool in its name.
pub(crate) fn pool_id(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}
