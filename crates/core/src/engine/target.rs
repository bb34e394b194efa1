//! Reading, planning and applying to a target.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt;

use super::guard::Guard;
use super::read::{ReadZone, read_target_of};
use super::unsupported::{Strictness, at_configured_severity};
use super::{Context, adapt, empty, served};
use crate::apply_log::{ApplyLog, ApplySink, Outcome};
use crate::change::Change;
use crate::diagnostic::{Diagnostic, Report, Severity};
use crate::error::{ProviderError, ServiceErrorKind};
use crate::plan::{ApprovedPlan, Plan, State, Thresholds};
use crate::processor::{Processor, Stage};
use crate::provider::{PlanDraft, Source, UnevenTtl};
use crate::record::{Compare, Record};
use crate::target::Target;
use crate::zone::{DiffScope, Zone, changes};

impl Target {
    /// Reads what the target holds of the zone that is desired.
    ///
    /// # Errors
    ///
    /// With everything that was found, if there is an error in it.
    pub async fn read(&self, desired: &Zone, context: &Context) -> Result<ReadZone, Report> {
        let empty = Zone::with_settings(desired.name().clone(), Arc::clone(desired.settings()));
        let source: &dyn Source = &**self.provider();
        read_target_of(empty, source, context, self.options().strict_supports).await
    }

    /// Plans what makes the target hold `desired`; `None` when there is nothing to do.
    ///
    /// Everything found goes into `report`; an error there means that the plan must not be used.
    ///
    /// # Errors
    ///
    /// Fails when the provider or a processor does.
    pub async fn plan(
        &self,
        desired: &Zone,
        read: ReadZone,
        pipeline: Pipeline<'_>,
        context: &Context,
        report: &mut Report,
    ) -> Result<Option<Plan>, ProviderError> {
        if let Some(planner) = self.provider().planner() {
            return self.plan_by(planner, desired, read, pipeline, context, report).await;
        }
        let ReadZone { zone: mut existing, exists, state, hidden, uneven, report: read } = read;
        report.merge(read);
        let mut desired = desired.clone();
        let mut found = Report::new();
        let root_ns = self.adapt_to_capabilities(&mut desired, &mut existing, &mut found);
        let mut guard = Guard::new(&existing, root_ns, hidden);
        self.adapt(&mut desired, &mut existing, &mut found).await?;
        guard.watch((&existing, &desired), || format!("the provider \"{}\"", self.id()))?;
        for processor in pipeline.processors {
            let mut stage = pipeline.stage(self, context, &mut found);
            processor.target_zone(&mut existing, &mut stage).await?;
            guard.watch((&existing, &desired), || by(&**processor))?;
        }
        for processor in pipeline.processors {
            let mut stage = pipeline.stage(self, context, &mut found);
            processor.source_and_target_zones(&mut desired, &mut existing, &mut stage).await?;
            guard.watch((&existing, &desired), || by(&**processor))?;
        }
        // Findings of the plan's making name the target, since others may be content.
        report.extend(found.into_iter().map(|diagnostic| self.attributed(diagnostic)));

        let plan = self.draft(existing, desired, (exists, &uneven), &state).await?;
        let plan = self.process_plan(plan, pipeline, context, &guard, report).await?;
        Ok(plan.map(|plan| self.seal(plan.with_state(state), guard, report)))
    }

    /// What processors of plans make of a plan.
    pub(super) async fn process_plan(
        &self,
        mut plan: Option<Plan>,
        pipeline: Pipeline<'_>,
        context: &Context,
        guard: &Guard,
        report: &mut Report,
    ) -> Result<Option<Plan>, ProviderError> {
        for processor in pipeline.processors {
            plan = processor.plan(plan, &mut pipeline.stage(self, context, report)).await?;
            if let Some(plan) = &plan {
                guard.check_zone((&plan.existing, &plan.desired), || by(&**processor))?;
            }
        }
        Ok(plan)
    }

