//! What the options of several processors need.

use schemars::{Schema, SchemaGenerator, json_schema};

/// The default of options that are on.
pub(crate) fn yes() -> bool {
    true
}

/// The schema of options that are a mapping of names to values of any type.
pub(crate) fn mapping(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": ["object", "null"]})
}
