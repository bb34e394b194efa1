//! Planning for targets whose classes are written in Python: their own `plan` runs, in Python.

use std::any::Any;
use std::sync::Arc;

use octodns_core::plan::Thresholds;
use octodns_core::provider::{Between, PlanDraft, Planner, ToPlan};
use octodns_core::record::RecordTypes;
use octodns_core::{
    ApplyLog, Change, OwnedValue, Plan, Provider, ProviderError, Record, RecordData, Report, State,
    TargetOptions, Zone, async_trait,
};
use tokio::sync::Mutex;

use crate::changes::{self, InHost};
use crate::client::{self, Host, HostPlan};
use crate::error::BridgeError;
use crate::foreign_types;
use crate::provider::PythonProvider;
use crate::rebuild::send;
use crate::records::{self, Decoder};
use crate::requests::{BothZones, Meanwhile, PlanRequest, Planned};
use crate::source::WasRead;
use crate::wire::ZoneNumber;

/// What is kept of a plan that a class made.
pub(crate) struct WasPlanned {
    pub(crate) plan: Arc<HostPlan>,
    pub(crate) in_host: InHost,
    /// What the object that made it goes by.
    pub(crate) by: Arc<str>,
}

/// What processors in Python are handed while a class plans: both zones, as the host has them.
pub(crate) struct Inside {
    /// For calls on the thread that waits.
    pub(crate) host: Host,
    pub(crate) desired: Mirror,
    pub(crate) existing: Mirror,
}

/// A zone of the host, and what of it is there.
pub(crate) struct Mirror {
    pub(crate) number: ZoneNumber,
    pub(crate) held: Mutex<Zone>,
}

impl Mirror {
    fn new(number: ZoneNumber, zone: &Zone) -> Self {
        Self { number, held: Mutex::new(zone.clone()) }
    }

    /// Brings the zone in the host to what `zone` is.
    ///
    /// # Errors
    ///
    /// If it cannot be sent.
    pub(crate) async fn bring(&self, host: &Host, zone: &Zone) -> Result<(), BridgeError> {
        let mut held = self.held.lock().await;
        let difference = zone.since(&held);
        if !difference.is_empty() {
            host.change_zone(self.number, records::encode_difference(&difference)).await?;
            *held = zone.clone();
        }
        Ok(())
    }
}

/// Runs the processors of the zone when Python comes to them.
struct Hooks<'h> {
    between: &'h mut dyn Between,
    types: &'h Arc<RecordTypes>,
    desired: Zone,
    existing: Zone,
}

#[async_trait]
impl client::Between for Hooks<'_> {
    async fn run(&mut self, host: &Host, meanwhile: Meanwhile) -> Result<BothZones, ProviderError> {
        let Meanwhile { desired, existing, changed, is_read_again, .. } = meanwhile;
        let name = self.desired.name().clone();
        let decoder = Decoder::new(&name, self.types);
        decoder.change(&mut self.desired, changed.desired)?;
        if is_read_again {
            let settings = Arc::clone(self.existing.settings());
            self.existing = Zone::with_settings(name.clone(), settings);
        }
        decoder.change(&mut self.existing, changed.existing)?;
        let inside = Inside {
            host: host.clone(),
            desired: Mirror::new(desired, &self.desired),
            existing: Mirror::new(existing, &self.existing),
        };
        self.between.run(&mut self.desired, &mut self.existing, &inside).await?;
        let left = async |zone: &Zone, mirror: &Mirror| {
            let held = mirror.held.lock().await;
            records::encode_difference(&zone.since(&held))
        };
        Ok(BothZones {
            desired: left(&self.desired, &inside.desired).await,
            existing: left(&self.existing, &inside.existing).await,
        })
    }
}

/// No processors at all.
struct Nothing;

#[async_trait]
impl Between for Nothing {
    async fn run(
        &mut self,
        _: &mut Zone,
        _: &mut Zone,
        _: &(dyn Any + Send + Sync),
    ) -> Result<(), ProviderError> {
        Ok(())
    }
}

impl PythonProvider {
    async fn plan_in_host(
        &self,
        what: ToPlan<'_>,
        between: &mut dyn Between,
    ) -> Result<Option<Plan>, ProviderError> {
        let session = self.session();
        let host = session.host.turn().await;
        let name = self.instance.name(&host).await?;
        session.tell_sources(&host, what.sources, what.desired.records()).await?;
        let zone = send(&host, what.desired).await?;

        let was_read = what.state.get::<WasRead>();
        let plan = host.plan_number();
        let request = PlanRequest {
            provider: name.to_string(),
            desired: zone.number(),
            read: was_read.map(|read| read.zone.number()),
            exists: was_read.and_then(|read| read.exists),
            plan: plan.number(),
            is_lenient: what.lenient,
        };
        let (desired, existing) = (what.desired.clone(), what.existing.clone());
        let mut hooks = Hooks { between, types: what.types, desired, existing };
        let planned = host.plan(request, Some(&mut hooks)).await?;
        let Some(planned) = planned else { return Ok(None) };
        let Hooks { desired, existing, .. } = hooks;
        let taken = Taken { host: &host, types: what.types, planned, known: &[] };
        let (made, in_host) = taken.into_plan(existing, desired, self.options()).await?;
        let state = WasPlanned { plan: Arc::new(plan), in_host, by: name };
        Ok(Some(made.with_state(State::new(state))))
    }

