//! Batches: the content of `POST /zones/{id}/dns_records/batch` for changes of a plan. Pure, no I/O.
//!
//! A batch is applied or refused as a whole. Changes of one name always go together, so that a CNAME becomes
//! an A record without a gap, and a DS record never exists without its NS.

use std::collections::{BTreeMap, HashMap, HashSet};

use octodns_core::engine::{self, BatchLimits, Weight};
use octodns_core::record::RecordTypes;
use octodns_core::{Change, Plan, RecordName, RecordType, ZoneName};
use serde::Serialize;

use crate::records::{self, Group, NewRow, Row, RowError, Writing};

/// A batch, in the order in which the service processes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Batch {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    deletes: Vec<RowId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    patches: Vec<Patch>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    posts: Vec<NewRow>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct RowId {
    id: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Patch {
    id: String,
    #[serde(flatten)]
    row: NewRow,
}

impl Batch {
    /// The number of rows, which the service limits.
    pub(crate) fn len(&self) -> usize {
        self.deletes.len() + self.patches.len() + self.posts.len()
    }

    /// Whether there is nothing to do.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The same work in batches of at most `limit` rows, to be sent in order.
    pub(crate) fn pieces(mut self, limit: usize) -> Vec<Self> {
        let limit = limit.max(1);
        let mut pieces = Vec::new();
        while self.len() > limit {
            let deletes = take(&mut self.deletes, limit);
            let patches = take(&mut self.patches, limit - deletes.len());
            let posts = take(&mut self.posts, limit - deletes.len() - patches.len());
            pieces.push(Self { deletes, patches, posts });
        }
        pieces.push(self);
        pieces
    }

    /// Changes the rows of a record from `existing` to `desired`: rows with the same value are changed only
    /// if they differ, others get a new value in place, and the rest is deleted or added.
    fn add(&mut self, existing: &Existing<'_>, desired: Vec<NewRow>) {
        let mut surplus: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
        for (key, row) in existing.keyed() {
            surplus.entry(key).or_default().push(row);
        }
        let (mut kept, mut missing) = (Vec::new(), Vec::new());
        for new in desired {
            match surplus.get_mut(&new.key).and_then(Vec::pop) {
                Some(row) if new.fits(row) => kept.push((row, new)),
                Some(row) => {
                    surplus.entry(String::new()).or_default().push(row);
                    missing.push(new);
                }
                None => missing.push(new),
            }
        }
        let mut surplus = surplus.into_values().flatten();
        let (mut replaced, mut deleted) = (Vec::new(), Vec::new());
        for new in missing {
            match surplus.next() {
                Some(row) if new.fits(row) => replaced.push((row, new.replacing(row))),
                Some(row) => {
                    deleted.push(&row.id);
                    self.posts.push(new);
                }
                None => self.posts.push(new),
            }
        }
        deleted.extend(surplus.map(|row| &row.id));
        // A record is read with comment and tags of its first row, so that one has those of the record.
        let first = existing.rows.iter().find(|row| !deleted.contains(&&row.id));
        for (row, new) in kept {
            let is_first = first.is_some_and(|first| first.id == row.id);
            let new = if is_first { new.without_own_notes() } else { new };
            self.patch(row, new.patch(row));
        }
        for (row, new) in replaced {
            self.patch(row, Some(new));
        }
        self.deletes.extend(deleted.into_iter().map(|id| RowId { id: id.clone() }));
    }

    /// Adds the rows of a new record, except those that already exist in `made`.
    fn create(&mut self, made: &Existing<'_>, desired: Vec<NewRow>) {
        let made: HashSet<String> = made.keyed().map(|(key, _)| key).collect();
        self.posts.extend(desired.into_iter().filter(|new| !made.contains(&new.key)));
    }

    fn patch(&mut self, row: &Row, change: Option<NewRow>) {
        self.patches.extend(change.map(|new| Patch { id: row.id.clone(), row: new }));
    }
}

