//! Dynamic records, in every form that the service has and has not.

use octodns_core::Severity;
use octodns_testkit::store::Pick;
use octodns_testkit::suite::{self, Bench};
use serde_json::{Map, Value as Json, json};

use crate::bench;

/// A dynamic record as it is read: pools are named by their order, and fall back to the last.
fn canonical(mut record: Json) -> Json {
    let dynamic = record["dynamic"].take();
    let rules = dynamic["rules"].as_array().unwrap();
    let last = rules.len() - 1;
    let mut pools = Map::new();
    for (index, rule) in rules.iter().enumerate() {
        let mut pool = dynamic["pools"][rule["pool"].as_str().unwrap()].clone();
        pool.as_object_mut().unwrap().remove("fallback");
        if index < last {
            pool["fallback"] = json!(format!("pool-{last}"));
        }
        pools.insert(format!("pool-{index}"), pool);
    }
    let mut rules = rules.clone();
    for (index, rule) in rules.iter_mut().enumerate() {
        rule["pool"] = json!(format!("pool-{index}"));
    }
    record["dynamic"] = json!({"pools": pools, "rules": rules});
    if let Some(first) = record["values"].get(0).cloned() {
        record["values"] = json!([first]);
    }
    record
}

/// The samples of the suite, in a form that the service has.
pub(crate) fn sample(feature: &str, mut record: Json) -> Option<Json> {
    match feature {
        // Those to other pools than the last.
        "fallbacks" => return None,
        "values" | "health-checks" | "health-check-own" | "health-check-own-changed" => {
            let first = record["dynamic"]["rules"][0]["pool"].clone();
            record["dynamic"]["rules"] = json!([{"pool": first}]);
            record["octodns"] = json!({"healthcheck": {"host": "www.example.net", "path": "/up"}});
        }
        _ => {}
    }
    let own = match feature {
        "health-check-own" => json!({"strategy": "hashed", "must_contain": "fine"}),
        "health-check-own-changed" => json!({"must_contain": null}),
        _ => return Some(canonical(record)),
    };
    record["octodns"]["scaleway"] = json!({"healthcheck": own});
    Some(canonical(record))
}

fn pool(values: &[&str]) -> Json {
    let values: Vec<_> = values.iter().map(|value| json!({"value": value})).collect();
    json!({"values": values})
}

/// Pools by their names, and rules.
fn record(of: &str, pools: &[(&str, Json)], rules: &Json) -> Json {
    let pools: Map<_, _> =
        pools.iter().map(|(id, pool)| ((*id).to_owned(), pool.clone())).collect();
    let value = if of == "CNAME" { "plain.example.net." } else { "192.0.2.99" };
    let dynamic = json!({"pools": pools, "rules": rules});
    json!({"name": "www", "type": of, "ttl": 300, "value": value, "dynamic": dynamic})
}

fn near_and_rest(near: &Json, rest: &Json) -> Json {
    let rules = json!([{"pool": "pool-0", "geos": ["EU"]}, {"pool": "pool-1"}]);
    record("A", &[("pool-0", near.clone()), ("pool-1", rest.clone())], &rules)
}

fn with_check(mut record: Json, check: &Json) -> Json {
    record["octodns"] = json!({"healthcheck": check});
    record
}

fn one_pool(pool: Json) -> Json {
    record("A", &[("pool-0", pool)], &json!([{"pool": "pool-0"}]))
}

fn weighted(weights: [u32; 2]) -> Json {
    let [one, other] = weights;
    json!({"values": [
        {"value": "192.0.2.1", "weight": one}, {"value": "192.0.2.2", "weight": other},
    ]})
}

/// The row of `www`, without what all rows have.
fn row(bench: &Bench, of: &str) -> Json {
    bench.fake.api().item("unit.tests", Pick::Set("www", of)).unwrap()
}

