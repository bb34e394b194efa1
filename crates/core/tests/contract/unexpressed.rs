//! What a target holds and records cannot express: an error of the read, unless the target is not strict.

use std::sync::Arc;

use octodns_core::engine::{read_sources, unexpressed};
use octodns_core::{ApplyLog, Plan, Provider, ProviderError};
use octodns_core::{
    Capabilities, RecordName, RecordType, Report, Severity, Source, Target, TargetOptions,
    ZoneRead, ZoneRequest, async_trait,
};

use super::{a, context, zone};

/// It has more than records can say.
struct Odd;

#[async_trait]
impl Source for Odd {
    fn id(&self) -> &'static str {
        "odd"
    }

    fn class_name(&self) -> &'static str {
        "Odd"
    }

    fn capabilities(&self) -> &Capabilities {
        const A: Capabilities = Capabilities::of(&[RecordType::A]);
        &A
    }

    async fn read(&self, zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        let mut read = ZoneRead::default();
        read.records.push(Arc::new(a("www", &["192.0.2.1"])));
        let name = RecordName::new("www").unwrap();
        read.report.push(unexpressed(zone.name, &name, RecordType::A, "a place of its own"));
        Ok(Some(read))
    }
}

#[async_trait]
impl Provider for Odd {
    async fn apply(&self, _: &Plan, _: &ApplyLog<'_>) -> Result<(), ProviderError> {
        Ok(())
    }
}

#[tokio::test]
async fn what_records_cannot_express_is_as_bad_as_the_target_takes_it() {
    for strict in [true, false] {
        let mut options = TargetOptions::default();
        options.strict_supports = strict;
        let target = Target::new(Arc::new(Odd), options);
        let report = match target.read(&zone(Vec::new()), &context()).await {
            Err(report) => report,
            Ok(read) => {
                assert_eq!(read.zone.len(), 1);
                read.report
            }
        };
        let severity = if strict { Severity::Error } else { Severity::Warning };
        let found = report.of(severity).next().unwrap();
        assert_eq!((&*found.code, &*found.subject), ("supports", "www.example.com. A"));
        assert_eq!(report.has_errors(), strict);
    }
}

/// A source has no such option: its zone fails, unless all is lenient.
#[tokio::test]
async fn what_records_cannot_express_fails_a_source() {
    for lenient in [false, true] {
        let mut context = context();
        context.lenient = lenient;
        let mut report = Report::new();
        let read = read_sources(zone(Vec::new()), &[Arc::new(Odd)], &context, &mut report).await;
        assert_eq!(read.is_ok(), lenient);
        assert_eq!(report.of(Severity::Warning).count(), usize::from(lenient));
    }
}
