//! The API calls of services that replace `RRset`s.

use async_trait::async_trait;
use octodns_core::engine::{BatchLimits, Weight};
use octodns_http::Error;
use serde_json::Value as Json;

use crate::api::{Api, Only, Zone};
use crate::dynamic_sets::DynamicSets;
use crate::set::{SetChange, SetFields};

/// A service with `RRset`s: the names of their fields, and one call for each operation.
///
/// Sets are JSON objects in both directions; those of unknown types are not changed.
#[async_trait]
pub trait SetApi: Api {
    /// The names of the fields of a set.
    const FIELDS: SetFields;

    /// All sets of a zone, or that of `only` if the service can filter; it may return more. `None` if there
    /// is no such zone.
    ///
    /// # Errors
    ///
    /// Fails as a whole: the list is never partial.
    async fn sets(
        &self,
        zone: Zone<'_>,
        only: Option<Only<'_>>,
    ) -> Result<Option<Vec<Json>>, Error>;

    /// Stores `set`, in place of `existing` (as it was read) if that is given.
    ///
    /// # Errors
    ///
    /// [`Error::Indeterminate`] if the response is lost: the kit then reads the set again.
    async fn put(&self, zone: Zone<'_>, set: &Json, existing: Option<&Json>) -> Result<(), Error>;

    /// Deletes a set, as it was read; a set that does not exist is not an error.
    ///
    /// # Errors
    ///
    /// Fails if the service does not do it.
    async fn delete(&self, zone: Zone<'_>, existing: &Json) -> Result<(), Error>;

    /// The limits of one call for many sets, if the service has such a call: [`SetApi::batch`]. Default: it has none.
    const BATCH: Option<BatchLimits> = None;

    /// From how many changes on a plan is made by such calls; fewer are made one by one, several names at the same
    /// time. Default: 2.
    const BATCH_FROM: usize = 2;

    /// Makes changes in this order, all or none; `false` if the account has no such call, so that nothing was done and
    /// the kit changes one set after the other. Deletions come before creations of the same name.
    ///
    /// # Errors
    ///
    /// [`Error::Indeterminate`] if the response is lost: the kit then reads the sets again.
    /// [`Error::Refused`] if nothing was done: the kit then tries each half.
    async fn batch(&self, _zone: Zone<'_>, _changes: &[SetChange]) -> Result<bool, Error> {
        Ok(false)
    }

    /// How much a change counts towards [`SetApi::BATCH`]. Default: one item for each value of the desired set, but at
    /// least one; and the bytes of its JSON.
    fn weigh(&self, change: &SetChange) -> Weight {
        let after = change.after.as_ref();
        let values = after.and_then(|set| set.get(Self::FIELDS.values)).and_then(Json::as_array);
        let bytes = after.map_or(0, |set| set.to_string().len());
        Weight::new(values.map_or(1, |values| values.len().max(1)), bytes)
    }

    /// Why a set, as it was read, is no record; `None` if it is one. It has an empty list of values then. It is a
    /// warning, and stays as it is until a plan creates the record of its name and type, which takes its place.
    /// Default: all are records.
    fn unreadable(_set: &Json) -> Option<String> {
        None
    }

    /// How dynamic records are kept, if its capabilities have them.
    fn dynamic(&self) -> Option<&dyn DynamicSets> {
        None
    }
}
