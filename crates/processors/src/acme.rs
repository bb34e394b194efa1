//! `AcmeManagingProcessor`: leaves ACME challenges alone that other clients put into a zone.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use octodns_core::processor::Stage;
use octodns_core::record::{Rdata, Txt};
use octodns_core::registry::{BuildError, NoOptions};
use octodns_core::{
    Processor, ProviderError, Record, RecordData, RecordName, Registry, Zone, ZoneName, async_trait,
};

use crate::version::VERSION;

/// The value that marks a challenge as managed by octoDNS.
const MARK: &str = "*octoDNS*";

/// Marks configured challenge records, and leaves unmarked ones of the target alone.
struct AcmeManaging {
    id: String,
    /// The configured challenges, which are managed even if the target does not have the mark yet.
    ///
    // Differs from octoDNS: per zone; there, a name that is managed in one zone is managed in all.
    owned: Mutex<HashSet<(ZoneName, RecordName)>>,
}

pub(crate) fn register(registry: &mut Registry) {
    for (path, short) in [
        ("octodns.processor.acme.AcmeManagingProcessor", "acme-managing"),
        ("octodns.processor.acme.AcmeMangingProcessor", "acme-manging"),
    ] {
        registry.processor(path, &[short], VERSION, |id, NoOptions {}| {
            Ok::<_, BuildError>(AcmeManaging { id: id.to_owned(), owned: Mutex::default() })
        });
    }
}

/// The values of a record, if it is a challenge.
fn challenge(record: &Record) -> Option<&[Txt]> {
    match record.data() {
        RecordData::Txt(values) if record.name().as_str().starts_with("_acme-challenge") => {
            Some(values)
        }
        _ => None,
    }
}

fn is_marked(values: &[Txt]) -> bool {
    values.iter().any(|value| value.as_str() == MARK)
}

#[async_trait]
impl Processor for AcmeManaging {
    fn id(&self) -> &str {
        &self.id
    }

    fn begin_run(&self) {
        self.owned.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    async fn source_zone(
        &self,
        desired: &mut Zone,
        _stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        let mut marked = Vec::new();
        let mut names = Vec::new();
        for record in desired.records() {
            let Some(values) = challenge(record) else { continue };
            names.push((desired.name().clone(), record.name().clone()));
            if !is_marked(values) {
                let mut values = values.to_vec();
                values.push(Txt::new(MARK));
                values.sort_by(Txt::order);
                let record = Arc::unwrap_or_clone(Arc::clone(record));
                marked.push(record.with_data(RecordData::Txt(values)));
            }
        }
        for record in marked {
            desired.set(record);
        }
        self.owned.lock().unwrap_or_else(PoisonError::into_inner).extend(names);
        Ok(())
    }

    async fn target_zone(
        &self,
        existing: &mut Zone,
        _stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        let zone = existing.name().clone();
        let owned = self.owned.lock().unwrap_or_else(PoisonError::into_inner);
        existing.retain(|record| {
            let Some(values) = challenge(record) else { return true };
            if is_marked(values) || owned.contains(&(zone.clone(), record.name().clone())) {
                return true;
            }
            tracing::info!(
                target: "octodns", logger = "AcmeManagingProcessor",
                "_process: ignoring {}", record.decoded_fqdn(&zone),
            );
            false
        });
        Ok(())
    }
}
