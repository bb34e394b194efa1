//! The settings of a row besides its value: the `octodns: cloudflare:` section of a record.

use std::collections::BTreeSet;

use octodns_core::value::Map;
use octodns_core::{OwnedValue, Record, RecordType, Value};

use super::Row;

/// The TTL that means "automatic".
pub(crate) const AUTOMATIC: i64 = 1;

/// The seconds of the automatic TTL.
pub(crate) const AUTOMATIC_SECONDS: i64 = 300;

/// The types that the API can proxy.
pub(crate) fn is_proxiable(record_type: RecordType) -> bool {
    matches!(record_type, RecordType::A | RecordType::AAAA | RecordType::ALIAS | RecordType::CNAME)
}

/// The keys of the section.
pub(crate) const SECTION_KEYS: &[&str] = &["auto-ttl", "comment", "proxied", "tags"];

/// The settings of a record at this service.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Flags<'r> {
    /// Traffic goes through the service; the TTL is then automatic.
    pub(crate) proxied: bool,
    /// The TTL is automatic although the record is not proxied.
    pub(crate) auto_ttl: bool,
    /// A comment; empty if there is none.
    pub(crate) comment: &'r str,
    /// Tags of the form `name:value`.
    pub(crate) tags: BTreeSet<&'r str>,
}

impl<'r> Flags<'r> {
    /// The settings in the section of a record; in `cdn` mode nothing is proxied or automatic.
    ///
    // Differs from octoDNS: `proxied` for a type that cannot be proxied is `auto-ttl`, which is its effect,
    // so that it settles.
    pub(crate) fn of(record: &'r Record, cdn: bool) -> Self {
        let Some(section) = record.options().section("cloudflare") else { return Self::default() };
        let is_true = |key: &str| !cdn && section.get(key).is_some_and(Value::is_truthy);
        let proxied = is_true("proxied") && is_proxiable(record.record_type());
        let auto_ttl = !proxied && (is_true("auto-ttl") || is_true("proxied"));
        let comment = section.get("comment").and_then(Value::as_str).unwrap_or_default();
        let tags = section.get("tags").and_then(Value::as_list).unwrap_or_default();
        Self { proxied, auto_ttl, comment, tags: tags.iter().filter_map(Value::as_str).collect() }
    }

    /// Whether the TTL of the record is ignored.
    pub(crate) fn has_automatic_ttl(&self) -> bool {
        self.proxied || self.auto_ttl
    }
}

/// The section of a record of `record_type`, from the first of its rows.
pub(super) fn section(row: &Row, record_type: RecordType) -> Option<OwnedValue> {
    let mut section = Map::new();
    if row.proxied && is_proxiable(record_type) {
        section.insert("proxied", true);
        section.insert("auto-ttl", true);
    } else if row.ttl == AUTOMATIC {
        section.insert("auto-ttl", true);
    }
    if !row.comment().is_empty() {
        section.insert("comment", row.comment().to_owned());
    }
    if !row.tags().is_empty() {
        let tags = row.tags().iter().map(|tag| Value::from(tag.clone()));
        section.insert("tags", tags.collect::<Vec<_>>());
    }
    (!section.is_empty()).then(|| section.into())
}
