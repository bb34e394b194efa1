//! Reading options: what all processors share.

use octodns_core::registry::BuildError;
use octodns_core::value::{Kind, from_value};
use octodns_core::{OwnedValue, Value};
use serde::de::DeserializeOwned;

/// The options of a processor, and `lenient`, which every processor takes.
pub(crate) fn read<T: DeserializeOwned>(options: &Value<'_>) -> Result<(T, bool), BuildError> {
    let mut own: OwnedValue = options.clone().into_owned();
    let lenient = match &mut own.kind {
        Kind::Map(map) => map.remove("lenient").is_some_and(|value| value.is_truthy()),
        _ => false,
    };
    Ok((from_value(&own)?, lenient))
}

/// A fault of an option that its type does not show.
pub(crate) fn fault(options: &Value<'_>, key: &str, message: impl Into<String>) -> BuildError {
    let position = options.get(key).map_or(options.position, |value| value.position);
    BuildError { message: message.into(), help: None, position }
}

/// The default of options that are on.
pub(crate) fn yes() -> bool {
    true
}