/// Each is an error, and with `strict_supports: false` something that is settled.
#[tokio::test]
async fn what_the_service_lacks_is_reported_when_planning() {
    let [one, two] = [pool(&["192.0.2.1"]), pool(&["192.0.2.1", "192.0.2.2"])];
    let mut chained = near_and_rest(&one, &one);
    chained["dynamic"]["pools"]["pool-2"] = pool(&["192.0.2.3"]);
    chained["dynamic"]["pools"]["pool-0"]["fallback"] = json!("pool-2");
    let names = [("eu", two.clone()), ("pool-1", one.clone())];
    let alias = pool(&["a.example.net."]);
    let with_own = |own: Json| {
        let mut record = with_check(one_pool(two.clone()), &json!({"path": "/up"}));
        record["octodns"]["scaleway"] = json!({"healthcheck": own});
        record
    };
    let subnets = json!([{"pool": "pool-0", "subnets": ["10.0.0.0/8"]}, {"pool": "pool-1"}]);
    for (record, message, kind) in [
        (
            record("A", &names, &json!([{"pool": "eu", "geos": ["EU"]}, {"pool": "pool-1"}])),
            "the pools eu are not called pool-0",
            "geo_ip_config",
        ),
        (
            one_pool(two.clone()),
            "neither geos, subnets, weights nor a health check",
            "weighted_config",
        ),
        (near_and_rest(&weighted([1, 2]), &one), "weights beside geos or subnets", "geo_ip_config"),
        (
            with_check(near_and_rest(&one, &one), &json!({"path": "/up"})),
            "a health check beside geos or subnets",
            "geo_ip_config",
        ),
        (
            with_check(one_pool(weighted([1, 2])), &json!({"path": "/up"})),
            "weights and a health check",
            "http_service_config",
        ),
        (
            with_own(json!({"strategy": "some"})),
            "strategy is none of all, hashed, random",
            "http_service_config",
        ),
        (with_own(json!({"must_contain": 3})), "must_contain is no text", "http_service_config"),
        (with_own(json!({"text": "x"})), "text is neither must_contain", "http_service_config"),
        (with_own(json!("fine")), "it is no mapping", "http_service_config"),
        (
            with_check(one_pool(two.clone()), &json!({"host": null})),
            "its health check has no host",
            "http_service_config",
        ),
        (chained, "the pools pool-0 have fallbacks", "geo_ip_config"),
        (
            near_and_rest(&two, &two),
            "the pool pool-1 of the last rule has several",
            "geo_ip_config",
        ),
        (
            record("A", &[("pool-0", two.clone()), ("pool-1", one.clone())], &subnets),
            "the pools pool-0 have several values",
            "view_config",
        ),
        (
            record("CNAME", &[("pool-0", alias)], &json!([{"pool": "pool-0"}])),
            "choose by neither place nor subnet",
            "geo_ip_config",
        ),
    ] {
        let bench = bench().await;
        let desired = bench.harness.zone(&bench.zone, std::slice::from_ref(&record));
        let report = bench.harness.plan(&desired).await.unwrap_err();
        let found: Vec<_> = report.of(Severity::Error).map(ToString::to_string).collect();
        assert!(matches!(&*found, [only] if only.contains(message)), "{message}: {found:?}");
        let bench = bench.lenient();
        bench.converge(std::slice::from_ref(&record)).await;
        assert!(row(&bench, record["type"].as_str().unwrap())[kind].is_object(), "{message}");
    }
}

/// What says the same in another form: rules that share a pool or are out of the order of their names, places of two
/// kinds in one rule, and fallbacks that nothing falls back to.
#[tokio::test]
async fn other_forms_of_the_same_are_no_difference() {
    let bench = bench().await;
    let [one, two] = [pool(&["192.0.2.1"]), pool(&["192.0.2.2", "192.0.2.3"])];
    let rules = json!([
        {"pool": "pool-1", "geos": ["AS", "EU-FR", "NA-US"]},
        {"pool": "pool-1", "geos": ["OC"]},
        {"pool": "pool-0"},
    ]);
    bench.converge(&[record("A", &[("pool-0", one.clone()), ("pool-1", two)], &rules)]).await;
    let matches = |continents: Json, countries: Json| {
        ["192.0.2.2", "192.0.2.3"]
            .map(|value| json!({"continents": continents, "countries": countries, "data": value}))
    };
    let expected = [
        matches(json!(["AS"]), json!([])),
        matches(json!(["EU", "NA"]), json!(["FR", "US"])),
        matches(json!(["OC"]), json!([])),
    ];
    let config = row(&bench, "A")["geo_ip_config"].clone();
    assert_eq!(config, json!({"matches": expected.concat(), "default": "192.0.2.1"}));
}

