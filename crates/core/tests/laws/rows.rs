//! Laws of services that keep a row per value: whatever they hold, hide and are to hold, and whatever goes wrong, they
//! come to hold what is desired, nothing hidden is touched, and no name is empty on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use octodns_core::engine::per_record::{self, ExistingRows, RowApi, RowReader, StoredRow};
use octodns_core::engine::{Applied, Pipeline};
use octodns_core::processor::Stage;
use octodns_core::record::RecordTypes;
use octodns_core::validate::RecordValidators;
use octodns_core::zone::ZoneValidators;
use octodns_core::{
    ApplyLog, Capabilities, Context, HiddenSet, Outcome, Plan, Processor, Provider, ProviderError,
    Record, RecordName, RecordType, Report, ServiceErrorKind, Source, State, Target, TargetOptions,
    Zone, ZoneName, ZoneRead, ZoneRequest, async_trait,
};
use proptest::prelude::*;

use crate::values::{data, load};

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
enum Hidden {
    No,
    /// The provider, by an option.
    ByOption,
    ByProcessor,
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Done,
    Refused,
    /// It is done, and the answer is lost.
    LostDone,
    /// It is not done, and there is no answer.
    Lost,
    /// It is done, the answer is lost, and nothing can be looked for.
    Dark,
}

/// What a name and type holds, as indexes of values with TTLs, and what it is to hold.
#[derive(Clone, Debug)]
struct Slot {
    name: &'static str,
    of: usize,
    held: Vec<(usize, i64)>,
    hidden: Hidden,
    desired: BTreeSet<usize>,
    ttl: i64,
}

impl Slot {
    fn record_type(&self) -> RecordType {
        VALUES[self.of].0
    }

    fn key(&self) -> Key {
        (RecordName::new(self.name).unwrap(), self.record_type())
    }
}

type Key = (RecordName, RecordType);

/// What stands in the way of others at its name.
fn is_alone(of: RecordType) -> bool {
    of == RecordType::CNAME
}

/// Slots of which neither side has a CNAME beside others.
fn slots() -> impl Strategy<Value = Vec<Slot>> {
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

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![
        4 => Just(Fate::Done), 1 => Just(Fate::Refused), 1 => Just(Fate::LostDone),
        1 => Just(Fate::Lost), 1 => Just(Fate::Dark),
    ];
    prop::collection::vec(fate, 0..6)
}

fn single(slot: &Slot, value: usize, ttl: i64) -> Record {
    let value = VALUES[slot.of].1[value];
    load(slot.name, &data(slot.record_type(), vec![value.into()])).unwrap().with_ttl(ttl)
}

fn zone_name() -> ZoneName {
    ZoneName::new("example.com.").unwrap()
}

fn desired(slots: &[Slot]) -> Zone {
    let mut zone = Zone::new(zone_name());
    for slot in slots.iter().filter(|slot| !slot.desired.is_empty()) {
        let values = slot.desired.iter().map(|value| VALUES[slot.of].1[*value].into()).collect();
        let record = load(slot.name, &data(slot.record_type(), values)).unwrap();
        zone.set(record.with_ttl(slot.ttl));
    }
    zone
}

/// The rows of the service, and what becomes of the calls to it.
#[derive(Debug, Default)]
struct Service {
    rows: BTreeMap<u32, Record>,
    fates: Vec<Fate>,
    calls: usize,
    is_dark: bool,
    /// What was held after each call.
    history: Vec<BTreeMap<u32, Record>>,
}

impl Service {
    fn act(&mut self, act: impl FnOnce(&mut BTreeMap<u32, Record>)) -> Result<(), ProviderError> {
        self.calls += 1;
        let fate = self.fates.pop().unwrap_or(Fate::Done);
        if !matches!(fate, Fate::Refused | Fate::Lost) {
            act(&mut self.rows);
            self.history.push(self.rows.clone());
        }
        self.is_dark = fate == Fate::Dark;
        match fate {
            Fate::Done => Ok(()),
            Fate::Refused => Err(ProviderError::service(ServiceErrorKind::Refused, "422: no")),
            _ => Err(ProviderError::service(ServiceErrorKind::Indeterminate, "no answer")),
        }
    }
}

struct Keeper {
    service: Mutex<Service>,
    hidden: Vec<Key>,
    updates_values: bool,
}

#[async_trait]
impl RowApi for Keeper {
    type Id = u32;

    async fn create(&self, _: &ZoneName, record: &Record) -> Result<(), ProviderError> {
        let record = record.clone();
        self.service.lock().unwrap().act(|rows| {
            let id = rows.keys().last().map_or(1, |last| last + 1);
            rows.insert(id, record);
        })
    }

    async fn update(
        &self,
        _: &ZoneName,
        existing: &StoredRow<u32>,
        record: &Record,
    ) -> Result<(), ProviderError> {
        let (id, record) = (existing.id, record.clone());
        assert!(self.updates_values || existing.record.data() == record.data());
        self.service.lock().unwrap().act(|rows| *rows.get_mut(&id).unwrap() = record)
    }

