//! JSON Schema (draft 2020-12) of zone files, from what record types say of their values.
//!
//! The `SHAPE` of a type stands in its file, beside what reads and checks its values, and in its row of
//! the table of types. There are two ways to write it down, see [`Dialect`].

mod zone;

use schemars::generate::SchemaSettings;
pub use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
pub use zone::zone;

pub use crate::shape::Dialect;

/// The draft of JSON Schema that all schemas here are of.
pub const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// How the options of classes are described, which stand where they are used.
pub fn settings() -> SchemaSettings {
    SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true)
}