    /// What the class would plan for a target that is to hold `draft.desired`: for a plan that was made earlier.
    async fn plan_again(&self, draft: &PlanDraft<'_>) -> Result<Option<Plan>, ProviderError> {
        let mut desired = draft.desired.clone();
        let supports = self.supports().await?;
        // It is there because nobody changes it, and not because it is desired.
        if !supports.root_ns
            && let Some(root_ns) = draft.desired.root_ns()
        {
            desired.remove(root_ns.name(), root_ns.record_type());
        }
        let mut types = RecordTypes::default();
        for of in self.session().types() {
            // One that is built in is known better.
            let _ = types.register(of);
        }
        let types = Arc::new(types);
        let what = ToPlan::new(&desired, draft.existing, draft.state, &types);
        self.plan_in_host(what, &mut Nothing).await
    }
}

/// A plan that came from the host.
pub(crate) struct Taken<'t> {
    pub(crate) host: &'t Host,
    pub(crate) types: &'t Arc<RecordTypes>,
    pub(crate) planned: Planned,
    /// Changes that were there before: one that says the same is the very same.
    pub(crate) known: &'t [Change],
}

impl Taken<'_> {
    /// The plan, of zones as the class left them, and how it is in the host.
    pub(crate) async fn into_plan(
        self,
        existing: Zone,
        desired: Zone,
        options: TargetOptions,
    ) -> Result<(Plan, InHost), ProviderError> {
        let Self { host, types, planned, known } = self;
        let decoder = Decoder::new(desired.name(), types);
        let mut changes = changes::decode(&decoder, planned.changes, &existing, &desired)?;
        show(host, &desired, &mut changes).await?;
        changes::keep_known(known, &mut changes);
        let in_host = InHost::new(&changes);
        let mut thresholds = Thresholds::default();
        thresholds.update = planned.update_threshold.unwrap_or(options.update_pcent_threshold);
        thresholds.delete = planned.delete_threshold.unwrap_or(options.delete_pcent_threshold);
        let plan = Plan::new(existing, desired, changes, planned.exists);
        let mut plan = plan.with_thresholds(thresholds);
        plan.meta = planned.meta;
        Ok((plan, in_host))
    }
}

/// Finds out how records of Python's own types are shown.
async fn show(host: &Host, zone: &Zone, changes: &mut [Change]) -> Result<(), ProviderError> {
    let is_custom = |record: &Arc<Record>| matches!(record.data(), RecordData::Custom(data) if data.custom_type().normalizer().is_some());
    let sides = changes.iter_mut().flat_map(|change| match change {
        Change::Create(record) | Change::Delete(record) => [Some(record), None],
        Change::Update { existing, new } => [Some(existing), Some(new)],
    });
    let mut unknown: Vec<_> = sides.flatten().filter(|record| is_custom(record)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let all = unknown.iter().map(|record| Record::clone(record)).collect();
    let mut found = Report::new();
    let known = foreign_types::check(host, zone.name(), all, true, &mut found).await?;
    // Of what cannot be shown its data is.
    if known.len() == unknown.len() {
        for (record, known) in unknown.iter_mut().zip(known) {
            **record = known.into();
        }
    }
    Ok(())
}

#[async_trait]
impl Planner for PythonProvider {
    async fn plan(
        &self,
        what: ToPlan<'_>,
        between: &mut dyn Between,
    ) -> Result<Option<Plan>, ProviderError> {
        self.plan_in_host(what, between).await
    }
}

#[async_trait]
impl Provider for PythonProvider {
    fn planner(&self) -> Option<&dyn Planner> {
        Some(self)
    }

    fn target_options(&self) -> Option<TargetOptions> {
        Some(self.options())
    }

    /// Files of `YamlProvider` are written as a whole from what a plan desires.
    fn drops_hidden(&self) -> bool {
        self.known.is_local
    }

    /// As many as Python works on at the same time.
    fn zones_at_once(&self) -> usize {
        self.workers.max(1)
    }

    async fn extra_changes(&self, draft: &PlanDraft<'_>) -> Result<Vec<Change>, ProviderError> {
        let plan = self.plan_again(draft).await?;
        let is_new = |change: &Change| {
            let key =
                |change: &Change| (change.record().name().clone(), change.record().record_type());
            !draft.changes.iter().any(|known| key(known) == key(change))
        };
        Ok(plan.into_iter().flat_map(|plan| plan.changes).filter(is_new).collect())
    }

    async fn meta(&self, draft: &PlanDraft<'_>) -> Result<Option<OwnedValue>, ProviderError> {
        Ok(self.plan_again(draft).await?.and_then(|plan| plan.meta))
    }

    async fn apply(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        self.apply_in_host(plan, log).await
    }
}
