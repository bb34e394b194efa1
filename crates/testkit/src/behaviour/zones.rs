//! Whole zones: names of all kinds, many records, odd texts, zones that there are not yet.

use futures::FutureExt;
use futures::future::BoxFuture;
use octodns_core::{ProviderError, RecordType};
use serde_json::{Value as Json, json};

use super::{Case, Stage, samples};
use crate::run::told;

type Result = std::result::Result<(), String>;

pub(super) const CASES: &[(&str, Case)] = &[
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

/// A zone that there is not is made with its records, and is there then.
fn new_zone<'s>(stage: &'s Stage<'s>) -> BoxFuture<'s, Result> {
    async move {
        stage.become_(&[a("www", 1)]).await?;
        let read = stage.bench.read(&stage.zone).await.map_err(|report| told(&report))?;
        if !read.exists {
            return Err("the zone does not exist after it was made".to_owned());
        }
        match stage.bench.provider().list_zones().await {
            Ok(zones) if zones.contains(&stage.zone) => Ok(()),
            Ok(zones) => Err(format!("it is not among the zones: {zones:?}")),
            Err(ProviderError::CannotList) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }
    .boxed()
}

/// Planning changes nothing: whoever plans next finds the same to do.
fn plan_alone<'s>(stage: &'s Stage<'s>) -> BoxFuture<'s, Result> {
    async move {
        stage.become_(&[a("www", 1), a("old", 1)]).await?;
        let desired = stage.desired(&[a("www", 2), a("new", 1)]);
        let before = stage.writes();
        let mut planned = Vec::new();
        for bench in [&stage.bench, &stage.lab.bench().await] {
            let plan = bench.plan(&desired).await.map_err(|report| told(&report))?;
            let changes = plan.map(|plan| plan.changes).unwrap_or_default();
            let told = |change: &octodns_core::Change| change.display(&stage.zone, "").to_string();
            planned.push(changes.iter().map(told).collect::<Vec<_>>());
        }
        if planned[0] != planned[1] {
            let [first, second] = [planned[0].join("; "), planned[1].join("; ")];
            return Err(format!(
                "planned first: {first}; and then, with nothing applied: {second}"
            ));
        }
        match stage.writes() - before {
            0 => stage.apply(&desired).await,
            many => Err(format!("planning made {many} writing requests")),
        }
    }
    .boxed()
}

/// A zone that there is not is nothing, not an error.
fn no_zone<'s>(stage: &'s Stage<'s>) -> BoxFuture<'s, Result> {
    async move {
        let name =
            octodns_core::ZoneName::new("nowhere.invalid.").map_err(|error| error.to_string())?;
        match stage.bench.read(&name).await {
            Ok(read) if read.exists || !read.zone.is_empty() => {
                Err("there is such a zone".to_owned())
            }
            Ok(_) => Ok(()),
            Err(report) => Err(told(&report)),
        }
    }
    .boxed()
}

/// More records than a page has, then half of them.
fn many_records<'s>(stage: &'s Stage<'s>) -> BoxFuture<'s, Result> {
    async move {
        let records: Vec<_> = (0..230).map(|index| a(&format!("host-{index}"), index)).collect();
        stage.become_(&records).await?;
        stage.become_(&records[115..]).await
    }
    .boxed()
}

fn apex<'s>(stage: &'s Stage<'s>) -> BoxFuture<'s, Result> {
    async move {
        let all = [
            a("", 1),
            json!({"name": "", "type": "MX", "ttl": 300, "value": {"preference": 10, "exchange": "mx.example.net."}}),
            json!({"name": "", "type": "TXT", "ttl": 300, "value": "at the apex"}),
        ];
        let held = supported(stage, &all);
        stage.become_(&held).await?;
        stage.become_(&held[..1]).await
    }
    .boxed()
}

fn wildcard<'s>(stage: &'s Stage<'s>) -> BoxFuture<'s, Result> {
    async move {
        let cname =
            json!({"name": "*.sub", "type": "CNAME", "ttl": 300, "value": "www.example.net."});
        stage.become_(&supported(stage, &[a("*", 1), cname])).await?;
        stage.become_(&[a("*", 2)]).await?;
        stage.become_(&[]).await
    }
    .boxed()
}

/// Names beyond ASCII, on either side.
fn idna<'s>(stage: &'s Stage<'s>) -> BoxFuture<'s, Result> {
    async move {
        let cname =
            json!({"name": "straße", "type": "CNAME", "ttl": 300, "value": "bücher.example.net."});
        stage.become_(&supported(stage, &[a("bücher", 1), cname])).await?;
        stage.become_(&[a("bücher", 2)]).await?;
        stage.become_(&[]).await
    }
    .boxed()
}

/// Labels with underscores and digits, deep names, names that look like the zone's.
fn names<'s>(stage: &'s Stage<'s>) -> BoxFuture<'s, Result> {
    async move {
        let first = stage.zone.as_str().split('.').next().unwrap_or_default().to_owned();
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
        stage.become_(&records).await?;
        stage.become_(&[]).await
    }
    .boxed()
}

/// A name that is an alias one day and has an address the next.
fn type_changes<'s>(stage: &'s Stage<'s>) -> BoxFuture<'s, Result> {
    async move {
        let cname =
            json!({"name": "www", "type": "CNAME", "ttl": 300, "value": "www.example.net."});
        let alias = supported(stage, &[cname]);
        for records in [&alias[..], &[a("www", 1)], &alias] {
            stage.become_(records).await?;
        }
        Ok(())
    }
    .boxed()
}

fn odd_texts<'s>(stage: &'s Stage<'s>) -> BoxFuture<'s, Result> {
    async move {
        if !stage.bench.provider().capabilities().supports_type(RecordType::TXT) {
            return Ok(());
        }
        let is_left_out = |name: &str| stage.lab.except().iter().any(|(except, _)| *except == name);
        let texts: Vec<_> =
            samples::odd_texts().into_iter().filter(|(name, _)| !is_left_out(name)).collect();
        let mut problems = Vec::new();
        for (name, text) in &texts {
            let record = json!({"name": "odd", "type": "TXT", "ttl": 300, "value": text});
            if let Err(problem) = stage.become_(&[record]).await {
                problems.push(format!("{name}: {problem}"));
            }
        }
        // All in one set, in an order that is not that of the texts.
        let values: Vec<_> = texts.iter().rev().map(|(_, text)| text).collect();
        let record = json!({"name": "all", "type": "TXT", "ttl": 300, "values": values});
        if let Err(problem) = stage.become_(&[record]).await {
            problems.push(format!("together: {problem}"));
        }
        if problems.is_empty() { Ok(()) } else { Err(problems.join("; ")) }
    }
    .boxed()
}

/// Those of the records whose type the provider has.
fn supported(stage: &Stage<'_>, records: &[Json]) -> Vec<Json> {
    let zone = stage.bench.zone(&stage.zone, records);
    let capabilities = stage.bench.provider().capabilities();
    let held = |json: &&Json| {
        let of = json["type"].as_str().unwrap_or_default();
        zone.records()
            .any(|record| record.record_type().as_str() == of && capabilities.supports(record))
    };
    records.iter().filter(held).cloned().collect()
}
