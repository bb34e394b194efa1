//! Services that replace a whole zone with each write.

use std::collections::HashSet;
use std::marker::PhantomData;

use async_trait::async_trait;
use octodns_core::engine::check_existing;
use octodns_core::engine::per_record::RowReader;
use octodns_core::record::RecordTypes;
use octodns_core::{
    ApplyLog, Change, Plan, ProviderError, RecordType, Registry, Report, ServiceErrorKind, State,
    Zone as Records, ZoneName, ZoneRead, ZoneRequest,
};
use octodns_http::{Error, Host};
use serde_json::Value as Json;

use crate::account::Account;
use crate::api::{Api, Owner, Zone};
use crate::fields::{Fields, ReadRow};
use crate::lookup::{Call, Observed};
use crate::owner;
use crate::provided;
use crate::root_ns::RootNs;
use crate::shape::Shape;

/// A service whose zones are written as a whole: how their rows are read, and the call that replaces them.
///
/// A write sends the current rows with those of changed `RRset`s replaced: rows of unknown types and records
/// that the plan does not name are sent back unchanged.
#[async_trait]
pub trait WholeApi: Api {
    /// The names of the fields of a row.
    const FIELDS: Fields;

    /// How NS records of the apex are changed, if its capabilities have them.
    const ROOT_NS: RootNs = RootNs::Rows;

