//! Services that keep one row per value, each with an id.

use std::collections::HashSet;
use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;
use octodns_core::engine::per_record::{self, ExistingRows, StoredRow};
use octodns_core::record::RecordTypes;
use octodns_core::validate::RecordValidators;
use octodns_core::zone::SubZones;
use octodns_core::{
    ApplyLog, Plan, ProviderError, Record, Registry, State, ZoneName, ZoneRead, ZoneRequest,
};
use octodns_http::{Error, Host};
use serde_json::Value as Json;

use crate::account::Account;
use crate::api::{Api, Only, Zone};
use crate::dialect::Dialect;
use crate::fields::{Fields, ReadRow, Sought};
use crate::lookup::{Call, Observed, Still};
use crate::parts::{incomplete, malformed};
use crate::provided;
use crate::service::Service;
use crate::shape::Shape;

/// A service with rows: the names of their fields, and one call for each operation.
///
/// Rows are JSON objects in both directions. Fields that the kit does not know are left to the provider, and
/// rows of unknown types are not changed.
#[async_trait]
pub trait RowApi: Api {
    /// The names of the fields of a row.
    const FIELDS: Fields;

    /// Whether an update can change the value of a row. If not, the kit deletes and creates rows.
    const UPDATES_VALUES: bool = true;

    /// All rows of a zone, or those of `only` if the service can filter; it may return more. `None` if there
    /// is no such zone.
    ///
    /// # Errors
    ///
    /// Fails as a whole: the list is never partial.
    async fn rows(
        &self,
        zone: Zone<'_>,
        only: Option<Only<'_>>,
    ) -> Result<Option<Vec<Json>>, Error>;

    /// Creates a row, once.
    ///
    /// # Errors
    ///
    /// [`Error::Indeterminate`] if the response is lost: the kit then reads the rows again.
    async fn create(&self, zone: Zone<'_>, row: &Json) -> Result<(), Error>;

    /// Changes the row with this id to `row`. Must be safe to repeat.
    ///
    /// # Errors
    ///
    /// Fails if the service does not do it.
    async fn update(&self, zone: Zone<'_>, id: &str, row: &Json) -> Result<(), Error>;

    /// Deletes a row; a row that does not exist is not an error.
    ///
    /// # Errors
    ///
    /// Fails if the service does not do it.
    async fn delete(&self, zone: Zone<'_>, id: &str) -> Result<(), Error>;
}

/// Registers a service with rows as a provider.
pub fn register<S: RowApi>(registry: &mut Registry) {
    provided::register::<Rows<S>>(registry);
}

/// The same, with the clock and the randomness of `host`.
pub fn register_with<S: RowApi>(registry: &mut Registry, host: &Host) {
    provided::register_with::<Rows<S>>(registry, host);
}

/// The shape of services that implement [`RowApi`].
pub struct Rows<S>(PhantomData<S>);

/// Groups the rows of a zone by RRset; rows of unknown types are left out.
fn gather<'r, S: RowApi>(
    account: &Account<S>,
    rows: &[Json],
    request: &ZoneRequest<'r>,
) -> Result<per_record::RowReader<'r, String>, ProviderError> {
    let Service { dialect, capabilities, .. } = &account.service;
    let mut gathered = per_record::RowReader::new(request, &account.id, capabilities);
    for row in rows {
        let read = S::FIELDS.read(row, dialect, request.name, request.types)?;
        let Some(read) = read else { continue };
        let id = read.id.ok_or_else(|| malformed(incomplete("a row", row)))?;
        gathered.add(id, &read.name, read.record_type.as_str(), read.ttl, read.value);
    }
    Ok(gathered)
}

/// The default rows of a new zone, such as name servers: creating them again would duplicate them.
async fn rows_of_new<S: RowApi>(
    account: &Account<S>,
    zone: Zone<'_>,
) -> Result<ExistingRows<String>, ProviderError> {
    let types = Arc::new(RecordTypes::default());
    let validators = Arc::new(RecordValidators::legacy(&types));
    let sub_zones = SubZones::default();
    let mut request = ZoneRequest::new(zone.name, &sub_zones, &validators, &types);
    request.target = true;
    request.lenient = true;
    let rows = account.api.rows(zone, None).await?.unwrap_or_default();
    Ok(gather(account, &rows, &request)?.finish().1)
}

#[async_trait]
impl<S: RowApi> Shape for Rows<S> {
    type Api = S;

