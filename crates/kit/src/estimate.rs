//! About how many calls a plan takes, before it is known what they are.

use octodns_core::engine::BatchLimits;
use octodns_core::{Change, Plan, Record};

/// How many rows, one for each value, the changes of a plan create, change or delete.
pub(crate) fn rows(plan: &Plan) -> usize {
    plan.changes.iter().map(rows_of).sum()
}

fn rows_of(change: &Change) -> usize {
    let values = |record: &Record| record.rdata_strings();
    let (before, after) = match change {
        Change::Create(record) | Change::Delete(record) => return values(record).len().max(1),
        Change::Update { existing, new } => (existing, new),
    };
    let (old, new) = (values(before), values(after));
    if before.ttl() != after.ttl() {
        return old.len().max(new.len()).max(1);
    }
    let lacks = |one: &[String], other: &[String]| {
        one.iter().filter(|value| !other.contains(value)).count()
    };
    // A row of the one can become one of the other.
    lacks(&old, &new).max(lacks(&new, &old)).max(1)
}

/// How many calls so many items take, each with as many as the limits allow.
pub(crate) fn batched(items: usize, limits: BatchLimits) -> usize {
    items.div_ceil(limits.items.max(1))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use octodns_core::{RecordData, RecordName, Zone, ZoneName};

    use super::*;

    fn record(ttl: i64, addresses: &[&str]) -> Arc<Record> {
        let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
        Record::new(RecordName::new("www").unwrap(), ttl, RecordData::A(addresses)).into()
    }

    #[test]
    fn each_row_that_differs_is_a_call() {
        let update = |existing, new| Change::Update { existing, new };
        for (change, calls) in [
            (Change::Create(record(60, &["192.0.2.1", "192.0.2.2"])), 2),
            (Change::Delete(record(60, &[])), 1),
            (update(record(60, &["192.0.2.1", "192.0.2.2"]), record(60, &["192.0.2.2"])), 1),
            (update(record(60, &["192.0.2.1"]), record(60, &["192.0.2.2"])), 1),
            (update(record(60, &["192.0.2.1", "192.0.2.2"]), record(61, &["192.0.2.1"])), 2),
        ] {
            let zone = Zone::new(ZoneName::new("example.com.").unwrap());
            let plan = Plan::new(zone.clone(), zone, vec![change.clone()], true);
            assert_eq!(rows(&plan), calls, "{change:?}");
        }
        assert_eq!(batched(101, BatchLimits::items(50)), 3);
        assert_eq!(batched(0, BatchLimits::items(0)), 0);
    }
}
