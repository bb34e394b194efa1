//! What a change supposes of what was read, and what its errors say.

use crate::change::Change;
use crate::error::ProviderError;
use crate::name::ZoneName;

/// Checks that a change is about what was read: an update or deletion about something that the target held
/// (`is_held`), a creation about something that it did not.
///
/// # Errors
///
/// Says which change supposes something else: the plan is of another state, and applying it would overwrite or
/// delete what nobody has looked at.
pub fn check_existing(change: &Change, is_held: bool) -> Result<(), ProviderError> {
    if is_held != matches!(change, Change::Create(_)) {
        return Ok(());
    }
    let record = change.record();
    let (name, of, verb) = (record.name(), record.record_type(), change.verb().to_lowercase());
    let why =
        if is_held { "the target held it already when it was read" } else { "it was not read" };
    Err(ProviderError::failed(format!("cannot {verb} {name} {of}: {why}; plan again")))
}

/// The error of a change, which says what it is about: `www.example.com. A: 422: no`.
#[must_use]
pub fn about_change(error: ProviderError, change: &Change, zone: &ZoneName) -> ProviderError {
    let record = change.record();
    about(error, format!("{} {}", record.decoded_fqdn(zone), record.record_type()))
}

/// The error, which says what it is about; its kind stays.
pub(super) fn about(error: ProviderError, what: String) -> ProviderError {
    match error {
        ProviderError::Service { kind, message, source } => {
            ProviderError::Service { kind, message: format!("{what}: {message}"), source }
        }
        ProviderError::Failed { message, source } => {
            ProviderError::Failed { message: format!("{what}: {message}"), source }
        }
        error => ProviderError::Failed { message: what, source: Some(Box::new(error)) },
    }
}
