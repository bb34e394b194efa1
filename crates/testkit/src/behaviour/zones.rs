//! Whole zones: names of all kinds, many records, odd texts, zones that do not exist yet.

use futures::FutureExt;
use futures::future::BoxFuture;
use octodns_core::{ProviderError, RecordType};
use serde_json::{Value as Json, json};

use super::{Case, CaseFn, samples};
use crate::run::render;

type Result = std::result::Result<(), String>;

pub(super) const CASES: &[(&str, CaseFn)] = &[
    ("new-zone", new_zone),
    ("plan-alone", plan_alone),
    ("no-zone", no_zone),
    ("many-records", many_records),
    ("apex", apex),
    ("wildcard", wildcard),
    ("idna", idna),
    ("names", names),
    ("type-changes", type_changes),
    ("odd-texts", odd_texts),
];

pub(super) fn a(name: &str, last: usize) -> Json {
    json!({"name": name, "type": "A", "ttl": 300, "value": format!("192.0.2.{last}")})
}

/// A missing zone is created with its records, and exists afterwards.
fn new_zone<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        case.converge_to(&[a("www", 1)]).await?;
        let read = case.harness.read(&case.zone).await.map_err(|report| render(&report))?;
        if !read.exists {
            return Err("the zone does not exist after it was made".to_owned());
        }
        match case.harness.provider().list_zones().await {
            Ok(zones) if zones.contains(&case.zone) => Ok(()),
            Ok(zones) => Err(format!("it is not among the zones: {zones:?}")),
            Err(ProviderError::CannotList) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }
    .boxed()
}

/// Planning changes nothing: a second plan is the same.
fn plan_alone<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        case.converge_to(&[a("www", 1), a("old", 1)]).await?;
        let desired = case.desired(&[a("www", 2), a("new", 1)]);
        let before = case.writes();
        let mut planned = Vec::new();
        for harness in [&case.harness, &case.fixture.harness().await] {
            let plan = harness.plan(&desired).await.map_err(|report| render(&report))?;
            let changes = plan.map(|plan| plan.changes).unwrap_or_default();
            let told = |change: &octodns_core::Change| change.display(&case.zone).to_string();
            planned.push(changes.iter().map(told).collect::<Vec<_>>());
        }
        if planned[0] != planned[1] {
            let [first, second] = [planned[0].join("; "), planned[1].join("; ")];
            return Err(format!(
                "planned first: {first}; and then, with nothing applied: {second}"
            ));
        }
        match case.writes() - before {
            0 => case.apply(&desired).await,
            many => Err(format!("planning made {many} writing requests")),
        }
    }
    .boxed()
}

/// A missing zone is no records, not an error.
fn no_zone<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let name =
            octodns_core::ZoneName::new("nowhere.invalid.").map_err(|error| error.to_string())?;
        match case.harness.read(&name).await {
            Ok(read) if read.exists || !read.zone.is_empty() => {
                Err("there is such a zone".to_owned())
            }
            Ok(_) => Ok(()),
            Err(report) => Err(render(&report)),
        }
    }
    .boxed()
}

/// More records than fit on a page, then half of them.
fn many_records<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let records: Vec<_> = (0..230).map(|index| a(&format!("host-{index}"), index)).collect();
        case.converge_to(&records).await?;
        case.converge_to(&records[115..]).await
    }
    .boxed()
}

fn apex<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let all = [
            a("", 1),
            json!({"name": "", "type": "MX", "ttl": 300, "value": {"preference": 10, "exchange": "mx.example.net."}}),
            json!({"name": "", "type": "TXT", "ttl": 300, "value": "at the apex"}),
        ];
        let held = supported(case, &all);
        case.converge_to(&held).await?;
        case.converge_to(&held[..1]).await
    }
    .boxed()
}

fn wildcard<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let cname =
            json!({"name": "*.sub", "type": "CNAME", "ttl": 300, "value": "www.example.net."});
        case.converge_to(&supported(case, &[a("*", 1), cname])).await?;
        case.converge_to(&[a("*", 2)]).await?;
        case.converge_to(&[]).await
    }
    .boxed()
}

/// Names beyond ASCII, as owner and as target.
fn idna<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let cname =
            json!({"name": "straße", "type": "CNAME", "ttl": 300, "value": "bücher.example.net."});
        case.converge_to(&supported(case, &[a("bücher", 1), cname])).await?;
        case.converge_to(&[a("bücher", 2)]).await?;
        case.converge_to(&[]).await
    }
    .boxed()
}

/// Labels with underscores and digits, deep names, names that look like the zone's.
fn names<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let first = case.zone.as_str().split('.').next().unwrap_or_default().to_owned();
        let names = [
            "_acme-challenge.www",
            "a.b.c.d.e",
            "1",
            "0x2f",
            &first,
            "xn--bcher-kva",
            "ends-in-example",
        ];
        let records: Vec<_> =
            names.iter().enumerate().map(|(index, name)| a(name, index + 1)).collect();
        case.converge_to(&records).await?;
        case.converge_to(&[]).await
    }
    .boxed()
}

/// A name that is first a CNAME and then has an address.
fn type_changes<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let cname =
            json!({"name": "www", "type": "CNAME", "ttl": 300, "value": "www.example.net."});
        let alias = supported(case, &[cname]);
        for records in [&alias[..], &[a("www", 1)], &alias] {
            case.converge_to(records).await?;
        }
        Ok(())
    }
    .boxed()
}

fn odd_texts<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        if !case.harness.provider().capabilities().supports_type(RecordType::TXT) {
            return Ok(());
        }
        let is_left_out =
            |name: &str| case.fixture.except().iter().any(|(except, _)| *except == name);
        let texts: Vec<_> =
            samples::odd_texts().into_iter().filter(|(name, _)| !is_left_out(name)).collect();
        let mut problems = Vec::new();
        for (name, text) in &texts {
            let record = json!({"name": "odd", "type": "TXT", "ttl": 300, "value": text});
            if let Err(problem) = case.converge_to(&[record]).await {
                problems.push(format!("{name}: {problem}"));
            }
        }
        // All in one RRset, in an order other than that of the texts.
        let values: Vec<_> = texts.iter().rev().map(|(_, text)| text).collect();
        let record = json!({"name": "all", "type": "TXT", "ttl": 300, "values": values});
        if let Err(problem) = case.converge_to(&[record]).await {
            problems.push(format!("together: {problem}"));
        }
        if problems.is_empty() { Ok(()) } else { Err(problems.join("; ")) }
    }
    .boxed()
}

/// The records whose type the provider supports.
fn supported(case: &Case<'_>, records: &[Json]) -> Vec<Json> {
    let zone = case.harness.zone(&case.zone, records);
    let capabilities = case.harness.provider().capabilities();
    let held = |json: &&Json| {
        let of = json["type"].as_str().unwrap_or_default();
        zone.records()
            .any(|record| record.record_type().as_str() == of && capabilities.supports(record))
    };
    records.iter().filter(held).cloned().collect()
}
