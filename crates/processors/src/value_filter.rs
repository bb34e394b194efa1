//! `ValueAllowlistFilter` and `ValueRejectlistFilter`: records by any of their values.

use octodns_core::record::Txt;
use octodns_core::{Record, RecordData, Registry};

use crate::filter::{self, Test};
use crate::patterns::Patterns;

struct Values(Patterns);

pub(crate) fn register(registry: &mut Registry) {
    filter::register::<Values>(
        registry,
        ("octodns.processor.filter.ValueAllowlistFilter", "value-allowlist"),
        ("octodns.processor.filter.ValueRejectlistFilter", "value-rejectlist"),
    );
}

impl Values {
    fn any<'t>(&self, mut texts: impl Iterator<Item = &'t str>) -> Result<Option<bool>, String> {
        let found = texts.find_map(|text| match self.0.matches(text) {
            Ok(false) => None,
            decided => Some(decided),
        });
        found.unwrap_or(Ok(false)).map(Some)
    }
}

impl Test for Values {
    const FORM: &'static str = Patterns::FORM;

    fn new(list: &[String]) -> Result<Self, String> {
        Patterns::new(list).map(Self)
    }

    fn matches(&self, record: &Record) -> Result<Option<bool>, String> {
        match record.data() {
            // Texts are compared without quotes, with escaped semicolons.
            RecordData::Txt(values) | RecordData::Spf(values) => {
                self.any(values.iter().map(Txt::as_str))
            }
            _ => self.any(record.rdata_strings().iter().map(String::as_str)),
        }
    }
}
