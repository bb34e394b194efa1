//! Services that keep a row per value, each under an id.

use std::collections::HashSet;
use std::marker::PhantomData;

use async_trait::async_trait;
use octodns_core::engine::per_record::{self, HeldRows, Row};
use octodns_core::record::RecordTypes;
use octodns_core::{
    ApplyLog, Plan, ProviderError, Record, Registry, State, ZoneName, ZoneRead, ZoneRequest,
};
use octodns_http::Error;
use serde_json::Value as Json;

use crate::api::{self, Account, Api, Only, Shape, Zone};
use crate::dialect::Dialect;
use crate::fields::Fields;
use crate::parts::{incomplete, malformed};
use crate::service::Service;

/// A service that keeps rows: where their fields stand, and one call for each thing that is done to them.
///
/// Rows are JSON objects, both ways; fields that the kit does not know are the provider's own business, and
/// rows of types that it does not know are left alone.
#[async_trait]
pub trait RowApi: Api {
    /// Where the fields of a row stand.
    const FIELDS: Fields;

    /// Whether an update can make another value of a row. If not, values are created and deleted.
    const UPDATES_VALUES: bool = true;

    /// Whether changes are served only once they are published.
    const PUBLISHES: bool = false;

    /// All rows of a zone, or those of `only`, if the service can filter; more are no harm. `None` when there
    /// is no such zone.
    ///
    /// # Errors
    ///
    /// Fails as a whole: a part of the rows is none.
    async fn rows(
        &self,
        zone: Zone<'_>,
        only: Option<Only<'_>>,
    ) -> Result<Option<Vec<Json>>, Error>;

    /// Creates a row, once.
    ///
    /// # Errors
    ///
    /// [`Error::Unsure`] when the answer is lost: the kit looks then.
    async fn create(&self, zone: Zone<'_>, row: &Json) -> Result<(), Error>;

    /// Makes `row` of the row with this id. Must be safe to repeat.
    ///
    /// # Errors
    ///
    /// Fails when the service does not do it.
    async fn update(&self, zone: Zone<'_>, id: &str, row: &Json) -> Result<(), Error>;

    /// Deletes a row; that there is none any more is as good.
    ///
    /// # Errors
    ///
    /// Fails when the service does not do it.
    async fn delete(&self, zone: Zone<'_>, id: &str) -> Result<(), Error>;

    /// Publishes a zone, if the service has that as a step of its own.
    ///
    /// # Errors
    ///
    /// Fails when the service does not do it.
    async fn publish(&self, _zone: Zone<'_>) -> Result<(), Error> {
        Ok(())
    }
}

/// Makes a service with rows known as a provider.
pub fn register<S: RowApi>(registry: &mut Registry) {
    api::register::<Rows<S>>(registry);
}

/// The shape of services with what [`RowApi`] has.
pub struct Rows<S>(PhantomData<S>);

/// Gathers the rows of a zone; rows of other types are left out.
fn gather<'r, S: RowApi>(
    account: &Account<S>,
    rows: &[Json],
    request: &ZoneRequest<'r>,
) -> Result<per_record::Rows<'r, String>, ProviderError> {
    let Service { dialect, capabilities, .. } = &account.service;
    let mut gathered = per_record::Rows::new(request, &account.id, capabilities);
    for row in rows {
        let read = S::FIELDS.read(row, dialect, request.name, request.types)?;
        let Some(read) = read else { continue };
        let id = read.id.ok_or_else(|| malformed(incomplete("a row", row)))?;
        gathered.add(id, &read.name, read.record_type.as_str(), read.ttl, read.value);
    }
    Ok(gathered)
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
        let (read, held) = gather(account, &rows, request)?.finish();
        Ok(Some(ZoneRead { state: State::new(held), ..read }))
    }

    async fn apply(
        account: &Account<S>,
        plan: &Plan,
        log: &ApplyLog<'_>,
    ) -> Result<(), ProviderError> {
        let none = HeldRows::<String>::default();
        let held = plan.state()?.unwrap_or(&none);
        let id = account.ensure(plan, log).await?;
        let zone = Zone { name: plan.desired.name(), id: &id };
        if S::PUBLISHES {
            log.stage();
        }
        let known = held.iter().map(|row| row.id.clone()).collect();
        let calls = Calls { account, zone, known, types: RecordTypes::default() };
        let made = per_record::apply(&calls, plan, held, log).await;
        // What was made before a failure is published as well: half of it unseen helps nobody.
        if S::PUBLISHES && log.has_staged() {
            let published = account.api.publish(zone).await;
            log.publish().await?.conclude(published.map_err(ProviderError::from))?;
        }
        made
    }
}

/// The calls for one zone.
struct Calls<'c, S> {
    account: &'c Account<S>,
    zone: Zone<'c>,
    /// The ids of the rows that were there when the zone was read.
    known: HashSet<String>,
    types: RecordTypes,
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

    /// Whether a row says what `record` says, and was not there before.
    fn is_new(&self, row: &Json, record: &Record) -> Result<bool, ProviderError> {
        let read = S::FIELDS.read(row, self.dialect(), self.zone.name, &self.types)?;
        let Some(read) = read.filter(|read| read.ttl == record.ttl()) else { return Ok(false) };
        let is_of = read.name == record.name().as_str() && read.record_type == record.record_type();
        let is_known = read.id.is_some_and(|id| self.known.contains(&id));
        let data = self.types.get(read.record_type.as_str()).map(|entry| entry.read(&[read.value]));
        let says_so = data.is_some_and(|data| data.is_ok_and(|data| data == *record.data()));
        Ok(is_of && !is_known && says_so)
    }
}

#[async_trait]
impl<S: RowApi> per_record::RowApi for Calls<'_, S> {
    type Id = String;

    async fn create(&self, _: &ZoneName, record: &Record) -> Result<(), ProviderError> {
        Ok(self.api().create(self.zone, &self.row(record)?).await?)
    }

    async fn update(
        &self,
        _: &ZoneName,
        existing: &Row<String>,
        record: &Record,
    ) -> Result<(), ProviderError> {
        Ok(self.api().update(self.zone, &existing.id, &self.row(record)?).await?)
    }

    async fn delete(&self, _: &ZoneName, row: &Row<String>) -> Result<(), ProviderError> {
        Ok(self.api().delete(self.zone, &row.id).await?)
    }

    async fn holds(&self, _: &ZoneName, record: &Record) -> Result<bool, ProviderError> {
        let name = self.dialect().name(record.name(), self.zone.name);
        let fqdn = record.fqdn(self.zone.name);
        let record_type = S::FIELDS.type_name(record.record_type());
        let only = Only { name: &name, fqdn: fqdn.trim_end_matches('.'), record_type };
        for row in self.api().rows(self.zone, Some(only)).await?.unwrap_or_default() {
            if self.is_new(&row, record)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn pause(&self, _: &ProviderError, attempt: u32) {
        self.api().client().backoff().pause(attempt).await;
    }

    fn updates_values(&self) -> bool {
        S::UPDATES_VALUES
    }

    fn concurrency(&self) -> usize {
        self.account.service.names_at_once
    }
}
