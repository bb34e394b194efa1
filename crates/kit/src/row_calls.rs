//! The calls for the rows of one zone: each takes effect at most once.

use std::collections::HashSet;

use async_trait::async_trait;
use octodns_core::engine::per_record::{self, StoredRow};
use octodns_core::record::RecordTypes;
use octodns_core::{ProviderError, Record, ZoneName};
use serde_json::Value as Json;

use crate::account::Account;
use crate::api::{Only, Owner, Zone};
use crate::dialect::Dialect;
use crate::fields::{ReadRow, Sought};
use crate::lookup::{Call, Observed, Still};
use crate::row_api::RowApi;

/// The calls for one zone.
pub(crate) struct Calls<'c, S> {
    pub(crate) account: &'c Account<S>,
    pub(crate) zone: Zone<'c>,
    /// The ids of the rows that existed when the zone was read.
    pub(crate) known: HashSet<String>,
    pub(crate) types: RecordTypes,
    pub(crate) still: Still,
}

impl<S: RowApi> Calls<'_, S> {
    fn dialect(&self) -> &Dialect {
        &self.account.service.dialect
    }

    pub(crate) fn api(&self) -> &S {
        &self.account.api
    }

    pub(crate) fn row(&self, record: &Record) -> Result<Json, ProviderError> {
        Ok(S::FIELDS.write(record, self.dialect(), self.zone.name)?.into())
    }

    /// The current rows of the name and type of `record`.
    pub(crate) async fn rows_now(&self, record: &Record) -> Result<Vec<ReadRow>, ProviderError> {
        let sought = Sought::new(record, self.dialect(), &S::FIELDS, self.zone.name);
        let mut rows = self.read(Some(sought.only())).await?;
        rows.retain(|row| {
            row.name == record.name().as_str() && row.record_type == record.record_type()
        });
        Ok(rows)
    }

    /// All current rows.
    pub(crate) async fn all_rows_now(&self) -> Result<Vec<ReadRow>, ProviderError> {
        self.read(None).await
    }

    async fn read(&self, only: Option<Only<'_>>) -> Result<Vec<ReadRow>, ProviderError> {
        let (dialect, zone) = (self.dialect(), self.zone);
        let _still = self.still.looking().await;
        let rows = self.api().rows(zone, only).await?.unwrap_or_default();
        let rows = rows.iter().filter(|row| S::owner(row) == Owner::User);
        let read = rows.map(|row| S::FIELDS.read(row, dialect, zone.name, &self.types));
        read.filter_map(Result::transpose).collect()
    }

    /// What became of a row that was `before` (`None`: unreadable) and is to be `new` (`None`: to go).
    pub(crate) fn observed(
        &self,
        row: Option<&ReadRow>,
        before: Option<&Record>,
        new: Option<&Record>,
    ) -> Observed {
        let says = |row: &ReadRow, record: &Record| row.says(record, &self.types);
        let is_as_before =
            |row: &ReadRow| before.map_or(row.value.is_err(), |before| says(row, before));
        match (row, new) {
            (None, None) => Observed::Desired,
            (Some(row), Some(new)) if says(row, new) => Observed::Desired,
            (Some(row), _) if is_as_before(row) => Observed::Existing,
            _ => Observed::Other,
        }
    }

    /// Whether `rows`, those of one name and type, are this record; `None` is no record.
    pub(crate) fn is_held(&self, record: Option<&Record>, rows: &[&ReadRow]) -> bool {
        let values = record.map(Record::split_values).unwrap_or_default();
        let is_there = |value: &Record| rows.iter().any(|row| row.says(value, &self.types));
        values.len() == rows.len() && values.iter().all(is_there)
    }
}

/// A row to update or delete.
struct OneRow<'c, S> {
    calls: &'c Calls<'c, S>,
    id: &'c str,
    /// A record with its name and type.
    of: &'c Record,
    /// What it was when it was read; `None` if its value was unreadable.
    before: Option<&'c Record>,
    /// The new record, and its row as the service represents it; `None` to delete it.
    new: Option<(&'c Record, Json)>,
}

#[async_trait]
impl<S: RowApi> Call for OneRow<'_, S> {
    async fn send(&self) -> Result<(), ProviderError> {
        let (api, zone, id) = (self.calls.api(), self.calls.zone, self.id);
        let _sending = self.calls.still.sending().await;
        Ok(match &self.new {
            Some((_, row)) => api.update(zone, id, row).await,
            None => api.delete(zone, id).await,
        }?)
    }

    async fn look_up(&self) -> Result<Observed, ProviderError> {
        let rows = self.calls.rows_now(self.of).await?;
        let row = rows.iter().find(|row| row.id.as_deref() == Some(self.id));
        Ok(self.calls.observed(row, self.before, self.new.as_ref().map(|(new, _)| *new)))
    }
}

#[async_trait]
impl<S: RowApi> per_record::RowApi for Calls<'_, S> {
    type Id = String;

    async fn create(&self, _: &ZoneName, record: &Record) -> Result<(), ProviderError> {
        let row = self.row(record)?;
        let _sending = self.still.sending().await;
        Ok(self.api().create(self.zone, &row).await?)
    }

    async fn update(
        &self,
        _: &ZoneName,
        existing: &StoredRow<String>,
        record: &Record,
    ) -> Result<(), ProviderError> {
        let new = Some((record, self.row(record)?));
        let StoredRow { id, record: of, .. } = existing;
        self.account.settle(&OneRow { calls: self, id, of, before: Some(of), new }).await
    }

    async fn delete(&self, _: &ZoneName, row: &StoredRow<String>) -> Result<(), ProviderError> {
        let StoredRow { id, record: of, .. } = row;
        self.account.settle(&OneRow { calls: self, id, of, before: Some(of), new: None }).await
    }

    async fn delete_unreadable(
        &self,
        _: &ZoneName,
        id: &String,
        record: &Record,
    ) -> Result<(), ProviderError> {
        self.account.settle(&OneRow { calls: self, id, of: record, before: None, new: None }).await
    }

    async fn holds(&self, _: &ZoneName, record: &Record) -> Result<bool, ProviderError> {
        // A row that existed before is not the new one.
        let is_known = |row: &ReadRow| row.id.as_ref().is_some_and(|id| self.known.contains(id));
        let rows = self.rows_now(record).await?;
        Ok(rows.iter().any(|row| !is_known(row) && row.says(record, &self.types)))
    }

    fn attempts(&self) -> u32 {
        self.api().client().backoff().attempts()
    }

    async fn pause(&self, _: &ProviderError, attempt: u32) {
        self.api().client().backoff().pause(attempt).await;
    }

    fn updates_values(&self) -> bool {
        S::UPDATES_VALUES
    }

    fn can_become(&self, existing: &StoredRow<String>, record: &Record) -> bool {
        // A row that cannot be written is an error in any case.
        self.row(record).is_ok_and(|row| S::can_become(&existing.id, &row))
    }

    fn concurrency(&self) -> usize {
        self.account.names_at_once()
    }
}
