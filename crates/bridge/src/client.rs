//! The host as the engine sees it: typed calls, any number of them at a time.
//!
//! Futures of this module need no runtime: the process is owned by a thread that has its own. A future that is dropped
//! cancels its call.

mod call;
mod forms;
mod send;
mod shared;
mod start;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use octodns_core::value::Kind as ValueKind;
use octodns_core::{OwnedValue, ProviderError, Secret};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::actor::{Command, Expected};
use crate::doing::{Doing, Task};
use crate::error::{BridgeError, Interpreter};
use crate::requests::{
    Apply, Checked, CopyOf, ForeignType, Hook, Kind, Made, Make, PlanRequest, Planned, Populate,
    Populated, Process, ProcessPlan, Reasons, Rebuild, Stub, Supports, Validated,
};
pub use crate::requests::{BothZones, Meanwhile};
use crate::wire::frame::AskNumber;
use crate::wire::{PlanNumber, WireRecord, ZoneDelta, ZoneNumber};

use forms::{CheckRequest, Config, PlanBetween, RowOfCheck, ValidateRequest, WithHook};
use shared::Shared;
pub use shared::{HostPlan, HostZone};

/// How the host is started.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct StartOptions {
    /// How many calls Python runs at a time: `max_workers` of the config, as written. 0 and 1 are Python's main thread
    /// alone.
    pub workers: usize,
    /// The least level of log lines that are sent, in Python's numbers: 10 is debug, 20 info.
    pub log_level: u8,
    /// Folders in front of `sys.path`: `manager.python_path`.
    pub path: Vec<PathBuf>,
    /// The environment of the process. Nothing else is handed on.
    pub environment: Vec<(OsString, OsString)>,
    /// The most time a call may take: `manager.python_timeout`. `None` is for ever.
    pub timeout: Option<Duration>,
    /// What must never be shown, whoever says it.
    pub secrets: Vec<Secret>,
}

/// What Python says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Hello {
    /// The version of Python, such as `3.11.7`.
    pub python: String,
    /// `sys.executable`.
    pub executable: String,
    /// The process.
    pub pid: u32,
    /// The version of octoDNS.
    pub octodns: String,
    /// The record types it knows.
    pub types: Vec<ForeignType>,
    protocol: u64,
}

/// What takes the parts of a zone as they come.
pub type Sink<'s> = &'s mut (dyn FnMut(ZoneDelta) + Send);

/// What runs between the hooks of a provider: the processors of the zone.
#[async_trait]
pub trait Between: Send {
    /// Runs `target_zone` and `source_and_target_zones` of every processor.
    ///
    /// Python's processors are called by `host`, which runs them on the thread that waits, on the zones of `meanwhile`;
    /// what native ones change before is sent by [`Host::change_zone`]. What is returned is what the host does not know
    /// yet.
    ///
    /// # Errors
    ///
    /// The plan fails with the same error.
    async fn run(&mut self, host: &Host, meanwhile: Meanwhile) -> Result<BothZones, ProviderError>;
}

/// What calls return.
type Answer<T> = Result<T, BridgeError>;

/// A running Python with the classes of a config. Clones are the same process, which is ended with the last of them and
/// of the zones and plans in it.
#[derive(Clone, Debug)]
pub struct Host {
    shared: Arc<Shared>,
    /// The question that calls are made within.
    within: Option<AskNumber>,
    /// The place among those that work at the same time.
    place: Option<Arc<OwnedSemaphorePermit>>,
}

impl Host {
    /// What Python said of itself.
    pub fn hello(&self) -> &Hello {
        &self.shared.hello
    }

    /// The interpreter, as messages name it.
    pub fn interpreter(&self) -> &Interpreter {
        &self.shared.interpreter
    }

