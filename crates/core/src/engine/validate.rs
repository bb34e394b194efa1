//! Validating zones, by validators that take asking as well.

use super::Context;
use crate::diagnostic::{Diagnostic, Report, Severity};
use crate::error::ProviderError;
use crate::name::ZoneName;
use crate::provider::ZoneRead;
use crate::record::Record;
use crate::zone::{ForeignValidator, Zone};

impl Context {
    /// Validates a zone into a report: errors, or warnings where leniency is asked for by this or by the records.
    pub async fn validate(&self, zone: &Zone, report: &mut Report) {
        self.zone_validators.report(zone, self.lenient, report);
        for validator in self.foreign_validators.iter().filter(|of| of.is_of_zones()) {
            if !self.zone_validators.is_at_work(validator.id(), zone) {
                continue;
            }
            match validator.zone(zone).await {
                Ok(found) => report.extend(found.into_iter().map(|mut finding| {
                    validator.id().clone_into(&mut finding.validator);
                    finding.help.get_or_insert_with(|| advice("zone", validator.id()));
                    finding.to_diagnostic(zone, self.lenient)
                })),
                Err(error) => report.merge(not_asked(&**validator, error, zone.name())),
            }
        }
    }

    /// Has foreign validators look at what a source gave, unless that was done where it was read.
    pub(super) async fn validate_read(&self, read: &mut ZoneRead, zone: &ZoneName) {
        if read.is_checked {
            return;
        }
        for validator in self.foreign_validators.iter().filter(|of| !of.is_of_zones()) {
            let is_for = |record: &&Record| {
                self.record_validators.is_at_work(validator.id(), record.record_type())
            };
            let records: Vec<_> = read.records.iter().map(AsRef::as_ref).filter(is_for).collect();
            if records.is_empty() {
                continue;
            }
            match validator.records(zone, &records).await {
                Ok(found) => {
                    let finding = |(index, why): (usize, String)| {
                        Some(self.objection(validator.id(), zone, records.get(index)?, why))
                    };
                    read.report.extend(found.into_iter().filter_map(finding));
                }
                Err(error) => read.report.merge(not_asked(&**validator, error, zone)),
            }
        }
    }

    fn objection(&self, id: &str, zone: &ZoneName, record: &Record, why: String) -> Diagnostic {
        let subject = format!("{} {}", record.decoded_fqdn(zone), record.record_type());
        let found = Diagnostic::error(id.to_owned(), why).about(subject);
        let mut found = found.at(record.origin().clone()).help(advice("record", id));
        if self.lenient || record.options().lenient() {
            found.severity = Severity::Warning;
        }
        found
    }
}

/// What to do about an objection of a validator that gives reasons only.
fn advice(of: &str, id: &str) -> String {
    format!("correct the {of}, or add {id} to `disable_validators` of the config")
}

/// The finding that nobody knows what a validator would say.
fn not_asked(validator: &dyn ForeignValidator, error: ProviderError, zone: &ZoneName) -> Report {
    error.into_report("validator", &format!("{zone} ({})", validator.id()))
}
