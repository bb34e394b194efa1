//! A target: a provider, and the options that every provider takes when it is written to.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::read::ReadZone;
use super::{Context, adapt, read_target};
use crate::apply_log::ApplyLog;
use crate::diagnostic::{Diagnostic, Report, Severity};
use crate::plan::{Plan, Thresholds};
use crate::provider::{PlanDraft, Processor, Provider, ProviderError, Source, Stage};
use crate::value::{DeError, Map, Value, from_value};
use crate::zone::{Compared, Zone, changes};

/// The options that every provider takes.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct TargetOptions {
    /// Plans are made but never applied. Default: false.
    pub apply_disabled: bool,
    /// Share of existing records (0.0..=1.0) that may be updated without force. Default: 0.3.
    pub update_pcent_threshold: f64,
    /// Share of existing records (0.0..=1.0) that may be deleted without force. Default: 0.3.
    pub delete_pcent_threshold: f64,
    /// What the target cannot hold is an error, not worked around with a warning. Default: true.
    pub strict_supports: bool,
    /// Whether there is a word about root NS records that are missing or left out. Default: true.
    pub root_ns_warnings: bool,
}

impl Default for TargetOptions {
    fn default() -> Self {
        let Thresholds { update, delete } = Thresholds::default();
        Self {
            apply_disabled: false,
            update_pcent_threshold: update,
            delete_pcent_threshold: delete,
            strict_supports: true,
            root_ns_warnings: true,
        }
    }
}

impl TargetOptions {
    const KEYS: [&'static str; 5] = [
        "apply_disabled",
        "update_pcent_threshold",
        "delete_pcent_threshold",
        "strict_supports",
        "root_ns_warnings",
    ];

    /// Takes these options out of the map of a provider's options.
    ///
    /// # Errors
    ///
    /// Says which of them is of the wrong type, and where.
    pub fn take_from(options: &mut Map<'_>) -> Result<Self, DeError> {
        let entries = Self::KEYS.iter().filter_map(|key| {
            options.remove(key).filter(|value| !value.is_null()).map(|value| (*key, value))
        });
        from_value(&Value::from(entries.collect::<Map<'_>>()))
    }
}

/// A provider that is written to.
#[derive(Clone)]
pub struct Target {
    provider: Arc<dyn Provider>,
    options: TargetOptions,
}

impl Target {
    /// A target with options of its own.
    pub fn new(provider: Arc<dyn Provider>, options: TargetOptions) -> Self {
        Self { provider, options }
    }

    /// The provider.
    pub fn provider(&self) -> &Arc<dyn Provider> {
        &self.provider
    }

    /// The options.
    pub fn options(&self) -> &TargetOptions {
        &self.options
    }

    /// The id the provider has in the configuration.
    pub fn id(&self) -> &str {
        self.provider.id()
    }

    /// Reads what the target holds of the zone that is desired.
    pub async fn read(&self, desired: &Zone, context: &Context, report: &mut Report) -> ReadZone {
        let empty = Zone::with_settings(desired.name().clone(), Arc::clone(desired.settings()));
        let source: &dyn Source = &*self.provider;
        read_target(empty, source, context, report).await
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
        processors: &[Arc<dyn Processor>],
        context: &Context,
        report: &mut Report,
    ) -> Result<Option<Plan>, ProviderError> {
        let ReadZone { zone: mut existing, exists, state } = read;
        let mut desired = desired.clone();
        let mut found = Report::new();
        self.adapt(&mut desired, &mut existing, &mut found).await?;
        let mut stage = Stage {
            sources: &[],
            target: Some(self),
            lenient: context.lenient,
            validators: &context.record_validators,
            types: &context.types,
            report: &mut found,
        };
        for processor in processors {
            processor.target_zone(&mut existing, &mut stage).await?;
        }
        for processor in processors {
            processor.source_and_target_zones(&mut desired, &mut existing, &mut stage).await?;
        }
        // Findings of the plan's making name the target, since others may be content.
        report.extend(found.into_iter().map(|diagnostic| self.sign(diagnostic)));

        let compared = Compared { id: self.id(), capabilities: self.provider.capabilities() };
        let mut changes = changes(&existing, &desired, &compared);
        changes.retain(|change| self.provider.keeps(change));
        let draft =
            PlanDraft { existing: &existing, desired: &desired, changes: &changes, state: &state };
        let extra = self.provider.extra_changes(&draft).await?;
        changes.extend(extra);
        let draft =
            PlanDraft { existing: &existing, desired: &desired, changes: &changes, state: &state };
        let meta = self.provider.meta(&draft).await?;
        if changes.is_empty() && meta.as_ref().is_none_or(|meta| !meta.is_truthy()) {
            return Ok(None);
        }
        let thresholds = Thresholds {
            update: self.options.update_pcent_threshold,
            delete: self.options.delete_pcent_threshold,
        };
        let mut plan = Plan::new(existing, desired, changes, exists).with_thresholds(thresholds);
        plan.meta = meta;
        plan.state = state;
        Ok(Some(plan))
    }

    async fn adapt(
        &self,
        desired: &mut Zone,
        existing: &mut Zone,
        report: &mut Report,
    ) -> Result<(), ProviderError> {
        self.provider.leave_out(desired, report);
        let capabilities = self.provider.capabilities();
        let strictness = adapt::Strictness {
            strict_supports: self.options.strict_supports,
            root_ns_warnings: self.options.root_ns_warnings,
        };
        adapt::desired(desired, capabilities, strictness, report);
        if adapt::existing(existing, desired, capabilities) && self.options.root_ns_warnings {
            tracing::info!(
                target: "octodns",
                logger = %format_args!("{}[{}]", self.provider.class_name(), self.id()),
                "the target's root NS record is left alone: none is configured, or none supported",
            );
        }
        let mut found = Report::new();
        self.provider.adapt(desired, existing, &mut found).await?;
        report.extend(found.into_iter().map(|finding| adapt::weighed(finding, strictness)));
        Ok(())
    }

    fn sign(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        if diagnostic.severity == Severity::Error {
            diagnostic.message = format!("target \"{}\": {}", self.id(), diagnostic.message);
        }
        diagnostic
    }

    /// Applies a plan, unless applying is disabled; returns how many changes were made.
    ///
    /// # Errors
    ///
    /// Fails when the provider does; the log says how far it came.
    pub async fn apply(&self, plan: &Plan, log: &mut ApplyLog<'_>) -> Result<usize, ProviderError> {
        let logger = format!("{}[{}]", self.provider.class_name(), self.id());
        if self.options.apply_disabled {
            tracing::info!(target: "octodns", logger, "apply: disabled");
            return Ok(0);
        }
        let (count, zone) = (plan.changes.len(), plan.desired.name());
        tracing::info!(target: "octodns", logger, "apply: making {count} changes to {zone}");
        self.provider.apply(plan, log).await?;
        Ok(count)
    }
}