    /// From now on these are never shown, whoever says them.
    pub fn hide<'s>(&self, secrets: impl IntoIterator<Item = &'s Secret>) {
        self.shared.common.hidden.add(secrets);
    }

    /// The same host, with a place among the calls that may run at the same time: calls by it wait for nobody.
    ///
    /// Who sends a zone and then works with it takes a place first, so that not all zones are sent at once.
    pub async fn turn(&self) -> Self {
        if self.within.is_some() || self.place.is_some() {
            return self.clone();
        }
        // It is never closed.
        let place = Arc::clone(&self.shared.places).acquire_owned().await.ok().map(Arc::new);
        Self { place, ..self.clone() }
    }

    /// A number for a zone; there is none in the host yet.
    pub fn zone(&self) -> HostZone {
        HostZone { number: self.shared.number(), shared: Arc::clone(&self.shared) }
    }

    /// A number for a plan; there is none in the host yet.
    pub fn plan_number(&self) -> HostPlan {
        HostPlan { number: self.shared.number(), shared: Arc::clone(&self.shared) }
    }

    /// The class of what was made under a name.
    pub fn class_of(&self, kind: Kind, name: &str) -> Option<String> {
        let classes = self.shared.classes.lock().unwrap_or_else(PoisonError::into_inner);
        classes.get(&(kind, name.to_owned())).cloned()
    }

    fn remember(&self, kind: Kind, name: &str, class: &str) {
        let mut classes = self.shared.classes.lock().unwrap_or_else(PoisonError::into_inner);
        classes.insert((kind, name.to_owned()), class.to_owned());
    }

    /// What a call of something in the config is about.
    fn doing(&self, task: Task, kind: Kind, name: &str) -> Doing {
        let class = self.class_of(kind, name).unwrap_or_default();
        Doing { class, ..Doing::new(task, name) }
    }

    /// Makes an object of a class.
    ///
    /// # Errors
    ///
    /// If there is no such class, or it does not take the options, or fails.
    pub async fn make(&self, request: Make) -> Answer<Made> {
        self.hide(&request.secrets);
        self.remember(request.kind, &request.name, &request.class);
        let mut doing = self.doing(Task::Make, request.kind, &request.name);
        if let Some(id) = &request.id {
            doing.name.clone_from(id);
        }
        let given = request.kwargs.iter().filter_map(|(key, _)| key.as_str());
        let given = given.map(str::to_owned).collect();
        let made = self.call("make", &request, doing).await;
        let mut made: Made = made.map_err(|error| self.class_fault(error, given))?;
        made.shown = self.shared.common.hidden.redactor().redact(&made.shown);
        Ok(made)
    }

    /// An error that says what is wrong with a class, if it does.
    fn class_fault(&self, error: BridgeError, given: Vec<String>) -> BridgeError {
        match error {
            BridgeError::Raised { doing, raised } if raised.kind.is_some() => {
                let python = self.shared.interpreter.clone().into();
                BridgeError::Class { doing, raised, python, given }
            }
            error => error,
        }
    }

    /// Makes a provider like another, for another folder.
    ///
    /// # Errors
    ///
    /// If the class cannot do that.
    pub async fn copy(&self, request: CopyOf) -> Answer<Made> {
        let class = self.class_of(Kind::Provider, &request.provider).unwrap_or_default();
        self.remember(Kind::Provider, &request.name, &class);
        let doing = self.doing(Task::Make, Kind::Provider, &request.provider);
        let made = self.call("copy", &request, doing).await;
        made.map_err(|error| self.class_fault(error, Vec::new()))
    }

    /// Tells Python of a native source or target.
    ///
    /// # Errors
    ///
    /// If Python fails.
    pub async fn stub(&self, request: Stub) -> Answer<()> {
        let doing = Doing::new(Task::Tell, &request.name);
        self.call("stub", &request, doing).await
    }

    /// Enables and disables octoDNS's validators in Python as `manager.validators` says. Those that only the engine
    /// knows are left to it. Without this, the set `legacy` is enabled.
    ///
    /// # Errors
    ///
    /// If Python fails.
    pub async fn configure_validators(&self, config: &OwnedValue) -> Answer<()> {
        let request = Config { config };
        self.call("configure_validators", &request, Doing::new(Task::Tell, "")).await
    }

    /// What a provider can hold; may ask its service.
    ///
    /// # Errors
    ///
    /// If the class fails.
    pub async fn supports(&self, provider: &str) -> Answer<Supports> {
        let doing = self.doing(Task::Supports, Kind::Provider, provider);
        self.call("supports", &json!({ "provider": provider }), doing).await
    }

    /// The zones of a source.
    ///
    /// # Errors
    ///
    /// If the class fails.
    pub async fn list_zones(&self, provider: &str) -> Answer<Vec<String>> {
        let doing = self.doing(Task::List, Kind::Provider, provider);
        self.call("list_zones", &json!({ "provider": provider }), doing).await
    }

    /// Reads a zone. What differs from what the zone held before goes to `sink`: all of it, if it was empty.
    ///
    /// # Errors
    ///
    /// If the class fails: then what went to `sink` is not the whole zone.
    pub async fn populate(&self, request: Populate, sink: Sink<'_>) -> Answer<Populated> {
        if let Some(head) = &request.open {
            self.shared.name_zone(request.into, &head.name);
        }
        let doing = self.doing(Task::Read, Kind::Provider, &request.provider);
        let doing = doing.of_zone(self.shared.zone_name(request.into));
        let expected = Expected { zones: vec![request.into], ..Expected::default() };
        let mut call = self.begin("populate", &request, doing, expected).await?;
        let value = call.finish(&mut |_, delta| sink(delta)).await?;
        let mut populated: Populated = call.read(&value)?;
        let redactor = self.shared.common.hidden.redactor();
        populated.found.iter_mut().for_each(|found| found.redact(&redactor));
        Ok(populated)
    }

    /// Plans for a target; `None` if there is nothing to do.
    ///
    /// # Errors
    ///
    /// If the class, or `between`, fails.
    pub async fn plan(
        &self,
        request: PlanRequest,
        between: Option<&mut dyn Between>,
    ) -> Answer<Option<Planned>> {
        let doing = self.doing(Task::Plan, Kind::Provider, &request.provider);
        let doing = doing.of_zone(self.shared.zone_name(request.desired));
        self.shared.name_as(request.plan, request.desired);
        let plan = Some(request.plan);
        let Some(between) = between else {
            let expected = Expected { plan, ..Expected::default() };
            let mut call = self.begin("plan", &request, doing, expected).await?;
            return call.planned().await;
        };
        let (desired, existing) = (self.zone(), self.zone());
        let numbers = [desired.number(), existing.number()];
        for number in numbers {
            self.shared.name_as(number, request.desired);
        }
        let request = PlanBetween { request: &request, between: numbers };
        let expected = Expected { zones: numbers.to_vec(), plan, may_ask: true };
        let mut call = self.begin("plan", &request, doing, expected).await?;
        if let Some(asked) = call.until_asked(numbers).await? {
            let inner = Self { within: Some(asked.ask), ..self.clone() };
            let done = between.run(&inner, asked.meanwhile).await;
            let told = match done {
                Ok(BothZones { desired: of_desired, existing: of_existing }) => {
                    self.change_zone(desired.number(), of_desired).await?;
                    self.change_zone(existing.number(), of_existing).await
                }
                Err(error) => Err(BridgeError::Engine(error)),
            };
            call.answer(asked.ask, told.as_ref().err())?;
            if let Err(error) = told {
                // What Python makes of it is not of interest.
                let _ = call.planned().await;
                return Err(error);
            }
        }
        call.planned().await
    }

    /// Runs a hook of a processor, and returns what it changed.
    ///
    /// # Errors
    ///
    /// If the class fails.
    pub async fn process(&self, request: Process) -> Answer<BothZones> {
        let zones: Vec<ZoneNumber> =
            [request.desired, request.existing].into_iter().flatten().collect();
        let doing = self.doing(Task::Process, Kind::Processor, &request.processor);
        let name = zones.first().and_then(|zone| self.shared.zone_name(*zone));
        let expected = Expected { zones, ..Expected::default() };
        let mut call = self.begin("process", &request, doing.of_zone(name), expected).await?;
        let mut changed = BothZones::default();
        let mut sink = |zone, delta| {
            let of = if Some(zone) == request.desired {
                &mut changed.desired
            } else {
                &mut changed.existing
            };
            of.extend(delta);
        };
        call.finish(&mut sink).await?;
        Ok(changed)
    }

    /// Runs `process_plan` of a processor; `None` if nothing is left to do.
    ///
    /// # Errors
    ///
    /// If the class fails.
    pub async fn process_plan(&self, request: ProcessPlan) -> Answer<Option<Planned>> {
        let doing = self.doing(Task::Process, Kind::Processor, &request.processor);
        let expected = Expected { plan: Some(request.plan), ..Expected::default() };
        let request = WithHook { hook: Hook::Plan, request: &request };
        let mut call = self.begin("process", &request, doing, expected).await?;
        call.planned().await
    }

    /// Makes a plan in the host out of data. Where its records are those that were read, they are the very same.
    ///
    /// # Errors
    ///
    /// If a class does not take a record.
    pub async fn rebuild(&self, request: Rebuild) -> Answer<()> {
        self.shared.name_as(request.plan, request.existing);
        let doing = Doing::new(Task::Rebuild, "");
        let doing = doing.of_zone(self.shared.zone_name(request.existing));
        self.call("rebuild", &request, doing).await
    }

    /// Applies a plan, and returns how many changes the class says it made, if it says a number.
    ///
    /// If the future is dropped, Python is ended: what was done is not known then.
    ///
    /// # Errors
    ///
    /// If the class fails: what was done before is not known.
    pub async fn apply(&self, request: Apply) -> Answer<Option<u64>> {
        let doing = self.doing(Task::Apply, Kind::Provider, &request.provider);
        self.call("apply", &request, doing.of_zone(self.shared.zone_name(request.plan))).await
    }

    /// Normalises and validates records of foreign types of one zone, in their order.
    ///
    /// # Errors
    ///
    /// If Python fails. What is wrong with a record is in what is returned.
    pub async fn check(&self, zone: &str, records: &[WireRecord]) -> Answer<Vec<Checked>> {
        let mut all = Vec::with_capacity(records.len());
        for part in records.chunks(crate::wire::frame::BATCH) {
            let doing = Doing::new(Task::Check, "").of_zone(Some(zone.to_owned()));
            let request = CheckRequest { zone, records: part };
            let mut call = self.begin("check", &request, doing, Expected::default()).await?;
            let value = call.value().await?;
            let rows = value.as_list().unwrap_or_default();
            if rows.len() != part.len() {
                return Err(call.malformed("another number of records came back"));
            }
            for row in rows {
                let RowOfCheck { texts, reasons } = call.read(row)?;
                let data = row.get("data").cloned().unwrap_or_default();
                all.push(Checked { data, texts, reasons });
            }
        }
        Ok(all)
    }

    /// What a validator says.
    ///
    /// # Errors
    ///
    /// If the class fails.
    pub async fn validate(&self, validator: &str, what: Validated) -> Answer<Vec<Reasons>> {
        let doing = self.doing(Task::Validate, Kind::Validator, validator);
        let of = |zone: &str, records: &[WireRecord]| Validated::Records {
            zone: zone.to_owned(),
            records: records.to_vec(),
        };
        let (zone, parts) = match &what {
            Validated::Zone(number) => (self.shared.zone_name(*number), vec![what.clone()]),
            Validated::Records { zone, records } => {
                let parts = records.chunks(crate::wire::frame::BATCH);
                (Some(zone.clone()), parts.map(|part| of(zone, part)).collect())
            }
        };
        let doing = doing.of_zone(zone);
        let mut all = Vec::new();
        for part in parts {
            let request = ValidateRequest { validator, what: &part };
            let found: Vec<Reasons> = self.call("validate", &request, doing.clone()).await?;
            all.extend(found);
        }
        Ok(all)
    }

    /// A secret of a handler; `context` is where it is asked for. It is never shown from then on.
    ///
    /// # Errors
    ///
    /// If the class fails.
    pub async fn fetch(
        &self,
        handler: &str,
        name: &str,
        context: Option<&str>,
    ) -> Answer<OwnedValue> {
        let doing = self.doing(Task::Fetch, Kind::SecretHandler, handler);
        let request = json!({ "handler": handler, "name": name, "context": context });
        let mut call = self.begin("fetch", &request, doing, Expected::default()).await?;
        let value = call.value().await?;
        let mut secrets = Vec::new();
        texts_of(&value, &mut secrets);
        self.hide(&secrets);
        Ok(value)
    }

    /// What a plan output writes; the plans are those of the named targets.
    ///
    /// # Errors
    ///
    /// If the class fails.
    pub async fn output(&self, output: &str, plans: &[(String, PlanNumber)]) -> Answer<String> {
        let doing = self.doing(Task::Output, Kind::PlanOutput, output);
        self.call("output", &json!({ "output": output, "plans": plans }), doing).await
    }

    /// Ends the process: it has 5 s to end by itself, and is killed after that. When the last clone is dropped without
    /// this, it is killed at once.
    pub async fn end(&self) {
        let (told, ended) = oneshot::channel();
        if self.shared.commands.send(Command::End(told)).is_ok() {
            let _ = ended.await;
        }
    }

    /// A call that returns one value.
    async fn call<T: DeserializeOwned, R: serde::Serialize>(
        &self,
        what: &'static str,
        request: &R,
        doing: Doing,
    ) -> Answer<T> {
        let mut call = self.begin(what, request, doing, Expected::default()).await?;
        let value = call.value().await?;
        call.read(&value)
    }
}

/// The texts in a value, as secrets.
fn texts_of(value: &OwnedValue, to: &mut Vec<Secret>) {
    match &value.kind {
        ValueKind::Str(text) => to.push(Secret::new(text.as_ref())),
        ValueKind::Int(number) => to.push(Secret::new(number.to_string())),
        ValueKind::List(values) => values.iter().for_each(|value| texts_of(value, to)),
        ValueKind::Map(map) => map.values().for_each(|value| texts_of(value, to)),
        _ => {}
    }
}
