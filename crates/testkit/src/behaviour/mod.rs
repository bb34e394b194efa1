//! The behaviour suite: what every provider must do, against a server that keeps state.
//!
//! A test makes a [`Fixture`], a provider with its server, and runs the suite on it:
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use octodns_core::{Provider, async_trait};
//! use octodns_testkit::behaviour::{self, Fixture};
//! use octodns_testkit::run::Harness;
//!
//! /// A provider and its empty server.
//! struct Mine(Arc<dyn Provider>);
//!
//! #[async_trait]
//! impl Fixture for Mine {
//!     async fn harness(&self) -> Harness {
//!         Harness::new(Arc::clone(&self.0))
//!     }
//! }
//!
//! # async fn test(provider: Arc<dyn Provider>) {
//! behaviour::run_suite(&Mine(provider)).await;
//! # }
//! ```

pub mod samples;

mod contract;
mod dynamic;
mod faults;
mod octets;
mod reviewed;
mod service;
mod texts;
mod walk;
mod zones;

use octodns_core::{Outcome, RecordType, Zone, ZoneName, async_trait};
use serde_json::Value as Json;

use crate::fake::{Control, InjectedFault, Seen};
use crate::json::{canonical, record_json};
use crate::run::{Harness, render};

/// A provider under test, and its server.
#[async_trait]
pub trait Fixture: Send + Sync {
    /// A provider connected to the server. Each call may return the same one or another, but the server is
    /// the same.
    async fn harness(&self) -> Harness;

    /// The zone of a case: one that does not exist yet, or an empty one if the service cannot create zones.
    fn zone(&self, case: &str) -> String {
        format!("{case}.example.")
    }

    /// Prepares a zone that the provider cannot create itself.
    async fn prepare(&self, _zone: &ZoneName) {}

    /// Records that the service puts in each new zone and that cannot be removed.
    fn default_records(&self, _zone: &ZoneName) -> Vec<Json> {
        Vec::new()
    }

    /// Injects faults, if the server is a fake.
    fn control(&self) -> Option<&Control> {
        None
    }

    /// What else can be done to the server, if it is a [`Store`](crate::store::Store).
    fn service(&self) -> Option<&dyn Service> {
        None
    }

    /// How the service throttles.
    fn throttled(&self) -> InjectedFault {
        self.service().map_or_else(InjectedFault::throttled, |service| {
            InjectedFault::Response(service.throttled())
        })
    }

    /// The cases to skip: name and reason.
    fn except(&self) -> &[(&str, &str)] {
        &[]
    }

    /// The samples of a type, if the service cannot hold the usual ones.
    fn sample(&self, record_type: RecordType) -> Option<samples::Sample> {
        samples::of(record_type)
    }

    /// The dynamic record of a feature, in a form that the service can hold; `None` if it cannot. The features are
    /// in [`DYNAMIC_FEATURES`].
    fn dynamic_sample(&self, _feature: &str, record: Json) -> Option<Json> {
        Some(record)
    }

    /// The most writing requests that changing one value of a pool may take.
    fn dynamic_writes(&self) -> Option<usize> {
        None
    }

    /// All that the service holds, in a form that can be compared; `None` if it does not tell.
    fn inventory(&self) -> Option<Json> {
        self.service().and_then(Service::inventory)
    }

    /// The lowest TTL, in seconds, that the service keeps unchanged.
    fn min_ttl(&self) -> u32 {
        60
    }
}

pub use dynamic::{FEATURES as DYNAMIC_FEATURES, dynamic_states};
pub use service::Service;
pub use texts::text_samples;

/// Runs every case.
///
/// # Panics
///
/// If one fails; all failures are reported.
pub async fn run_suite(fixture: &dyn Fixture) {
    let failed = examine(fixture, &[]).await;
    assert!(failed.is_empty(), "\n{}\n", failed.join("\n"));
}

/// Runs the cases of these names, or all if there are none; returns the failures, each with its case.
#[expect(clippy::print_stderr, reason = "test support: it says what is left out")]
pub async fn examine(fixture: &dyn Fixture, only: &[&str]) -> Vec<String> {
    let cases = cases(&fixture.harness().await);
    let mut failed = Vec::new();
    let is_text = |name: &str| samples::odd_texts().iter().any(|(text, _)| *text == name);
    for name in fixture.except().iter().map(|(name, _)| name).chain(only) {
        if !is_text(name) && !cases.iter().any(|(case, ..)| case == name) {
            failed.push(format!("{name}: there is no such case"));
        }
    }
    for (name, run, record_type) in cases {
        if !only.is_empty() && !only.contains(&&*name) {
            continue;
        }
        if let Some((_, why)) = fixture.except().iter().find(|(except, _)| *except == name) {
            eprintln!("{name}: left out: {why}");
            continue;
        }
        let result = match Case::new(fixture, &name, record_type).await {
            Ok(case) => run(&case).await,
            Err(problem) => Err(problem),
        };
        if let Some(service) = fixture.service() {
            service.restore();
        }
        failed.extend(result.err().map(|problem| format!("{name}: {problem}")));
        if let Some(control) = fixture.control() {
            control.faults().clear();
        }
    }
    failed
}

