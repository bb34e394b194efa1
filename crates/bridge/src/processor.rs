//! Processors whose classes are written in Python.

use std::any::Any;
use std::sync::Arc;

use octodns_core::processor::{Processor, Stage};
use octodns_core::record::RecordTypes;
use octodns_core::{Plan, ProviderError, State, Target, Zone, async_trait};

use crate::changes::Left;
use crate::client::{Host, HostPlan};
use crate::error::BridgeError;
use crate::instance::Instance;
use crate::rebuild::{rebuild, send};
use crate::records::Decoder;
use crate::requests::{BothZones, Hook, Made, Make, Process, ProcessPlan};
use crate::session::Session;
use crate::target::{Inside, Taken, WasPlanned};
use crate::wire::ZoneDelta;

/// A processor in the host.
#[derive(Debug)]
pub(crate) struct PythonProcessor {
    instance: Instance,
    hooks: Vec<Hook>,
}

/// The zones that a hook is given.
struct Zones<'z> {
    desired: Option<&'z mut Zone>,
    existing: Option<&'z mut Zone>,
}

impl PythonProcessor {
    /// What was made as `request` asked.
    pub(crate) fn new(session: Arc<Session>, request: Make, made: &Made) -> Self {
        Self { instance: Instance::new(session, request), hooks: made.hooks.clone() }
    }

    fn has(&self, hook: Hook) -> bool {
        self.hooks.contains(&hook)
    }

    fn session(&self) -> &Session {
        &self.instance.session
    }

    /// Runs a hook on zones, if the class has it.
    async fn run(
        &self,
        hook: Hook,
        zones: Zones<'_>,
        stage: &Stage<'_>,
    ) -> Result<(), ProviderError> {
        if !self.has(hook) {
            return Ok(());
        }
        let inside = stage.inside.and_then(<dyn Any + Send + Sync>::downcast_ref::<Inside>);
        match inside {
            Some(inside) => self.run_inside(hook, zones, stage, inside).await,
            None => self.run_apart(hook, zones, stage).await,
        }
    }

    /// On the zones that a class in the host is planning with.
    async fn run_inside(
        &self,
        hook: Hook,
        zones: Zones<'_>,
        stage: &Stage<'_>,
        inside: &Inside,
    ) -> Result<(), ProviderError> {
        let host = &inside.host;
        let mut request = self.request(host, hook, stage).await?;
        for (zone, mirror, number) in [
            (&zones.desired, &inside.desired, &mut request.desired),
            (&zones.existing, &inside.existing, &mut request.existing),
        ] {
            let Some(zone) = zone else { continue };
            mirror.bring(host, zone).await?;
            *number = Some(mirror.number);
        }
        let BothZones { desired, existing } = host.process(request).await?;
        for (zone, mirror, delta) in [
            (zones.desired, &inside.desired, desired),
            (zones.existing, &inside.existing, existing),
        ] {
            let Some(zone) = zone else { continue };
            change(zone, delta, stage.types)?;
            *mirror.held.lock().await = zone.clone();
        }
        Ok(())
    }

    /// On zones that the host is given for it.
    async fn run_apart(
        &self,
        hook: Hook,
        zones: Zones<'_>,
        stage: &Stage<'_>,
    ) -> Result<(), ProviderError> {
        let host = self.session().host.turn().await;
        let mut request = self.request(&host, hook, stage).await?;
        let mut held = Vec::new();
        for (zone, number) in
            [(&zones.desired, &mut request.desired), (&zones.existing, &mut request.existing)]
        {
            let Some(zone) = zone else { continue };
            self.session().tell_sources(&host, stage.sources, zone.records()).await?;
            let there = send(&host, zone).await?;
            *number = Some(there.number());
            held.push(there);
        }
        let changed = host.process(request).await?;
        for (zone, delta) in [(zones.desired, changed.desired), (zones.existing, changed.existing)]
        {
            if let Some(zone) = zone {
                change(zone, delta, stage.types)?;
            }
        }
        Ok(())
    }

    async fn request(
        &self,
        host: &Host,
        hook: Hook,
        stage: &Stage<'_>,
    ) -> Result<Process, ProviderError> {
        let Names { processor, sources, target } = self.names(host, stage).await?;
        let (desired, existing) = (None, None);
        Ok(Process {
            processor,
            hook,
            desired,
            existing,
            sources,
            target,
            is_lenient: stage.lenient,
        })
    }

