//! What only services with this API do.

use octodns_core::ServiceErrorKind;
use octodns_testkit::fake::{InjectedFault, Request};
use octodns_testkit::json::record_json;
use octodns_testkit::store::Pick;
use octodns_testkit::suite::{Bench, record};
use octodns_testkit::two_clients::Reference;
use serde_json::{Value as Json, json};

use crate::{AUTH, CLASS, ENDPOINT, suite, suite_with_login};

async fn bench() -> Bench {
    suite().bench(&json!({})).await
}

fn plain(values: &[&str]) -> Json {
    json!({"name": "www", "type": "A", "ttl": 60, "values": values})
}

/// A record with a pool for Europe and one for the rest, by any names.
fn geo(near: &[&str]) -> Json {
    let near: Vec<_> = near.iter().map(|value| json!({"value": value})).collect();
    json!({
        "name": "www", "type": "A", "ttl": 60, "values": ["192.0.2.9"],
        "dynamic": {
            "pools": {"eu": {"values": near}, "rest": {"values": [{"value": "192.0.2.9"}]}},
            "rules": [{"geos": ["EU", "AS-JP"], "pool": "eu"}, {"pool": "rest"}],
        },
    })
}

fn set(bench: &Bench) -> Json {
    bench.fake.api().item("unit.tests", Pick::Set("www.unit.tests.", "A")).unwrap()
}

/// Changes a set behind the provider's back.
fn change(bench: &Bench, change: impl Fn(&mut Json)) {
    let mut changed = set(bench);
    change(&mut changed);
    bench.fake.api().delete("unit.tests", Pick::Set("www.unit.tests.", "A")).unwrap();
    bench.plant(changed);
}

/// Names of pools are the user's alone, and so is the order of rules for different places.
#[tokio::test]
async fn names_of_pools_do_not_matter() {
    let bench = bench().await;
    bench.converge(&[geo(&["192.0.2.1"])]).await;
    let mut renamed = geo(&["192.0.2.1"]);
    renamed["dynamic"] = json!({
        "pools": {
            "a": {"values": [{"value": "192.0.2.9"}]},
            "b": {"values": [{"value": "192.0.2.1"}], "fallback": "a"},
        },
        "rules": [{"geos": ["AS-JP", "EU"], "pool": "b"}, {"pool": "a"}],
    });
    bench.is_settled(&[renamed.clone()]).await;
    renamed["dynamic"]["rules"][0]["geos"] = json!(["EU"]);
    bench.converge(&[renamed]).await;
    assert_eq!(set(&bench)["resource_records"][0]["meta"], json!({"continents": ["EU"]}));
}

/// What others have set at the service stays, whatever becomes of the record.
#[tokio::test]
async fn unknown_meta_is_kept() {
    let bench = bench().await;
    bench.converge(&[plain(&["192.0.2.1", "192.0.2.9"])]).await;
    change(&bench, |set| {
        set["meta"] = json!({"geodns_link": "cdn"});
        set["resource_records"][0]["meta"] = json!({"notes": "one", "asn": [65_000]});
        set["resource_records"][1]["enabled"] = false.into();
    });
    let besides = |bench: &Bench, value: &str| {
        let set = set(bench);
        assert_eq!(set["meta"]["geodns_link"], "cdn");
        let mut records = set["resource_records"].as_array().unwrap().iter();
        let record = records.find(|record| record["content"] == json!([value])).unwrap();
        (record["meta"]["notes"].clone(), record["meta"]["asn"].clone(), record["enabled"].clone())
    };
    let checked = {
        let mut checked = geo(&["192.0.2.1", "192.0.2.2"]);
        checked["octodns"] = json!({"healthcheck": {"protocol": "TCP", "port": 80}});
        checked
    };
    for record in [
        plain(&["192.0.2.1", "192.0.2.3", "192.0.2.9"]),
        geo(&["192.0.2.1"]),
        checked,
        plain(&["192.0.2.1", "192.0.2.9"]),
    ] {
        bench.converge(&[record]).await;
        assert_eq!(besides(&bench, "192.0.2.1"), (json!("one"), json!([65_000]), json!(true)));
        assert_eq!(besides(&bench, "192.0.2.9").2, false);
    }
    assert_eq!(set(&bench)["meta"], json!({"geodns_link": "cdn"}));
    assert_eq!(set(&bench)["filters"], Json::Null);
    // A record may say what its values have.
    let mut says = geo(&["192.0.2.1"]);
    let own = json!({"value": "192.0.2.1", "meta": {"notes": "two"}});
    says["octodns"] = json!({"gcore": {"resource_record_meta": [own]}});
    bench.converge(&[says]).await;
    assert_eq!(besides(&bench, "192.0.2.1"), (json!("two"), Json::Null, json!(true)));
}

/// Sets with other filters are nobody's business.
#[tokio::test]
async fn other_filters_are_left_alone() {
    let bench = bench().await;
    bench.converge(&[plain(&["192.0.2.1"])]).await;
    change(&bench, |set| set["filters"] = json!([{"type": "geodistance"}, {"type": "first_n"}]));
    let other = record("other", "A", "192.0.2.2");
    bench.converge(std::slice::from_ref(&other)).await;
    let told = bench.plan(&[other, plain(&["192.0.2.3"])]).await.unwrap_err();
    assert!(told.contains("hidden-record"), "{told}");
}