    /// All rows of a zone; `None` if there is no such zone.
    ///
    /// # Errors
    ///
    /// Fails as a whole: the list is never partial.
    async fn rows(&self, zone: Zone<'_>) -> Result<Option<Vec<Json>>, Error>;

    /// The rows of a zone that was there before. Default: [`WholeApi::rows`].
    ///
    /// # Errors
    ///
    /// The errors of [`WholeApi::rows`].
    async fn rows_again(&self, zone: Zone<'_>) -> Result<Option<Vec<Json>>, Error> {
        self.rows(zone).await
    }

    /// Replaces all rows of the zone, except those of [`WholeApi::replace_root_ns`].
    ///
    /// # Errors
    ///
    /// [`Error::Indeterminate`] if the response is lost: the kit then reads the rows again.
    async fn replace(&self, zone: Zone<'_>, rows: &[Json]) -> Result<(), Error>;

    /// Replaces the rows of the NS records at the apex, of which there is at least one, for [`RootNs::Call`].
    ///
    /// # Errors
    ///
    /// The errors of [`WholeApi::replace`].
    async fn replace_root_ns(
        &self,
        zone: Zone<'_>,
        _before: &[Json],
        after: &[Json],
    ) -> Result<(), Error> {
        self.replace(zone, after).await
    }
}

/// Registers a service that replaces whole zones as a provider.
pub fn register<S: WholeApi>(registry: &mut Registry) {
    provided::register::<Whole<S>>(registry);
}

/// The same, with the clock and the randomness of `host`.
pub fn register_with<S: WholeApi>(registry: &mut Registry, host: &Host) {
    provided::register_with::<Whole<S>>(registry, host);
}

/// The shape of services that implement [`WholeApi`].
pub struct Whole<S>(PhantomData<S>);

/// The rows of a zone as they were read.
#[derive(Clone, Debug, Default)]
struct Held(Vec<Json>);

/// A name and type.
type Key = (String, RecordType);

/// A row of the user, of a known type.
struct Known {
    key: Key,
    is_readable: bool,
}

/// What is known of each row; `None` for an unknown type, and for rows that are not the user's.
fn known<S: WholeApi>(
    account: &Account<S>,
    rows: &[Json],
    zone: &ZoneName,
) -> Result<Vec<Option<Known>>, ProviderError> {
    let (dialect, types) = (&account.service.dialect, RecordTypes::default());
    let known = |row| {
        if S::owner(row) != Owner::User {
            return Ok(None);
        }
        let read = S::FIELDS.read(row, dialect, zone, &types)?;
        Ok(read.map(|row| Known {
            is_readable: row.data(&types).is_some(),
            key: (row.name, row.record_type),
        }))
    };
    rows.iter().map(known).collect()
}

/// A part of a zone that a call replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Rows,
    RootNs,
}

impl Part {
    fn of<S: WholeApi>(key: Option<&Key>) -> Self {
        match key {
            Some((name, of)) if S::ROOT_NS.is_call(name.is_empty(), *of) => Self::RootNs,
            _ => Self::Rows,
        }
    }
}

/// The rows of a part of a zone.
fn rows_of<S: WholeApi>(
    account: &Account<S>,
    part: Part,
    rows: Vec<Json>,
    zone: &ZoneName,
) -> Result<Vec<Json>, ProviderError> {
    let known = known(account, &rows, zone)?;
    let part_of = |known: Option<Known>| Part::of::<S>(known.map(|known| known.key).as_ref());
    let rows = rows.into_iter().zip(known);
    Ok(rows.filter_map(|(row, known)| (part_of(known) == part).then_some(row)).collect())
}

/// The rows after some changes: those of changed `RRset`s replaced, all others unchanged.
fn rows_after<S: WholeApi>(
    account: &Account<S>,
    changes: &[&Change],
    held: &[Json],
    zone: &ZoneName,
) -> Result<Vec<Json>, ProviderError> {
    let dialect = &account.service.dialect;
    let replaced: HashSet<Key> = changes.iter().map(|change| key(change)).collect();
    let mut rows = Vec::with_capacity(held.len() + changes.len());
    for (row, known) in held.iter().zip(known(account, held, zone)?) {
        if !known.is_some_and(|known| replaced.contains(&known.key)) {
            rows.push(row.clone());
        }
    }
    for record in changes.iter().filter_map(|change| change.desired()) {
        for single in record.split_values() {
            rows.push(S::FIELDS.write(&single, dialect, zone)?.into());
        }
    }
    Ok(rows)
}

/// The content of rows, regardless of order, ids and spelling.
fn said<S: WholeApi>(
    account: &Account<S>,
    rows: &[Json],
    zone: &ZoneName,
) -> Result<Vec<String>, ProviderError> {
    let (dialect, types) = (&account.service.dialect, RecordTypes::default());
    let mut said = Vec::with_capacity(rows.len());
    for row in rows {
        let said_of = |read: ReadRow| {
            let data = read.data(&types)?;
            Some(format!("{} {} {} {data:?}", read.name, read.record_type, read.ttl))
        };
        let known = S::FIELDS.read(row, dialect, zone, &types)?.and_then(said_of);
        said.push(known.unwrap_or_else(|| {
            let mut row = row.clone();
            row.as_object_mut().and_then(|fields| fields.remove(S::FIELDS.id));
            row.to_string()
        }));
    }
    said.sort();
    Ok(said)
}

/// All rows of a zone; none if it does not exist.
async fn rows<S: WholeApi>(
    account: &Account<S>,
    zone: Zone<'_>,
) -> Result<Vec<Json>, ProviderError> {
    Ok(once(account.api.rows_again(zone).await?.unwrap_or_default()))
}

/// The rows, each once: one that is there twice was in two pages of a list that changed.
fn once(mut rows: Vec<Json>) -> Vec<Json> {
    let mut seen = HashSet::with_capacity(rows.len());
    rows.retain(|row| seen.insert(row.clone()));
    rows
}

/// The rows of a part of a zone on their way to the service.
struct OnePart<'c, S> {
    account: &'c Account<S>,
    zone: Zone<'c>,
    part: Part,
    before: Vec<Json>,
    after: Vec<Json>,
}

