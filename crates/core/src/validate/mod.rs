//! Validators of records, under the name embedders look for.

pub use crate::record::validate::{
    Finding, Findings, RawRecord, RecordCheck, RecordValidator, RecordValidators, Scope, Sets,
    Validator, ValidatorError, ValueCheck, ValueValidator,
};