    /// The changes from `existing` to `desired`, and what the provider adds to them.
    async fn draft(
        &self,
        existing: Zone,
        desired: Zone,
        (exists, uneven): (bool, &[UnevenTtl]),
        state: &State,
    ) -> Result<Option<Plan>, ProviderError> {
        let mut changes = self.differences(&existing, &desired, uneven);
        let draft = PlanDraft { existing: &existing, desired: &desired, changes: &changes, state };
        let mut extra = self.provider().extra_changes(&draft).await?;
        extra.retain(|change| self.diff_scope().permits(change));
        changes.extend(extra);
        let draft = PlanDraft { existing: &existing, desired: &desired, changes: &changes, state };
        let meta = self.provider().meta(&draft).await?;
        if changes.is_empty() && meta.as_ref().is_none_or(|meta| !meta.is_truthy()) {
            return Ok(None);
        }
        let capabilities = self.provider().capabilities();
        if !exists && capabilities.fixed_zones {
            return Err(capabilities.cannot_create(desired.name()));
        }
        let mut plan =
            Plan::new(existing, desired, changes, exists).with_thresholds(self.thresholds());
        plan.meta = meta;
        Ok(Some(plan))
    }

    /// What a plan sees as different between two zones that are adapted to the target.
    pub(super) fn differences(
        &self,
        existing: &Zone,
        desired: &Zone,
        uneven: &[UnevenTtl],
    ) -> Vec<Change> {
        let mut changes = changes(existing, desired, &self.diff_scope());
        let evened = evened(existing, desired, uneven, self.compare());
        changes.extend(evened.filter(|change| self.diff_scope().permits(change)));
        changes.retain(|change| self.provider().is_significant(change));
        changes
    }

    /// Which routing counts when records of this target are compared.
    pub(super) fn compare(&self) -> Compare {
        self.provider().capabilities().into()
    }

    pub(super) fn thresholds(&self) -> Thresholds {
        Thresholds {
            update: self.options().update_pcent_threshold,
            delete: self.options().delete_pcent_threshold,
        }
    }

    /// What holds for every plan, whoever had a hand in it: no change that is not for this target, none
    /// that touches what is hidden, no record with nothing in it.
    pub(super) fn seal(&self, mut plan: Plan, guard: Guard, report: &mut Report) -> Plan {
        plan.changes.retain(|change| self.diff_scope().permits(change));
        report.extend(empty::findings(&plan).map(|diagnostic| self.attributed(diagnostic)));
        report
            .extend(served::served_otherwise(&plan).map(|diagnostic| self.attributed(diagnostic)));
        if !self.provider().drops_hidden() {
            report.extend(guard.findings(&plan).map(|diagnostic| self.attributed(diagnostic)));
        }
        plan.with_held(guard.into_held())
    }

    pub(super) fn diff_scope(&self) -> DiffScope<'_> {
        DiffScope { id: self.id(), capabilities: self.provider().capabilities() }
    }

    /// Reduces both zones to what the capabilities allow; returns the root NS record of the target if it is
    /// none of the plan's business.
    fn adapt_to_capabilities(
        &self,
        desired: &mut Zone,
        existing: &mut Zone,
        report: &mut Report,
    ) -> Option<Arc<Record>> {
        self.provider().drop_meaningless(desired, report);
        let capabilities = self.provider().capabilities();
        adapt::desired(desired, existing, capabilities, self.strictness(), report);
        let root_ns = adapt::existing(existing, desired, capabilities);
        if root_ns.is_some() && self.options().root_ns_warnings {
            tracing::info!(
                target: "octodns",
                logger = %format_args!("{}[{}]", self.provider().class_name(), self.id()),
                "the target's root NS record is left alone: none is configured, or none supported",
            );
        }
        root_ns
    }

    pub(super) async fn adapt(
        &self,
        desired: &mut Zone,
        existing: &mut Zone,
        report: &mut Report,
    ) -> Result<(), ProviderError> {
        let mut found = Report::new();
        self.provider().adapt(desired, existing, &mut found).await?;
        let strictness = self.strictness();
        report.extend(found.into_iter().map(|finding| at_configured_severity(finding, strictness)));
        Ok(())
    }

    pub(super) fn strictness(&self) -> Strictness {
        Strictness {
            strict_supports: self.options().strict_supports,
            root_ns_warnings: self.options().root_ns_warnings,
        }
    }

    pub(super) fn attributed(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        if diagnostic.severity == Severity::Error {
            diagnostic.message = format!("target \"{}\": {}", self.id(), diagnostic.message);
        }
        diagnostic
    }

    /// Applies a plan, unless applying is disabled. Everything that is sent is recorded in `sink` first.
    ///
    /// Never fails itself: what happened, an error included, is in what it returns.
    pub async fn apply(&self, plan: &ApprovedPlan, sink: &dyn ApplySink) -> Applied {
        let logger = format!("{}[{}]", self.provider().class_name(), self.id());
        let log = ApplyLog::new(self.id(), plan, sink);
        if self.options().apply_disabled {
            tracing::info!(target: "octodns", logger, "apply: disabled");
            return Applied::new(&log, None);
        }
        if let Some(error) = empty::refusal(plan) {
            return Applied::new(&log, Some(error));
        }
        let (count, zone) = (plan.changes.len(), plan.desired.name());
        tracing::info!(target: "octodns", logger, "apply: making {count} changes to {zone}");
        let applying = AssertUnwindSafe(self.provider().apply(plan, &log));
        let error = match applying.catch_unwind().await {
            Ok(Ok(())) => unfinished(&log),
            Ok(Err(error)) => Some(error),
            Err(_) => Some(ProviderError::failed(
                "applying failed by a bug in the program; check the target before going on",
            )),
        };
        Applied::new(&log, error)
    }
}