fn take<T>(from: &mut Vec<T>, most: usize) -> Vec<T> {
    from.drain(..most.min(from.len())).collect()
}

/// The rows of a record, and the types for parsing them.
struct Existing<'r> {
    record_type: RecordType,
    rows: Vec<&'r Row>,
    types: &'r RecordTypes,
}

impl<'r> Existing<'r> {
    /// The rows by the canonical form of their value; an invalid value matches nothing.
    fn keyed(&self) -> impl Iterator<Item = (String, &'r Row)> {
        let key = |row| records::key(self.record_type, row, self.types).unwrap_or_default();
        self.rows.iter().map(move |row| (key(row), *row))
    }
}

/// The rows of a zone, by record.
pub(crate) struct Rows<'r> {
    groups: HashMap<(RecordName, RecordType), Group<'r>>,
    planned: &'r HashSet<String>,
    types: RecordTypes,
    zone: &'r ZoneName,
    writing: Writing,
}

impl<'r> Rows<'r> {
    /// The current rows of `zone`; `planned` has the ids of those that existed when the plan was made.
    ///
    /// A new record has none of those: what a processor hid from the plan must not be changed. Later rows
    /// were made by an earlier attempt.
    pub(crate) fn new(
        rows: &'r [Row],
        planned: &'r HashSet<String>,
        zone: &'r ZoneName,
        writing: Writing,
    ) -> Result<Self, RowError> {
        let groups = records::groups(rows, zone, writing.cdn)?;
        let groups =
            groups.into_iter().map(|group| ((group.name.clone(), group.record_type), group));
        Ok(Self { groups: groups.collect(), planned, types: RecordTypes::default(), zone, writing })
    }

    /// The remaining work for changes of one name each; nothing for those that are already made.
    pub(crate) fn batch<'c>(&self, changes: impl IntoIterator<Item = &'c Change>) -> Batch {
        let mut changes: Vec<&Change> = changes.into_iter().collect();
        // The service requires that a DS record is added after the NS record of its name, and deleted before
        // it.
        let order = |change: &Change| {
            let record = change.record();
            let rank = match (change, record.record_type()) {
                (Change::Delete(_), RecordType::DS) => 0,
                (_, RecordType::DS) => 2,
                _ => 1,
            };
            (record.name().clone(), rank, record.record_type())
        };
        changes.sort_by_key(|change| order(change));
        let mut batch = Batch::default();
        for change in changes {
            let record = change.record();
            let key = (record.name().clone(), record.record_type());
            let mut rows =
                self.groups.get(&key).map(|group| group.rows.clone()).unwrap_or_default();
            let is_new = matches!(change, Change::Create(_));
            rows.retain(|row| !is_new || !self.planned.contains(&row.id));
            let existing = Existing { record_type: key.1, rows, types: &self.types };
            let held = change.existing().map(|held| &**held);
            let desired =
                change.desired().map(|new| records::to_rows(new, held, self.zone, self.writing));
            match desired {
                Some(desired) if is_new => batch.create(&existing, desired),
                desired => batch.add(&existing, desired.unwrap_or_default()),
            }
        }
        batch
    }
}

/// The changes of records, name by name, in as few batches of at most `most` rows as possible; page rules are
/// not in batches. Names that are only deleted come first: the service limits the number of records.
pub(crate) fn batches(
    plan: &Plan,
    most: usize,
    size: impl Fn(&Change) -> usize,
) -> Vec<engine::Batch> {
    let record = |index: usize| {
        let change = plan.changes.get(index)?;
        (change.record().record_type() != RecordType::URLFWD).then_some(change)
    };
    let weigh = |index| Weight::new(record(index).map_or(0, &size), 0);
    let mut batches = engine::batches(plan, BatchLimits::items(most), weigh);
    for batch in &mut batches {
        for name in batch.iter_mut() {
            name.retain(|index| record(*index).is_some());
        }
        batch.retain(|name| !name.is_empty());
    }
    batches.retain(|batch| !batch.is_empty());
    batches
}

#[cfg(test)]
mod tests;
