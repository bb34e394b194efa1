//! `AwsAcmMangingProcessor`: leaves alone the CNAME records with which AWS Certificate Manager validates
//! names.

use octodns_core::processor::{Processor, Stage};
use octodns_core::record::Record;
use octodns_core::{ProviderError, RecordData, Zone, async_trait};

/// The targets of such records are below this name.
const VALIDATIONS: &str = ".acm-validations.aws.";

/// Removes validation records from the desired and the existing records.
pub struct AwsAcmProcessor {
    id: String,
}

impl AwsAcmProcessor {
    /// A processor with its id in the configuration.
    pub fn new(id: &str) -> Self {
        Self { id: id.to_owned() }
    }
}

fn is_validation(record: &Record) -> bool {
    let RecordData::Cname(target) = record.data() else { return false };
    record.name().as_str().starts_with('_') && target.as_str().ends_with(VALIDATIONS)
}

#[async_trait]
impl Processor for AwsAcmProcessor {
    fn id(&self) -> &str {
        &self.id
    }

    async fn source_zone(
        &self,
        desired: &mut Zone,
        _stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        desired.retain(|record| !is_validation(record));
        Ok(())
    }

    async fn target_zone(
        &self,
        existing: &mut Zone,
        _stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        existing.retain(|record| !is_validation(record));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use octodns_core::RecordName;
    use octodns_core::record::HostName;
    use octodns_core::value::Value;

    use super::*;

    #[test]
    fn only_validations_are_left_alone() {
        for (name, target, is) in [
            ("_x1.www", "_y2.abc.acm-validations.aws.", true),
            ("www", "_y2.abc.acm-validations.aws.", false),
            ("_x1.www", "www.unit.tests.", false),
        ] {
            let target = Value::from(target);
            let target = <HostName as octodns_core::record::Rdata>::read(&target).unwrap();
            let name = RecordName::new(name).unwrap();
            let record = Record::new(name, 60, RecordData::Cname(target));
            assert_eq!(is_validation(&record), is);
        }
    }
}
