//! Findings of processors about records.

use octodns_core::{Diagnostic, Record, ZoneName};

/// An error of the processor `id` about a record, at the record's position in the source; callers add what to
/// write instead.
pub(crate) fn about(
    record: &Record,
    zone: &ZoneName,
    code: &'static str,
    id: &str,
    message: impl std::fmt::Display,
) -> Diagnostic {
    Diagnostic::error(code, format!("processor \"{id}\": {message}"))
        .about(format!("{} {}", record.decoded_fqdn(zone), record.record_type()))
        .at(record.origin().clone())
}
