//! A service in memory that has every shape, and whose calls can be made to fail.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use octodns_core::engine::BatchLimits;
use octodns_core::registry::{BuildError, NoOptions};
use octodns_core::value::Map;
use octodns_core::{
    Capabilities, Change, Outcome, OwnedValue, ProviderError, RecordType, ZoneName, async_trait,
};
use octodns_kit::changes::{ChangeApi, Changes, SetChange};
use octodns_kit::http::{Call, Client, Error, Method, Options};
use octodns_kit::rows::{RowApi, Rows};
use octodns_kit::sets::{SetApi, Sets};
use octodns_kit::whole::{Whole, WholeApi};
use octodns_kit::wide::{Wide, WideApi};
use octodns_kit::{
    Api, BatchKinds, Batched, Connector, Fields, Json, ListedZone, Only, Owner, Provided,
    RowChange, Service, SetFields, Shape, Zone, ZonesBy, json,
};
use octodns_testkit::run::Harness;

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fate {
    Done,
    Refused,
    /// It is carried out, and the response is lost.
    LostDone,
    /// It is not carried out, and there is no response.
    Lost,
    /// It is not carried out, there is no response, and somebody else writes something else.
    LostToOthers,
    /// It is carried out, the response is lost, and from then on nothing can be read.
    Dark,
}

#[derive(Default)]
pub(crate) struct State {
    /// The zones, each with its id.
    pub(crate) zones: Vec<(&'static str, &'static str)>,
    /// The rows or sets of the one zone that is used.
    pub(crate) items: Vec<Json>,
    /// What happens to the next calls; after these, all are carried out.
    pub(crate) fates: VecDeque<Fate>,
    /// The write calls so far.
    pub(crate) calls: Vec<String>,
    /// Whether it has a call for many rows.
    pub(crate) has_batches: bool,
    /// The ids of rows that it does not delete.
    pub(crate) locked: Vec<String>,
    /// A setting of the zone, and what it has to be.
    pub(crate) colour: Option<(&'static str, &'static str)>,
    /// Whether there are changes since the last publication.
    unpublished: bool,
    pub(crate) is_dark: bool,
    /// How many runs have begun.
    pub(crate) runs: usize,
    /// What was there after each call that did something.
    pub(crate) history: Vec<Vec<Json>>,
    last_id: u64,
}

/// The service, which serves changes at once or when they are published, and whose batches are of all kinds of rows
/// or of one; clones share its state.
#[derive(Clone)]
pub(crate) struct Memory<const PUBLISHES: bool = false, const APART: bool = false> {
    state: Arc<Mutex<State>>,
    client: Client,
}

fn call(what: &str) -> Call {
    Call::new(Method::POST, what)
}

impl<const PUBLISHES: bool, const APART: bool> Memory<PUBLISHES, APART> {
    /// With one zone, `example.com.`, and these items; interrupted calls are tried three times.
    pub(crate) fn new(items: &[Json]) -> Self {
        let mut quick = Options::default();
        quick.attempts = Some(3);
        quick.retry_wait = Some(0.0);
        Self::with(items, &quick)
    }

