//! Values at a target that cannot be read: reported, and nobody's business until a plan changes their record.

use crate::diagnostic::Diagnostic;
use crate::name::{RecordName, ZoneName};
use crate::record::RecordType;

/// How many of them a finding shows.
const SHOWN: usize = 3;

/// The finding for values that a target holds at a name and that are not valid for their type; `why` has what is
/// wrong with each.
///
/// They do not block the zone. They stay as they are, and are gone once a plan creates, changes or deletes the
/// record of this name and type.
pub fn unreadable_values(
    zone: &ZoneName,
    name: &RecordName,
    record_type: RecordType,
    why: &[String],
) -> Diagnostic {
    let shown = why.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join("; ");
    let more = match why.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let values = if why.len() == 1 { "a value" } else { "values" };
    Diagnostic::warning("record", format!("{values} that cannot be read: {shown}{more}"))
        .about(format!("{} {record_type}", name.decoded_fqdn(zone)))
        .help(
            "fix or remove it at the target; it is left alone until a plan changes this record, which then \
             replaces it",
        )
}
