//! Reads, plans and applies with one provider, as the engine does.

use std::sync::Arc;

use octodns_core::engine::{Earlier, Pipeline, ReadZone, Rebased};
use octodns_core::provider::ProviderError;
use octodns_core::record::{LoadContext, RecordTypes};
use octodns_core::registry::BuildError;
use octodns_core::validate::RecordValidators;
use octodns_core::value::{Map, Position};
use octodns_core::zone::ZoneValidators;
use octodns_core::{
    Context, Outcome, OwnedValue, Plan, Processor, Provider, Record, Registry, Report, Severity,
    Target, TargetOptions, Value, Zone, ZoneName,
};
use serde_json::Value as Json;

use crate::json::value_of;

/// A provider under test, and what else the engine needs.
#[derive(Clone)]
pub struct Harness {
    target: Target,
    context: Context,
}

/// The outcome of applying.
#[derive(Debug)]
#[non_exhaustive]
pub struct Applied {
    /// What the provider returned.
    pub result: Result<usize, ProviderError>,
    /// What its log says of each change.
    pub outcomes: Vec<Outcome>,
}

impl Harness {
    /// A provider with the usual options of a target.
    pub fn new(provider: Arc<dyn Provider>) -> Self {
        Self::with_options(provider, TargetOptions::default(), RecordTypes::default())
    }

    /// A provider with target options, and the record types of its registry.
    pub fn with_options(
        provider: Arc<dyn Provider>,
        options: TargetOptions,
        types: RecordTypes,
    ) -> Self {
        let types = Arc::new(types);
        let mut context = Context::new(
            Arc::new(RecordValidators::legacy(&types)),
            Arc::new(ZoneValidators::new(["legacy"])),
            types,
        );
        context.lenient = true;
        Self { target: Target::new(provider, options), context }
    }

    /// Builds the provider of a registered class from a configuration: its own options, and those of every
    /// target.
    ///
    /// # Errors
    ///
    /// Says why the configuration is not valid.
    pub fn build(
        register: impl FnOnce(&mut Registry),
        class: &str,
        config: &Json,
    ) -> Result<Self, BuildError> {
        let mut registry = Registry::default();
        register(&mut registry);
        Self::of(&registry, class, config)
    }

    /// Builds a provider from a registry, like [`Self::build`]: providers of the same registry share its
    /// state.
    ///
    /// # Errors
    ///
    /// Says why the configuration is not valid.
    pub fn of(registry: &Registry, class: &str, config: &Json) -> Result<Self, BuildError> {
        let fault = |message: String| BuildError::new(message, Position::NONE);
        let found = registry.providers.get(class);
        let found = found.ok_or_else(|| fault(format!("no class {class} was registered")))?;
        let mut options = value_of(config);
        let taken = match options.as_map_mut() {
            Some(map) => TargetOptions::take_from(map)?,
            None => TargetOptions::default(),
        };
        let component = (found.build)("test", &options)?;
        let provider =
            component.as_provider().ok_or_else(|| fault(format!("{class} is only a source")))?;
        Ok(Self::with_options(Arc::clone(provider), taken, registry.types.clone()))
    }

    /// The provider.
    pub fn provider(&self) -> &Arc<dyn Provider> {
        self.target.provider()
    }

    /// The same provider for a target with `strict_supports: false`.
    #[must_use]
    pub fn lenient_supports(&self) -> Self {
        let mut options = self.target.options().clone();
        options.strict_supports = false;
        let target = Target::new(Arc::clone(self.provider()), options);
        Self { target, context: self.context.clone() }
    }

    /// Begins another run: the provider forgets what it learned in the last one.
    pub fn begin_run(&self) {
        self.provider().begin_run();
    }

    /// A zone with these records, each with name, type and data.
    ///
    /// # Panics
    ///
    /// If one of them is not valid.
    pub fn zone(&self, name: &ZoneName, records: &[Json]) -> Zone {
        let mut zone = Zone::new(name.clone());
        for json in records {
            let record = self.record(name, json);
            zone.set(record.unwrap_or_else(|report| panic!("{json}: {report:?}")));
        }
        zone
    }

    fn record(&self, zone: &ZoneName, json: &Json) -> Result<Record, Report> {
        let mut context =
            LoadContext::new(zone, &self.context.record_validators, &self.context.types);
        context.lenient = true;
        let mut data: Map<'static> = value_of(json).as_map().cloned().unwrap_or_default();
        let name = data.remove("name").unwrap_or_else(|| Value::from(""));
        let mut report = Report::new();
        Record::load(&name, &OwnedValue::from(data), &context, &mut report).ok_or(report)
    }

    /// Reads the provider's records.
    ///
    /// # Errors
    ///
    /// The error as a program gets it.
    pub async fn read(&self, zone: &ZoneName) -> Result<ReadZone, Report> {
        self.target.read(&Zone::new(zone.clone()), &self.context).await
    }

    /// Calls the provider directly, for the original error.
    ///
    /// # Errors
    ///
    /// The error of the provider.
    pub async fn read_raw(&self, zone: &ZoneName) -> Result<bool, ProviderError> {
        let settings = octodns_core::zone::ZoneSettings::default();
        let mut request = octodns_core::ZoneRequest::new(
            zone,
            &settings.sub_zones,
            &self.context.record_validators,
            &self.context.types,
        );
        request.target = true;
        request.lenient = true;
        Ok(self.provider().read(&request).await?.is_some())
    }

    /// Plans the changes that make the provider hold `desired`.
    ///
    /// # Errors
    ///
    /// All errors, including those of reading.
    pub async fn plan(&self, desired: &Zone) -> Result<Option<Plan>, Report> {
        let read = self.read(desired.name()).await?;
        self.plan_from(desired, read).await
    }

    /// Plans the changes that make the provider hold `desired`, from an earlier read.
    ///
    /// # Errors
    ///
    /// All errors of planning.
    pub async fn plan_from(&self, desired: &Zone, read: ReadZone) -> Result<Option<Plan>, Report> {
        self.plan_through(desired, read, &[]).await
    }

    /// Plans like [`Self::plan_from`], through processors.
    ///
    /// # Errors
    ///
    /// All errors of planning.
    pub async fn plan_through(
        &self,
        desired: &Zone,
        read: ReadZone,
        processors: &[Arc<dyn Processor>],
    ) -> Result<Option<Plan>, Report> {
        let mut report = Report::new();
        let mut pipeline = Pipeline::default();
        pipeline.processors = processors;
        let planned = self.target.plan(desired, read, pipeline, &self.context, &mut report).await;
        let plan = planned.map_err(|error| error.into_report("plan", self.target.id()))?;
        if report.of(Severity::Error).next().is_some() { Err(report) } else { Ok(plan) }
    }

    /// Reads the provider's records anew, and sorts the changes of a plan that was kept.
    ///
    /// # Errors
    ///
    /// All errors, including those of reading.
    pub async fn rebase(&self, plan: &Plan) -> Result<Rebased, Report> {
        let zone = Zone::new(plan.desired.name().clone());
        let mut earlier = Earlier::new(&zone, &plan.changes);
        earlier.existed = plan.exists;
        earlier.meta = plan.meta.as_ref();
        self.target.rebase(&earlier, &self.context).await
    }

    /// Applies a plan.
    pub async fn apply(&self, plan: &Plan) -> Applied {
        let approved = plan.clone().approve_by_force();
        let done = self.target.apply(&approved, &()).await;
        let count = plan.changes.len();
        Applied { result: done.error.map_or(Ok(count), Err), outcomes: done.outcomes }
    }
}

/// The whole report, as lines.
pub fn render(report: &Report) -> String {
    report.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
