//! Laws of differences: the changes from one zone to another are what is between them, no more and no less.

use std::sync::Arc;

use octodns_core::record::{Compare, Record, RecordType, TYPES};
use octodns_core::zone::{DiffScope, changes};
use octodns_core::{Capabilities, Change, OwnedValue, Plan, RecordName, Value, Zone, ZoneName};
use proptest::prelude::*;

use crate::values::{data, load, map, values};

const TARGET: &str = "target";

/// What a name holds of a type, at one of the two sides.
#[derive(Clone, Debug)]
struct State {
    ttl: i64,
    values: Vec<OwnedValue>,
    /// The values of pools; types without routing do not look at them.
    pools: Option<Vec<OwnedValue>>,
    /// Whether they are given by place, in the old form.
    is_geo: bool,
    options: Option<OwnedValue>,
}

/// A name and type, and what is there before and after.
#[derive(Clone, Debug)]
struct Slot {
    of: RecordType,
    name: &'static str,
    sides: [Option<State>; 2],
}

/// Names that a type may have; few, so that they meet.
fn names(of: RecordType) -> &'static [&'static str] {
    match of {
        RecordType::ALIAS => &[""],
        RecordType::SRV | RecordType::URI => &["_http._tcp", "_sip._udp.a"],
        _ => &["www", "a", "b.a", "*.a"],
    }
}

fn options() -> impl Strategy<Value = Option<OwnedValue>> {
    let list = |id: &'static str| Value::from(vec![Value::from(id)]);
    let of = |key: &'static str, value: OwnedValue| Some(map(vec![(key, value)]));
    prop_oneof![
        12 => Just(None),
        1 => Just(of("ignored", true.into())),
        1 => Just(of("excluded", list(TARGET))),
        1 => Just(of("included", list("another"))),
        1 => Just(of("included", list(TARGET))),
    ]
}

fn state(of: RecordType) -> impl Strategy<Value = State> {
    let row = TYPES.iter().find(|row| row.record_type == of);
    let most = if row.is_some_and(|row| row.single) { 1 } else { 3 };
    let list = prop::collection::vec(values(of), 1..=most);
    let pools = prop::option::weighted(0.4, prop::collection::vec(values(of), 2..5));
    let ttl = prop::sample::select(vec![60, 300]);
    (ttl, list, pools, any::<bool>(), options()).prop_map(
        |(ttl, values, pools, is_geo, options)| State { ttl, values, pools, is_geo, options },
    )
}

fn slot() -> impl Strategy<Value = Slot> {
    (0..TYPES.len()).prop_flat_map(|index| {
        let of = TYPES[index].record_type;
        let sides = prop_oneof![
            state(of).prop_map(|state| [Some(state.clone()), Some(state)]),
            (state(of), state(of)).prop_map(|(a, b)| [Some(a), Some(b)]),
            state(of).prop_map(|state| [Some(state), None]),
            state(of).prop_map(|state| [None, Some(state)]),
        ];
        let name = prop::sample::select(names(of));
        (name, sides).prop_map(move |(name, sides)| Slot { of, name, sides })
    })
}

fn slots() -> impl Strategy<Value = Vec<Slot>> {
    prop::collection::vec(slot(), 0..12)
}

/// A pool of two values with weights, others that fall back on it, and rules for some places and for everybody else.
fn dynamic(values: &[OwnedValue]) -> OwnedValue {
    const NAMES: [&str; 4] = ["p0", "p1", "p2", "p3"];
    const GEOS: [&str; 4] = ["EU", "NA-US", "AF-ZA", "AS"];
    let status = |index: usize| ("status", ["obey", "up", "down"][index % 3].into());
    let weighted = |(index, value): (usize, &OwnedValue)| {
        let weight = 3 + 2 * i64::try_from(index).unwrap();
        map(vec![("value", value.clone()), ("weight", weight.into()), status(index)])
    };
    let (first, rest) = values.split_at(2);
    let list = first.iter().enumerate().map(weighted).collect::<Vec<_>>();
    let mut pools = vec![(NAMES[0], map(vec![("values", list.into())]))];
    let mut rules = Vec::new();
    for (index, value) in (1..).zip(rest) {
        let list = vec![map(vec![("value", value.clone()), status(index)])];
        let entries = vec![("fallback", NAMES[0].into()), ("values", list.into())];
        pools.push((NAMES[index], map(entries)));
        let geos = Value::from(vec![Value::from(GEOS[index])]);
        rules.push(map(vec![("geos", geos), ("pool", NAMES[index].into())]));
    }
    rules.push(map(vec![("pool", NAMES[0].into())]));
    map(vec![("pools", map(pools)), ("rules", rules.into())])
}