/// A health check where values are chosen by place, which octoDNS does not read, and weights are somebody else's.
#[tokio::test]
async fn what_octodns_does_not_read_is_kept() {
    let bench = bench().await;
    bench.converge(&[geo(&["192.0.2.1"])]).await;
    let check = json!({"protocol": "TCP", "port": 80, "timeout": 10, "frequency": 10});
    change(&bench, |set| {
        set["meta"] = json!({"failover": check});
        set["resource_records"][0]["meta"]["weight"] = json!(5);
        let filters = set["filters"].as_array_mut().unwrap();
        filters.insert(0, json!({"type": "healthcheck", "strict": false}));
    });
    bench.is_settled(&[geo(&["192.0.2.1"])]).await;
    bench.converge(&[geo(&["192.0.2.1", "192.0.2.2"])]).await;
    let of = |set: Json| {
        let weight = set["resource_records"][0]["meta"]["weight"].clone();
        (set["filters"][0]["type"].clone(), set["meta"]["failover"]["port"].clone(), weight)
    };
    assert_eq!(of(set(&bench)), (json!("healthcheck"), json!(80), json!(5)));
    // A record may ask for another.
    let mut asks = geo(&["192.0.2.1", "192.0.2.2"]);
    asks["octodns"] = json!({"healthcheck": {"protocol": "TCP", "port": 8080}});
    bench.converge(&[asks]).await;
    assert_eq!(of(set(&bench)), (json!("healthcheck"), json!(8080), json!(5)));
}

/// A service that shows filters in the newer form of its API alone gets them in that.
#[tokio::test]
async fn pickers_are_filters() {
    let bench = bench().await;
    bench.converge(&[geo(&["192.0.2.1"])]).await;
    let renew = |set: &mut Json| {
        let filters = set.as_object_mut().unwrap().remove("filters").unwrap();
        set["pickers"] = filters;
    };
    change(&bench, renew);
    bench.is_settled(&[geo(&["192.0.2.1"])]).await;
    bench.apply_after(&[geo(&["192.0.2.2"])], || drop(bench.asked())).await.result.unwrap();
    assert_eq!(bench.asked().len(), 1);
    assert!(set(&bench)["filters"].is_array(), "the fake took the pickers");
}

/// What the service cannot do is told before anything is sent.
#[tokio::test]
async fn what_cannot_be_is_told() {
    let with = |change: &dyn Fn(&mut Json)| {
        let mut record = geo(&["192.0.2.1", "192.0.2.2"]);
        change(&mut record);
        record
    };
    let check = |options: Json| {
        move |record: &mut Json| {
            record["octodns"] = json!({"healthcheck": {"protocol": "HTTP"}});
            record["octodns"]["gcore"] = json!({"healthcheck": options});
        }
    };
    for (record, why) in [
        (
            with(&|record| record["dynamic"]["pools"]["eu"]["values"][0]["weight"] = json!(3)),
            "the weights of values in the pools eu are not supported",
        ),
        (
            with(&|record| {
                record["dynamic"]["pools"]["eu"]["fallback"] = json!("third");
                record["dynamic"]["pools"]["third"] = json!({"values": [{"value": "192.0.2.3"}]});
            }),
            "the pool eu falls back to third, which is not supported",
        ),
        (with(&check(json!({"frequency": 5}))), "frequency is no number from 10 to 3600"),
        (with(&check(json!({"timeout": "long"}))), "timeout is no number from 1 to 10"),
        (
            with(&|record| record["octodns"]["healthcheck"] = json!({"protocol": "GRPC"})),
            "the protocol GRPC is none of HTTP, HTTPS, TCP, UDP and ICMP",
        ),
        (
            with(&|record| record["octodns"]["gcore"] = json!({"resource_record_meta": 5})),
            "resource_record_meta is no list of mappings",
        ),
    ] {
        let strict = bench().await;
        let told = strict.plan(std::slice::from_ref(&record)).await.unwrap_err();
        assert!(told.contains(why), "{why}: {told}");
        let lenient = strict.lenient();
        lenient.converge(&[record]).await;
        lenient.converge(&[plain(&["192.0.2.7"])]).await;
    }
}

/// The names of a PTR or CNAME beyond the first.
#[tokio::test]
async fn what_records_cannot_express_is_told() {
    let strict = bench().await;
    strict.converge(&[plain(&["192.0.2.1"])]).await;
    let names = json!([{"content": ["a.example.net"]}, {"content": ["b.example.net."]}]);
    let ptr = json!({"name": "ptr", "type": "ptr", "ttl": 60, "resource_records": names});
    strict.plant(ptr);
    let told = strict.read_error().await;
    assert!(told.contains("several values cannot be expressed"), "{told}");
    let lenient = strict.lenient();
    let read = lenient.harness.read(&lenient.zone).await.unwrap();
    let ptr = read.zone.records().find(|record| record.name().as_str() == "ptr").unwrap();
    assert_eq!(ptr.rdata_strings(), ["a.example.net."]);
}