    pub(crate) fn with(items: &[Json], options: &Options) -> Self {
        let client = Client::builder("memory", "http://127.0.0.1").options(options).build();
        let zones = vec![("example.com", "17")];
        let state = State { zones, items: items.to_vec(), last_id: 100, ..State::default() };
        Self { state: Arc::new(Mutex::new(state)), client: client.unwrap() }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// A provider for it, with one of its shapes.
    pub(crate) fn harness<H: Shape<Api = Self>>(&self) -> Harness {
        Harness::new(Arc::new(Provided::<H>::new("mine", self.clone())))
    }

    pub(crate) fn act(&self, what: &str, act: impl FnOnce(&mut State)) -> Result<(), Error> {
        let mut state = self.state();
        state.calls.push(what.to_owned());
        let fate = state.fates.pop_front().unwrap_or(Fate::Done);
        if matches!(fate, Fate::Done | Fate::LostDone | Fate::Dark) {
            state.unpublished = true;
            act(&mut state);
            let items = state.items.clone();
            state.history.push(items);
        }
        state.is_dark |= fate == Fate::Dark;
        let (call, message) = (call(what), "no answer".to_owned());
        match fate {
            Fate::Done => Ok(()),
            Fate::Refused => Err(Error::Refused { call, status: 422, message: "no".to_owned() }),
            Fate::LostToOthers => {
                interfere(&mut state);
                Err(Error::Indeterminate { call, message })
            }
            Fate::LostDone | Fate::Lost | Fate::Dark => Err(Error::Indeterminate { call, message }),
        }
    }

    fn read(&self) -> Result<Option<Vec<Json>>, Error> {
        let state = self.state();
        if state.is_dark {
            let (call, message) = (call("read"), "closed".to_owned());
            return Err(Error::Unauthorized { call, status: 401, message });
        }
        Ok((!state.zones.is_empty()).then(|| state.items.clone()))
    }
}

/// Whether a row has this id.
fn is_called(row: &Json, id: &str) -> bool {
    row["id"].as_u64().map(|id| id.to_string()).as_deref() == Some(id)
}

/// Somebody else changes `www`.
fn interfere(state: &mut State) {
    let held = state.items.iter().position(|item| item["name"] == "www");
    let id = held.map_or(json!(99), |index| state.items.remove(index)["id"].take());
    state.items.push(json!({
        "id": id, "name": "www", "type": "A", "ttl": 77, "value": "198.51.100.7",
        "values": ["198.51.100.7"],
    }));
}

#[async_trait]
impl<const PUBLISHES: bool, const APART: bool> Api for Memory<PUBLISHES, APART> {
    const SERVICE: Service = Service {
        capabilities: Capabilities::of(&[
            RecordType::A,
            RecordType::AAAA,
            RecordType::CNAME,
            RecordType::MX,
            RecordType::NS,
            RecordType::TXT,
        ])
        .root_ns(),
        ..Service::new("octodns_example.MemoryProvider", "http://127.0.0.1")
    };
    const ZONES: ZonesBy = ZonesBy::Id;
    const PUBLISHES: bool = PUBLISHES;
    type Options = NoOptions;

    fn connect(_: NoOptions, _: &Connector<'_>) -> Result<Self, BuildError> {
        Ok(Self::new(&[]))
    }

    /// What the service keeps for itself has a mark.
    fn owner(item: &Json) -> Owner {
        match item["owner"].as_str() {
            Some("parent") => Owner::Parent,
            Some("service") => Owner::Service,
            Some("odd") => Owner::Inexpressible,
            _ => Owner::User,
        }
    }

    fn unexpressed(item: &Json) -> Option<String> {
        item["unexpressed"].as_str().map(str::to_owned)
    }

    /// Records of this name stay as they are.
    fn refusal(&self, zone: &ZoneName, changes: &[Change]) -> Option<String> {
        let is_fixed = |change: &Change| change.record().name().as_str() == "fixed";
        changes.iter().any(is_fixed).then(|| format!("{zone} has a fixed record"))
    }

    fn begin_run(&self) {
        self.state().runs += 1;
    }

    fn client(&self) -> &Client {
        &self.client
    }

    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        self.read()?;
        let zone = |(name, id): &(&str, &str)| ListedZone::new(*name, *id);
        Ok(self.state().zones.iter().map(zone).collect())
    }

    async fn create_zone(&self, _: &ZoneName) -> Result<String, ProviderError> {
        self.act("create zone", |state| state.zones.push(("example.com", "18")))?;
        Ok("18".to_owned())
    }

    const HAS_SETTINGS: bool = true;

    async fn settings(&self, _: Zone<'_>) -> Result<Option<OwnedValue>, Error> {
        let (is, desired) = self.state().colour.unwrap_or_default();
        Ok((is != desired).then(|| Map::from_unique([("colour", desired.into())]).into()))
    }

    async fn change_settings(&self, _: Zone<'_>, settings: &OwnedValue) -> Result<(), Error> {
        assert!(settings.get("colour").is_some(), "{settings:?}");
        self.act("colour", |state| state.colour = None)
    }

    async fn publish(&self, _: Zone<'_>) -> Result<(), Error> {
        self.act("publish", |state| state.unpublished = false)
    }

    async fn is_published(&self, _: Zone<'_>) -> Result<Option<bool>, Error> {
        self.read()?;
        Ok(Some(!self.state().unpublished))
    }
}

#[async_trait]
impl<const PUBLISHES: bool, const APART: bool> RowApi for Memory<PUBLISHES, APART> {
    const FIELDS: Fields = Fields::new("value");
    const BATCH: Option<BatchLimits> = Some(BatchLimits::items(32));
    const BATCH_FROM: usize = 50;
    const BATCH_KINDS: BatchKinds = if APART { BatchKinds::Apart } else { BatchKinds::Together };

