//! Changes of plans on their way to the host and back.

use std::collections::HashMap;
use std::sync::Arc;

use octodns_core::{Change, Plan, ProviderError, Record, Zone};

use crate::records::{self, Decoder, encode, key_of};
use crate::wire::{Operation, WireChange};

/// Reads the changes of a plan. Records that are those of the plan's zones are the very same.
///
/// # Errors
///
/// If one of them has what is no record.
pub(crate) fn decode(
    decoder: &Decoder<'_>,
    changes: Vec<WireChange>,
    existing: &Zone,
    desired: &Zone,
) -> Result<Vec<Change>, ProviderError> {
    let read = |change: WireChange| {
        let side = |record: Option<_>, zone: &Zone| -> Result<Option<Arc<Record>>, ProviderError> {
            let record = record.map(|record| decoder.record(record)).transpose()?;
            Ok(record.map(|record| records::known(zone, record)))
        };
        let (old, new) = (side(change.existing, existing)?, side(change.new, desired)?);
        match (change.operation, old, new) {
            (Operation::Create, _, Some(new)) => Ok(Change::Create(new)),
            (Operation::Update, Some(existing), Some(new)) => Ok(Change::Update { existing, new }),
            (Operation::Delete, Some(existing), _) => Ok(Change::Delete(existing)),
            (operation, ..) => {
                let name = decoder.fqdn(&change.key);
                let message =
                    format!("{operation:?} of {name} {} has no record", change.key.record_type);
                Err(ProviderError::failed(message))
            }
        }
    };
    changes.into_iter().map(read).collect()
}

/// Lets changes that say the same as others be those.
pub(crate) fn keep_known(known: &[Change], changes: &mut [Change]) {
    let key = |change: &Change| (change.record().name().clone(), change.record().record_type());
    let known: HashMap<_, _> = known.iter().map(|change| (key(change), change)).collect();
    let is_same_side = |one: Option<&Arc<Record>>, other: Option<&Arc<Record>>| match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => records::is_same(one, other),
        _ => false,
    };
    for change in changes {
        let Some(same) = known.get(&key(change)) else { continue };
        if is_same_side(same.existing(), change.existing())
            && is_same_side(same.desired(), change.desired())
        {
            *change = Change::clone(same);
        }
    }
}

/// A change for the host.
pub(crate) fn encode_change(change: &Change) -> WireChange {
    WireChange {
        operation: match change {
            Change::Create(_) => Operation::Create,
            Change::Update { .. } => Operation::Update,
            Change::Delete(_) => Operation::Delete,
        },
        key: key_of(change.record()),
        existing: change.existing().map(|record| encode(record)),
        new: change.desired().map(|record| encode(record)),
        text: None,
    }
}

/// A plan as it was in the host, to find out what is left of it.
#[derive(Debug, Default)]
pub(crate) struct InHost {
    /// The changes, in the order of the plan in the host, by their records.
    places: HashMap<Identity, usize>,
    count: usize,
}

/// The records of a change. They are kept, so that no other can be at their place in memory.
type Kept = (Option<Arc<Record>>, Option<Arc<Record>>);

/// A change, by which records it has.
#[derive(Debug)]
struct Identity(Kept);

impl Identity {
    fn of(change: &Change) -> Self {
        Self((change.existing().cloned(), change.desired().cloned()))
    }

    fn addresses(&self) -> [usize; 2] {
        let (old, new) = &self.0;
        [old, new].map(|record| record.as_ref().map_or(0, |record| Arc::as_ptr(record) as usize))
    }
}

impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        self.addresses() == other.addresses()
    }
}

impl Eq for Identity {}

impl std::hash::Hash for Identity {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.addresses().hash(state);
    }
}

/// What is left of a plan of the host, and what is new.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Left {
    /// The places of the changes that are left; `None` if all are, in their order.
    pub(crate) keep: Option<Vec<usize>>,
    /// Changes that are not of the host's plan.
    pub(crate) more: Vec<WireChange>,
}

impl InHost {
    /// These changes, in the order of the host.
    pub(crate) fn new(changes: &[Change]) -> Self {
        let places = changes.iter().enumerate().map(|(at, change)| (Identity::of(change), at));
        Self { places: places.collect(), count: changes.len() }
    }

    /// What became of them in a plan.
    pub(crate) fn left(&self, plan: &Plan) -> Left {
        let mut left = Left::default();
        let mut keep = Vec::with_capacity(plan.changes.len());
        for change in &plan.changes {
            match self.places.get(&Identity::of(change)) {
                Some(place) => keep.push(*place),
                None => left.more.push(encode_change(change)),
            }
        }
        // The order of the host is kept: its classes may rely on that.
        keep.sort_unstable();
        keep.dedup();
        if keep.len() < self.count {
            left.keep = Some(keep);
        }
        left
    }
}

#[cfg(test)]
mod tests {
    use octodns_core::{RecordData, RecordName, ZoneName};

    use super::*;

    fn record(name: &str, last: u8) -> Arc<Record> {
        let data = RecordData::A(vec![[192, 0, 2, last].into()]);
        Record::new(RecordName::new(name).unwrap(), 60, data).into()
    }

    #[test]
    fn what_is_left_of_a_plan_is_told_by_the_records_themselves() {
        let zone = Zone::new(ZoneName::new("example.com.").unwrap());
        let update = Change::Update { existing: record("c", 1), new: record("c", 2) };
        let changes = vec![Change::Delete(record("a", 1)), Change::Create(record("b", 1)), update];
        let in_host = InHost::new(&changes);
        let mut plan = Plan::new(zone.clone(), zone, changes.clone(), true);
        assert_eq!(in_host.left(&plan), Left::default());

        plan.changes.remove(1);
        plan.changes.reverse();
        assert_eq!(in_host.left(&plan), Left { keep: Some(vec![0, 2]), more: vec![] });

        // It says the same, and is another change: the class knows nothing of it.
        plan.changes.push(Change::Create(record("b", 1)));
        let left = in_host.left(&plan);
        assert_eq!((left.keep, left.more.len()), (Some(vec![0, 2]), 1));
        assert_eq!(left.more[0].key.name, "b");

        plan.changes.clear();
        assert_eq!(in_host.left(&plan), Left { keep: Some(vec![]), more: vec![] });
    }
}
