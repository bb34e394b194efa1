//! The provider with a fake of the service, with recordings, and compared with octoDNS' own.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

#[path = "../../gcore/tests/provider/samples.rs"]
mod samples;
#[path = "../../gcore/tests/provider/service.rs"]
mod service;

use octodns_testkit::json::record_json;
use octodns_testkit::store::Pick;
use octodns_testkit::suite::{Bench, Suite};
use serde_json::{Value as Json, json};

use samples::{checked, named};
use service::{recorded, service, with_login, with_token};

const CLASS: &str = "octodns_edgecenter.EdgeCenterProvider";
const ENDPOINT: &str = "https://api.edgecenter.ru/dns/v2";
const AUTH: &str = "https://api.edgecenter.ru/iam";

/// A record as it is read again.
fn sample(feature: &str, mut record: Json) -> Json {
    let section = ("edgecenter", "failover");
    match feature {
        "weights" => named(record, &["weight"]),
        "fallbacks" => {
            // Without rules by place, a pool can have two fallbacks, one after the other.
            let first = record["dynamic"]["rules"][0]["pool"].clone();
            record["dynamic"]["rules"] = json!([{"pool": first}]);
            let pools = &record["dynamic"]["pools"];
            let next = |id: &Json| pools[id.as_str()?].get("fallback").cloned();
            let length = std::iter::successors(Some(first), next).count();
            named(
                record,
                [&["other"][..], &["weight", "backup"], &["weight", "backup", "other"]][length - 1],
            )
        }
        "health-check-own" => {
            checked(named(record, &["other"]), section, &json!({"frequency": 60}))
        }
        "health-check-own-changed" => {
            let options = json!({"frequency": 300, "tls": true, "verify": true});
            checked(named(record, &["other"]), section, &options)
        }
        _ => named(record, &["other"]),
    }
}

fn suite() -> Suite {
    Suite::new(octodns_edgecenter::register, json!({"class": CLASS, "token": "hunter2"}))
        .endpoint("url", ENDPOINT)
        .endpoint("auth_url", AUTH)
        .fake(with_token(service()))
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    suite()
        .read_cost(1)
        .thousand_changes(1, 1000)
        .cassettes("edgecenter")
        .playing(|cassettes| cassettes.replayed(|cassette| recorded(&service(), cassette)))
        .dynamic_sample(|feature, record| Some(sample(feature, record)))
        .dynamic_writes(1)
        .reference("octodns-edgecenter")
        .run()
        .await;
}

#[tokio::test]
async fn a_login_does_what_every_provider_must() {
    let config = json!({"class": CLASS, "login": "me", "password": "hunter2"});
    Suite::new(octodns_edgecenter::register, config)
        .endpoint("url", ENDPOINT)
        .endpoint("auth_endpoint", AUTH)
        .fake(with_login(service(), "/iam/auth/jwt/login"))
        .credential("password")
        .dynamic_sample(|feature, record| Some(sample(feature, record)))
        .run()
        .await;
}

async fn bench() -> Bench {
    suite().bench(&json!({})).await
}

/// Makes the service hold a record, and returns the set; a second plan must be empty.
async fn stored(bench: &Bench, record: &Json) -> Json {
    let records = std::slice::from_ref(record);
    if bench.plan(records).await.unwrap().is_some() {
        bench.converge(records).await;
    }
    bench.set("www.unit.tests.", "A")
}

/// A pool and those that it falls back to: of each its name, and the weights of its values.
fn chain(pools: &[(&str, &[i64])]) -> Json {
    let mut number = 0;
    let mut value = |weight: &i64| {
        number += 1;
        json!({"value": format!("192.0.2.{number}"), "weight": weight})
    };
    let mut all = json!({});
    for (index, (name, weights)) in pools.iter().enumerate() {
        let values: Vec<_> = weights.iter().map(&mut value).collect();
        all[*name] = json!({"values": values});
        if let Some((next, _)) = pools.get(index + 1) {
            all[*name]["fallback"] = json!(next);
        }
    }
    json!({
        "name": "www", "type": "A", "ttl": 60, "values": ["192.0.2.99"],
        "dynamic": {"pools": all, "rules": [{"pool": pools[0].0}]},
    })
}

/// Pools of any name are stored as what they are.
#[tokio::test]
async fn pools_have_roles() {
    let bench = bench().await;
    let (weight, backup, other) =
        (|of: i64| json!({"weight": of}), json!({"backup": true}), json!({"default": true}));
    let bare = json!({});
    for (pools, metas) in [
        (&[("a", &[1, 1][..])][..], vec![other.clone(), other.clone(), bare.clone()]),
        (&[("a", &[1, 2])], vec![weight(1), weight(2)]),
        (&[("weight", &[1, 1])], vec![weight(1), weight(1)]),
        (&[("backup", &[1])], vec![backup.clone(), bare]),
        (&[("other", &[3, 1])], vec![weight(3), weight(1)]),
        (&[("a", &[1]), ("b", &[1])], vec![weight(1), backup.clone()]),
        (&[("a", &[1]), ("other", &[1])], vec![weight(1), other.clone()]),
        (&[("c", &[1, 5]), ("b", &[1]), ("a", &[1])], vec![weight(1), weight(5), backup, other]),
    ] {
        let set = stored(&bench, &chain(pools)).await;
        let records = set["resource_records"].as_array().unwrap();
        let found: Vec<_> = records.iter().map(|record| record["meta"].clone()).collect();
        assert_eq!(found, metas, "{pools:?}");
    }
}

