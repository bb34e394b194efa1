//! Dynamic records of a service that has more to do for one than to replace a set.

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use octodns_core::apply_log::Stopped;
use octodns_core::provider::PlanDraft;
use octodns_core::record::{Dynamic, Geo};
use octodns_core::{ApplyLog, Change, ProviderError, Record, ZoneName};
use serde_json::Value as Json;

use crate::api::Zone;
use crate::set::HeldSets;

/// A change of a record that is dynamic before or after it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct DynamicChange<'c> {
    /// The change.
    pub change: &'c Change,
    /// The set of its record as it will be, without the routing; `None` for a deletion.
    pub set: Option<&'c Json>,
    /// The set as it was read; `None` for a creation.
    pub existing: Option<&'c Json>,
}

impl DynamicChange<'_> {
    /// Whether a record of a change is dynamic, or has values by place.
    pub(crate) fn concerns(change: &Change) -> bool {
        let mut records = [change.existing(), change.desired()].into_iter().flatten();
        records.any(|record| record.dynamic().is_some() || record.geo().is_some())
    }
}

/// The sets of a zone as they were read.
#[derive(Clone, Copy)]
pub struct SetsAsRead<'s>(pub(crate) &'s HeldSets);

impl<'s> SetsAsRead<'s> {
    /// The set of a record.
    pub fn of(&self, record: &Record) -> Option<&'s Json> {
        self.0.get(record)
    }
}

/// How many calls of a change were confirmed, of those that are known so far.
#[derive(Debug, Default)]
pub struct Progress {
    done: usize,
    of: usize,
}

impl Progress {
    /// There are more calls to make.
    pub fn expect(&mut self, calls: usize) {
        self.of += calls;
    }

    /// A call was confirmed.
    pub fn confirmed(&mut self) {
        self.done += 1;
        self.of = self.of.max(self.done);
    }

    /// The change ended with an error: in a call that was not confirmed.
    pub fn stopped(&self, error: impl Into<ProviderError>) -> Stopped {
        Stopped::new(error, self.done, self.of.max(self.done + 1))
    }
}

/// How a service keeps dynamic records, if one takes several calls: several rows, pools, filters, health checks.
///
/// What belongs to a record is part of its set: [`SetApi::sets`](crate::sets::SetApi::sets) gives one for each record,
/// with whatever fields [`DynamicSets::read`] needs, or [`DynamicSets::complete`] adds them.
#[async_trait]
pub trait DynamicSets: Send + Sync {
    /// Adds to the sets of a zone what they need that the account has beside its zones, such as the pools that they
    /// name; or sets of records that are there alone. Default: nothing.
    ///
    /// # Errors
    ///
    /// Fails as a whole.
    async fn complete(&self, _sets: &mut Vec<Json>, _zone: Zone<'_>) -> Result<(), ProviderError> {
        Ok(())
    }

    /// The routing in a set, as it was read; `None` if it has none.
    fn read(&self, set: &Json, zone: &ZoneName) -> Option<Dynamic>;

    /// Whether a set without routing has more to it than its values: what an interrupted change left. Its changes are
    /// made here as well. Default: no.
    fn is_partial(&self, _set: &Json) -> bool {
        false
    }

    /// The values by place in a set, the deprecated `geo` section; `None` if it has none. Default: none.
    fn read_geo(&self, _set: &Json, _zone: &ZoneName) -> Option<Geo> {
        None
    }

    /// The `octodns` section that a set with routing stands for, such as that of its health check; `None` if it has
    /// none. Default: none.
    fn read_options(&self, _set: &Json, _zone: &ZoneName) -> Option<Json> {
        None
    }

    /// Makes a change. What is created for a record beside it is a step of the log.
    ///
    /// # Errors
    ///
    /// Says how many of its calls were confirmed. Lost answers are looked up here.
    async fn apply(
        &self,
        zone: Zone<'_>,
        change: DynamicChange<'_>,
        log: &ApplyLog<'_>,
    ) -> Result<(), Stopped>;

    /// Whether something beside a record is not as the record needs it, such as the settings of its health check, so
    /// that the record is updated although it is as desired. Default: no.
    ///
    /// # Errors
    ///
    /// Fails if it must ask the service and cannot.
    async fn has_drifted(
        &self,
        _zone: &ZoneName,
        _record: &Record,
        _set: &Json,
    ) -> Result<bool, ProviderError> {
        Ok(false)
    }

    /// Changes that are needed although the records are the same, as
    /// [`octodns_core::Provider::extra_changes`] has them. Default: updates of the records that
    /// [have drifted](DynamicSets::has_drifted).
    ///
    /// # Errors
    ///
    /// Fails if it must ask the service and cannot.
    async fn extra_changes(
        &self,
        draft: &PlanDraft<'_>,
        sets: SetsAsRead<'_>,
    ) -> Result<Vec<Change>, ProviderError> {
        let key = |record: &Record| (record.name().clone(), record.record_type());
        let planned: HashSet<_> = draft.changes.iter().map(|change| key(change.record())).collect();
        let is_routed =
            |record: &&Arc<Record>| record.dynamic().is_some() || record.geo().is_some();
        let mut changes = Vec::new();
        for record in draft.desired.records().filter(is_routed) {
            let Some(set) = sets.of(record).filter(|_| !planned.contains(&key(record))) else {
                continue;
            };
            if self.has_drifted(draft.desired.name(), record, set).await? {
                let (existing, new) = (Arc::clone(record), Arc::clone(record));
                changes.push(Change::Update { existing, new });
            }
        }
        Ok(changes)
    }
}
