//! Dynamic records: one record is many record sets, linked by their names and identifiers.
//!
//! For a record `R`: each value of a pool is a weighted set at `_octodns-POOL-value.R`. Each pool is a
//! failover pair at `_octodns-POOL-pool.R`, whose primary is an alias of the values and whose secondary is an
//! alias of the next pool. Rules are geo or CIDR sets at `R`, which are aliases of the pools. The default
//! values are at `_octodns-default-pool.R`.

mod check;
mod expand;
mod read;

use std::fmt::Write as _;

use octodns_core::record::Record;
use octodns_core::record::dynamic::{Dynamic, Rule};
use sha2::{Digest, Sha256};

use crate::rrset::{Body, RrSet};

pub(crate) use check::check;
pub(crate) use expand::{Expansion, expand};
pub(crate) use read::{ReadError, read, value_of};

/// The prefix of names for the parts of dynamic records.
const PREFIX: &str = "_octodns-";

/// The location of the default rule.
const EVERYWHERE: &str = "*";

/// The name of the record set with the default values.
fn default_name(fqdn: &str) -> String {
    pool_name("default", fqdn)
}

fn pool_name(pool: &str, fqdn: &str) -> String {
    format!("{PREFIX}{pool}-pool.{fqdn}")
}

fn value_name(pool: &str, fqdn: &str) -> String {
    format!("{PREFIX}{pool}-value.{fqdn}")
}

/// The pool of a name made by [`pool_name`].
fn pool_of(name: &str) -> Option<&str> {
    name.split('.').next()?.strip_prefix(PREFIX)?.strip_suffix("-pool")
}

/// The name of the dynamic record that a record set is part of.
pub(crate) fn record_of(set: &RrSet) -> Option<&str> {
    if set.name.starts_with(PREFIX) {
        return set.name.split_once('.').map(|(_, rest)| rest);
    }
    match &set.body {
        Body::Alias(alias) if alias.name.starts_with(PREFIX) => Some(&set.name),
        _ => None,
    }
}

/// The location for the networks of a rule; its name is derived from them, so that equal rules share one.
pub(crate) fn location_name(rule: &Rule) -> String {
    let networks: Vec<_> = sorted(rule).collect();
    let mut name = String::new();
    for byte in Sha256::digest(networks.join(",")).iter().take(8) {
        // Writing to a string cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    name
}

fn sorted(rule: &Rule) -> impl Iterator<Item = &str> {
    let mut networks: Vec<&str> = rule.subnet_texts().iter().map(AsRef::as_ref).collect();
    networks.sort_unstable();
    networks.into_iter()
}

/// The locations for the rules of a record, with their networks.
pub(crate) fn locations(record: &Record) -> impl Iterator<Item = (String, Vec<String>)> {
    let rules = record.dynamic().map(Dynamic::rules).unwrap_or_default();
    let with_networks = rules.iter().filter(|rule| rule.has_subnets());
    with_networks.map(|rule| (location_name(rule), sorted(rule).map(str::to_owned).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_named_by_their_networks() {
        for (networks, name) in [
            (&["10.0.0.0/8"][..], "93997fe8a8121085"),
            (&["10.0.0.0/8", "172.16.0.0/12"], "0d6919570ce514c0"),
            (&["172.16.0.0/12", "10.0.0.0/8"], "0d6919570ce514c0"),
            (&["2001:db8::/32"], "90c2cbc21bd13638"),
        ] {
            let rule = Rule::new("p").with_subnets(networks.iter().copied());
            assert_eq!(location_name(&rule), name, "{networks:?}");
        }
    }

    #[test]
    fn pools_are_found_from_their_names() {
        assert_eq!(pool_of(&pool_name("a-pool", "*.x.")), Some("a-pool"));
        assert_eq!(pool_of(&value_name("a", "x.")), None);
        assert_eq!(pool_of("www.x."), None);
    }
}
