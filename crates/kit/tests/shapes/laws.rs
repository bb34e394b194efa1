//! Laws of every shape: whatever a service holds, hides and is to hold, and whatever goes wrong, it comes to hold what is
//! desired, nothing hidden is touched, and no name is empty on the way.

use std::sync::Arc;

use octodns_core::record::RecordTypes;
use octodns_core::{Provider, RecordName};
use octodns_kit::{Json, Provided, Shape, json};
use proptest::prelude::*;

use crate::memory::{Fate, Memory, MemoryChanges, MemoryRows, MemorySets, MemoryWhole};
use crate::slots::{Sets, Slot, World, check_log, check_moment, expected, is_refused, sets, slots};

/// A shape, and how a service of it has what it holds.
#[derive(Clone, Copy)]
struct Row {
    name: &'static str,
    provider: fn(&Memory) -> Arc<dyn Provider>,
    /// Whether each value is an item, with a TTL of its own.
    has_rows: bool,
}

fn provider<H: Shape<Api = Memory>>(memory: &Memory) -> Arc<dyn Provider> {
    Arc::new(Provided::<H>::new("mine", memory.clone()))
}

const SHAPES: [Row; 4] = [
    Row { name: "rows", provider: provider::<MemoryRows>, has_rows: true },
    Row { name: "sets", provider: provider::<MemorySets>, has_rows: false },
    Row { name: "changes", provider: provider::<MemoryChanges>, has_rows: false },
    Row { name: "whole", provider: provider::<MemoryWhole>, has_rows: true },
];

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// A service and what it is to become.
fn worlds() -> impl Strategy<Value = (Row, Vec<Slot>)> {
    (prop::sample::select(SHAPES.to_vec()), slots()).prop_map(|(shape, mut slots)| {
        if !shape.has_rows {
            slots.iter_mut().for_each(even);
        }
        (shape, slots)
    })
}

/// Makes what is held an `RRset`: one TTL, each value once.
fn even(slot: &mut Slot) {
    let ttl = slot.held.first().map_or(60, |(_, ttl)| *ttl);
    slot.held.iter_mut().for_each(|(_, its)| *its = ttl);
    slot.held.sort_unstable();
    slot.held.dedup();
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![
        4 => Just(Fate::Done), 1 => Just(Fate::Refused), 1 => Just(Fate::LostDone),
        1 => Just(Fate::Lost), 1 => Just(Fate::Dark),
    ];
    prop::collection::vec(fate, 0..6)
}

/// What a service of a shape holds of a name and type.
fn items(shape: Row, slot: &Slot) -> Vec<Json> {
    let (name, of) = slot.key();
    let item = |values: Vec<String>, ttl: i64| {
        let value = values[0].clone();
        json!({"name": name.as_str(), "type": of.as_str(), "ttl": ttl, "value": value, "values": values})
    };
    let value = |record: &octodns_core::Record| record.rdata_strings().concat().replace('"', "");
    let values: Vec<_> = slot.held_records().map(|record| (value(&record), record.ttl())).collect();
    match &*values {
        [] => Vec::new(),
        rows if shape.has_rows => {
            rows.iter().map(|(value, ttl)| item(vec![value.clone()], *ttl)).collect()
        }
        [(_, ttl), ..] => {
            let ttl = *ttl;
            vec![item(values.into_iter().map(|(value, _)| value).collect(), ttl)]
        }
    }
}

/// What items say, whatever the shape.
fn said(items: &[Json]) -> Sets {
    let types = RecordTypes::default();
    let records = items.iter().map(|item| {
        let entry = types.get(item["type"].as_str().unwrap()).unwrap();
        let only = [item["target"].clone(), item["value"].clone()];
        let only = only.into_iter().find(|value| !value.is_null());
        let values = item["values"].as_array().cloned().unwrap_or_else(|| vec![only.unwrap()]);
        let parse = |value: &Json| entry.parse(value.as_str().unwrap()).unwrap();
        let data = entry.read(&values.iter().map(parse).collect::<Vec<_>>()).unwrap();
        let name = RecordName::new(item["name"].as_str().unwrap()).unwrap();
        octodns_core::Record::new(name, item["ttl"].as_i64().unwrap(), data)
    });
    sets(records)
}

/// A service in memory, and the run that makes of it what is desired.
struct Held {
    memory: Memory,
    world: World,
}

impl Held {
    fn new(shape: Row, slots: &[Slot]) -> Self {
        let items: Vec<_> = slots.iter().flat_map(|slot| items(shape, slot)).collect();
        let with_id = |(id, mut item): (u64, Json)| {
            item["id"] = id.into();
            item
        };
        let memory = Memory::new(&(1..).zip(items).map(with_id).collect::<Vec<_>>());
        let hidden = slots.iter().filter(|slot| slot.is_hidden()).map(Slot::key).collect();
        let world = World::new((shape.provider)(&memory), slots, hidden);
        Self { memory, world }
    }

    fn now(&self) -> Sets {
        said(&self.memory.state().items)
    }

    fn check_history(&self, slots: &[Slot]) -> Result<(), TestCaseError> {
        let history = self.memory.state().history.clone();
        history.iter().try_for_each(|moment| check_moment(slots, &said(moment), true))
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// One run does it all; a second plan is empty.
    #[test]
    fn every_shape_converges_in_one_run((shape, slots) in worlds()) {
        let held = Held::new(shape, &slots);
        let before = held.now();
        let planned = held.world.plan();
        prop_assert_eq!(planned.is_err(), is_refused(&slots), "{:?}", planned);
        if planned.is_err() {
            prop_assert_eq!(held.now(), before);
            return Ok(());
        }
        held.world.finish()?;
        prop_assert_eq!(held.now(), expected(&slots));
        held.check_history(&slots)?;
    }

    /// Whatever goes wrong, the log says no more than is so, and the next run does the rest.
    #[test]
    fn every_shape_converges_after_faults(((shape, slots), fates) in (worlds(), fates())) {
        let held = Held::new(shape, &slots);
        let Ok(Some(plan)) = held.world.plan() else { return Ok(()) };
        held.memory.state().fates.extend(fates);
        let applied = held.world.apply(&plan);
        held.memory.state().fates.clear();
        held.memory.state().is_dark = false;
        let wanted = expected(&slots);
        check_log(&plan, &applied, (&held.now(), &wanted))?;
        held.world.finish()?;
        prop_assert_eq!(held.now(), wanted);
        held.check_history(&slots)?;
    }
}
