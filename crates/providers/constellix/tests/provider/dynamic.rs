//! What only this service does with dynamic records.

use octodns_core::{Change, Outcome, Severity};
use octodns_testkit::cassette::Replayed;
use octodns_testkit::fake::{Fake, InjectedFault, Response};
use octodns_testkit::json::record_json;
use octodns_testkit::run::{Harness, render};
use octodns_testkit::store::Store;
use octodns_testkit::two_clients::Reference;
use serde_json::{Value as Json, json};

use crate::cases::{converge, harness, zone};
use crate::service::service;
use crate::{CLASS, ENDPOINT, SONAR};

/// A record with a pool for Europe and Japan, and one for the rest.
fn geo(name: &str, near: &[&str]) -> Json {
    let values: Vec<_> = near.iter().map(|value| json!({"value": value, "weight": 2})).collect();
    json!({
        "name": name, "type": "A", "ttl": 60, "values": ["192.0.2.90"],
        "dynamic": {
            "pools": {"eu": {"values": values}, "rest": {"values": [{"value": "192.0.2.9"}]}},
            "rules": [{"geos": ["EU", "AS-JP", "NA-US-CA"], "pool": "eu"}, {"pool": "rest"}],
        },
    })
}

/// The same with a fallback and health checks.
fn checked(name: &str, port: u16) -> Json {
    let mut record = geo(name, &["192.0.2.1", "192.0.2.2"]);
    record["dynamic"]["pools"]["eu"]["fallback"] = json!("last");
    record["dynamic"]["pools"]["last"] = json!({"values": [{"value": "192.0.2.3"}]});
    record["octodns"] = json!({"constellix": {"healthcheck": {
        "sonar_port": port, "sonar_regions": ["NAEAST", "NAWEST"],
    }}});
    record
}

/// How many pools, filters and checks there are, but for the filter of the service.
fn beside(fake: &Fake<Store>) -> [usize; 3] {
    let api = fake.api();
    ["pools", "geoFilters", "checks"]
        .map(|list| api.beside(list).iter().filter(|item| item["id"] != 1).count())
}

/// The records of a name, as the service has them.
fn rows(fake: &Fake<Store>, name: &str) -> Vec<Json> {
    let api = fake.api();
    let items = &api.zone("unit.tests").unwrap().items;
    items.iter().filter(|item| item["name"] == name).cloned().collect()
}

fn writes(fake: &Fake<Store>) -> usize {
    fake.control().measured().seen().iter().filter(|seen| seen.is_write()).count()
}

#[tokio::test]
async fn a_record_goes_with_all_that_was_made_for_it() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, json!({}));
    let other = geo("other", &["192.0.2.1"]);
    converge(&harness, std::slice::from_ref(&other)).await;
    let before = fake.api().state();
    assert_eq!(beside(&fake), [2, 2, 0]);
    converge(&harness, &[other.clone(), checked("www", 443)]).await;
    assert_eq!(beside(&fake), [5, 4, 4]);
    let www = rows(&fake, "www");
    let pools: Vec<_> = www.iter().map(|row| row["pools"].as_array().unwrap().len()).collect();
    assert_eq!(pools, [0, 2, 1], "{www:#?}");
    converge(&harness, &[other]).await;
    assert_eq!(fake.api().state(), before);
}

/// Only what differs is written.
#[tokio::test]
async fn changes_are_made_in_place() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, json!({}));
    converge(&harness, &[geo("www", &["192.0.2.1"])]).await;
    let ids = |fake: &Fake<Store>| {
        rows(fake, "www").iter().map(|row| row["id"].clone()).collect::<Vec<_>>()
    };
    let before = ids(&fake);
    let mut other_place = geo("www", &["192.0.2.1", "192.0.2.2"]);
    other_place["dynamic"]["rules"][0]["geos"] = json!(["AF"]);
    for (record, calls) in [
        // The pool.
        (geo("www", &["192.0.2.1", "192.0.2.2"]), 1),
        // The filter.
        (other_place, 1),
    ] {
        fake.control().measured().clear();
        converge(&harness, &[record]).await;
        assert_eq!(writes(&fake), calls);
    }
    let mut after = ids(&fake);
    after.sort_by_key(ToString::to_string);
    assert_eq!(after, before);
}