/// The plain value is for the subnets that no rule has.
#[tokio::test]
async fn subnets_are_views() {
    let bench = bench().await;
    let rules = json!([
        {"pool": "pool-0", "subnets": ["10.0.0.0/8", "192.168.0.0/16"]}, {"pool": "pool-1"},
    ]);
    let pools = [("pool-0", pool(&["192.0.2.1"])), ("pool-1", pool(&["192.0.2.2"]))];
    bench.converge(&[record("A", &pools, &rules)]).await;
    let held = row(&bench, "A");
    let view = |subnet: &str| json!({"subnet": subnet, "data": "192.0.2.1"});
    let views = json!({"views": [view("10.0.0.0/8"), view("192.168.0.0/16")]});
    assert_eq!((&held["data"], &held["view_config"]), (&json!("192.0.2.2"), &views));
}

/// Settings that records do not have stay when others change, and a URL that says the same is no difference.
#[tokio::test]
async fn the_rest_of_a_health_check_is_kept() {
    let bench = bench().await;
    let check = json!({"host": "www.example.net", "path": "/up", "protocol": "HTTPS"});
    let checked = |values: &[&str]| with_check(one_pool(pool(values)), &check);
    bench.converge(&[checked(&["192.0.2.1"])]).await;
    let others = json!({
        "must_contain": "fine", "strategy": "hashed", "user_agent": "mine",
        "url": "https://WWW.example.net/up",
    });
    let mut config = row(&bench, "A")["http_service_config"].clone();
    config.as_object_mut().unwrap().extend(others.as_object().unwrap().clone());
    let www = Pick::Set("www", "A");
    bench.fake.api().patch("unit.tests", www, &json!({"http_service_config": config})).unwrap();
    bench.is_settled(&[checked(&["192.0.2.1"])]).await;
    bench.converge(&[checked(&["192.0.2.1", "192.0.2.2"])]).await;
    config["ips"] = json!(["192.0.2.1", "192.0.2.2"]);
    assert_eq!(row(&bench, "A")["http_service_config"], config);
}

/// A plan that would create a record in their place is refused.
#[tokio::test]
async fn what_records_cannot_express_is_left_alone() {
    let weights = json!({"weighted_ips": [{"ip": "192.0.2.1", "weight": 2}]});
    let place = |matches: Json| json!({"matches": matches});
    let nowhere = json!([{"continents": [], "countries": [], "data": "192.0.2.1"}]);
    let somewhere = |value: &str| json!([{"continents": ["EU"], "countries": [], "data": value}]);
    let check = json!({"ips": ["192.0.2.1"], "url": "www.example.net", "strategy": "all"});
    for (of, value, fields) in [
        ("A", "192.0.2.9", json!({"new_config": {"kind": 1}})),
        (
            "A",
            "192.0.2.9",
            json!({"weighted_config": weights, "geo_ip_config": place(somewhere("192.0.2.1"))}),
        ),
        ("A", "192.0.2.9", json!({"geo_ip_config": place(nowhere)})),
        ("A", "192.0.2.9", json!({"geo_ip_config": place(somewhere("www"))})),
        ("A", "192.0.2.9", json!({"http_service_config": check})),
        ("A", "192.0.2.9", json!({"weighted_config": {"weighted_ips": []}})),
        ("CNAME", "a.example.net.", json!({"weighted_config": weights})),
        ("ALIAS", "a.example.net.", json!({"geo_ip_config": place(somewhere("b.example.net."))})),
    ] {
        let bench = bench().await;
        let mut row = json!({"name": "www", "type": of, "ttl": 300, "data": value, "id": "own"});
        row.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        bench.fake.api().provide_zone("unit.tests");
        bench.plant(row.clone());
        let other = suite::record("api", "A", "192.0.2.1");
        bench.converge(std::slice::from_ref(&other)).await;
        assert_eq!(bench.fake.api().item("unit.tests", Pick::Id("own")).unwrap(), row);
        let told = bench.plan(&[other, suite::record("www", of, value)]).await.unwrap_err();
        assert!(told.contains("hidden-record"), "{fields}: {told}");
    }
}