    async fn read(
        account: &Account<S>,
        zone: Zone<'_>,
        request: &ZoneRequest<'_>,
    ) -> Result<Option<ZoneRead>, ProviderError> {
        let Some(rows) = account.api.rows(zone, None).await? else { return Ok(None) };
        let (mut read, held) = gather(account, &rows, request)?.finish();
        read.state = State::new(held);
        Ok(Some(read))
    }

    async fn apply(
        account: &Account<S>,
        plan: &Plan,
        log: &ApplyLog<'_>,
    ) -> Result<(), ProviderError> {
        let learned = plan.state::<ExistingRows<String>>()?;
        let id = account.ensure(plan, log).await?;
        let zone = Zone { name: plan.desired.name(), id: &id };
        let new;
        let held = if let Some(held) = learned {
            held
        } else {
            new = rows_of_new(account, zone).await?;
            &new
        };
        let known = held.iter().map(|row| row.id.clone()).collect();
        let (types, still) = (RecordTypes::default(), Still::default());
        let calls = Calls { account, zone, known, types, still };
        account.serve(plan, zone, log, per_record::apply(&calls, plan, held, log)).await
    }
}

/// The calls for one zone.
struct Calls<'c, S> {
    account: &'c Account<S>,
    zone: Zone<'c>,
    /// The ids of the rows that existed when the zone was read.
    known: HashSet<String>,
    types: RecordTypes,
    still: Still,
}

impl<S: RowApi> Calls<'_, S> {
    fn dialect(&self) -> &Dialect {
        &self.account.service.dialect
    }

    fn api(&self) -> &S {
        &self.account.api
    }

    fn row(&self, record: &Record) -> Result<Json, ProviderError> {
        Ok(S::FIELDS.write(record, self.dialect(), self.zone.name)?.into())
    }

    /// The current rows of the name and type of `record`, possibly with others.
    async fn rows_now(&self, record: &Record) -> Result<Vec<ReadRow>, ProviderError> {
        let (dialect, zone) = (self.dialect(), self.zone);
        let sought = Sought::new(record, dialect, &S::FIELDS, zone.name);
        let _still = self.still.looking().await;
        let rows = self.api().rows(zone, Some(sought.only())).await?.unwrap_or_default();
        let read = rows.iter().map(|row| S::FIELDS.read(row, dialect, zone.name, &self.types));
        read.filter_map(Result::transpose).collect()
    }
}

/// A row to create, update or delete.
struct OneRow<'c, S> {
    calls: &'c Calls<'c, S>,
    existing: &'c StoredRow<String>,
    /// The new record, and its row as the service represents it; `None` to delete it.
    new: Option<(&'c Record, Json)>,
}

#[async_trait]
impl<S: RowApi> Call for OneRow<'_, S> {
    async fn send(&self) -> Result<(), ProviderError> {
        let (api, zone, id) = (self.calls.api(), self.calls.zone, &*self.existing.id);
        let _sending = self.calls.still.sending().await;
        Ok(match &self.new {
            Some((_, row)) => api.update(zone, id, row).await,
            None => api.delete(zone, id).await,
        }?)
    }

    async fn look_up(&self) -> Result<Observed, ProviderError> {
        let rows = self.calls.rows_now(&self.existing.record).await?;
        let row = rows.iter().find(|row| row.id.as_deref() == Some(&*self.existing.id));
        let says = |row: &ReadRow, record: &Record| row.says(record, &self.calls.types);
        Ok(match (row, &self.new) {
            (None, None) => Observed::Desired,
            (Some(row), Some((new, _))) if says(row, new) => Observed::Desired,
            (Some(row), _) if says(row, &self.existing.record) => Observed::Existing,
            _ => Observed::Other,
        })
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
        self.account.settle(&OneRow { calls: self, existing, new }).await
    }

    async fn delete(&self, _: &ZoneName, row: &StoredRow<String>) -> Result<(), ProviderError> {
        self.account.settle(&OneRow { calls: self, existing: row, new: None }).await
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

    #[expect(clippy::misnamed_getters, reason = "the engine counts names, the service requests")]
    fn concurrency(&self) -> usize {
        self.account.service.names_at_once
    }
}
