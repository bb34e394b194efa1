//! Planning and applying: algorithms over the traits, which no implementation can change by accident.

mod adapt;
mod apply;
mod batches;
mod empty;
mod existing;
mod gaps;
mod guard;
mod normal;
pub mod per_record;
mod planner;
mod read;
mod rebase;
mod routing;
mod served;
mod target;
mod texts;
mod unreadable;
mod unsupported;
mod validate;
mod values;

use std::fmt;
use std::sync::Arc;

pub use apply::apply_each;
pub use batches::{
    Batch, BatchApi, BatchLimits, Weight, about_changes, apply_batches, batches, batches_ranked,
};
pub use existing::{about_change, check_existing};
pub use gaps::names_that_turn;
pub use read::{ReadZone, read_sources, read_target, read_valid_sources};
pub use rebase::{Earlier, MetaStanding, Rebased, Standing};
pub use target::{Applied, Pipeline};
pub use texts::drop_unsupported_texts;
pub use unreadable::unreadable_values;
pub use unsupported::{unexpressed, unsupported};

use crate::provider::Includes;
use crate::record::RecordTypes;
use crate::validate::RecordValidators;
use crate::zone::{ForeignValidator, ZoneValidators};

/// What reading and planning a zone needs to know beside the zone.
#[derive(Clone)]
#[non_exhaustive]
pub struct Context {
    /// The validators of records, as configured for the zone.
    pub record_validators: Arc<RecordValidators>,
    /// The validators of whole zones.
    pub zone_validators: Arc<ZoneValidators>,
    /// The record types that there are.
    pub types: Arc<RecordTypes>,
    /// Whether errors in records that can still be kept are warnings.
    pub lenient: bool,
    /// Which files zone data may include.
    pub includes: Includes,
    /// Validators that take asking. Those are asked that the others say are at work. Default: none.
    pub foreign_validators: Arc<[Arc<dyn ForeignValidator>]>,
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("lenient", &self.lenient).finish_non_exhaustive()
    }
}

impl Context {
    /// With these validators and record types, and strict.
    pub fn new(
        record_validators: Arc<RecordValidators>,
        zone_validators: Arc<ZoneValidators>,
        types: Arc<RecordTypes>,
    ) -> Self {
        let (lenient, includes) = (false, Includes::default());
        let foreign_validators = Arc::new([]);
        Self { record_validators, zone_validators, types, lenient, includes, foreign_validators }
    }
}
