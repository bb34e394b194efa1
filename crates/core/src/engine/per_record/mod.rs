//! Services that keep one row per value, each under an id: a change becomes the least set of calls.

mod rows;

use std::collections::{HashMap, VecDeque};

use async_trait::async_trait;

pub use rows::{ExistingRows, RowReader, StoredRow};

use super::{about_change, apply_each, check_existing};
use crate::apply_log::{ApplyLog, Stopped};
use crate::change::Change;
use crate::error::{ProviderError, ServiceErrorKind};
use crate::name::ZoneName;
use crate::plan::Plan;
use crate::record::Record;

/// A service that keeps one row per value. Records that are handed in have one value each.
#[async_trait]
pub trait RowApi: Send + Sync {
    /// What a row is called.
    type Id: Clone + Send + Sync + 'static;

    /// Creates a row.
    ///
    /// # Errors
    ///
    /// With [`ServiceErrorKind::Indeterminate`] when it is not known whether there is one now; [`apply`] then looks.
    async fn create(&self, zone: &ZoneName, record: &Record) -> Result<(), ProviderError>;

    /// Makes `record` of the row that is `existing` now. Must be safe to repeat.
    ///
    /// # Errors
    ///
    /// Fails when the service does not do it.
    async fn update(
        &self,
        zone: &ZoneName,
        existing: &StoredRow<Self::Id>,
        record: &Record,
    ) -> Result<(), ProviderError>;

    /// Deletes a row; it is no error if there is no such row any more.
    ///
    /// # Errors
    ///
    /// Fails when the service does not do it.
    async fn delete(&self, zone: &ZoneName, row: &StoredRow<Self::Id>)
    -> Result<(), ProviderError>;

    /// Deletes a row of the name and type of `record` whose value could not be read; it is no error if there is no
    /// such row any more.
    ///
    /// # Errors
    ///
    /// Fails when the service does not do it.
    async fn delete_unreadable(
        &self,
        zone: &ZoneName,
        id: &Self::Id,
        record: &Record,
    ) -> Result<(), ProviderError>;

    /// Whether the service holds a row like `record` now.
    ///
    /// # Errors
    ///
    /// Fails when the service does not tell.
    async fn holds(&self, zone: &ZoneName, record: &Record) -> Result<bool, ProviderError>;

    /// Whether a row needs no change to be `desired`.
    fn is_same(&self, existing: &Record, desired: &Record) -> bool {
        existing.ttl() == desired.ttl() && existing.data() == desired.data()
    }

    /// Whether [`RowApi::update`] can make another value of a row; if not, it is only called for what
    /// else changes, and values are created and deleted.
    fn updates_values(&self) -> bool {
        true
    }

    /// Whether this row can be made `record`, of the same name and type but with another value. If not, a row is
    /// created and this one deleted.
    fn can_become(&self, existing: &StoredRow<Self::Id>, record: &Record) -> bool {
        let _ = (existing, record);
        self.updates_values()
    }

    /// How often a creation is tried that is interrupted without having been carried out, the first time
    /// included.
    fn attempts(&self) -> u32 {
        5
    }

    /// Waits after attempt number `attempt` (from 1) of a call that was interrupted in `error`, before it is looked
    /// into and tried again; as long as the service asks for, and longer each time.
    async fn pause(&self, error: &ProviderError, attempt: u32);

    /// How many names are changed at the same time.
    fn concurrency(&self) -> usize {
        4
    }
}

/// Makes the changes of a plan, each by as few calls as can be, in the order of [`apply_each`].
///
/// Rows with a value that stays are left alone or updated; those whose value goes are updated to hold one
/// that comes; what is left is created, and only then is deleted what is too much, rows of the same name and type
/// that could not be read as well: the name always holds something. A creation that is interrupted is checked before it is tried again.
///
/// # Errors
///
/// Stops at the first call that fails; the log says for which change, and how far that came.
pub async fn apply<A: RowApi>(
    api: &A,
    plan: &Plan,
    held: &ExistingRows<A::Id>,
    log: &ApplyLog<'_>,
) -> Result<(), ProviderError> {
    apply_each(plan, log, api.concurrency(), async |change| {
        apply_change(api, plan, change, held).await
    })
    .await
}

/// Makes one change of a plan, as [`apply`] does: for services that make some changes in another way.
///
/// # Errors
///
/// Stops at the first call that fails.
pub async fn apply_change<A: RowApi>(
    api: &A,
    plan: &Plan,
    change: &Change,
    held: &ExistingRows<A::Id>,
) -> Result<(), Stopped> {
    let zone = plan.desired.name();
    let calls = row_calls(api, change, held, plan.exists)?;
    let count = calls.len();
    for (done, call) in calls.into_iter().enumerate() {
        if let Err(error) = make(api, zone, change.record(), call).await {
            let error = about_change(error, change, zone);
            return Err(Stopped { error, done, of: count });
        }
    }
    Ok(())
}

