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

impl Test for Values {
    const FORM: &'static str = Patterns::FORM;

    fn new(list: &[String]) -> Result<Self, String> {
        Patterns::new(list).map(Self)
    }

    fn matches(&self, record: &Record) -> Option<bool> {
        Some(match record.data() {
            // Texts are compared without quotes, with escaped semicolons.
            RecordData::Txt(values) | RecordData::Spf(values) => {
                values.iter().map(Txt::as_str).any(|text| self.0.matches(text))
            }
            _ => record.rdata_strings().iter().any(|text| self.0.matches(text)),
        })
    }
}
