//! `TypeAllowlistFilter` and `TypeRejectlistFilter`: records by their type.

use std::collections::HashSet;

use octodns_core::{Record, Registry};

use crate::filter::{self, Test};

struct Types(HashSet<String>);

pub(crate) fn register(registry: &mut Registry) {
    filter::register::<Types>(
        registry,
        ("octodns.processor.filter.TypeAllowlistFilter", "type-allowlist"),
        ("octodns.processor.filter.TypeRejectlistFilter", "type-rejectlist"),
    );
}

impl Test for Types {
    const FORM: &'static str = "write the names of record types, such as A";

    fn new(list: &[String]) -> Result<Self, String> {
        Ok(Self(list.iter().cloned().collect()))
    }

    fn matches(&self, record: &Record) -> Result<Option<bool>, String> {
        Ok(Some(self.0.contains(record.record_type().as_str())))
    }
}