    async fn delete(&self, _: &ZoneName, row: &StoredRow<u32>) -> Result<(), ProviderError> {
        let id = row.id;
        self.service.lock().unwrap().act(|rows| drop(rows.remove(&id)))
    }

    async fn holds(&self, _: &ZoneName, record: &Record) -> Result<bool, ProviderError> {
        let service = self.service.lock().unwrap();
        if service.is_dark {
            return Err(ProviderError::service(ServiceErrorKind::Unreachable, "503"));
        }
        let is_it = |row: &Record| row.name() == record.name() && self.is_same(row, record);
        Ok(service.rows.values().any(is_it))
    }

    fn updates_values(&self) -> bool {
        self.updates_values
    }

    async fn pause(&self, _: &ProviderError, _: u32) {}
}

#[async_trait]
impl Source for Keeper {
    fn id(&self) -> &'static str {
        "keeper"
    }

    fn class_name(&self) -> &'static str {
        "Keeper"
    }

    fn capabilities(&self) -> &Capabilities {
        &Capabilities::EVERYTHING
    }

    async fn read(&self, request: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        let mut rows = RowReader::of(request, self);
        for (id, row) in &self.service.lock().unwrap().rows {
            if !self.hidden.contains(&key(row)) {
                let value = row.to_value().get("value").cloned().unwrap();
                rows.add(*id, row.name().as_str(), row.record_type().as_str(), row.ttl(), value);
            }
        }
        let (mut read, held) = rows.finish();
        let by = "the option \"ignore\"";
        let set = |(name, record_type): Key| HiddenSet::new(name, record_type, by);
        read.hidden = self.hidden.iter().cloned().map(set).collect();
        read.state = State::new(held);
        Ok(Some(read))
    }
}

#[async_trait]
impl Provider for Keeper {
    async fn apply(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        let held = plan.state::<ExistingRows<u32>>()?.cloned().unwrap_or_default();
        per_record::apply(self, plan, &held, log).await
    }
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

fn key(record: &Record) -> Key {
    (record.name().clone(), record.record_type())
}

/// A service, what it is to hold, and who hides what.
struct World {
    keeper: Arc<Keeper>,
    target: Target,
    processors: Vec<Arc<dyn Processor>>,
    desired: Zone,
    context: Context,
}

impl World {
    fn new(slots: &[Slot], updates_values: bool) -> Self {
        let rows = slots
            .iter()
            .flat_map(|slot| slot.held.iter().map(|(value, ttl)| single(slot, *value, *ttl)));
        let service = Service { rows: (1..).zip(rows).collect(), ..Service::default() };
        let hidden = |by: Hidden| {
            let hidden = slots.iter().filter(move |slot| is_hidden(slot) && slot.hidden == by);
            hidden.map(Slot::key).collect::<Vec<_>>()
        };
        let service = Mutex::new(service);
        let keeper = Keeper { service, hidden: hidden(Hidden::ByOption), updates_values };
        let keeper = Arc::new(keeper);
        let target = Target::new(keeper.clone(), TargetOptions::default());
        let processors = vec![Arc::new(Hider(hidden(Hidden::ByProcessor))) as Arc<dyn Processor>];
        let types = Arc::new(RecordTypes::default());
        let mut context = Context::new(
            Arc::new(RecordValidators::legacy(&types)),
            Arc::new(ZoneValidators::new(["legacy"])),
            types,
        );
        context.lenient = true;
        Self { keeper, target, processors, desired: desired(slots), context }
    }

    async fn plan(&self) -> Result<Option<Plan>, Report> {
        let mut report = Report::new();
        let read = self.target.read(&self.desired, &self.context).await?;
        let mut pipeline = Pipeline::default();
        pipeline.processors = &self.processors;
        let plan =
            self.target.plan(&self.desired, read, pipeline, &self.context, &mut report).await;
        if report.has_errors() { Err(report) } else { Ok(plan.unwrap()) }
    }

    async fn apply(&self, plan: &Plan, fates: &[Fate]) -> Applied {
        self.keeper.service.lock().unwrap().fates = fates.to_vec();
        let plan = plan.clone().approve_by_force();
        let applied = self.target.apply(&plan, &()).await;
        self.keeper.service.lock().unwrap().fates.clear();
        applied
    }

