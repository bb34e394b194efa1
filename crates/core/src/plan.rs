//! Plans: what is to be done to one zone of one target, and whether that is safe to do unasked.

mod allowed;
mod approved;

use std::any::Any;
use std::fmt;
use std::sync::Arc;

pub use allowed::{Allowed, Danger, UnknownDanger};
pub use approved::{ApprovedPlan, NotApproved};

use crate::change::{Change, ChangeCause};
use crate::error::ProviderError;
use crate::name::RecordName;
use crate::record::RecordType;
use crate::value::{Map, OwnedValue, Value};
use crate::zone::Zone;

/// What a provider learned while reading a zone and needs again to apply to it: ids, `ETags` ...
#[derive(Clone, Default)]
pub struct State(Option<Arc<dyn Any + Send + Sync>>);

impl State {
    /// Remembers a value.
    pub fn new(value: impl Any + Send + Sync) -> Self {
        Self(Some(Arc::new(value)))
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The value, if it is of this type.
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.0.as_ref()?.downcast_ref()
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "State(..)" } else { "State(nothing)" })
    }
}

/// The shares of existing records that may be changed without force, 0.0..=1.0.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Thresholds {
    /// Share that may be updated.
    pub update: f64,
    /// Share that may be deleted.
    pub delete: f64,
}

impl Default for Thresholds {
    /// Three in ten, of either.
    fn default() -> Self {
        Self { update: 0.3, delete: 0.3 }
    }
}

/// How many changes of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChangeCounts {
    /// Creations.
    pub creates: usize,
    /// Updates.
    pub updates: usize,
    /// Deletions.
    pub deletes: usize,
}

/// What is to be done to one zone of one target.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What the target holds.
    pub existing: Zone,
    /// What it is to hold.
    pub desired: Zone,
    /// The changes, in the order they are shown.
    pub changes: Vec<Change>,
    /// Whether the target knows the zone.
    pub exists: bool,
    /// What may be changed without force.
    pub thresholds: Thresholds,
    /// Settings of the zone that are not records and are to be changed as well.
    pub meta: Option<OwnedValue>,
    /// What the provider remembers from reading.
    state: State,
    /// What the target holds, with what `existing` does not show.
    held: Zone,
    /// What else speaks against applying it, as only others can know.
    doubts: Vec<Unsafe>,
    /// Why each change is needed, if that was found out.
    causes: Vec<ChangeCause>,
}

/// A side of a plan that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadSide {
    /// What is written to.
    Target,
    /// What says how the target is to be.
    Source,
}

impl fmt::Display for ReadSide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Target => "the target",
            Self::Source => "its sources",
        })
    }
}

/// Why a plan is not applied without force.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Unsafe {
    /// Too large a share of the existing records would be updated or deleted.
    #[error(
        "too many {what}: {:.2}% of the existing records ({count} of {existing}) is over the limit of {:.2}%",
        percent(*count, *existing), limit * 100.0
    )]
    TooMuchChange {
        /// `updates` or `deletes`.
        what: &'static str,
        /// How many.
        count: usize,
        /// Of how many.
        existing: usize,
        /// The share that is allowed, 0.0..=1.0.
        limit: f64,
    },
    /// The NS record at the apex would change: a mistake there takes the whole zone offline.
    #[error("the NS record at the apex would change")]
    RootNsChange,
    /// A zone was read with far fewer records than it had after an earlier run: perhaps not all was read.
    #[error("the zone shrank at {side}: then {then} records, now {now}")]
    ShrunkRead {
        /// Where.
        side: ReadSide,
        /// How many records it had after the last apply.
        then: usize,
        /// How many were read.
        now: usize,
    },
}

#[expect(clippy::cast_precision_loss, reason = "a percentage, of counts far below 2^52")]
fn percent(count: usize, existing: usize) -> f64 {
    count as f64 / existing as f64 * 100.0
}

impl Plan {
    /// Zones with fewer records than this are not held to the thresholds.
    pub const MIN_EXISTING_RECORDS: usize = 10;

    /// A plan, its changes put in order. Thresholds of the desired zone win over those given.
    pub fn new(existing: Zone, desired: Zone, mut changes: Vec<Change>, exists: bool) -> Self {
        changes.sort_by(Change::cmp_in_plan);
        let (thresholds, meta, state) = (Thresholds::default(), None, State::default());
        let (held, doubts, causes) = (existing.clone(), Vec::new(), Vec::new());
        Self { existing, desired, changes, exists, thresholds, meta, state, held, doubts, causes }
            .with_thresholds(thresholds)
    }

