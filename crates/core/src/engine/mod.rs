//! Planning and applying: algorithms over the traits, which no implementation can change by accident.

mod adapt;
mod apply;
mod batches;
mod empty;
mod existing;
mod gaps;
mod guard;
pub mod per_record;
mod read;
mod rebase;
mod routing;
mod served;
mod target;
mod texts;
mod unreadable;
mod unsupported;
mod values;

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
use crate::zone::ZoneValidators;

/// What reading and planning a zone needs to know beside the zone.
#[derive(Clone, Debug)]
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
}

impl Context {
    /// With these validators and record types, and strict.
    pub fn new(
        record_validators: Arc<RecordValidators>,
        zone_validators: Arc<ZoneValidators>,
        types: Arc<RecordTypes>,
    ) -> Self {
        let includes = Includes::default();
        Self { record_validators, zone_validators, types, lenient: false, includes }
    }
}