    async fn rows(&self, _: Zone<'_>, _: Option<Only<'_>>) -> Result<Option<Vec<Json>>, Error> {
        self.read()
    }

    async fn create(&self, _: Zone<'_>, row: &Json) -> Result<(), Error> {
        if row["value"] == "192.0.2.66" {
            self.state().calls.push("create refused".to_owned());
            let (call, message) = (call("create"), "not this one".to_owned());
            return Err(Error::Refused { call, status: 400, message });
        }
        self.act("create", |state| {
            state.last_id += 1;
            let mut row = row.clone();
            row["id"] = state.last_id.into();
            state.items.push(row);
        })
    }

    async fn update(&self, _: Zone<'_>, id: &str, row: &Json) -> Result<(), Error> {
        self.act("update", |state| {
            for held in state.items.iter_mut().filter(|held| is_called(held, id)) {
                let id = held["id"].take();
                *held = row.clone();
                held["id"] = id;
            }
        })
    }

    async fn delete(&self, _: Zone<'_>, id: &str) -> Result<(), Error> {
        self.act("delete", |state| state.items.retain(|held| !is_called(held, id)))
    }

    async fn batch(&self, _: Zone<'_>, changes: &[RowChange]) -> Result<Batched, Error> {
        if !self.state().has_batches {
            self.state().calls.push("batch?".to_owned());
            return Ok(Batched::NotOffered);
        }
        let is_odd = |change: &RowChange| matches!(change, RowChange::Create(row) if row["value"] == "192.0.2.66");
        let kinds: HashSet<_> = changes.iter().map(std::mem::discriminant).collect();
        assert!(!APART || kinds.len() == 1, "{changes:?}");
        if changes.len() > 32 || changes.iter().any(is_odd) {
            let (call, message) = (call("batch"), "not this one".to_owned());
            let mut state = self.state();
            state.calls.push(format!("batch {} refused", changes.len()));
            if APART {
                // It makes what comes before.
                for change in changes.iter().take_while(|change| !is_odd(change)) {
                    state.make(change);
                }
            }
            return Err(Error::Refused { call, status: 400, message });
        }
        let locked = self.state().locked.clone();
        let is_locked =
            |change: &&RowChange| matches!(change, RowChange::Delete { id } if locked.contains(id));
        self.act(&format!("batch {}", changes.len()), |state| {
            for change in changes.iter().filter(|change| !is_locked(change)) {
                state.make(change);
            }
        })?;
        let refused = changes.iter().filter(is_locked).filter_map(|change| match change {
            RowChange::Delete { id } => {
                let message = format!("row {id} is locked");
                Some((id.clone(), Error::JobFailed { call: call("batch"), message }))
            }
            _ => None,
        });
        let refused: Vec<_> = refused.collect();
        Ok(if refused.is_empty() { Batched::Done } else { Batched::Partly(refused) })
    }
}

impl State {
    fn make(&mut self, change: &RowChange) {
        match change {
            RowChange::Create(row) => {
                self.last_id += 1;
                let mut row = row.clone();
                row["id"] = self.last_id.into();
                self.items.push(row);
            }
            RowChange::Update { id, row } => {
                for held in self.items.iter_mut().filter(|held| is_called(held, id)) {
                    let id = held["id"].take();
                    *held = row.clone();
                    held["id"] = id;
                }
            }
            RowChange::Delete { id } => self.items.retain(|held| !is_called(held, id)),
        }
    }
}

/// Removes what has the name and type of `set`.
fn take_out(state: &mut State, set: &Json) {
    let is_it = |held: &Json| held["name"] == set["name"] && held["type"] == set["type"];
    state.items.retain(|held| !is_it(held));
}

#[async_trait]
impl<const PUBLISHES: bool, const APART: bool> SetApi for Memory<PUBLISHES, APART> {
    const FIELDS: SetFields = SetFields { single: Some("target"), ..SetFields::texts("values") };

    async fn sets(&self, _: Zone<'_>, _: Option<Only<'_>>) -> Result<Option<Vec<Json>>, Error> {
        self.read()
    }

    async fn put(&self, _: Zone<'_>, set: &Json, _: Option<&Json>) -> Result<(), Error> {
        if set["values"][0] == "192.0.2.66" {
            self.state().calls.push("put refused".to_owned());
            let (call, message) = (call("put"), "not this one".to_owned());
            return Err(Error::Refused { call, status: 400, message });
        }
        self.act("put", |state| {
            take_out(state, set);
            state.items.push(set.clone());
        })
    }