/// The outcome of a plan that was to be applied.
#[derive(Debug)]
#[non_exhaustive]
pub struct Applied {
    /// The outcome of each change, in the plan's order.
    pub outcomes: Vec<Outcome>,
    /// The outcome of each step beside the changes, in order.
    pub steps: Vec<(String, Outcome)>,
    /// Why not everything was done. Without an error every change was confirmed, unless applying is disabled.
    pub error: Option<ProviderError>,
}

impl Applied {
    fn new(log: &ApplyLog<'_>, error: Option<ProviderError>) -> Self {
        Self { outcomes: log.outcomes(), steps: log.steps(), error }
    }
}

/// The error of an apply that says it is done, when the log does not have all of it as confirmed.
fn unfinished(log: &ApplyLog<'_>) -> Option<ProviderError> {
    let outcomes = log.outcomes();
    let left = outcomes.iter().filter(|outcome| !outcome.is_applied()).count();
    if left > 0 {
        let message = format!(
            "the provider reported success, but {left} of {} changes are not confirmed",
            outcomes.len()
        );
        let is_unknown = outcomes.iter().any(Outcome::is_unknown);
        return Some(if is_unknown {
            ProviderError::service(ServiceErrorKind::Indeterminate, message)
        } else {
            ProviderError::failed(message)
        });
    }
    let steps = log.steps();
    let (what, _) = steps.iter().find(|(_, outcome)| !outcome.is_applied())?;
    let message = format!("the provider reported success, but \"{what}\" is not confirmed");
    Some(ProviderError::service(ServiceErrorKind::Indeterminate, message))
}

/// The changes that give one TTL to records whose values have several, where there is nothing else to change.
fn evened<'c>(
    existing: &'c Zone,
    desired: &'c Zone,
    uneven: &'c [UnevenTtl],
    compare: Compare,
) -> impl Iterator<Item = Change> + 'c {
    uneven.iter().filter_map(move |set| {
        let held = existing.get(&set.name, set.record_type)?;
        let new = desired.get(&set.name, set.record_type)?;
        let existing = || Record::clone(held).with_ttl(set.ttl).into();
        (!held.differs(new, compare))
            .then(|| Change::Update { existing: existing(), new: Arc::clone(new) })
    })
}

pub(super) fn by(processor: &dyn Processor) -> String {
    format!("the processor \"{}\"", processor.id())
}

/// What a zone goes through on its way to a plan for one target.
#[derive(Clone, Copy, Default)]
#[non_exhaustive]
pub struct Pipeline<'p> {
    /// The processors, in order.
    pub processors: &'p [Arc<dyn Processor>],
    /// The sources that the desired state came from, as processors are told; none for an alias zone.
    pub sources: &'p [Arc<dyn Source>],
}

impl<'p> Pipeline<'p> {
    pub(super) fn stage<'s>(
        &self,
        target: &'s Target,
        context: &'s Context,
        report: &'s mut Report,
    ) -> Stage<'s>
    where
        'p: 's,
    {
        let mut stage = Stage::new(&context.record_validators, &context.types, report);
        stage.sources = self.sources;
        stage.target = Some(target);
        stage.lenient = context.lenient;
        stage
    }
}
