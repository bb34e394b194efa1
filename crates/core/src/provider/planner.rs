//! Targets that plan by their own rules instead of the engine's.

use std::any::Any;
use std::sync::Arc;

use async_trait::async_trait;

use super::Source;
use crate::error::ProviderError;
use crate::plan::{Plan, State};
use crate::record::RecordTypes;
use crate::zone::Zone;

/// What a target that plans by itself is given.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct ToPlan<'p> {
    /// What it is to hold, as processors of the desired state left it.
    pub desired: &'p Zone,
    /// What it holds, as it was read.
    pub existing: &'p Zone,
    /// Whether it knows the zone.
    pub exists: bool,
    /// What reading it remembered.
    pub state: &'p State,
    /// The sources that the desired state came from.
    pub sources: &'p [Arc<dyn Source>],
    /// The record types that there are.
    pub types: &'p Arc<RecordTypes>,
    /// Whether records that processors make may be lenient.
    pub lenient: bool,
}

impl<'p> ToPlan<'p> {
    /// What is desired of a target that holds `existing`; it knows the zone, and there is nothing else to know.
    pub fn new(
        desired: &'p Zone,
        existing: &'p Zone,
        state: &'p State,
        types: &'p Arc<RecordTypes>,
    ) -> Self {
        Self { desired, existing, exists: true, state, sources: &[], types, lenient: false }
    }
}

/// Plans for a target by rules of its own: it reduces both zones to what the target can hold, finds the changes, adds to
/// them and leaves out of them what it likes.
///
/// What the engine still does is what holds for every plan: processors of plans, hidden records, thresholds, safety.
#[async_trait]
pub trait Planner: Send + Sync {
    /// Plans what makes the target hold the desired zone; `None` if there is nothing to do. The plan has its thresholds,
    /// and in its state what applying needs.
    ///
    /// `between` is run once, when both zones are as this target can hold them.
    ///
    /// # Errors
    ///
    /// Fails when no plan can be made.
    async fn plan(
        &self,
        what: ToPlan<'_>,
        between: &mut dyn Between,
    ) -> Result<Option<Plan>, ProviderError>;
}

/// What a [`Planner`] runs on its way: the processors of the zone.
#[async_trait]
pub trait Between: Send {
    /// Runs both hooks for targets of every processor of the zone, each of which gets what those before it left.
    ///
    /// `inside` is handed to the processors as [`Stage::inside`](crate::processor::Stage::inside), for those of the
    /// planner's own kind.
    ///
    /// # Errors
    ///
    /// Fails when a processor does: then there is no plan.
    async fn run(
        &mut self,
        desired: &mut Zone,
        existing: &mut Zone,
        inside: &(dyn Any + Send + Sync),
    ) -> Result<(), ProviderError>;
}
