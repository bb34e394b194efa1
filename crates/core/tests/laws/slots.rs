//! What services are held to whatever their shape: names and types, what is held, hidden and desired of each, and the
//! run that makes the one of the other. The tests of the kit use it as well.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use octodns_core::engine::{Applied, Pipeline};
use octodns_core::processor::Stage;
use octodns_core::record::RecordTypes;
use octodns_core::validate::RecordValidators;
use octodns_core::zone::ZoneValidators;
use octodns_core::{
    Context, Outcome, Plan, Processor, Provider, ProviderError, Record, RecordName, RecordType,
    Report, Target, TargetOptions, Zone, ZoneName, async_trait,
};
use proptest::prelude::*;

/// Values of each type; few, so that they meet.
const VALUES: &[(RecordType, [&str; 4])] = &[
    (RecordType::A, ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"]),
    (RecordType::AAAA, ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4"]),
    (RecordType::CNAME, ["a.example.", "b.example.", "c.example.", "d.example."]),
    (RecordType::NS, ["a.example.", "b.example.", "c.example.", "d.example."]),
    (RecordType::TXT, ["one", "two", "three", "four"]),
];

/// Who keeps what the target holds of a name and type out of sight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Hidden {
    No,
    /// The provider, by an option.
    ByOption,
    ByProcessor,
}

/// What a name and type holds, as indexes of values with TTLs, and what it is to hold.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    name: &'static str,
    of: usize,
    pub(crate) held: Vec<(usize, i64)>,
    pub(crate) hidden: Hidden,
    desired: BTreeSet<usize>,
    ttl: i64,
}

pub(crate) type Key = (RecordName, RecordType);

/// What there is of each name and type: values with their TTLs, sorted.
pub(crate) type Sets = BTreeMap<Key, Vec<String>>;

impl Slot {
    fn record_type(&self) -> RecordType {
        VALUES[self.of].0
    }

    pub(crate) fn key(&self) -> Key {
        (RecordName::new(self.name).unwrap(), self.record_type())
    }

    pub(crate) fn is_hidden(&self) -> bool {
        self.hidden != Hidden::No && !self.held.is_empty()
    }

    /// A record of some of its values.
    fn record(&self, values: impl IntoIterator<Item = usize>, ttl: i64) -> Record {
        let types = RecordTypes::default();
        let entry = types.get(self.record_type().as_str()).unwrap();
        let values = values.into_iter().map(|value| entry.parse(VALUES[self.of].1[value]).unwrap());
        let data = entry.read(&values.collect::<Vec<_>>()).unwrap();
        Record::new(RecordName::new(self.name).unwrap(), ttl, data)
    }

    /// What is held, a record for each value.
    pub(crate) fn held_records(&self) -> impl Iterator<Item = Record> {
        self.held.iter().map(|(value, ttl)| self.record([*value], *ttl))
    }
}

/// What stands in the way of others at its name.
fn is_alone(of: RecordType) -> bool {
    of == RecordType::CNAME
}

/// Slots of which neither side has a CNAME beside others.
pub(crate) fn slots() -> impl Strategy<Value = Vec<Slot>> {
    let ttl = || prop::sample::select(vec![60_i64, 300]);
    let hidden = prop_oneof![
        6 => Just(Hidden::No), 1 => Just(Hidden::ByOption), 1 => Just(Hidden::ByProcessor),
    ];
    let slot = (
        prop::sample::select(vec!["a", "b", "c", "d"]),
        0..VALUES.len(),
        prop::collection::vec((0..4_usize, ttl()), 0..5),
        hidden,
        prop::collection::btree_set(0..4_usize, 0..4),
        ttl(),
    );
    let slot = slot.prop_map(|(name, of, held, hidden, desired, ttl)| {
        let mut slot = Slot { name, of, held, hidden, desired, ttl };
        if is_alone(slot.record_type()) {
            slot.held.truncate(1);
            slot.desired = slot.desired.into_iter().take(1).collect();
        }
        slot
    });
    prop::collection::vec(slot, 1..9).prop_map(|slots| {
        let mut kept: Vec<Slot> = Vec::new();
        for mut slot in slots {
            let others = || kept.iter().filter(|other| other.name == slot.name);
            if others().any(|other| other.of == slot.of) {
                continue;
            }
            let of = slot.record_type();
            let clashes = |other: &&Slot| is_alone(of) || is_alone(other.record_type());
            if others().any(|other| clashes(&other) && !other.held.is_empty()) {
                slot.held.clear();
            }
            if others().any(|other| clashes(&other) && !other.desired.is_empty()) {
                slot.desired.clear();
            }
            kept.push(slot);
        }
        kept
    })
}

pub(crate) fn zone_name() -> ZoneName {
    ZoneName::new("example.com.").unwrap()
}

fn desired(slots: &[Slot]) -> Zone {
    let mut zone = Zone::new(zone_name());
    for slot in slots.iter().filter(|slot| !slot.desired.is_empty()) {
        zone.set(slot.record(slot.desired.iter().copied(), slot.ttl));
    }
    zone
}

pub(crate) fn key(record: &Record) -> Key {
    (record.name().clone(), record.record_type())
}

/// What records hold of each name and type. What is there twice counts once (RFC 2181, section 5).
pub(crate) fn sets(records: impl IntoIterator<Item = Record>) -> Sets {
    let mut sets = Sets::new();
    for record in records {
        for text in record.rdata_strings() {
            let shown = format!("{} {}", record.ttl(), text.trim_matches('"'));
            sets.entry(key(&record)).or_default().push(shown);
        }
    }
    for values in sets.values_mut() {
        values.sort();
        values.dedup();
    }
    sets
}

