//! The calls of a service with rows.

use async_trait::async_trait;
use octodns_core::engine::BatchLimits;
use octodns_http::Error;
use serde_json::Value as Json;

use crate::api::{Api, Only, Zone};
use crate::fields::Fields;
use crate::root_ns::RootNs;

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

    /// How NS records of the apex are changed, if its capabilities have them.
    const ROOT_NS: RootNs = RootNs::Rows;

    /// The limits of one [`RowApi::batch`]; an item is a row. Default: there is no such call.
    const BATCH: Option<BatchLimits> = None;

    /// How many rows a plan has to change before [`RowApi::batch`] is tried, while it is not known whether the
    /// account has it: the try costs a call.
    const BATCH_FROM: usize = 2;

    /// Whether the row with this id can be made `row`, of the same name and type but with another value, if the
    /// service cannot change everything of a row. Default: [`RowApi::UPDATES_VALUES`].
    fn can_become(id: &str, row: &Json) -> bool {
        let _ = (id, row);
        Self::UPDATES_VALUES
    }

    /// Whether one [`RowApi::batch`] can do everything, or creates, changes or deletes rows.
    const BATCH_KINDS: BatchKinds = BatchKinds::Together;

    /// The limits of one [`RowApi::batch`], if options change them. Default: [`RowApi::BATCH`].
    fn batch_limits(&self) -> Option<BatchLimits> {
        Self::BATCH
    }

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

    /// Makes these changes, all or none, if there are [`RowApi::batch_limits`]. Rows that go may come before or after
    /// those that come. With [`BatchKinds::Apart`] all are of one kind, and some of a refused call may be made: the kit
    /// looks up which, also after [`Batched::Partly`].
    ///
    /// # Errors
    ///
    /// [`Error::Indeterminate`] if the response is lost: the kit then reads the rows again. [`Error::Refused`] if
    /// nothing was done: the kit then tries each half.
    async fn batch(&self, _zone: Zone<'_>, _changes: &[RowChange]) -> Result<Batched, Error> {
        Ok(Batched::NotOffered)
    }

    /// Makes these the only NS records of the apex, for [`RootNs::Call`]; each ends with a dot. Must be safe to
    /// repeat.
    ///
    /// # Errors
    ///
    /// Fails if the service does not do it.
    async fn set_root_ns(&self, _zone: Zone<'_>, _names: &[String]) -> Result<(), Error> {
        Ok(())
    }
}

/// One change of a row, as the service represents it. Match all three.
#[derive(Clone, Debug, PartialEq)]
pub enum RowChange {
    /// Creates this row.
    Create(Json),
    /// Changes the row with this id.
    Update {
        /// The id of the row.
        id: String,
        /// What it is to be.
        row: Json,
    },
    /// Deletes the row with this id.
    Delete {
        /// The id of the row.
        id: String,
    },
}

impl RowChange {
    /// The id of the row, if it exists.
    pub(crate) fn id(&self) -> Option<&String> {
        match self {
            Self::Create(_) => None,
            Self::Update { id, .. } | Self::Delete { id } => Some(id),
        }
    }
}

/// Changes of rows, by their kind.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct RowChanges<'c> {
    /// The rows to create.
    pub creates: Vec<&'c Json>,
    /// The ids of rows, and what they are to be.
    pub updates: Vec<(&'c str, &'c Json)>,
    /// The ids of the rows to delete.
    pub deletes: Vec<&'c str>,
}

impl<'c> RowChanges<'c> {
    /// These changes, each kind in its order.
    pub fn of(changes: &'c [RowChange]) -> Self {
        let mut of = Self::default();
        for change in changes {
            match change {
                RowChange::Create(row) => of.creates.push(row),
                RowChange::Update { id, row } => of.updates.push((id, row)),
                RowChange::Delete { id } => of.deletes.push(id),
            }
        }
        of
    }
}

/// What one call of many rows can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BatchKinds {
    /// Create, change and delete rows, all or none: the changes of a name are made in one call.
    Together,
    /// One of these: there is a call for each. The kit looks up what a refused call has made.
    Apart,
}

/// What became of a call of many rows. Match all three.
#[derive(Debug)]
pub enum Batched {
    /// All changes are made.
    Done,
    /// All changes are made but those of the rows with these ids, each refused for a reason of its own. For
    /// [`BatchKinds::Apart`].
    Partly(Vec<(String, Error)>),
    /// This account has no such call, so nothing was done: the kit changes one row after the other.
    NotOffered,
}
