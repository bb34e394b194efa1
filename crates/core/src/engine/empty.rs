//! Records with nothing in them: whoever made one, no provider is handed it.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::error::ProviderError;
use crate::name::ZoneName;
use crate::plan::Plan;
use crate::record::{MISSING_VALUES, Record};

/// What there is to say of a record in `zone` that has nothing in it.
pub(super) fn finding(record: &Record, zone: &ZoneName) -> Option<Diagnostic> {
    if !record.lacks_values() {
        return None;
    }
    let subject = format!("{} {}", record.decoded_fqdn(zone), record.record_type());
    let by = record.source().map(|source| format!(", from \"{source}\"")).unwrap_or_default();
    let message = format!("a record without a value{by}");
    let help = "it would take the place of what is there: give it a value, or remove it";
    let found = Diagnostic::error(MISSING_VALUES, message).about(subject).help(help);
    Some(found.at(record.origin().clone()))
}

/// A finding for each record of a plan that has nothing in it.
pub(super) fn findings(plan: &Plan) -> impl Iterator<Item = Diagnostic> {
    let is_desired = |record: &&Arc<Record>| {
        let desired = plan.desired.get(record.name(), record.record_type());
        desired.is_some_and(|desired| Arc::ptr_eq(desired, record))
    };
    let changed = plan.changes.iter().flat_map(|change| [change.existing(), change.desired()]);
    let changed = changed.flatten().filter(move |record| !is_desired(record));
    let records = plan.desired.records().chain(changed);
    records.filter_map(|record| finding(record, plan.desired.name()))
}

/// Why a plan cannot be applied that has a record with nothing in it.
pub(super) fn refusal(plan: &Plan) -> Option<ProviderError> {
    let found = findings(plan).next()?;
    Some(ProviderError::failed(format!("{}: {}", found.subject, found.message)))
}
