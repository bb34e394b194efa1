//! What a service lacks of dynamic records: an error when planning, or a warning and something less.

use futures::FutureExt;
use futures::future::BoxFuture;
use octodns_core::{DynamicSupport, Fallbacks, HealthChecks, RecordType};
use serde_json::{Value as Json, json};

use super::samples::{FAR, REST, Routing, Samples};
use super::{Case, Result};
use crate::run::{Harness, render};

/// Each thing that the service lacks, alone in a record.
pub(super) fn findings<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let samples = Samples::new(case);
        let lacking = lacking(&samples);
        if lacking.is_empty() {
            case.does_not_apply("the service lacks nothing, or has no type that can be dynamic");
            return Ok(());
        }
        case.converge_to(&[]).await?;
        for (what, record) in lacking {
            finding(case, &record).await.map_err(|problem| format!("{what}: {problem}"))?;
        }
        Ok(())
    }
    .boxed()
}

async fn finding(case: &Case<'_>, record: &Json) -> Result {
    let desired = case.desired(std::slice::from_ref(record));
    let sent = case.writes();
    match case.harness.plan(&desired).await {
        Ok(plan) => {
            let changes = plan.map(|plan| plan.changes).unwrap_or_default();
            return Err(format!("it is planned: {changes:?}"));
        }
        Err(report) if !report.iter().any(|found| found.code == "supports") => {
            return Err(format!("the plan fails for another reason: {}", render(&report)));
        }
        Err(_) => {}
    }
    if case.writes() != sent {
        return Err("it was refused, and something was sent".to_owned());
    }
    let lenient = async || case.fixture.harness().await.lenient_supports();
    let harness: Harness = lenient().await;
    let plan = harness.plan(&desired).await;
    let plan =
        plan.map_err(|report| format!("with strict_supports: false: {}", render(&report)))?;
    let plan = plan.ok_or("with strict_supports: false there is nothing to do")?;
    let applied = harness.apply(&plan).await;
    applied.result.map_err(|error| format!("applying: {}", crate::behaviour::chain(&error)))?;
    let harness = lenient().await;
    if let Some(plan) = harness.plan(&desired).await.map_err(|report| render(&report))? {
        let changes = plan.changes.iter().map(|change| change.display(&case.zone).to_string());
        let changes: Vec<_> = changes.collect();
        return Err(format!("what is used instead is not settled: {}", changes.join("; ")));
    }
    // The zone may be another client's.
    case.harness.begin_run();
    case.converge_to(&[]).await
}

/// Records with what the service lacks.
fn lacking(samples: &Samples<'_>) -> Vec<(String, Json)> {
    let capabilities = samples.capabilities;
    let mut lacking = Vec::new();
    let mut types = DynamicSupport::ANY.types.to_vec();
    types.retain(|of| capabilities.supports_type(*of));
    let simple = |of| {
        let pool = vec![Samples::value(of, 1)];
        samples
            .unshaped(("www", of), &Routing::default().pool("near", pool).rule("near", &json!({})))
    };
    if !capabilities.dynamic {
        let first = types.first().map(|of| ("dynamic records".to_owned(), simple(*of)));
        return first.into_iter().collect();
    }
    let support = samples.support();
    for of in types.iter().filter(|of| !support.types.contains(of)) {
        lacking.push((format!("dynamic {of}"), simple(*of)));
    }
    let of = samples.main_type();
    let mut lacks = |what: &str, is_so: bool, record: Json| {
        if is_so {
            lacking.push((what.to_owned(), record));
        }
    };
    let mut record = simple(of);
    record["dynamic"]["pools"]["near"]["values"][0]["status"] = json!("up");
    lacks("status", !capabilities.pool_value_status, record);
    let net = json!({"subnets": ["10.0.0.0/8"]});
    lacks("subnets", !capabilities.dynamic_subnets, two(samples, &net));
    let mixed = json!({"subnets": ["10.0.0.0/8"], "geos": ["EU-SE"]});
    let is_apart = capabilities.dynamic_subnets && !support.subnets_with_geos;
    lacks("subnets with geos", is_apart, two(samples, &mixed));
    for code in ["AF", "AN", "AS", "EU", "NA", "OC", "SA", "EU-SE", "NA-CA-QC", "NA-US-CA"] {
        lacks(code, !support.places.holds(code), two(samples, &json!({"geos": [code]})));
    }
    let chain = Routing::default()
        .pool_with("near", vec![Samples::value(of, 1)], Some("far"))
        .pool("far", vec![Samples::value(of, FAR)])
        .rule("near", &json!({}));
    let chain = samples.unshaped(("www", of), &chain);
    lacks("fallbacks", support.fallbacks != Fallbacks::Any, chain);
    counted(samples, of, &mut lacks);
    if let HealthChecks::Only(known) = support.health_checks {
        for protocol in ["HTTP", "HTTPS", "ICMP", "TCP", "UDP"] {
            let mut record = simple(of);
            record["octodns"] = json!({"healthcheck": {"protocol": protocol}});
            lacks(protocol, !known.contains(&protocol), record);
        }
    }
    lacking
}

/// A record with a pool for a condition, and one for the rest.
fn two(samples: &Samples<'_>, condition: &Json) -> Json {
    let of = samples.main_type();
    let routing = Routing::default()
        .pool("near", vec![Samples::value(of, 1)])
        .pool("rest", vec![Samples::value(of, REST)])
        .rule("near", condition)
        .rule("rest", &json!({}));
    samples.unshaped(("www", of), &routing)
}

/// More than there can be.
fn counted(samples: &Samples<'_>, of: RecordType, lacks: &mut dyn FnMut(&str, bool, Json)) {
    let support = samples.support();
    let pool =
        |count: usize| (1..=count).map(|number| Samples::value(of, number)).collect::<Vec<_>>();
    let record = |routing: &Routing| samples.unshaped(("www", of), routing);
    if *support.weights.end() < 100 && support.max_values != Some(1) {
        let mut values = pool(2);
        values[0]["weight"] = json!(100);
        lacks(
            "weights",
            true,
            record(&Routing::default().pool("near", values).rule("near", &json!({}))),
        );
    }
    if let Some(most) = support.max_values {
        let values = pool(most + 1);
        lacks(
            "values",
            true,
            record(&Routing::default().pool("near", values).rule("near", &json!({}))),
        );
    }
    let conditions = samples.conditions();
    for (what, most) in [("pools", support.max_pools), ("rules", support.max_rules)] {
        let Some(most) = most.filter(|most| conditions.len() >= *most) else { continue };
        let mut routing = Routing::default();
        for (index, condition) in conditions.iter().take(most).enumerate() {
            let pool = format!("pool-{index}");
            routing =
                routing.pool(&pool, vec![Samples::value(of, index + 1)]).rule(&pool, condition);
        }
        routing = routing.pool("rest", vec![Samples::value(of, REST)]).rule("rest", &json!({}));
        lacks(what, true, record(&routing));
    }
}
