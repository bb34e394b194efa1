//! The validators that come with record types.

use std::sync::Arc;

use super::{GENERAL_CHECKS, RecordTypes};
use crate::validate::{RecordValidators, Validator};

impl RecordValidators {
    /// Everything built in, and the validators of the types in `types`; none at work.
    pub fn new(types: &RecordTypes) -> Self {
        let mut all = Self::default();
        for check in GENERAL_CHECKS {
            all.add(None, Validator::Record(Arc::new(*check)));
        }
        for entry in types.iter() {
            let scope = Some(entry.record_type());
            for validator in entry.validators() {
                all.add(scope, validator);
            }
        }
        all
    }

    /// The set that is at work when a configuration says nothing.
    pub fn legacy(types: &RecordTypes) -> Self {
        let mut all = Self::new(types);
        all.enable_sets(&["legacy"]);
        all
    }
}