/// Whether the plan would reach what is hidden.
pub(crate) fn is_refused(slots: &[Slot]) -> bool {
    let hidden = || slots.iter().filter(|slot| slot.is_hidden());
    let wanted = |slot: &&Slot| !slot.desired.is_empty();
    slots.iter().filter(wanted).any(|slot| {
        let is_in_the_way = |hidden: &Slot| {
            let (one, other) = (slot.record_type(), hidden.record_type());
            hidden.name == slot.name && (one == other || is_alone(one) || is_alone(other))
        };
        hidden().any(is_in_the_way)
    })
}

/// What the service is to hold in the end.
pub(crate) fn expected(slots: &[Slot]) -> Sets {
    sets(slots.iter().flat_map(|slot| {
        if slot.is_hidden() {
            slot.held_records().collect()
        } else if slot.desired.is_empty() {
            Vec::new()
        } else {
            vec![slot.record(slot.desired.iter().copied(), slot.ttl)]
        }
    }))
}

/// Checks a moment of an apply: what is hidden stays, and nothing is gone that was there and is to be there. A service
/// that cannot update values makes a CNAME another by deleting it.
pub(crate) fn check_moment(
    slots: &[Slot],
    now: &Sets,
    updates_values: bool,
) -> Result<(), TestCaseError> {
    let is_held = |slot: &Slot| !slot.held.is_empty();
    let stays = |slot: &Slot| slot.is_hidden() || !slot.desired.is_empty();
    let at = |name: &str| slots.iter().filter(|slot| slot.name == name).collect::<Vec<_>>();
    for slot in slots {
        let values = now.get(&slot.key());
        if slot.is_hidden() {
            let held = sets(slot.held_records());
            prop_assert_eq!(values, held.get(&slot.key()), "hidden");
        }
        // There can be one CNAME only, so one that cannot be made another has to go first.
        let has_to_go = is_alone(slot.record_type()) && !updates_values;
        if is_held(slot) && stays(slot) && !has_to_go {
            prop_assert!(values.is_some(), "{:?} is empty: {now:?}", slot.key());
        }
        // A CNAME and something else cannot be there together, so one has to go first; NS the same.
        let all = at(slot.name);
        let gives_way =
            |slot: &&Slot| [RecordType::CNAME, RecordType::NS].contains(&slot.record_type());
        let has_to_go = all.iter().copied().any(|slot| gives_way(&slot));
        let is_kept = all.iter().any(|slot| is_held(slot)) && all.iter().any(|slot| stays(slot));
        if is_kept && !has_to_go {
            let is_there = now.keys().any(|(name, _)| name.as_str() == slot.name);
            prop_assert!(is_there, "{} is empty", slot.name);
        }
    }
    Ok(())
}

/// Hides some sets of the target.
struct Hider(Vec<Key>);

#[async_trait]
impl Processor for Hider {
    fn id(&self) -> &'static str {
        "hider"
    }

    async fn target_zone(
        &self,
        existing: &mut Zone,
        _: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        existing.retain(|record| !self.0.contains(&key(record)));
        Ok(())
    }
}

/// A service, what it is to hold, and a processor that hides some of it.
pub(crate) struct World {
    target: Target,
    processors: Vec<Arc<dyn Processor>>,
    desired: Zone,
    context: Context,
}

impl World {
    pub(crate) fn new(provider: Arc<dyn Provider>, slots: &[Slot], hidden: Vec<Key>) -> Self {
        let target = Target::new(provider, TargetOptions::default());
        let types = Arc::new(RecordTypes::default());
        let mut context = Context::new(
            Arc::new(RecordValidators::legacy(&types)),
            Arc::new(ZoneValidators::new(["legacy"])),
            types,
        );
        context.lenient = true;
        let processors = vec![Arc::new(Hider(hidden)) as Arc<dyn Processor>];
        Self { target, processors, desired: desired(slots), context }
    }

    pub(crate) fn plan(&self) -> Result<Option<Plan>, Report> {
        run(async {
            let mut report = Report::new();
            let read = self.target.read(&self.desired, &self.context).await?;
            let mut pipeline = Pipeline::default();
            pipeline.processors = &self.processors;
            let plan =
                self.target.plan(&self.desired, read, pipeline, &self.context, &mut report).await;
            if report.has_errors() { Err(report) } else { Ok(plan.unwrap()) }
        })
    }

    pub(crate) fn apply(&self, plan: &Plan) -> Applied {
        run(async {
            let plan = plan.clone().approve_by_force();
            self.target.apply(&plan, &()).await
        })
    }

    /// Plans and applies until there is nothing to do, which is after one run.
    pub(crate) fn finish(&self) -> Result<(), TestCaseError> {
        if let Some(plan) = self.plan().unwrap() {
            let applied = self.apply(&plan);
            prop_assert!(applied.error.is_none(), "{:?}", applied.error);
        }
        prop_assert!(self.plan().unwrap().is_none());
        Ok(())
    }
}

/// Checks that the log of an apply with faults says no more than is so: `now` is what the service holds.
pub(crate) fn check_log(
    plan: &Plan,
    applied: &Applied,
    (now, wanted): (&Sets, &Sets),
) -> Result<(), TestCaseError> {
    let is_applied = applied.outcomes.iter().all(Outcome::is_applied);
    prop_assert_eq!(applied.error.is_none(), is_applied);
    for (change, outcome) in plan.changes.iter().zip(&applied.outcomes) {
        let key = key(change.record());
        if outcome.is_applied() {
            prop_assert_eq!(now.get(&key), wanted.get(&key), "{:?}", change);
        }
    }
    Ok(())
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
}
