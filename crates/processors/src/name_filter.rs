//! `NameAllowlistFilter` and `NameRejectlistFilter`: records by their name within the zone.

use octodns_core::{Record, Registry};

use crate::filter::{self, Test};
use crate::patterns::Patterns;

struct Names(Patterns);

pub(crate) fn register(registry: &mut Registry) {
    filter::register::<Names>(
        registry,
        ("octodns.processor.filter.NameAllowlistFilter", "name-allowlist"),
        ("octodns.processor.filter.NameRejectlistFilter", "name-rejectlist"),
    );
}

impl Test for Names {
    const FORM: &'static str = Patterns::FORM;

    fn new(list: &[String]) -> Result<Self, String> {
        Patterns::new(list).map(Self)
    }

    fn matches(&self, record: &Record) -> Result<Option<bool>, String> {
        self.0.matches(record.name().as_str()).map(Some)
    }
}