/// The cases for a provider: the general ones, and one for each record type it supports.
fn cases(harness: &Harness) -> Vec<(String, CaseFn, Option<RecordType>)> {
    let of_all =
        zones::CASES.iter().chain(texts::CASES).chain(contract::CASES).chain(faults::CASES);
    let of_all = of_all.chain(reviewed::CASES);
    let capabilities = harness.provider().capabilities();
    let of_dynamic = if capabilities.dynamic { dynamic::CASES } else { &[] };
    let of_all = of_all.chain(service::CASES).chain(dynamic::OF_ALL).chain(of_dynamic);
    let mut cases: Vec<_> = of_all.map(|(name, case)| ((*name).to_owned(), *case, None)).collect();
    for sample in samples::all() {
        if capabilities.supports_type(sample.record_type) {
            let name = format!("type-{}", sample.record_type.as_str().to_lowercase());
            cases.push((name, walk::record_type as CaseFn, Some(sample.record_type)));
            if octets::value_of(sample.record_type, b"").is_some() {
                let name = format!("octets-{}", sample.record_type.as_str().to_lowercase());
                cases.push((name, octets::record_type as CaseFn, Some(sample.record_type)));
            }
        }
    }
    cases
}

/// What a case returns, and how it is called.
type CaseFn = for<'s> fn(&'s Case<'s>) -> futures::future::BoxFuture<'s, Result<(), String>>;

/// A running case, with a zone of its own.
#[derive(Clone)]
struct Case<'s> {
    name: String,
    fixture: &'s dyn Fixture,
    harness: Harness,
    zone: ZoneName,
    record_type: Option<RecordType>,
}

impl<'s> Case<'s> {
    async fn new(
        fixture: &'s dyn Fixture,
        name: &str,
        record_type: Option<RecordType>,
    ) -> Result<Self, String> {
        let zone = ZoneName::new(&fixture.zone(name)).map_err(|error| error.to_string())?;
        fixture.prepare(&zone).await;
        Ok(Self {
            name: name.to_owned(),
            fixture,
            harness: fixture.harness().await,
            zone,
            record_type,
        })
    }

    /// A zone with these records and those that the service always has.
    fn desired(&self, records: &[Json]) -> Zone {
        let mut all = self.fixture.default_records(&self.zone);
        all.extend_from_slice(records);
        self.harness.zone(&self.zone, &all)
    }

    /// Makes the service hold exactly these records, and checks that it does.
    async fn converge_to(&self, records: &[Json]) -> Result<(), String> {
        let desired = self.desired(records);
        self.apply(&desired).await?;
        self.holds(&desired).await
    }

    async fn apply(&self, desired: &Zone) -> Result<(), String> {
        let planned = self.harness.plan(desired).await;
        let Some(plan) = planned.map_err(|report| render(&report))? else { return Ok(()) };
        let applied = self.harness.apply(&plan).await;
        if let Err(error) = applied.result {
            return Err(format!("applying: {}", chain(&error)));
        }
        if let Some(index) =
            applied.outcomes.iter().position(|outcome| *outcome != Outcome::Applied)
        {
            let change =
                plan.changes.get(index).map(|change| change.display(&self.zone).to_string());
            return Err(format!("the log says {:?} of {change:?}", applied.outcomes.get(index)));
        }
        Ok(())
    }

    /// Checks that a second client finds nothing to change and reads the desired records.
    async fn holds(&self, desired: &Zone) -> Result<(), String> {
        let harness = self.fixture.harness().await;
        let planned = harness.plan(desired).await.map_err(|report| render(&report))?;
        if let Some(plan) = planned {
            let changes = plan.changes.iter().map(|change| change.display(&self.zone).to_string());
            let changes: Vec<_> = changes.collect();
            return Err(format!("there is still something to do: {}", changes.join("; ")));
        }
        let read = harness.read(&self.zone).await.map_err(|report| render(&report))?;
        let json = |zone: &Zone| {
            let records: Vec<_> = zone.records().map(|record| record_json(record)).collect();
            canonical(&records)
        };
        // Records that the service adds by itself (its own NS) are not compared.
        for wanted in desired.records().filter(|record| record.dynamic().is_some()) {
            let held = read.zone.get(wanted.name(), wanted.record_type());
            let routing = held.and_then(|held| held.dynamic());
            if routing != wanted.dynamic() {
                return Err(format!(
                    "{} is read with other routing: {:?}, not {:?}",
                    wanted.name(),
                    held.map(|held| record_json(held)),
                    record_json(wanted)
                ));
            }
        }
        let (found, wanted) = (json(&read.zone), json(desired));
        let lacks: Vec<_> = wanted
            .iter()
            .filter(|record| !found.iter().any(|held| same_but_options(held, record)))
            .collect();
        if !lacks.is_empty() {
            return Err(format!("read back differently: {lacks:?}, read {found:?}"));
        }
        Ok(())
    }

    /// Says why the case does not apply.
    #[expect(clippy::print_stderr, reason = "test support: it says what is not tried")]
    fn does_not_apply(&self, why: &str) {
        eprintln!("{}: does not apply: {why}", self.name);
    }

    /// How many write requests the server has received, if it counts them.
    fn writes(&self) -> usize {
        let Some(control) = self.fixture.control() else { return 0 };
        let line =
            |seen: &Seen| seen.is_write().then(|| (seen.method.clone(), seen.target.clone()));
        let is_login = |(method, target): &(String, String)| {
            self.fixture.service().is_some_and(|service| service.is_login(method, target))
        };
        let writes = control.measured().of_each(line).into_iter().flatten();
        writes.filter(|line| !is_login(line)).count()
    }
}

/// Whether two records are the same, apart from their `octodns` sections.
fn same_but_options(one: &Json, other: &Json) -> bool {
    let keys = ["name", "type", "ttl", "values"];
    keys.iter().all(|key| one[key] == other[key])
}

fn chain(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(inner) => format!("{error}: {}", chain(inner)),
        None => error.to_string(),
    }
}
