//! JSON Schema (draft 2020-12) of zone files, from what record types say of their values.
//!
//! The `SHAPE` of a type stands in its file, beside what reads and checks its values, and in its row of
//! the table of types. There are two ways to write it down, see [`Dialect`].

mod pattern;
mod shape;
mod zone;

use schemars::generate::SchemaSettings;
pub use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
pub use zone::zone;

pub(crate) use shape::{Field, Required, Shape};

/// The draft of JSON Schema that all schemas here are of.
pub const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// What a schema takes for valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// What the schema that octoDNS 1.22 itself emits takes: a part of what is read, as octoDNS would
    /// write it.
    Octodns,
    /// Whatever is read without a finding, with a word on everything.
    Complete,
}

/// How the options of classes are described, which stand where they are used.
pub fn settings() -> SchemaSettings {
    SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true)
}

/// A truth value that editors do not suggest: no type is named.
pub(crate) fn unsuggested_boolean() -> serde_json::Value {
    serde_json::json!({"not": {"type": ["null", "number", "string", "array", "object"]}})
}