#[async_trait]
impl<S: WholeApi> Call for OnePart<'_, S> {
    async fn send(&self) -> Result<(), ProviderError> {
        let Self { account, zone, before, after, .. } = self;
        Ok(match self.part {
            Part::Rows => account.api.replace(*zone, after).await,
            Part::RootNs => account.api.replace_root_ns(*zone, before, after).await,
        }?)
    }

    async fn look_up(&self) -> Result<Observed, ProviderError> {
        let said = |rows: &[Json]| said(self.account, rows, self.zone.name);
        let now = rows(self.account, self.zone).await?;
        let now = said(&rows_of(self.account, self.part, now, self.zone.name)?)?;
        Ok(if now == said(&self.after)? {
            Observed::Desired
        } else if now == said(&self.before)? {
            Observed::Existing
        } else {
            Observed::Other
        })
    }
}

/// Replaces the parts of a zone that a plan changes.
async fn replace<S: WholeApi>(
    account: &Account<S>,
    plan: &Plan,
    zone: Zone<'_>,
    held: Vec<Json>,
    log: &ApplyLog<'_>,
) -> Result<(), ProviderError> {
    // Name servers last, so that their own addresses are there by then.
    let mut calls = Vec::new();
    for part in [Part::Rows, Part::RootNs] {
        let changes = plan.changes.iter().enumerate();
        let changes = changes.filter(|(_, change)| Part::of::<S>(Some(&key(change))) == part);
        let (indices, changes): (Vec<_>, Vec<_>) = changes.unzip();
        if indices.is_empty() {
            continue;
        }
        let before = rows_of(account, part, held.clone(), zone.name)?;
        let after = rows_after(account, &changes, &before, zone.name)?;
        if part == Part::RootNs && after.is_empty() {
            let message = format!("{}: a zone has to keep its root NS records", zone.name);
            return Err(ProviderError::service(ServiceErrorKind::Refused, message));
        }
        calls.push((indices, OnePart { account, zone, part, before, after }));
    }
    for (indices, call) in calls {
        let attempt = log.begin(&indices).await?;
        attempt.conclude(account.settle(&call).await)?;
    }
    Ok(())
}

/// The name and type of a change.
fn key(change: &Change) -> Key {
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
        let Some(rows) = account.api.rows(zone).await?.map(once) else { return Ok(None) };
        let (users, hidden) = owner::sort_out(account, &rows, &S::FIELDS, request)?;
        let mut gathered = RowReader::new(request, &account.id, &account.service.capabilities);
        for row in users {
            let dialect = &account.service.dialect;
            let row = S::FIELDS.read(row, dialect, request.name, request.types)?;
            let Some(ReadRow { name, record_type, ttl, value, .. }) = row else { continue };
            match value {
                Ok(value) => gathered.add((), &name, record_type.as_str(), ttl, value),
                Err(spelled) => {
                    gathered.add_unreadable((), &name, record_type.as_str(), ttl, &spelled);
                }
            }
        }
        let (mut read, _) = gathered.finish();
        owner::hide(hidden, &mut read);
        read.state = State::new(Held(rows));
        Ok(Some(read))
    }

    fn adapt(desired: &mut Records, existing: &mut Records, report: &mut Report) {
        S::ROOT_NS.adapt(desired, existing, report);
    }

    /// The zone is read again, and written.
    fn calls(_account: &Account<S>, plan: &Plan) -> usize {
        if plan.changes.is_empty() { 0 } else { 2 }
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
                let known = known(account, planned, zone.name)?.into_iter().flatten();
                let readable = known.filter(|known| known.is_readable);
                let keys: HashSet<_> = readable.map(|known| known.key).collect();
                for change in &plan.changes {
                    check_existing(change, keys.contains(&key(change)))?;
                }
                let now = rows(account, zone).await?;
                if said(account, &now, zone.name)? != said(account, planned, zone.name)? {
                    let message = format!(
                        "{} was changed by someone else after it was read, so nothing was \
                         overwritten; plan again",
                        zone.name
                    );
                    return Err(ProviderError::service(ServiceErrorKind::Refused, message));
                }
                now
            }
            // Keep the default rows of a new zone.
            None => rows(account, zone).await?,
        };
        account.serve(plan, zone, log, replace(account, plan, zone, held, log)).await
    }
}
