//! Adding many records at once to a zone that has none yet, as reading does.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Node, Zone};
use crate::name::RecordName;
use crate::record::Record;

impl Zone {
    /// Adds records to a zone without any, if each of them is simply kept: none belongs to a sub-zone, and no two
    /// have one name and type. Else nothing happens, and they come back.
    ///
    /// Sorting them once takes a third of looking for the place of each, and leaves no room in the tree unused.
    pub(crate) fn fill(&mut self, records: Vec<Arc<Record>>) -> Result<(), Vec<Arc<Record>>> {
        if !self.is_empty() || records.iter().any(|record| self.outside(record).is_some()) {
            return Err(records);
        }
        let records = sorted(records)?;
        self.len = records.len();
        self.nodes = Arc::new(nodes(records));
        Ok(())
    }
}

/// The records by name, then type; as they were if two are the same in both.
fn sorted(records: Vec<Arc<Record>>) -> Result<Vec<Arc<Record>>, Vec<Arc<Record>>> {
    // By the texts of names, which are compared in place.
    let order = |one: &Arc<Record>, other: &Arc<Record>| {
        let by_name = one.name().as_str().cmp(other.name().as_str());
        by_name.then_with(|| one.record_type().cmp(&other.record_type()))
    };
    let is_distinct = |records: &[Arc<Record>]| {
        records.is_sorted_by(|one, other| order(one, other) == Ordering::Less)
    };
    if is_distinct(&records) {
        return Ok(records);
    }
    let mut sorted = records.clone();
    // Stable, which is quick where most are in order already.
    sorted.sort_by(order);
    if is_distinct(&sorted) { Ok(sorted) } else { Err(records) }
}

/// The tree of sorted records.
fn nodes(records: Vec<Arc<Record>>) -> BTreeMap<RecordName, Node> {
    let mut records = records.into_iter().peekable();
    std::iter::from_fn(|| {
        let first = records.next()?;
        let name = first.name().clone();
        let mut node = Node::new();
        node.push(first);
        while let Some(next) = records.next_if(|record| *record.name() == name) {
            node.push(next);
        }
        Some((name, node))
    })
    .collect()
}