fn record(slot: &Slot, state: &State) -> Record {
    let mut data = data(slot.of, state.values.clone());
    let entries = data.as_map_mut().unwrap();
    entries.insert("ttl", state.ttl);
    if let Some(pools) = &state.pools {
        if state.is_geo {
            entries.insert("geo", map(vec![("EU", pools.clone().into())]));
        } else {
            entries.insert("dynamic", dynamic(pools));
        }
    }
    if let Some(options) = &state.options {
        entries.insert("octodns", options.clone());
    }
    load(slot.name, &data).unwrap_or_else(|report| panic!("{} {}: {report:?}", slot.name, slot.of))
}

/// One of the two sides; each call makes records anew.
fn zone(slots: &[Slot], side: usize) -> Zone {
    let mut zone = Zone::new(ZoneName::new("example.com.").unwrap());
    for slot in slots {
        if let Some(state) = &slot.sides[side] {
            zone.set(record(slot, state));
        }
    }
    zone
}

fn differences(existing: &Zone, desired: &Zone, capabilities: &Capabilities) -> Vec<Change> {
    changes(existing, desired, &DiffScope::new(TARGET, capabilities))
}

fn without_routing() -> Capabilities {
    let mut capabilities = Capabilities::EVERYTHING;
    capabilities.dynamic = false;
    capabilities.geo = false;
    capabilities
}

fn is_same(one: Option<&Arc<Record>>, other: Option<&Arc<Record>>, compare: Compare) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => !one.differs(other, compare),
        _ => false,
    }
}

/// Whether a record is this target's business.
fn concerns(record: Option<&Arc<Record>>) -> bool {
    record.is_none_or(|record| !record.options().ignored() && record.options().wants(TARGET))
}

/// Checks that `result` is `desired`, and `existing` where the target has no business.
fn check_result(
    [existing, desired, result]: [&Zone; 3],
    compare: Compare,
) -> Result<(), TestCaseError> {
    let all = [existing, desired, result].map(|zone| {
        zone.records()
            .map(|record| (record.name().clone(), record.record_type()))
            .collect::<Vec<_>>()
    });
    for (name, of) in all.concat() {
        let [before, wanted, found] =
            [existing, desired, result].map(|zone: &Zone| zone.get(&name, of));
        let expected = if concerns(before) && concerns(wanted) { wanted } else { before };
        prop_assert!(is_same(found, expected, compare), "{name} {of}: {found:?}, not {expected:?}");
    }
    Ok(())
}

proptest! {
    /// What is the same needs no change, however it came to be.
    #[test]
    fn a_zone_does_not_differ_from_itself(slots in slots()) {
        let (one, other) = (zone(&slots, 0), zone(&slots, 0));
        for capabilities in [Capabilities::EVERYTHING, without_routing()] {
            for zone in [&one, &other] {
                prop_assert_eq!(differences(&one, zone, &capabilities).len(), 0);
            }
        }
    }

    /// The changes lead from one zone to the other; then there are none.
    #[test]
    fn changes_lead_from_one_zone_to_the_other(slots in slots()) {
        let (existing, desired) = (zone(&slots, 0), zone(&slots, 1));
        for capabilities in [Capabilities::EVERYTHING, without_routing()] {
            let compare = Compare::from(&capabilities);
            let changes = differences(&existing, &desired, &capabilities);
            let mut result = existing.clone();
            result.apply(&changes);
            check_result([&existing, &desired, &result], compare)?;
            prop_assert_eq!(differences(&result, &desired, &capabilities).len(), 0);
            // Each name and type is in one change, which says what is there.
            for change in &changes {
                let record = change.record();
                let held = existing.get(record.name(), record.record_type());
                prop_assert_eq!(held.is_none(), matches!(change, Change::Create(_)));
                if let Some(existing) = change.existing() {
                    prop_assert!(is_same(Some(existing), held, compare));
                }
            }
            let count = changes.len();
            let mut keys: Vec<(RecordName, RecordType)> = changes
                .iter()
                .map(|change| (change.record().name().clone(), change.record().record_type()))
                .collect();
            keys.dedup();
            prop_assert_eq!(keys.len(), count);
        }
    }

    /// The order of changes makes no difference, nor does a plan.
    #[test]
    fn the_order_of_changes_does_not_matter(
        (slots, order) in (slots(), Just((0..12).collect::<Vec<usize>>()).prop_shuffle())
    ) {
        let compare = Compare::EVERYTHING;
        let (existing, desired) = (zone(&slots, 0), zone(&slots, 1));
        let changes = differences(&existing, &desired, &Capabilities::EVERYTHING);
        let shuffled: Vec<_> =
            order.iter().filter_map(|index| changes.get(*index)).cloned().collect();
        prop_assert_eq!(shuffled.len(), changes.len());
        let mut result = existing.clone();
        result.apply(&shuffled);
        check_result([&existing, &desired, &result], compare)?;
        let plan = Plan::new(existing.clone(), desired.clone(), shuffled, true);
        check_result([&existing, &desired, &plan.outcome()], compare)?;
    }
}
