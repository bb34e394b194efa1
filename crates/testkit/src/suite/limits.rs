//! Rate and concurrency limits of an account, measured at the service.

use std::time::Duration;

use futures::future::join_all;
use octodns_core::{Registry, Zone, ZoneName};
use serde_json::{Value as Json, json};

use super::{Served, Suite, quick};
use crate::behaviour::Fixture;
use crate::run::{Harness, render};

/// How many zones are planned at once: more than the limits allow at once, or in a second.
const ZONES: usize = 16;

/// Existing zones, each with a record.
async fn zones(served: &Served, harness: &Harness) -> Result<Vec<Zone>, String> {
    let names = (0..ZONES).map(|index| ZoneName::new(&format!("zone-{index}.example.")));
    let names: Result<Vec<_>, _> = names.collect();
    let names = names.map_err(|error| error.to_string())?;
    // All before the first is read: a provider may list them once.
    for name in &names {
        served.provide(name);
    }
    let mut zones = Vec::new();
    for name in names {
        let record = json!({"name": "www", "type": "A", "ttl": 300, "value": "192.0.2.1"});
        let zone = harness.zone(&name, &[served.default_records(&name), vec![record]].concat());
        if let Some(plan) = harness.plan(&zone).await.map_err(|report| render(&report))? {
            let applied = harness.apply(&plan).await;
            applied.result.map_err(|error| error.with_causes())?;
        }
        zones.push(zone);
    }
    served.fake.control().set_latency(Duration::from_millis(5));
    Ok(zones)
}

/// Plans every zone with every provider concurrently; there must be no changes.
async fn plan_all(benches: &[Harness], zones: &[Zone]) -> Result<(), String> {
    let plans = benches.iter().flat_map(|harness| zones.iter().map(|zone| harness.plan(zone)));
    for plan in join_all(plans).await {
        if plan.map_err(|report| render(&report))?.is_some() {
            return Err("there is still something to do".to_owned());
        }
    }
    Ok(())
}

/// Many zones at once: the provider keeps its limits, whatever the engine does.
pub(super) async fn keep(suite: Suite) -> Vec<String> {
    let served = suite.serve().await;
    let zones = match zones(&served, &served.harness().await).await {
        Ok(zones) => zones,
        Err(problem) => return vec![problem],
    };
    let mut problems = Vec::new();
    for (http, at_once, in_a_second) in [
        (json!({"concurrency": 3, "requests_per_second": 100_000}), 3, usize::MAX),
        (json!({"concurrency": 40, "requests_per_second": 12}), 40, 12),
    ] {
        let harness = served.provider(&http);
        // A login, which may be at another host, is not what is measured.
        drop(harness.provider().list_zones().await);
        served.fake.control().measured().clear();
        problems.extend(plan_all(&[harness], &zones).await.err());
        let measured = served.fake.control().measured();
        if measured.max_at_once() > at_once {
            problems.push(format!("{http}: {} requests at once", measured.max_at_once()));
        }
        let most = measured.max_in(Duration::from_secs(1));
        if most > in_a_second {
            problems.push(format!("{http}: {most} requests in a second"));
        }
        let (count, cost) = (measured.count(), suite.read_cost);
        if cost.is_some_and(|cost| count > cost * ZONES) {
            problems.push(format!("{count} requests to read {ZONES} zones, not {cost:?} for each"));
        }
    }
    problems
}

/// Two providers with the same credentials are one account, and share the strictest limits that either was
/// given; with different credentials they are two.
pub(super) async fn share(suite: Suite) -> Vec<String> {
    let served = suite.serve().await;
    let zones = match zones(&served, &served.harness().await).await {
        Ok(zones) => zones,
        Err(problem) => return vec![problem],
    };
    let mut problems = Vec::new();
    for concurrency in [[3, 9], [9, 3]] {
        let benches = match together(&served, concurrency, |_, _| {}) {
            Ok(benches) => benches,
            Err(problem) => return vec![problem],
        };
        served.fake.control().measured().clear();
        problems.extend(plan_all(&benches, &zones).await.err());
        let most = served.fake.control().measured().max_at_once();
        if most > 3 {
            let [first, second] = concurrency;
            problems.push(format!(
                "{most} requests at once, of one account whose providers may make {first} and {second}"
            ));
        }
    }
    let option = suite.credential;
    if served.suite.config.get(option).is_none_or(|value| !value.is_string()) {
        problems.push(format!("no option {option} has the credentials: say which does"));
        return problems;
    }
    let change = |index: usize, config: &mut Json| {
        if index == 1 {
            config[option] = served.suite.other_credential.clone();
        }
    };
    match together(&served, [3, 3], change) {
        Ok(benches) => {
            served.fake.control().measured().clear();
            // The other one is refused; all that counts is that it does not wait for the first.
            let plans =
                benches.iter().flat_map(|harness| zones.iter().map(|zone| harness.plan(zone)));
            drop(join_all(plans).await);
            let most = served.fake.control().measured().max_at_once();
            if most <= 3 {
                problems.push(format!("two accounts share one limit: {most} requests at once"));
            }
        }
        Err(problem) => problems.push(problem),
    }
    problems
}

/// Two providers of one registry, each with its own limit.
fn together(
    served: &Served,
    concurrency: [usize; 2],
    change: impl Fn(usize, &mut Json),
) -> Result<Vec<Harness>, String> {
    let mut registry = Registry::default();
    (served.suite.register)(&mut registry);
    let build = |(index, concurrency): (usize, usize)| {
        let mut http = quick();
        http["concurrency"] = json!(concurrency);
        let mut config = served.suite.config_at(served.fake.url(), &http);
        change(index, &mut config);
        Harness::of(&registry, &served.suite.class, &config).map_err(|error| error.message)
    };
    concurrency.into_iter().enumerate().map(build).collect()
}