/// One call to a service of rows. Match all four.
#[derive(Debug)]
pub enum RowCall<'r, I> {
    /// Makes this record, of one value, of a row.
    Update(&'r StoredRow<I>, Record),
    /// Creates a row for this record, of one value.
    Create(Record),
    /// Deletes a row.
    Delete(&'r StoredRow<I>),
    /// Deletes a row whose value could not be read.
    DeleteUnreadable(&'r I),
}

/// The calls of a change, in order; of a zone that did not exist when it was planned, if `exists` is false.
///
/// # Errors
///
/// Fails when the change supposes something else than was read.
pub fn row_calls<'h, A: RowApi>(
    api: &A,
    change: &Change,
    held: &'h ExistingRows<A::Id>,
    exists: bool,
) -> Result<Vec<RowCall<'h, A::Id>>, ProviderError> {
    let record = change.record();
    let rows = held.of(record.name(), record.record_type());
    // A new zone comes with rows of the service's own, which no plan has seen: they are made what is desired.
    if exists {
        check_existing(change, !rows.is_empty())?;
    }
    let mut wanted = Wanted::new(change);
    let mut spare: VecDeque<&StoredRow<A::Id>> = VecDeque::new();
    let mut calls = Vec::new();
    for row in rows {
        match wanted.take(&row.record) {
            Some(single) if api.is_same(&row.record, &single) => {}
            Some(single) => calls.push(RowCall::Update(row, single)),
            None => spare.push_back(row),
        }
    }
    let unreadable = held.unreadable(record.name(), record.record_type());
    let mut unreadable = unreadable.iter().map(RowCall::DeleteUnreadable).collect::<Vec<_>>();
    let is_single = matches!(rows, [row] if row.record.is_single());
    if !api.updates_values() && is_single {
        // There can be only one, so the old one has to go first.
        calls.extend(spare.drain(..).map(RowCall::Delete));
    }
    if record.is_single() {
        calls.append(&mut unreadable);
    }
    for single in wanted.rest() {
        let row = spare.iter().position(|row| api.can_become(row, &single));
        calls.push(match row.and_then(|place| spare.remove(place)) {
            Some(row) => RowCall::Update(row, single),
            None => RowCall::Create(single),
        });
    }
    calls.extend(spare.into_iter().map(RowCall::Delete));
    calls.append(&mut unreadable);
    Ok(calls)
}

/// The values that a name is to hold, in order; found by their text, since there may be many.
struct Wanted {
    records: Vec<Option<Record>>,
    places: HashMap<Vec<String>, VecDeque<usize>>,
}

impl Wanted {
    fn new(change: &Change) -> Self {
        let records = change.desired().map(|desired| desired.split_values()).unwrap_or_default();
        let mut places: HashMap<_, VecDeque<_>> = HashMap::new();
        for (place, record) in records.iter().enumerate() {
            places.entry(record.rdata_strings()).or_default().push_back(place);
        }
        Self { records: records.into_iter().map(Some).collect(), places }
    }

    /// Takes out the record with the value of `held`, if there is one.
    fn take(&mut self, held: &Record) -> Option<Record> {
        let places = self.places.get_mut(&held.rdata_strings())?;
        let is_same = |place: &usize| {
            let record = self.records.get(*place).and_then(Option::as_ref);
            record.is_some_and(|record| record.data() == held.data())
        };
        let index = places.iter().position(is_same)?;
        let place = places.remove(index)?;
        self.records.get_mut(place)?.take()
    }

    /// What was not taken.
    fn rest(self) -> impl Iterator<Item = Record> {
        self.records.into_iter().flatten()
    }
}

async fn make<A: RowApi>(
    api: &A,
    zone: &ZoneName,
    of: &Record,
    call: RowCall<'_, A::Id>,
) -> Result<(), ProviderError> {
    match call {
        RowCall::Update(row, record) => api.update(zone, row, &record).await,
        RowCall::Delete(row) => api.delete(zone, row).await,
        RowCall::DeleteUnreadable(id) => api.delete_unreadable(zone, id, of).await,
        RowCall::Create(record) => create(api, zone, &record).await,
    }
}

/// Creates a row once, whatever fails on the way.
async fn create<A: RowApi>(api: &A, zone: &ZoneName, record: &Record) -> Result<(), ProviderError> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        match api.create(zone, record).await {
            Err(error) if error.kind() == Some(ServiceErrorKind::Indeterminate) => {
                api.pause(&error, attempt).await;
                match api.holds(zone, record).await {
                    Ok(true) => return Ok(()),
                    Ok(false) if attempt < api.attempts() => {}
                    // It is known not to be there, so this is no lost answer.
                    Ok(false) => {
                        let words =
                            format!("{}; a check found that it was not done", error.with_causes());
                        return Err(ProviderError::service(ServiceErrorKind::Unreachable, words));
                    }
                    Err(unread) => {
                        let (error, unread) = (error.with_causes(), unread.with_causes());
                        let words = format!("{error}; and looking for it failed: {unread}");
                        return Err(ProviderError::service(ServiceErrorKind::Indeterminate, words));
                    }
                }
            }
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests;
