//! Reads, plans and applies like the engine.

use std::sync::{Arc, LazyLock};

use octodns_core::engine::{Pipeline, read_valid_sources};
use octodns_core::record::RecordTypes;
use octodns_core::validate::RecordValidators;
use octodns_core::zone::ZoneValidators;
use octodns_core::{
    Context, Plan, Provider, Report, Source, Target, TargetOptions, Zone, ZoneName,
};
use tokio::runtime::{Builder, Runtime};

/// The name of the zone in the targets, which most seeds use.
pub(crate) const ZONE: &str = "unit.tests.";

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_current_thread().enable_time().build().expect("a runtime of one thread")
});

static CONTEXTS: LazyLock<[Context; 2]> = LazyLock::new(|| {
    let types = Arc::new(RecordTypes::default());
    let strict = Context::new(
        Arc::new(RecordValidators::legacy(&types)),
        Arc::new(ZoneValidators::new(["legacy"])),
        types,
    );
    let mut lenient = strict.clone();
    lenient.lenient = true;
    [strict, lenient]
});

/// The name of the zone.
pub(crate) fn zone_name() -> ZoneName {
    ZoneName::new(ZONE).expect("a name")
}

/// Runs a future to its end.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    RUNTIME.block_on(work)
}

/// What reading and planning need besides the zone.
pub(crate) fn context(lenient: bool) -> &'static Context {
    &CONTEXTS[usize::from(lenient)]
}

/// Reads a zone of a source, with all findings.
///
/// # Errors
///
/// With the findings, if the zone cannot be used.
pub(crate) fn read_source(
    name: &ZoneName,
    source: impl Source + 'static,
    lenient: bool,
) -> Result<(Zone, Report), Report> {
    let sources: [Arc<dyn Source>; 1] = [Arc::new(source)];
    let mut report = Report::new();
    let zone = Zone::new(name.clone());
    let read = read_valid_sources(zone, &sources, context(lenient), &mut report);
    block_on(read).map(|zone| (zone, report))
}

/// Makes a target hold `desired`, and checks with a second plan that it does. Returns the records of the
/// target, or `None` if the plan is refused, as it is if the target cannot hold everything.
pub(crate) fn converge(provider: Arc<dyn Provider>, desired: &Zone) -> Option<Zone> {
    block_on(async {
        let target = Target::new(provider, TargetOptions::default());
        if let Some(plan) = plan(&target, desired).await.ok()? {
            let plan = plan.approve_by_force();
            let applied = target.apply(&plan, &()).await;
            if let Some(error) = applied.error {
                panic!("{} is not applied: {}", shown(&plan), error.with_causes());
            }
        }
        match plan(&target, desired).await {
            Ok(None) => {}
            Ok(Some(plan)) => panic!("there is more to do: {}", shown(&plan)),
            Err(report) => panic!("what was written is refused: {report:?}"),
        }
        let read = target.read(desired, context(true)).await;
        Some(read.unwrap_or_else(|report| panic!("cannot be read back: {report:?}")).zone)
    })
}

/// Makes a target that is not read hold `desired`; returns whether that was possible.
pub(crate) fn apply(provider: Arc<dyn Provider>, desired: &Zone) -> bool {
    block_on(async {
        let target = Target::new(provider, TargetOptions::default());
        let Ok(Some(plan)) = plan(&target, desired).await else { return false };
        target.apply(&plan.approve_by_force(), &()).await.error.is_none()
    })
}

async fn plan(target: &Target, desired: &Zone) -> Result<Option<Plan>, Report> {
    let mut report = Report::new();
    let read = target.read(desired, context(true)).await?;
    let pipeline = Pipeline::default();
    let plan = target.plan(desired, read, pipeline, context(true), &mut report).await;
    let plan = plan.map_err(|error| error.into_report("plan", target.id()))?;
    if report.has_errors() { Err(report) } else { Ok(plan) }
}

fn shown(plan: &Plan) -> String {
    let zone = plan.desired.name();
    let changes = plan.changes.iter().map(|change| change.display(zone).to_string());
    changes.collect::<Vec<_>>().join("\n")
}
