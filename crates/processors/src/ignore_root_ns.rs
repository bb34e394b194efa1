//! `IgnoreRootNsFilter`: ignores the NS record at the apex.

use octodns_core::processor::Stage;
use octodns_core::registry::{BuildError, NoOptions};
use octodns_core::{Processor, ProviderError, RecordName, RecordType, Registry, Zone, async_trait};

use crate::version::VERSION;

/// Removes the NS record at the apex from both sides.
struct IgnoreRootNs {
    id: String,
}

pub(crate) fn register(registry: &mut Registry) {
    let path = "octodns.processor.filter.IgnoreRootNsFilter";
    registry.processor(path, &["ignore-root-ns"], VERSION, |id, NoOptions {}| {
        Ok::<_, BuildError>(IgnoreRootNs { id: id.to_owned() })
    });
}

#[async_trait]
impl Processor for IgnoreRootNs {
    fn id(&self) -> &str {
        &self.id
    }

    async fn source_zone(
        &self,
        desired: &mut Zone,
        _stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        desired.remove(&RecordName::APEX, RecordType::NS);
        Ok(())
    }

    async fn target_zone(
        &self,
        existing: &mut Zone,
        _stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        existing.remove(&RecordName::APEX, RecordType::NS);
        Ok(())
    }
}
