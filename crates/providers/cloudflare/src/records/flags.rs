//! The settings of a record besides its values and their notes: the `octodns: cloudflare:` section.

use octodns_core::value::Map;
use octodns_core::{Record, RecordType, Value};

use super::Row;
use super::notes::VALUES;

/// The TTL that means "automatic".
pub(crate) const AUTOMATIC: i64 = 1;

/// The seconds of the automatic TTL.
pub(crate) const AUTOMATIC_SECONDS: i64 = 300;

/// The types that the API can proxy.
pub(crate) fn is_proxiable(record_type: RecordType) -> bool {
    matches!(record_type, RecordType::A | RecordType::AAAA | RecordType::ALIAS | RecordType::CNAME)
}

/// The keys of the section.
pub(crate) const SECTION_KEYS: &[&str] = &["auto-ttl", "comment", "proxied", "tags", VALUES];

/// The settings of a record at this service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags {
    /// Traffic goes through the service; the TTL is then automatic.
    pub(crate) proxied: bool,
    /// The TTL is automatic although the record is not proxied.
    pub(crate) auto_ttl: bool,
}

impl Flags {
    /// The settings in the section of a record; in `cdn` mode nothing is proxied or automatic.
    ///
    // Differs from octoDNS: `proxied` for a type that cannot be proxied is `auto-ttl`, which is its effect,
    // so that it settles.
    pub(crate) fn of(record: &Record, cdn: bool) -> Self {
        let Some(section) = record.options().section("cloudflare") else { return Self::default() };
        let is_true = |key: &str| !cdn && section.get(key).is_some_and(Value::is_truthy);
        let proxied = is_true("proxied") && is_proxiable(record.record_type());
        let auto_ttl = !proxied && (is_true("auto-ttl") || is_true("proxied"));
        Self { proxied, auto_ttl }
    }

    /// Whether the TTL of the record is ignored.
    pub(crate) fn has_automatic_ttl(self) -> bool {
        self.proxied || self.auto_ttl
    }
}

/// Adds the settings of a row to the section of its record, of `record_type`.
pub(super) fn add_to(section: &mut Map<'static>, row: &Row, record_type: RecordType) {
    if row.proxied && is_proxiable(record_type) {
        section.insert("proxied", true);
        section.insert("auto-ttl", true);
    } else if row.ttl == AUTOMATIC {
        section.insert("auto-ttl", true);
    }
}
