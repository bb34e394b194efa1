//! What makes references unique, as AWS wants them.

use octodns_core::ProviderError;
use octodns_core::registry::UuidSource;

/// A unique string of hexadecimal digits.
pub(crate) fn unique(uuid: &UuidSource) -> Result<String, ProviderError> {
    let uuid = uuid().ok_or_else(|| {
        ProviderError::failed("AWS needs random UUIDs, which this program does not provide")
    })?;
    Ok(uuid.replace('-', ""))
}
