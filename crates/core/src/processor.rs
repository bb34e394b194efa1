//! The trait of what is put between: processors.

use std::any::Any;
use std::sync::Arc;

use async_trait::async_trait;

use crate::diagnostic::Report;
use crate::error::ProviderError;
use crate::plan::Plan;
use crate::provider::Source;
use crate::record::RecordTypes;
use crate::target::Target;
use crate::validate::RecordValidators;
use crate::zone::Zone;

/// What a processor gets besides the zones.
#[non_exhaustive]
pub struct Stage<'s> {
    /// The sources the desired state came from; none for an alias zone.
    pub sources: &'s [Arc<dyn Source>],
    /// The target, from the target stages on.
    pub target: Option<&'s Target>,
    /// Whether records a processor makes may be lenient.
    pub lenient: bool,
    /// The validators of records.
    pub validators: &'s Arc<RecordValidators>,
    /// The record types that there are.
    pub types: &'s Arc<RecordTypes>,
    /// Where findings go.
    pub report: &'s mut Report,
    /// What the planner of the target hands to processors of its own kind, while it waits for them; nothing if the engine
    /// plans.
    pub inside: Option<&'s (dyn Any + Send + Sync)>,
}

impl<'s> Stage<'s> {
    /// A stage without sources and target, and strict.
    pub fn new(
        validators: &'s Arc<RecordValidators>,
        types: &'s Arc<RecordTypes>,
        report: &'s mut Report,
    ) -> Self {
        let (sources, target, lenient, inside) = (&[][..], None, false, None);
        Self { sources, target, lenient, validators, types, report, inside }
    }
}

/// Changes zones and plans on their way from source to target.
///
/// Each hook gets what the processors before it left. The default of all is to change nothing.
#[async_trait]
pub trait Processor: Send + Sync {
    /// The id this processor has in the configuration.
    fn id(&self) -> &str;

    /// A run begins: whatever an earlier one learned is forgotten. Default: nothing was learned.
    fn begin_run(&self) {}

    /// Changes the desired state, once, before any target sees it.
    ///
    /// # Errors
    ///
    /// Fails the zone.
    async fn source_zone(
        &self,
        _desired: &mut Zone,
        _stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        Ok(())
    }

    /// Changes what a target holds.
    ///
    /// # Errors
    ///
    /// Fails the zone.
    async fn target_zone(
        &self,
        _existing: &mut Zone,
        _stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        Ok(())
    }

    /// Changes either, just before they are compared.
    ///
    /// # Errors
    ///
    /// Fails the zone.
    async fn source_and_target_zones(
        &self,
        _desired: &mut Zone,
        _existing: &mut Zone,
        _stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        Ok(())
    }

    /// Changes a plan, makes one where there was nothing to do, or drops it.
    ///
    /// # Errors
    ///
    /// Fails the zone.
    async fn plan(
        &self,
        plan: Option<Plan>,
        _stage: &mut Stage<'_>,
    ) -> Result<Option<Plan>, ProviderError> {
        Ok(plan)
    }
}
