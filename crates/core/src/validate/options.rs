//! The options that every validator has.

use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::options::{BuildError, Options, with_common};
use crate::value::{OwnedValue, from_value};

/// The key of the sets that switch a validator on.
pub(crate) const SETS: &str = "sets";

/// The options that every validator has.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "they are read by name")]
struct OfValidators {
    /// The sets that switch the validator on. Default: none, it is always on.
    #[serde(default)]
    sets: Option<Vec<String>>,
    /// The record types it looks at, for validators of records and values. Default: all.
    #[serde(default)]
    types: Option<OneOrMore>,
}

#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "they are read by name")]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

/// Describes the options of a validator, with those that all have.
pub(crate) fn of_validator<O: Options>(generator: &mut SchemaGenerator) -> Schema {
    with_common::<O, OfValidators>(generator)
}

/// The sets among the options of a validator.
pub(crate) fn sets(options: &OwnedValue) -> Result<Option<Vec<String>>, BuildError> {
    match options.get(SETS).filter(|sets| !sets.is_null()) {
        Some(sets) => Ok(Some(from_value(sets)?)),
        None => Ok(None),
    }
}