    /// What the service holds of each name and type: values with their TTLs. What is there twice counts once
    /// (RFC 2181, section 5).
    fn rows(&self) -> BTreeMap<Key, Vec<String>> {
        let mut sets = sets(&self.keeper.service.lock().unwrap().rows);
        sets.values_mut().for_each(Vec::dedup);
        sets
    }
}

fn is_hidden(slot: &Slot) -> bool {
    slot.hidden != Hidden::No && !slot.held.is_empty()
}

fn sets(rows: &BTreeMap<u32, Record>) -> BTreeMap<Key, Vec<String>> {
    let mut sets: BTreeMap<Key, Vec<String>> = BTreeMap::new();
    for row in rows.values() {
        let shown = format!("{} {}", row.ttl(), row.rdata_strings().concat());
        sets.entry(key(row)).or_default().push(shown);
    }
    for rows in sets.values_mut() {
        rows.sort();
    }
    sets
}

/// Whether the plan would reach what is hidden.
fn is_refused(slots: &[Slot]) -> bool {
    let hidden = || slots.iter().filter(|slot| is_hidden(slot));
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
fn expected(slots: &[Slot]) -> BTreeMap<Key, Vec<String>> {
    let mut rows = Vec::new();
    for slot in slots {
        if is_hidden(slot) {
            rows.extend(slot.held.iter().map(|(value, ttl)| single(slot, *value, *ttl)));
        } else {
            rows.extend(slot.desired.iter().map(|value| single(slot, *value, slot.ttl)));
        }
    }
    let mut sets = sets(&(1..).zip(rows).collect());
    sets.values_mut().for_each(Vec::dedup);
    sets
}

/// Checks every moment of an apply: what is hidden stays, and nothing is gone that was there and is to be there.
fn check_history(slots: &[Slot], keeper: &Keeper) -> Result<(), TestCaseError> {
    let is_held = |slot: &Slot| !slot.held.is_empty();
    let stays = |slot: &Slot| is_hidden(slot) || !slot.desired.is_empty();
    let at = |name: &str| slots.iter().filter(|slot| slot.name == name).collect::<Vec<_>>();
    for moment in &keeper.service.lock().unwrap().history {
        let now = sets(moment);
        for slot in slots {
            let rows = now.get(&slot.key());
            if is_hidden(slot) {
                let held = slot.held.iter().map(|(value, ttl)| single(slot, *value, *ttl));
                let held = sets(&(1..).zip(held).collect());
                prop_assert_eq!(rows, held.get(&slot.key()), "hidden");
            }
            // There can be one CNAME only, so one that cannot be made another has to go first.
            let has_to_go = is_alone(slot.record_type()) && !keeper.updates_values;
            if is_held(slot) && stays(slot) && !has_to_go {
                prop_assert!(rows.is_some(), "{:?} is empty: {now:?}", slot.key());
            }
            // A CNAME and something else cannot be there together, so one has to go first; NS the same.
            let all = at(slot.name);
            let gives_way =
                |slot: &&Slot| [RecordType::CNAME, RecordType::NS].contains(&slot.record_type());
            let has_to_go = all.iter().copied().any(|slot| gives_way(&slot));
            let is_kept =
                all.iter().any(|slot| is_held(slot)) && all.iter().any(|slot| stays(slot));
            if is_kept && !has_to_go {
                let is_there = now.keys().any(|(name, _)| name.as_str() == slot.name);
                prop_assert!(is_there, "{} is empty", slot.name);
            }
        }
    }
    Ok(())
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// One run does it all; a second plan is empty.
    #[test]
    fn rows_converge_in_one_run((slots, updates_values) in (slots(), any::<bool>())) {
        let world = World::new(&slots, updates_values);
        let before = world.rows();
        let planned = run(world.plan());
        prop_assert_eq!(planned.is_err(), is_refused(&slots), "{:?}", planned);
        let Ok(planned) = planned else {
            prop_assert_eq!(world.rows(), before);
            return Ok(());
        };
        if let Some(plan) = planned {
            let applied = run(world.apply(&plan, &[]));
            prop_assert!(applied.error.is_none(), "{:?}", applied.error);
        }
        prop_assert_eq!(world.rows(), expected(&slots));
        prop_assert!(run(world.plan()).unwrap().is_none());
        check_history(&slots, &world.keeper)?;
        // Nothing is called that changes nothing.
        let history = world.keeper.service.lock().unwrap().history.clone();
        prop_assert!(history.windows(2).all(|pair| sets(&pair[0]) != sets(&pair[1])));
    }

    /// Whatever goes wrong, the log says no more than is so, and the next run does the rest.
    #[test]
    fn rows_converge_after_faults(
        (slots, updates_values, fates) in (slots(), any::<bool>(), fates())
    ) {
        let world = World::new(&slots, updates_values);
        let Ok(Some(plan)) = run(world.plan()) else { return Ok(()) };
        let applied = run(world.apply(&plan, &fates));
        let is_applied = applied.outcomes.iter().all(Outcome::is_applied);
        prop_assert_eq!(applied.error.is_none(), is_applied);
        let (now, wanted) = (world.rows(), expected(&slots));
        for (change, outcome) in plan.changes.iter().zip(&applied.outcomes) {
            let key = key(change.record());
            if outcome.is_applied() {
                prop_assert_eq!(now.get(&key), wanted.get(&key), "{:?}", change);
            }
        }
        if let Some(plan) = run(world.plan()).unwrap() {
            let applied = run(world.apply(&plan, &[]));
            prop_assert!(applied.error.is_none(), "{:?}", applied.error);
        }
        prop_assert_eq!(world.rows(), wanted);
        prop_assert!(run(world.plan()).unwrap().is_none());
        check_history(&slots, &world.keeper)?;
    }
}
