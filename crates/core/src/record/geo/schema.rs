//! What the older `geo` section may be, in JSON Schema.

use serde_json::{Value as Json, json};

use crate::shape::Dialect;

/// The schema of a section whose places hold values such as `value` describes.
pub(crate) fn schema(value: &Json, dialect: Dialect) -> Json {
    match dialect {
        Dialect::Octodns => json!({
            "type": "object",
            "propertyNames": {"pattern": "^[A-Z]{2}(-[A-Z]{2}(-[A-Z]{2})?)?$"},
            "additionalProperties": {"type": "array", "items": value, "minItems": 1},
        }),
        Dialect::Complete => json!({
            "description": "The older form of dynamic: values by continent, country and province.",
            "deprecationMessage": "\"dynamic\" says more, and goes to more providers",
            "anyOf": [
                {
                    "type": "object",
                    "propertyNames": {"pattern": r"^\w\w(-\w\w(-\w\w)?)?$"},
                    "additionalProperties": {"anyOf": [value, {"type": "array", "items": value, "minItems": 1}]},
                },
                {"type": "array", "maxItems": 0},
            ],
        }),
    }
}
