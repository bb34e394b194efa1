//! Services that are given a whole zone, and replace what they had.

use std::collections::HashSet;
use std::marker::PhantomData;

use async_trait::async_trait;
use octodns_core::engine::per_record::Rows;
use octodns_core::record::RecordTypes;
use octodns_core::{
    ApplyLog, Change, Plan, ProviderError, Registry, ServiceFault, State, ZoneName, ZoneRead,
    ZoneRequest,
};
use octodns_http::Error;
use serde_json::Value as Json;

use crate::api::{self, Account, Api, Shape, Zone};
use crate::fields::Fields;
use crate::look::{Call, Seen};

/// A service whose zones are written as a whole: how their rows are read, and the one call that replaces them.
///
/// What it is given is what it holds, with the rows of changed `RRset`s replaced: rows of types that nobody
/// knows and records that the plan does not name go back as they came.
#[async_trait]
pub trait WholeApi: Api {
    /// Where the fields of a row stand.
    const FIELDS: Fields;

    /// All rows of a zone; `None` when there is no such zone.
    ///
    /// # Errors
    ///
    /// Fails as a whole: a part of the rows is none.
    async fn rows(&self, zone: Zone<'_>) -> Result<Option<Vec<Json>>, Error>;

    /// Makes these the rows of the zone.
    ///
    /// # Errors
    ///
    /// [`Error::Unsure`] when the answer is lost: the kit looks then.
    async fn replace(&self, zone: Zone<'_>, rows: &[Json]) -> Result<(), Error>;
}

/// Makes a service that is given whole zones known as a provider.
pub fn register<S: WholeApi>(registry: &mut Registry) {
    api::register::<Whole<S>>(registry);
}

/// The shape of services with what [`WholeApi`] has.
pub struct Whole<S>(PhantomData<S>);

/// The rows of a zone as they were read.
#[derive(Clone, Debug, Default)]
struct Held(Vec<Json>);

/// The rows after a plan: those of changed `RRset`s replaced, all else as it came.
fn rows_after<S: WholeApi>(
    account: &Account<S>,
    plan: &Plan,
    held: &[Json],
) -> Result<Vec<Json>, ProviderError> {
    let (zone, dialect, types) =
        (plan.desired.name(), &account.service.dialect, RecordTypes::default());
    let changed: HashSet<_> = plan.changes.iter().map(key).collect();
    let mut rows = Vec::with_capacity(held.len() + plan.changes.len());
    for row in held {
        let read = S::FIELDS.read_head(row, dialect, zone, &types)?;
        let key = read.map(|(name, entry)| (name, entry.record_type()));
        if !key.is_some_and(|key| changed.contains(&key)) {
            rows.push(row.clone());
        }
    }
    for record in plan.changes.iter().filter_map(Change::desired) {
        for single in record.singles() {
            rows.push(S::FIELDS.write(&single, dialect, zone)?.into());
        }
    }
    Ok(rows)
}

/// What rows say, whatever their order, ids and spelling.
fn said<S: WholeApi>(
    account: &Account<S>,
    rows: &[Json],
    zone: &ZoneName,
) -> Result<Vec<String>, ProviderError> {
    let (dialect, types) = (&account.service.dialect, RecordTypes::default());
    let mut said = Vec::with_capacity(rows.len());
    for row in rows {
        said.push(match S::FIELDS.read(row, dialect, zone, &types)? {
            Some(read) => {
                let data = types.get(read.record_type.as_str());
                let data = data.and_then(|entry| entry.read(&[read.value]).ok());
                format!("{} {} {} {data:?}", read.name, read.record_type, read.ttl)
            }
            None => row.to_string(),
        });
    }
    said.sort();
    Ok(said)
}

/// All rows of a zone; none of one that is not there.
async fn rows<S: WholeApi>(
    account: &Account<S>,
    zone: Zone<'_>,
) -> Result<Vec<Json>, ProviderError> {
    Ok(account.api.rows(zone).await?.unwrap_or_default())
}

/// The rows of a zone on their way to the service.
struct OneZone<'c, S> {
    account: &'c Account<S>,
    zone: Zone<'c>,
    before: Vec<Json>,
    after: Vec<Json>,
}

#[async_trait]
impl<S: WholeApi> Call for OneZone<'_, S> {
    async fn send(&self) -> Result<(), Error> {
        self.account.api.replace(self.zone, &self.after).await
    }

    async fn look(&self) -> Result<Seen, ProviderError> {
        let said = |rows: &[Json]| said(self.account, rows, self.zone.name);
        let now = said(&rows(self.account, self.zone).await?)?;
        Ok(if now == said(&self.after)? {
            Seen::Desired
        } else if now == said(&self.before)? {
            Seen::Existing
        } else {
            Seen::Other
        })
    }
}

fn key(change: &Change) -> (String, octodns_core::RecordType) {
    let record = change.record();
    (record.name().as_str().to_owned(), record.record_type())
}

#[async_trait]
impl<S: WholeApi> Shape for Whole<S> {
    type Api = S;

    async fn read(
        account: &Account<S>,
        zone: Zone<'_>,
        request: &ZoneRequest<'_>,
    ) -> Result<Option<ZoneRead>, ProviderError> {
        let Some(rows) = account.api.rows(zone).await? else { return Ok(None) };
        let mut gathered = Rows::new(request, &account.id, &account.service.capabilities);
        for row in &rows {
            let dialect = &account.service.dialect;
            if let Some(row) = S::FIELDS.read(row, dialect, request.name, request.types)? {
                gathered.add((), &row.name, row.record_type.as_str(), row.ttl, row.value);
            }
        }
        let (read, _) = gathered.finish();
        Ok(Some(ZoneRead { state: State::new(Held(rows)), ..read }))
    }

    async fn apply(
        account: &Account<S>,
        plan: &Plan,
        log: &ApplyLog<'_>,
    ) -> Result<(), ProviderError> {
        let id = account.ensure(plan, log).await?;
        let zone = Zone { name: plan.desired.name(), id: &id };
        let held = match plan.state::<Held>()? {
            Some(Held(planned)) => {
                let now = rows(account, zone).await?;
                if said(account, &now, zone.name)? != said(account, planned, zone.name)? {
                    let message = format!(
                        "{} was changed by someone else after it was read, so nothing was \
                         overwritten; plan again",
                        zone.name
                    );
                    return Err(ProviderError::service(ServiceFault::Refused, message));
                }
                now
            }
            // What a new zone comes with stays.
            None => rows(account, zone).await?,
        };
        let after = rows_after(account, plan, &held)?;
        let call = OneZone { account, zone, before: held, after };
        log.in_one(account.settle(&call)).await
    }
}
