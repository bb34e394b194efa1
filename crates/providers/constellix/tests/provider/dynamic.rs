//! What only this service does with dynamic records.

use octodns_core::{Change, Outcome};
use octodns_testkit::fake::InjectedFault;
use octodns_testkit::json::record_json;
use octodns_testkit::suite::Bench;
use octodns_testkit::two_clients::Reference;
use serde_json::{Value as Json, json};

use crate::{CLASS, ENDPOINT, SONAR, bench};

/// Makes the service hold these records, in a run of its own.
async fn converge(bench: &Bench, records: &[Json]) {
    bench.harness.begin_run();
    bench.converge(records).await;
}

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
fn beside(bench: &Bench) -> [usize; 3] {
    let api = bench.fake.api();
    ["pools", "geoFilters", "checks"]
        .map(|list| api.beside(list).iter().filter(|item| item["id"] != 1).count())
}

/// The records of a name, as the service has them.
fn rows(bench: &Bench, name: &str) -> Vec<Json> {
    bench.all_items().into_iter().filter(|item| item["name"] == name).collect()
}

/// Only what differs is written.
#[tokio::test]
async fn changes_are_made_in_place() {
    let bench = bench(&json!({})).await;
    converge(&bench, &[geo("www", &["192.0.2.1"])]).await;
    let ids = || rows(&bench, "www").iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
    let before = ids();
    let mut other_place = geo("www", &["192.0.2.1", "192.0.2.2"]);
    other_place["dynamic"]["rules"][0]["geos"] = json!(["AF"]);
    for (record, calls) in [
        // The pool.
        (geo("www", &["192.0.2.1", "192.0.2.2"]), 1),
        // The filter.
        (other_place, 1),
    ] {
        bench.asked();
        converge(&bench, &[record]).await;
        assert_eq!(bench.writes().len(), calls);
    }
    let mut after = ids();
    after.sort_by_key(ToString::to_string);
    assert_eq!(after, before);
}

/// Options of health checks are no part of a record, and no less served.
#[tokio::test]
async fn health_checks_are_as_their_record_asks_for() {
    let bench = bench(&json!({})).await;
    converge(&bench, &[checked("www", 443)]).await;
    bench.asked();
    converge(&bench, &[checked("www", 8443)]).await;
    assert_eq!(bench.writes().len(), 4, "each check is changed in place");
    assert!(bench.fake.api().beside("checks").iter().all(|check| check["port"] == 8443));

    // One is gone.
    bench.fake.api().beside_mut("checks").pop();
    converge(&bench, &[checked("www", 8443)]).await;
    assert_eq!(beside(&bench), [3, 2, 4]);

    let mut by_http = checked("www", 8443);
    by_http["octodns"]["constellix"]["healthcheck"]["sonar_type"] = json!("HTTP");
    converge(&bench, &[by_http]).await;
    let is_http = |check: &Json| check["type"] == "HTTP" && check["protocolType"] == "HTTPS";
    assert!(bench.fake.api().beside("checks").iter().all(is_http));
    assert_eq!(beside(&bench), [3, 2, 4]);

    let unchecked = geo("www", &["192.0.2.1", "192.0.2.2"]);
    converge(&bench, &[unchecked]).await;
    assert_eq!(beside(&bench), [2, 2, 0]);
}

/// A record for every part of the way: the log says that it is half made, and the next run makes the rest.
#[tokio::test]
async fn what_is_half_made_is_told() {
    let bench = bench(&json!({})).await;
    let bare = json!({"name": "plain", "type": "A", "ttl": 60, "value": "192.0.2.1"});
    converge(&bench, std::slice::from_ref(&bare)).await;
    let desired = bench.harness.zone(&bench.zone, &[bare, checked("www", 443)]);
    let plan = bench.harness.plan(&desired).await.unwrap().unwrap();
    // Four checks, three pools, two filters, the zone, and the record with the plain values.
    bench.faults().writes_after(11, InjectedFault::refused());
    let applied = bench.harness.apply(&plan).await;
    bench.faults().clear();
    let [Outcome::Partial { done, of, perhaps_one_more, why }] = &*applied.outcomes else {
        panic!("{applied:?}");
    };
    assert_eq!((*done, *of, *perhaps_one_more), (1, 3, false));
    assert!(why.contains("injected: refused"), "{why}");
    bench.harness.begin_run();
    let plan = bench.harness.plan(&desired).await.unwrap().unwrap();
    assert!(matches!(&*plan.changes, [Change::Update { .. }]), "{plan:?}");
    bench.asked();
    bench.harness.apply(&plan).await.result.unwrap();
    assert_eq!(bench.writes().len(), 2, "only what was missing is written");
    assert!(bench.harness.plan(&desired).await.unwrap().is_none());
}

