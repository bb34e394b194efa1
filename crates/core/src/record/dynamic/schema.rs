//! What a `dynamic` section may be, in JSON Schema.

use serde_json::{Value as Json, json};

use super::Status;
use crate::shape::{Dialect, Shape};

/// Codes of continents, countries and provinces.
const GEO: &str = "^[A-Z]{2}(-[A-Z]{2}(-[A-Z]{2})?)?$";

/// The schema of a section whose pools hold values such as `value` describes.
pub(crate) fn schema(value: &Json, dialect: Dialect) -> Json {
    match dialect {
        Dialect::Octodns => plain(value),
        Dialect::Complete => complete(value),
    }
}

fn plain(value: &Json) -> Json {
    json!({
        "type": "object",
        "required": ["pools", "rules"],
        "properties": {
            "pools": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": {
                    "type": "object",
                    "required": ["values"],
                    "properties": {
                        "fallback": {"type": ["string", "null"]},
                        "values": {
                            "type": "array",
                            "minItems": 1,
                            "items": {
                                "type": "object",
                                "required": ["value"],
                                "properties": {
                                    "value": value,
                                    "weight": Shape::Int(1, 100).schema(Dialect::Octodns),
                                    "status": {"enum": Status::NAMES},
                                },
                            },
                        },
                    },
                },
            },
            "rules": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["pool"],
                    "properties": {
                        "pool": {"type": "string"},
                        "geos": {"type": "array", "items": {"type": "string", "pattern": GEO}},
                        "subnets": {"type": "array", "items": {"type": "string"}},
                    },
                },
            },
        },
    })
}

fn complete(value: &Json) -> Json {
    json!({
        "type": "object",
        "description": "Pools of values, and rules that choose a pool by where a question comes from.",
        "required": ["pools", "rules"],
        "properties": {
            "pools": {
                "type": "object",
                "description": "The pools, by their names.",
                "minProperties": 1,
                "additionalProperties": pool(value),
            },
            "rules": {
                "type": "array",
                "description": "The rules, tried in this order; the last has only a pool.",
                "minItems": 1,
                "items": rule(),
            },
        },
    })
}

fn pool(value: &Json) -> Json {
    let mut weight = Shape::Int(1, 100).schema(Dialect::Complete);
    weight["description"] = "The share of the value, 1 to 100. Default: 1.".into();
    json!({
        "type": "object",
        "required": ["values"],
        "properties": {
            "fallback": {
                "type": ["string", "null"],
                "description": "The pool that is used when all values of this one are down.",
            },
            "values": {
                "type": "array",
                "description": "The values of the pool.",
                "items": {
                    "type": "object",
                    "required": ["value"],
                    "properties": {
                        "value": value,
                        "weight": weight,
                        "status": {
                            "enum": Status::NAMES,
                            "description": "Whether health checks count (obey), or what they would say. Default: obey.",
                        },
                    },
                },
            },
        },
    })
}

fn rule() -> Json {
    json!({
        "type": "object",
        "required": ["pool"],
        "properties": {
            "pool": {"type": "string", "description": "The pool that is used."},
            "geos": {
                "type": "array",
                "description": "Where questions come from: continents (EU), countries (NA-US), provinces (NA-US-CA).",
                "items": {"type": "string", "pattern": GEO},
            },
            "subnets": {
                "type": "array",
                "description": "The networks questions come from.",
                "items": {"type": "string"},
            },
        },
    })
}