    /// What everything that a hook is told of goes by in the host.
    async fn names(&self, host: &Host, stage: &Stage<'_>) -> Result<Names, BridgeError> {
        let processor = self.instance.name(host).await?.to_string();
        let sources = self.session().names_of(host, stage.sources).await?;
        let target = match stage.target {
            Some(target) => Some(self.target(host, target).await?),
            None => None,
        };
        Ok(Names { processor, sources, target })
    }

    async fn target(&self, host: &Host, target: &Target) -> Result<String, BridgeError> {
        let (provider, options) = (&**target.provider(), target.options());
        Ok(self.session().name_of(host, provider, Some(options)).await?.to_string())
    }

    /// The plan in the host, and what is left of it there.
    async fn in_host<'p>(
        &self,
        host: &Host,
        plan: &'p Plan,
    ) -> Result<(PlanThere<'p>, Left), BridgeError> {
        if let Ok(Some(WasPlanned { plan: there, in_host, .. })) = plan.state::<WasPlanned>() {
            return Ok((PlanThere::Planned(there), in_host.left(plan)));
        }
        let there = rebuild(host, plan, None).await?;
        Ok((PlanThere::Rebuilt(there), Left::default()))
    }
}

/// What goes by which name.
struct Names {
    processor: String,
    sources: Vec<String>,
    target: Option<String>,
}

/// A plan in the host.
enum PlanThere<'p> {
    /// One that a class in the host made.
    Planned(&'p HostPlan),
    /// One that was made of data.
    Rebuilt(HostPlan),
}

impl PlanThere<'_> {
    fn number(&self) -> u64 {
        match self {
            Self::Planned(plan) => plan.number(),
            Self::Rebuilt(plan) => plan.number(),
        }
    }
}

/// Makes the changes to a zone that a processor made.
fn change(zone: &mut Zone, delta: ZoneDelta, types: &RecordTypes) -> Result<(), ProviderError> {
    let name = zone.name().clone();
    Decoder::new(&name, types).change(zone, delta)
}

#[async_trait]
impl Processor for PythonProcessor {
    fn id(&self) -> &str {
        self.instance.id()
    }

    fn begin_run(&self) {
        self.instance.begin_run();
    }

    async fn source_zone(
        &self,
        desired: &mut Zone,
        stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        let zones = Zones { desired: Some(desired), existing: None };
        self.run(Hook::SourceZone, zones, stage).await
    }

    async fn target_zone(
        &self,
        existing: &mut Zone,
        stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        let zones = Zones { desired: None, existing: Some(existing) };
        self.run(Hook::TargetZone, zones, stage).await
    }

    async fn source_and_target_zones(
        &self,
        desired: &mut Zone,
        existing: &mut Zone,
        stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        let zones = Zones { desired: Some(desired), existing: Some(existing) };
        self.run(Hook::SourceAndTargetZones, zones, stage).await
    }

    async fn plan(
        &self,
        plan: Option<Plan>,
        stage: &mut Stage<'_>,
    ) -> Result<Option<Plan>, ProviderError> {
        if !self.has(Hook::Plan) {
            return Ok(plan);
        }
        let host = self.session().host.turn().await;
        let names = self.names(&host, stage).await?;
        let (there, left) = match &plan {
            Some(plan) => self.in_host(&host, plan).await,
            None => Ok((PlanThere::Rebuilt(host.plan_number()), Left::default())),
        }?;
        let request = ProcessPlan {
            processor: names.processor,
            plan: there.number(),
            keep: left.keep,
            more: left.more,
            sources: names.sources,
            target: names.target,
            is_lenient: stage.lenient,
        };
        let Some(planned) = host.process_plan(request).await? else { return Ok(None) };
        let Some(plan) = &plan else {
            let message = format!(
                "the processor \"{}\" made a plan where there was nothing to do, which is not supported",
                self.id()
            );
            return Err(ProviderError::failed(message));
        };
        let options = stage.target.map(|target| target.options().clone()).unwrap_or_default();
        let taken = Taken { host: &host, types: stage.types, planned, known: &plan.changes };
        let (existing, desired) = (plan.existing.clone(), plan.desired.clone());
        let (made, in_host) = taken.into_plan(existing, desired, options).await?;
        let mut processed = plan.clone();
        (processed.changes, processed.thresholds) = (made.changes, made.thresholds);
        (processed.exists, processed.meta) = (made.exists, made.meta);
        // What was planned in the host stays there, as the processor left it.
        Ok(Some(match plan.state::<WasPlanned>() {
            Ok(Some(WasPlanned { plan, by, .. })) => {
                let (plan, by) = (Arc::clone(plan), Arc::clone(by));
                processed.with_state(State::new(WasPlanned { plan, in_host, by }))
            }
            _ => processed,
        }))
    }
}
