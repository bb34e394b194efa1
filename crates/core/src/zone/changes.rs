//! The difference between what a target holds and what it is to hold.

use std::cmp::Ordering;
use std::iter::Peekable;
use std::sync::Arc;

use super::Zone;
use crate::capabilities::Capabilities;
use crate::change::Change;
use crate::record::{Compare, Record};

/// Who a difference is made for.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct DiffScope<'t> {
    /// The target's id, which records may be limited to or kept from.
    pub id: &'t str,
    /// What the target can hold; the rest is not compared.
    pub capabilities: &'t Capabilities,
}

impl<'t> DiffScope<'t> {
    /// A target with this id, and what it can hold.
    pub fn new(id: &'t str, capabilities: &'t Capabilities) -> Self {
        Self { id, capabilities }
    }

    /// Whether a record's options leave it to this target.
    fn includes(&self, record: &Record) -> bool {
        let options = record.options();
        !options.ignored() && options.wants(self.id)
    }

    /// Whether a change may be part of a plan for this target, wherever it comes from: its record is not
    /// ignored nor kept from the target, on either side, and of a type that the target can hold.
    pub fn permits(&self, change: &Change) -> bool {
        let mut sides = change.existing().into_iter().chain(change.desired());
        sides.all(|record| self.includes(record) && self.capabilities.supports(record))
    }
}

/// The changes that make `existing` into `desired`, by name and type.
///
/// Left out are records that are ignored or not meant for the target, on either side, and those whose
/// type it cannot hold. Both zones are in order, so this walks them once, side by side.
pub fn changes(existing: &Zone, desired: &Zone, target: &DiffScope<'_>) -> Vec<Change> {
    let compare = Compare::from(target.capabilities);
    pairs(existing.records(), desired.records())
        .filter_map(|pair| match pair {
            (Some(existing), Some(desired)) => (target.includes(existing)
                && target.includes(desired))
            .then(|| existing.differs(desired, compare))?
            .then(|| Change::Update { existing: Arc::clone(existing), new: Arc::clone(desired) }),
            (Some(existing), None) => (target.includes(existing)
                && target.capabilities.supports(existing))
            .then(|| Change::Delete(Arc::clone(existing))),
            (None, Some(desired)) => (target.includes(desired)
                && target.capabilities.supports(desired))
            .then(|| Change::Create(Arc::clone(desired))),
            (None, None) => None,
        })
        .collect()
}

type Pair<'z> = (Option<&'z Arc<Record>>, Option<&'z Arc<Record>>);

/// Joins two ordered lists of records by name and type.
pub(crate) fn pairs<'z>(
    existing: impl Iterator<Item = &'z Arc<Record>>,
    desired: impl Iterator<Item = &'z Arc<Record>>,
) -> impl Iterator<Item = Pair<'z>> {
    let (mut left, mut right) = (existing.peekable(), desired.peekable());
    std::iter::from_fn(move || match order(&mut left, &mut right)? {
        Ordering::Less => Some((left.next(), None)),
        Ordering::Greater => Some((None, right.next())),
        Ordering::Equal => Some((left.next(), right.next())),
    })
}

fn order<'z>(
    left: &mut Peekable<impl Iterator<Item = &'z Arc<Record>>>,
    right: &mut Peekable<impl Iterator<Item = &'z Arc<Record>>>,
) -> Option<Ordering> {
    let key = |record: &'z Arc<Record>| (record.name(), record.record_type());
    match (left.peek(), right.peek()) {
        (None, None) => None,
        (Some(_), None) => Some(Ordering::Less),
        (None, Some(_)) => Some(Ordering::Greater),
        (Some(left), Some(right)) => Some(key(left).cmp(&key(right))),
    }
}
