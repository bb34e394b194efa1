//! Laws of services that keep a row per value: whatever they hold, hide and are to hold, and whatever goes wrong, they
//! come to hold what is desired, nothing hidden is touched, and no name is empty on the way.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use octodns_core::engine::Applied;
use octodns_core::engine::per_record::{self, ExistingRows, RowApi, RowReader, StoredRow};
use octodns_core::{
    ApplyLog, Capabilities, HiddenSet, Plan, Provider, ProviderError, Record, ServiceErrorKind,
    Source, State, ZoneName, ZoneRead, ZoneRequest, async_trait,
};
use proptest::prelude::*;

use crate::slots::{
    Hidden, Key, Sets, Slot, World, check_log, check_moment, expected, is_refused, key, sets,
    slots, zone_name,
};

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

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![
        4 => Just(Fate::Done), 1 => Just(Fate::Refused), 1 => Just(Fate::LostDone),
        1 => Just(Fate::Lost), 1 => Just(Fate::Dark),
    ];
    prop::collection::vec(fate, 0..6)
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

    async fn delete_unreadable(
        &self,
        _: &ZoneName,
        id: &u32,
        _: &Record,
    ) -> Result<(), ProviderError> {
        self.service.lock().unwrap().act(|rows| drop(rows.remove(id)))
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

/// The keeper of what is held, and the run that makes of it what is desired.
struct Kept {
    keeper: Arc<Keeper>,
    world: World,
}

impl Kept {
    fn new(slots: &[Slot], updates_values: bool) -> Self {
        let rows = slots.iter().flat_map(Slot::held_records);
        let service = Service { rows: (1..).zip(rows).collect(), ..Service::default() };
        let hidden = |by: Hidden| {
            let hidden = slots.iter().filter(move |slot| slot.is_hidden() && slot.hidden == by);
            hidden.map(Slot::key).collect::<Vec<_>>()
        };
        let service = Mutex::new(service);
        let keeper = Keeper { service, hidden: hidden(Hidden::ByOption), updates_values };
        let keeper = Arc::new(keeper);
        let world = World::new(keeper.clone(), slots, hidden(Hidden::ByProcessor));
        Self { keeper, world }
    }

    fn apply(&self, plan: &Plan, fates: &[Fate]) -> Applied {
        self.keeper.service.lock().unwrap().fates = fates.to_vec();
        let applied = self.world.apply(plan);
        self.keeper.service.lock().unwrap().fates.clear();
        applied
    }

    fn rows(&self) -> Sets {
        sets(self.keeper.service.lock().unwrap().rows.values().cloned())
    }

    fn check_history(&self, slots: &[Slot]) -> Result<(), TestCaseError> {
        for moment in &self.keeper.service.lock().unwrap().history {
            check_moment(slots, &sets(moment.values().cloned()), self.keeper.updates_values)?;
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// One run does it all; a second plan is empty.
    #[test]
    fn rows_converge_in_one_run((slots, updates_values) in (slots(), any::<bool>())) {
        let kept = Kept::new(&slots, updates_values);
        let before = kept.rows();
        let planned = kept.world.plan();
        prop_assert_eq!(planned.is_err(), is_refused(&slots), "{:?}", planned);
        if planned.is_err() {
            prop_assert_eq!(kept.rows(), before);
            return Ok(());
        }
        kept.world.finish()?;
        prop_assert_eq!(kept.rows(), expected(&slots));
        kept.check_history(&slots)?;
        // Nothing is called that changes nothing.
        let history = kept.keeper.service.lock().unwrap().history.clone();
        let shown = |rows: &BTreeMap<u32, Record>| {
            let mut shown: Vec<_> =
                rows.values().map(|row| row.display(&zone_name()).to_string()).collect();
            shown.sort();
            shown
        };
        prop_assert!(history.windows(2).all(|pair| shown(&pair[0]) != shown(&pair[1])));
    }

    /// Whatever goes wrong, the log says no more than is so, and the next run does the rest.
    #[test]
    fn rows_converge_after_faults(
        (slots, updates_values, fates) in (slots(), any::<bool>(), fates())
    ) {
        let kept = Kept::new(&slots, updates_values);
        let Ok(Some(plan)) = kept.world.plan() else { return Ok(()) };
        let applied = kept.apply(&plan, &fates);
        let wanted = expected(&slots);
        check_log(&plan, &applied, (&kept.rows(), &wanted))?;
        kept.world.finish()?;
        prop_assert_eq!(kept.rows(), wanted);
        kept.check_history(&slots)?;
    }
}