/// Options of health checks are no part of a record, and no less served.
#[tokio::test]
async fn health_checks_are_as_their_record_asks_for() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, json!({}));
    converge(&harness, &[checked("www", 443)]).await;
    fake.control().measured().clear();
    converge(&harness, &[checked("www", 8443)]).await;
    assert_eq!(writes(&fake), 4, "each check is changed in place");
    let ports =
        |fake: &Fake<Store>| fake.api().beside("checks").iter().all(|check| check["port"] == 8443);
    assert!(ports(&fake));

    // One is gone.
    fake.api().beside_mut("checks").pop();
    converge(&harness, &[checked("www", 8443)]).await;
    assert_eq!(beside(&fake), [3, 2, 4]);

    let mut by_http = checked("www", 8443);
    by_http["octodns"]["constellix"]["healthcheck"]["sonar_type"] = json!("HTTP");
    converge(&harness, &[by_http]).await;
    let is_http = |check: &Json| check["type"] == "HTTP" && check["protocolType"] == "HTTPS";
    assert!(fake.api().beside("checks").iter().all(is_http));
    assert_eq!(beside(&fake), [3, 2, 4]);

    let unchecked = geo("www", &["192.0.2.1", "192.0.2.2"]);
    converge(&harness, &[unchecked]).await;
    assert_eq!(beside(&fake), [2, 2, 0]);
}

/// A record for every part of the way: the log says that it is half made, and the next run makes the rest.
#[tokio::test]
async fn what_is_half_made_is_told() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, json!({}));
    let bare = json!({"name": "plain", "type": "A", "ttl": 60, "value": "192.0.2.1"});
    converge(&harness, std::slice::from_ref(&bare)).await;
    let desired = harness.zone(&zone(), &[bare, checked("www", 443)]);
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    // Four checks, three pools, two filters, the zone, and the record with the plain values.
    fake.control().faults().writes_after(11, InjectedFault::refused());
    let applied = harness.apply(&plan).await;
    fake.control().faults().clear();
    let [Outcome::Partial { done, of, perhaps_one_more, why }] = &*applied.outcomes else {
        panic!("{applied:?}");
    };
    assert_eq!((*done, *of, *perhaps_one_more), (1, 3, false));
    assert!(why.contains("injected: refused"), "{why}");
    harness.begin_run();
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    assert!(matches!(&*plan.changes, [Change::Update { .. }]), "{plan:?}");
    fake.control().measured().clear();
    harness.apply(&plan).await.result.unwrap();
    assert_eq!(writes(&fake), 2, "only what was missing is written");
    assert!(harness.plan(&desired).await.unwrap().is_none());
}

