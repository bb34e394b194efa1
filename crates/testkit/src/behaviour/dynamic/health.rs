//! Health checks of the values of pools, by the options of records.

use futures::FutureExt;
use futures::future::BoxFuture;
use octodns_core::{Change, HealthChecks};
use serde_json::{Value as Json, json};

use super::samples::Samples;
use super::{Case, Result, converge, is_as_before, with_beside};
use crate::run::render;

/// The protocols, with what the samples ask for.
const PROTOCOLS: [&str; 5] = ["HTTP", "HTTPS", "TCP", "UDP", "ICMP"];

/// Each protocol is written; other options of a check are a change of its record.
pub(super) fn checks<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let samples = Samples::new(case);
        let protocols = match samples.support().health_checks {
            HealthChecks::Ignored => {
                case.does_not_apply("the options of health checks mean nothing");
                return Ok(());
            }
            HealthChecks::Only(known) => known.to_vec(),
            _ => PROTOCOLS.to_vec(),
        };
        converge(case, &[]).await?;
        let before = case.fixture.inventory();
        for protocol in protocols {
            let record = |options: Json| {
                let of = samples.main_type();
                let record =
                    samples.record("health-checks", ("www", of), &samples.usual(of, &[1, 2]));
                record.map(|mut record| {
                    record["octodns"]["healthcheck"] = options;
                    record
                })
            };
            let options = |host: &str, path: &str, port: u16| match protocol {
                "HTTP" | "HTTPS" => {
                    json!({"protocol": protocol, "host": host, "path": path, "port": port})
                }
                "ICMP" => json!({"protocol": protocol}),
                _ => json!({"protocol": protocol, "port": port}),
            };
            let states = [
                record(options("one.example.net", "/one", 8080)),
                record(options("two.example.net", "/one", 8080)),
                record(options("two.example.net", "/two", 8080)),
                record(options("two.example.net", "/two", 8443)),
            ];
            let Some(states) = states.into_iter().collect::<Option<Vec<_>>>() else {
                case.does_not_apply("the service cannot hold the sample");
                return Ok(());
            };
            drift(case, &states).await.map_err(|problem| format!("{protocol}: {problem}"))?;
        }
        converge(case, &[]).await?;
        is_as_before(case, before.as_ref())
    }
    .boxed()
}

/// Options of the service itself.
pub(super) fn own_options<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let samples = Samples::new(case);
        let of = samples.main_type();
        let record = |feature| samples.record(feature, ("www", of), &samples.usual(of, &[1, 2]));
        let states = [record("health-check-own"), record("health-check-own-changed")];
        let (Some(first), Some(second)) = (&states[0], &states[1]) else { return Ok(()) };
        if first == second {
            case.does_not_apply("the service has no options of its own");
            return Ok(());
        }
        converge(case, &[]).await?;
        let before = case.fixture.inventory();
        drift(case, &[first.clone(), second.clone(), first.clone()]).await?;
        converge(case, &[]).await?;
        is_as_before(case, before.as_ref())
    }
    .boxed()
}

/// Goes through states of a record that differ in options alone: each is one update, and nothing more is to do
/// after it.
async fn drift(case: &Case<'_>, states: &[Json]) -> Result {
    for (index, record) in states.iter().enumerate() {
        let is_another = index > 0 && record != &states[index - 1];
        if is_another {
            let desired = case.desired(&with_beside(std::slice::from_ref(record)));
            let plan = case.fixture.harness().await.plan(&desired).await;
            let plan = plan.map_err(|report| render(&report))?;
            let changes = plan.map(|plan| plan.changes).unwrap_or_default();
            if !matches!(&*changes, [Change::Update { new, .. }] if new.name().as_str() == "www") {
                let told = |change: &Change| change.display(&case.zone).to_string();
                let told: Vec<_> = changes.iter().map(told).collect();
                return Err(format!(
                    "{} instead of {} is not one update, but: {told:?}",
                    record["octodns"],
                    states[index - 1]["octodns"]
                ));
            }
        }
        converge(case, std::slice::from_ref(record)).await?;
    }
    Ok(())
}