/// A value may have a weight and be a backup.
#[tokio::test]
async fn a_value_is_in_two_pools() {
    let bench = bench().await;
    let mut record = chain(&[("weight", &[1, 2]), ("backup", &[1])]);
    record["dynamic"]["pools"]["backup"]["values"] =
        json!([{"value": "192.0.2.2"}, {"value": "192.0.2.3"}]);
    let set = stored(&bench, &record).await;
    let meta = |index: usize| &set["resource_records"][index]["meta"];
    assert_eq!(*meta(1), json!({"weight": 2, "backup": true}));
    assert_eq!(*meta(2), json!({"backup": true}));
}

/// Values that are in no pool are not served beside those with weights, unless they were before.
#[tokio::test]
async fn values_in_no_pool_are_not_mixed_in() {
    let bench = bench().await;
    let contents = |set: &Json| {
        let records = set["resource_records"].as_array().unwrap().iter();
        records.map(|record| record["content"][0].clone()).collect::<Vec<_>>()
    };
    let record = chain(&[("weight", &[1, 2])]);
    let set = stored(&bench, &record).await;
    assert_eq!(contents(&set), ["192.0.2.1", "192.0.2.2"]);
    let mut mixed = set.clone();
    let records = mixed["resource_records"].as_array_mut().unwrap();
    records.push(json!({"content": ["192.0.2.99"], "enabled": true, "meta": {}}));
    bench.fake.api().delete("unit.tests", Pick::Set("www.unit.tests.", "A")).unwrap();
    bench.plant(mixed);
    let mut slower = record;
    slower["ttl"] = json!(90);
    let set = stored(&bench, &slower).await;
    assert_eq!(contents(&set), ["192.0.2.1", "192.0.2.2", "192.0.2.99"]);
    slower["values"] = json!(["192.0.2.1"]);
    let set = stored(&bench, &slower).await;
    assert_eq!(contents(&set), ["192.0.2.1", "192.0.2.2"]);
}

#[tokio::test]
async fn checks_by_https_are_encrypted() {
    let bench = suite().bench(&json!({"records_per_response": 3})).await;
    let mut record = chain(&[("weight", &[1, 2])]);
    record["octodns"] = json!({"healthcheck": {"protocol": "HTTPS"}});
    let set = stored(&bench, &record).await;
    let check = json!({
        "protocol": "HTTP", "port": 443, "host": "www.unit.tests", "url": "/_dns", "method": "GET",
        "tls": true, "verify": false, "timeout": 10, "frequency": 10,
    });
    assert_eq!(set["meta"]["failover"], check);
    let filters = json!([
        {"type": "is_healthy", "strict": false}, {"type": "weighted_shuffle"},
        {"type": "first_n", "limit": 3},
    ]);
    assert_eq!(set["filters"], filters);
    // Without a check, its record has none at the service either.
    record["octodns"] = json!({});
    assert_eq!(stored(&bench, &record).await["meta"], Json::Null);
}

/// What a config says of other meta counts, and what it does not say is kept.
#[tokio::test]
async fn other_meta_is_read_and_written() {
    let bench = bench().await;
    let mut record = chain(&[("weight", &[1, 2])]);
    let said = json!([{"value": "192.0.2.1", "meta": {"notes": ["by hand"]}}]);
    record["octodns"] = json!({"edgecenter": {"resource_record_meta": said}});
    let of = |set: &Json| set["resource_records"][0]["meta"].clone();
    let set = stored(&bench, &record).await;
    assert_eq!(of(&set), json!({"notes": ["by hand"], "weight": 1}));
    let read = bench.harness.read(&bench.zone).await.unwrap();
    let read = record_json(read.zone.records().next().unwrap());
    assert_eq!(read["octodns"], record["octodns"]);
    record["octodns"] = json!({});
    record["ttl"] = json!(90);
    let set = stored(&bench, &record).await;
    assert_eq!(of(&set), json!({"notes": ["by hand"], "weight": 1}));
    record["octodns"] = json!({"edgecenter": {"resource_record_meta": []}});
    assert_eq!(of(&stored(&bench, &record).await), json!({"weight": 1}));
}

#[tokio::test]
async fn what_cannot_be_is_told() {
    let mut by_place = chain(&[("weight", &[1, 2])]);
    by_place["dynamic"]["pools"]["eu"] = json!({"values": [{"value": "192.0.2.9"}]});
    by_place["dynamic"]["rules"] = json!([{"geos": ["EU"], "pool": "eu"}, {"pool": "weight"}]);
    for (record, why) in [
        (
            by_place,
            "weights, which is only supported for the pool of a record without rules by place",
        ),
        (
            chain(&[("a", &[1]), ("b", &[1, 3]), ("c", &[1])]),
            "the values of the pool b have weights",
        ),
        (
            chain(&[("a", &[1]), ("b", &[1]), ("c", &[1]), ("d", &[1])]),
            "a pool with more than 2 fallbacks, one after the other, is not supported",
        ),
    ] {
        let strict = bench().await;
        strict.is_refused(std::slice::from_ref(&record), why).await;
        stored(&strict.lenient(), &record).await;
    }
}