    /// The same plan, with what the provider remembers from reading the zone.
    #[must_use]
    pub fn with_state(mut self, state: State) -> Self {
        self.state = state;
        self
    }

    /// The same plan; `state` stands in for what the provider remembers if that was lost on the way.
    pub(crate) fn or_state(self, state: State) -> Self {
        if self.state.is_empty() { self.with_state(state) } else { self }
    }

    /// All that the target holds, with what no part of the plan shows.
    pub fn held(&self) -> &Zone {
        &self.held
    }

    /// The same plan of a target that holds `held`: all its records, those that no part of the plan shows
    /// as well.
    pub(crate) fn with_held(mut self, held: Zone) -> Self {
        self.held = held;
        self
    }

    /// Adds to what speaks against applying the plan.
    pub fn doubt(&mut self, reason: Unsafe) {
        self.doubts.push(reason);
    }

    /// What the provider remembers from reading the zone; `None` when there is no such zone yet.
    ///
    /// # Errors
    ///
    /// Fails when the zone was read, but what was remembered is lost or of another type: nothing can be
    /// changed or deleted safely then.
    pub fn state<T: Any>(&self) -> Result<Option<&T>, ProviderError> {
        match self.state.get() {
            Some(state) => Ok(Some(state)),
            None if self.state.is_empty() && !self.exists => Ok(None),
            None => {
                let zone = self.desired.name();
                let message = format!("the state from reading {zone} is lost; plan again");
                Err(ProviderError::failed(message))
            }
        }
    }

    /// What the target holds after the plan: all that it holds now, hidden records included, with the
    /// changes made. For targets that are written as a whole.
    ///
    /// Unlike the desired state it has no record whose change was taken out of the plan.
    pub fn outcome(&self) -> Zone {
        let mut zone = self.held.clone();
        zone.apply(&self.changes);
        zone
    }

    /// The same plan, held to `thresholds` where the zone sets none.
    #[must_use]
    pub fn with_thresholds(mut self, thresholds: Thresholds) -> Self {
        let settings = self.desired.settings();
        self.thresholds = Thresholds {
            update: settings.update_pcent_threshold.unwrap_or(thresholds.update),
            delete: settings.delete_pcent_threshold.unwrap_or(thresholds.delete),
        };
        self
    }

    /// Remembers why each change is needed, in the order of the changes.
    pub fn set_causes(&mut self, causes: Vec<ChangeCause>) {
        self.causes = causes;
    }

    /// Why a change is needed, by its index, if that was found out.
    pub fn cause(&self, index: usize) -> Option<ChangeCause> {
        self.causes.get(index).copied()
    }

    /// How many changes of each kind there are.
    pub fn counts(&self) -> ChangeCounts {
        let mut counts = ChangeCounts::default();
        for change in &self.changes {
            match change {
                Change::Create(_) => counts.creates += 1,
                Change::Update { .. } => counts.updates += 1,
                Change::Delete(_) => counts.deletes += 1,
            }
        }
        counts
    }

    /// Everything that speaks against applying the plan without force; empty when it is safe.
    pub fn safety(&self) -> Vec<Unsafe> {
        let (counts, existing) = (self.counts(), self.existing.len());
        let mut reasons = Vec::new();
        if existing >= Self::MIN_EXISTING_RECORDS {
            let limits = [
                ("updates", counts.updates, self.thresholds.update),
                ("deletes", counts.deletes, self.thresholds.delete),
            ];
            for (what, count, limit) in limits {
                if percent(count, existing) / 100.0 > limit {
                    reasons.push(Unsafe::TooMuchChange { what, count, existing, limit });
                }
            }
        }
        let root_ns = |change: &Change| {
            let record = change.record();
            record.record_type() == RecordType::NS && *record.name() == RecordName::APEX
        };
        if self.exists && self.changes.iter().any(root_ns) {
            reasons.push(Unsafe::RootNsChange);
        }
        reasons.extend(self.doubts.iter().cloned());
        reasons
    }

    /// The plan as plan JSON and the checksum have it.
    pub fn to_value(&self) -> OwnedValue {
        let changes: Vec<_> = self.changes.iter().map(Change::to_value).collect();
        let mut map = Map::new();
        map.insert("changes", Value::from(changes));
        map.insert("meta", Value::from(self.meta.clone()));
        map.into()
    }
}