/// A record that somebody made by hand is read; its pools and filters are nobody else's to change.
#[tokio::test]
async fn what_others_made_is_left_alone() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, json!({}));
    converge(&harness, &[geo("other", &["192.0.2.1"])]).await;
    let pool = json!({
        "id": 501, "name": "by-hand", "type": "A", "numReturn": 2, "minAvailableFailover": 1,
        "values": [{"value": "192.0.2.7", "weight": 5}],
    });
    let filter = json!({"id": 502, "name": "europe", "geoipContinents": ["EU"], "regions": []});
    fake.api().beside_mut("pools").push(pool.clone());
    fake.api().beside_mut("geoFilters").push(filter.clone());
    for (id, extra) in [
        (
            601,
            json!({"recordOption": "roundRobin", "value": ["192.0.2.8"], "geolocation": {"geoipFilter": 1}}),
        ),
        (
            602,
            json!({"recordOption": "pools", "pools": [501], "geolocation": {"geoipFilter": 502}, "note": ""}),
        ),
    ] {
        let mut row = json!({"id": id, "name": "www", "type": "A", "ttl": 60});
        row.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        fake.api().plant("unit.tests", row).unwrap();
    }
    harness.begin_run();
    let read = harness.read(&zone()).await.unwrap();
    let www = read.zone.records().find(|record| record.name().as_str() == "www").unwrap();
    let www = record_json(www);
    assert_eq!(www["dynamic"]["rules"], json!([{"pool": "by-hand", "geos": ["EU"]}]));
    converge(&harness, &[geo("other", &["192.0.2.1"]), geo("www", &["192.0.2.5"])]).await;
    converge(&harness, &[geo("other", &["192.0.2.1"])]).await;
    assert_eq!(fake.api().beside("pools").iter().find(|held| held["id"] == 501), Some(&pool));
    assert_eq!(
        fake.api().beside("geoFilters").iter().find(|held| held["id"] == 502),
        Some(&filter)
    );
    assert_eq!(beside(&fake), [3, 3, 0]);
}

/// What the service has not, and options that make no sense.
#[tokio::test]
async fn what_is_lacking_is_told_when_planning() {
    let fake = Fake::start(service()).await;
    let strict = harness(&fake, json!({}));
    let lenient = harness(&fake, json!({"strict_supports": false}));
    let mut unchecked = checked("www", 443);
    unchecked.as_object_mut().unwrap().remove("octodns");
    let with = |key: &str, value: Json| {
        let mut record = checked("www", 443);
        record["octodns"]["constellix"]["healthcheck"][key] = value;
        record
    };
    for (record, words, is_dynamic) in [
        (unchecked, "octodns.constellix.healthcheck", true),
        (with("sonar_type", json!("UDP")), "sonar_type UDP is neither TCP nor HTTP", false),
        (with("sonar_port", json!("many")), "sonar_port is no number", false),
        (with("sonar_regions", json!("EUROPE")), "sonar_regions is no list", false),
    ] {
        let desired = strict.zone(&zone(), std::slice::from_ref(&record));
        let report = strict.plan(&desired).await.unwrap_err();
        let found = report.of(Severity::Error).next().unwrap();
        assert!(found.message.contains(words), "{}", render(&report));
        let plan = lenient.plan(&desired).await.unwrap().unwrap();
        let new = plan.changes[0].desired().unwrap();
        assert_eq!(new.dynamic().is_some(), is_dynamic, "{words}");
    }
    let nowhere = with("sonar_regions", json!(["MOON"]));
    let plan = strict.plan(&strict.zone(&zone(), &[nowhere])).await.unwrap().unwrap();
    let applied = strict.apply(&plan).await;
    assert!(
        matches!(&*applied.outcomes, [Outcome::Failed(why)] if why.contains("no site in MOON"))
    );
    assert_eq!(beside(&fake), [0, 0, 0]);
}

/// Keys that end while a dynamic record goes, wherever: what is left is told, and goes with the next run.
#[tokio::test]
async fn keys_that_end_are_told_for_dynamic_records() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, json!({}));
    let other = geo("other", &["192.0.2.1"]);
    converge(&harness, std::slice::from_ref(&other)).await;
    let before = fake.api().state();
    // Two records, two filters, three pools, four checks, and the record with the plain values.
    for after in 0..12 {
        converge(&harness, &[other.clone(), checked("www", 443)]).await;
        let desired = harness.zone(&zone(), std::slice::from_ref(&other));
        let plan = harness.plan(&desired).await.unwrap().unwrap();
        let refused = Response::json(401, json!({"errors": ["Unable to authenticate token"]}));
        fake.control().faults().writes_after(after, InjectedFault::Response(refused));
        let applied = harness.apply(&plan).await;
        fake.control().faults().clear();
        let is_told = match &*applied.outcomes {
            [Outcome::Failed(_)] => after == 0,
            [Outcome::Partial { done, of, .. }] => after > 0 && done < of,
            _ => false,
        };
        assert!(is_told, "{after}: {applied:?}");
        assert!(!applied.result.unwrap_err().with_causes().contains("hunter2"));
        converge(&harness, std::slice::from_ref(&other)).await;
        assert_eq!(fake.api().state(), before, "{after}");
    }
}