/// Values of all forms, as others have written them.
#[tokio::test]
async fn loose_values_are_read() {
    let bench = bench().await;
    bench.converge(&[plain(&["192.0.2.1"])]).await;
    for (name, of, content, expected) in [
        ("Mixed.Unit.Tests", "txt", json!(["one ", "two"]), "\"one two\""),
        ("quoted", "TXT", json!(["\"a \\\"b\\\"\" \"c\""]), "\"a \\\"b\\\"c\""),
        ("whole", "MX", json!(["10 mail.example.net"]), "10 mail.example.net."),
        (
            "caa.unit.tests.",
            "CAA",
            json!([0, "issue", "ca.example; a=b"]),
            "0 issue \"ca.example; a=b\"",
        ),
    ] {
        let records = json!([{"content": content}]);
        let item = json!({"name": name, "type": of, "ttl": 60, "resource_records": records});
        bench.plant(item);
        let read = bench.harness.read(&bench.zone).await.unwrap();
        let name = name.to_lowercase().split('.').next().unwrap().to_owned();
        let found = read.zone.records().find(|record| record.name().as_str() == name).unwrap();
        assert_eq!(found.rdata_strings(), [expected], "{}", record_json(found));
    }
}

/// The service says so with any status.
#[tokio::test]
async fn a_zone_that_is_not_created_is_told() {
    let bench = bench().await;
    let refused = InjectedFault::json(200, json!({"error": "parent zone is already occupied"}));
    bench.faults().next_of(Request::is_write, 1, refused);
    let error = bench.apply(&[plain(&["192.0.2.1"])]).await.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Refused));
    assert!(error.with_causes().contains("parent zone is already occupied"), "{error}");
}

#[tokio::test]
async fn a_list_with_fewer_sets_than_the_service_counts_is_an_error() {
    let bench = bench().await;
    bench.converge(&[plain(&["192.0.2.1"])]).await;
    let part = json!({"rrsets": [], "total_amount": 1});
    bench.faults().next(1, InjectedFault::json(200, part));
    bench.read_error().await;
}

#[tokio::test]
async fn options_choose_credentials_and_hosts() {
    let suite = suite_with_login();
    let lacking = Some("set `token`, or `login` and `password`");
    let without_login = json!({"login": null, "password": null});
    let mut with_token = without_login.clone();
    (with_token["token"], with_token["token_type"]) = (json!("token-1"), json!("Bearer"));
    suite.check_options(&[
        (json!({}), None),
        (with_token.clone(), None),
        (json!({"password": null}), lacking),
        (without_login, lacking),
    ]);
    let bench = suite.bench(&json!({})).await;
    bench.harness.provider().list_zones().await.unwrap();
    // The token of that login.
    with_token["url"] = json!(format!("{}/dns/v2", bench.fake.url()));
    let other = suite.bench(&with_token).await;
    other.harness.provider().list_zones().await.unwrap();
    // The endpoint comes before the URL.
    let dns = format!("{}/dns/v2", bench.fake.url());
    let wrong = suite.bench(&json!({"password": "no", "endpoint": dns, "url": ENDPOINT})).await;
    let error = wrong.harness.provider().list_zones().await.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Unauthorized));
}

/// What octoDNS has written is read as it was meant, though octoDNS itself does not.
#[tokio::test]
async fn dynamic_records_of_octodns_are_the_same() {
    let bench = bench().await;
    let config = json!({"token": "hunter2"});
    let Some(theirs) = Reference::of_package("octodns-gcore", CLASS, config) else { return };
    let theirs = theirs.reroute(ENDPOINT, &format!("{}/dns/v2", bench.fake.url()));
    let theirs = theirs.reroute(AUTH, &format!("{}/id", bench.fake.url()));
    let mut checked = geo(&["192.0.2.1"]);
    checked["name"] = json!("checked");
    checked["values"] = json!(["192.0.2.1", "192.0.2.2"]);
    let values = json!([{"value": "192.0.2.1"}, {"value": "192.0.2.2"}]);
    checked["dynamic"] =
        json!({"pools": {"pool-0": {"values": values}}, "rules": [{"pool": "pool-0"}]});
    checked["octodns"] = json!({
        "healthcheck": {"host": "h.example.net", "path": "/", "port": 80, "protocol": "HTTP"},
        "gcore": {"healthcheck": {
            "frequency": 300, "http_status_code": 200, "method": "GET", "regexp": "ok", "timeout": 10,
            "tls": false,
        }},
    });
    let desired = bench.harness.zone(&bench.zone, &[geo(&["192.0.2.1"]), checked]);
    let records: Vec<_> = desired.records().map(|record| record_json(record)).collect();
    theirs.apply(&bench.zone, &records).await;
    bench.is_settled(&records).await;
    let theirs_again = theirs.plan(&bench.zone, &records).await;
    assert!(theirs_again.iter().all(|change| change.contains("www")), "{theirs_again:?}");
}