/// A record that somebody made by hand is read; its pools and filters are nobody else's to change.
#[tokio::test]
async fn what_others_made_is_left_alone() {
    let bench = bench(&json!({})).await;
    converge(&bench, &[geo("other", &["192.0.2.1"])]).await;
    let pool = json!({
        "id": 501, "name": "by-hand", "type": "A", "numReturn": 2, "minAvailableFailover": 1,
        "values": [{"value": "192.0.2.7", "weight": 5}],
    });
    let filter = json!({"id": 502, "name": "europe", "geoipContinents": ["EU"], "regions": []});
    bench.fake.api().beside_mut("pools").push(pool.clone());
    bench.fake.api().beside_mut("geoFilters").push(filter.clone());
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
        bench.plant(row);
    }
    bench.harness.begin_run();
    let read = bench.harness.read(&bench.zone).await.unwrap();
    let www = read.zone.records().find(|record| record.name().as_str() == "www").unwrap();
    let www = record_json(www);
    assert_eq!(www["dynamic"]["rules"], json!([{"pool": "by-hand", "geos": ["EU"]}]));
    converge(&bench, &[geo("other", &["192.0.2.1"]), geo("www", &["192.0.2.5"])]).await;
    converge(&bench, &[geo("other", &["192.0.2.1"])]).await;
    assert_eq!(bench.fake.api().beside("pools").iter().find(|held| held["id"] == 501), Some(&pool));
    assert_eq!(
        bench.fake.api().beside("geoFilters").iter().find(|held| held["id"] == 502),
        Some(&filter)
    );
    assert_eq!(beside(&bench), [3, 3, 0]);
}

/// What the service has not, and options that make no sense.
#[tokio::test]
async fn what_is_lacking_is_told_when_planning() {
    let bench = bench(&json!({})).await;
    let lenient = bench.harness.lenient_supports();
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
        let told = bench.plan(std::slice::from_ref(&record)).await.unwrap_err();
        assert!(told.contains(words), "{told}");
        let desired = bench.harness.zone(&bench.zone, &[record]);
        let plan = lenient.plan(&desired).await.unwrap().unwrap();
        let new = plan.changes[0].desired().unwrap();
        assert_eq!(new.dynamic().is_some(), is_dynamic, "{words}");
    }
    let nowhere = with("sonar_regions", json!(["MOON"]));
    let applied = bench.apply(&[nowhere]).await;
    assert!(
        matches!(&*applied.outcomes, [Outcome::Failed(why)] if why.contains("no site in MOON"))
    );
    assert_eq!(beside(&bench), [0, 0, 0]);
}

/// A fallback of octoDNS is a record of its own; it becomes one that the service tries.
#[tokio::test]
async fn fallbacks_that_octodns_wrote_are_made_right_once() {
    let bench = bench(&json!({})).await;
    let config = json!({"api_key": "api-key", "secret_key": "hunter2", "strict_supports": false});
    let Some(theirs) = Reference::of_package("octodns-constellix", CLASS, config) else { return };
    let theirs = theirs.reroute(ENDPOINT, &format!("{}/v1", bench.fake.url()));
    let theirs = theirs.reroute(SONAR, &format!("{}/rest/api", bench.fake.url()));
    // As the engine has it, so that both clients get the same.
    let desired = bench.harness.zone(&bench.zone, &[checked("www", 443)]);
    let mut records: Vec<_> = desired.records().map(|record| record_json(record)).collect();
    theirs.apply(&bench.zone, &records).await;
    let plan = theirs.plan(&bench.zone, &records).await;
    assert!(!plan.is_empty(), "it has read its own fallback");
    assert_eq!(rows(&bench, "www").len(), 4);
    converge(&bench, &records).await;
    assert_eq!(rows(&bench, "www").len(), 3);
    // Without its fallback it is what octoDNS reads.
    records[0]["dynamic"]["pools"]["eu"]["fallback"] = Json::Null;
    records[0]["dynamic"]["pools"].as_object_mut().unwrap().remove("last");
    assert!(theirs.plan(&bench.zone, &records).await.is_empty());
}