    async fn delete(&self, _: Zone<'_>, existing: &Json) -> Result<(), Error> {
        self.act("delete", |state| take_out(state, existing))
    }

    const BATCH: Option<BatchLimits> = Some(BatchLimits::items(32));
    const BATCH_FROM: usize = 50;

    async fn batch(&self, _: Zone<'_>, changes: &[SetChange]) -> Result<bool, Error> {
        if !self.state().has_batches {
            self.state().calls.push("batch?".to_owned());
            return Ok(false);
        }
        let is_odd = |change: &SetChange| {
            change.after.as_ref().is_some_and(|set| set["values"][0] == "192.0.2.66")
        };
        if changes.iter().any(is_odd) {
            self.state().calls.push(format!("batch {} refused", changes.len()));
            let (call, message) = (call("batch"), "not this one".to_owned());
            return Err(Error::Refused { call, status: 400, message });
        }
        self.act(&format!("batch {}", changes.len()), |state| {
            for change in changes {
                if let Some(before) = &change.before {
                    take_out(state, before);
                }
                state.items.extend(change.after.clone());
            }
        })?;
        Ok(true)
    }
}

#[async_trait]
impl<const PUBLISHES: bool, const APART: bool> WideApi for Memory<PUBLISHES, APART> {
    fn zone_calls(&self, sets: usize) -> Option<usize> {
        Some(2 + sets / 10)
    }

    async fn name_sets(&self, _: Zone<'_>, name: &str) -> Result<Vec<Json>, Error> {
        let mut sets = self.read()?.unwrap_or_default();
        sets.retain(|set| set["name"] == name);
        Ok(sets)
    }

    async fn replace_name(&self, _: Zone<'_>, name: &str, sets: &[Json]) -> Result<(), Error> {
        self.act(&format!("replace {name} by {}", sets.len()), |state| {
            state.items.retain(|held| held["name"] != name);
            state.items.extend_from_slice(sets);
        })
    }

    async fn replace_zone(&self, _: Zone<'_>, sets: &[Json]) -> Result<(), Error> {
        self.act(&format!("replace all by {}", sets.len()), |state| state.items = sets.to_vec())
    }
}

#[async_trait]
impl<const PUBLISHES: bool, const APART: bool> ChangeApi for Memory<PUBLISHES, APART> {
    const FIELDS: SetFields = SetFields::texts("values");
    const LIMITS: BatchLimits = BatchLimits::items(8);

    async fn sets(&self, _: Zone<'_>) -> Result<Option<Vec<Json>>, Error> {
        self.read()
    }

    async fn send(&self, _: Zone<'_>, changes: &[SetChange]) -> Result<(), Error> {
        self.act(&format!("send {}", changes.len()), |state| {
            for change in changes {
                if let Some(before) = &change.before {
                    take_out(state, before);
                }
                state.items.extend(change.after.clone());
            }
        })
    }
}

#[async_trait]
impl<const PUBLISHES: bool, const APART: bool> WholeApi for Memory<PUBLISHES, APART> {
    const FIELDS: Fields = Fields::new("value");

    async fn rows(&self, _: Zone<'_>) -> Result<Option<Vec<Json>>, Error> {
        self.read()
    }

    async fn replace(&self, _: Zone<'_>, rows: &[Json]) -> Result<(), Error> {
        self.act("replace", |state| state.items = rows.to_vec())
    }
}

pub(crate) type MemoryRows = Rows<Memory>;
pub(crate) type Apart = Memory<false, true>;
pub(crate) type MemorySets = Sets<Memory>;
pub(crate) type MemoryWide = Wide<Memory>;
pub(crate) type MemoryChanges = Changes<Memory>;
pub(crate) type MemoryWhole = Whole<Memory>;

pub(crate) fn zone() -> ZoneName {
    ZoneName::new("example.com.").unwrap()
}

/// An item that is a row and a set.
pub(crate) fn item(id: u64, name: &str, of: &str, value: &str) -> Json {
    json!({"id": id, "name": name, "type": of, "ttl": 60, "value": value, "values": [value]})
}

/// A record of a desired state.
pub(crate) fn record(name: &str, of: &str, value: &str) -> Json {
    json!({"name": name, "type": of, "ttl": 60, "value": value})
}

/// The kind of an outcome, in a word.
pub(crate) fn kind(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Applied => "applied",
        Outcome::Failed(_) => "failed",
        Outcome::Unknown => "unknown",
        Outcome::NotSent => "not sent",
        Outcome::Staged => "staged",
        _ => "partial",
    }
}