fn reference(fake: &Fake<Store>) -> Option<Reference> {
    let config = json!({"api_key": "api-key", "secret_key": "hunter2", "strict_supports": false});
    let reference = Reference::of_package("octodns-constellix", CLASS, config)?;
    let reference = reference.reroute(ENDPOINT, &format!("{}/v1", fake.url()));
    Some(reference.reroute(SONAR, &format!("{}/rest/api", fake.url())))
}

/// As the engine has them, so that both clients get the same.
fn normalized(harness: &Harness, records: &[Json]) -> Vec<Json> {
    harness.zone(&zone(), records).records().map(|record| record_json(record)).collect()
}

/// octoDNS' own provider and this one read and change what the other wrote.
#[tokio::test]
async fn two_clients_agree_on_dynamic_records() {
    let fake = Fake::start(service()).await;
    let Some(theirs) = reference(&fake) else { return };
    let ours = harness(&fake, json!({}));
    let six = json!({
        "name": "six", "type": "AAAA", "ttl": 60, "values": ["2001:db8::9"],
        "dynamic": {
            "pools": {"one": {"values": [{"value": "2001:db8::1", "weight": 3}, {"value": "2001:db8::2"}]}},
            "rules": [{"pool": "one"}],
        },
    });
    let mut swapped = geo("www", &["192.0.2.4"]);
    swapped["dynamic"]["rules"][0]["geos"] = json!(["OC", "SA"]);
    let first = normalized(&ours, &[geo("www", &["192.0.2.1", "192.0.2.2"]), six.clone()]);
    let second = normalized(&ours, &[swapped, six]);
    let agree = async |records: &[Json]| {
        assert!(theirs.plan(&zone(), records).await.is_empty());
        ours.begin_run();
        let plan = ours.plan(&ours.zone(&zone(), records)).await.unwrap();
        assert!(plan.is_none(), "{:#?}", plan.map(|plan| plan.changes));
    };
    theirs.apply(&zone(), &first).await;
    agree(&first).await;
    converge(&ours, &second).await;
    agree(&second).await;
    theirs.apply(&zone(), &first).await;
    agree(&first).await;
    converge(
        &ours,
        &normalized(&ours, &[json!({"name": "x", "type": "A", "ttl": 60, "value": "192.0.2.1"})]),
    )
    .await;
    assert_eq!(beside(&fake), [0, 0, 0]);
}

/// A fallback of octoDNS is a record of its own; it becomes one that the service tries.
#[tokio::test]
async fn fallbacks_that_octodns_wrote_are_made_right_once() {
    let fake = Fake::start(service()).await;
    let Some(theirs) = reference(&fake) else { return };
    let ours = harness(&fake, json!({}));
    let records = normalized(&ours, &[checked("www", 443)]);
    theirs.apply(&zone(), &records).await;
    assert!(!theirs.plan(&zone(), &records).await.is_empty(), "it has read its own fallback");
    assert_eq!(rows(&fake, "www").len(), 4);
    converge(&ours, &records).await;
    assert_eq!(rows(&fake, "www").len(), 3);
    let bare = |records: &[Json]| {
        let mut records = records.to_vec();
        records[0]["dynamic"]["pools"]["eu"]["fallback"] = Json::Null;
        records[0]["dynamic"]["pools"].as_object_mut().unwrap().remove("last");
        records
    };
    // Without its fallback it is what octoDNS reads.
    assert!(theirs.plan(&zone(), &bare(&records)).await.is_empty());
}
