//! What only services with this API do.

use octodns_core::{ServiceErrorKind, Severity, ZoneName};
use octodns_testkit::fake::{Fake, InjectedFault, Response};
use octodns_testkit::json::record_json;
use octodns_testkit::run::{Harness, render};
use octodns_testkit::store::{Pick, Store};
use octodns_testkit::two_clients::Reference;
use serde_json::{Value as Json, json};

use crate::service::{with_login, with_token};
use crate::{AUTH, CLASS, ENDPOINT, gcore};

fn harness(fake: &Fake<Store>, options: Json) -> Harness {
    let mut config = json!({
        "token": "hunter2", "endpoint": format!("{}/dns/v2", fake.url()),
        "auth_url": format!("{}/id", fake.url()),
        "http": {"requests_per_second": 100_000, "retry_wait": 0},
    });
    if let (Json::Object(config), Json::Object(options)) = (&mut config, options) {
        config.extend(options);
    }
    Harness::build(octodns_gcore::register, CLASS, &config).unwrap()
}

fn zone() -> ZoneName {
    ZoneName::new("unit.tests.").unwrap()
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

async fn plan_is_empty(harness: &Harness, records: &[Json]) {
    let plan = harness.plan(&harness.zone(&zone(), records)).await.unwrap();
    assert!(plan.is_none(), "{:#?}", plan.map(|plan| plan.changes));
}

/// Makes the service hold these records; a second plan must be empty.
async fn converge(harness: &Harness, records: &[Json]) {
    let plan = harness.plan(&harness.zone(&zone(), records)).await.unwrap().unwrap();
    harness.apply(&plan).await.result.unwrap();
    plan_is_empty(harness, records).await;
}

fn set(fake: &Fake<Store>) -> Json {
    fake.api().item("unit.tests", Pick::Set("www.unit.tests.", "A")).unwrap()
}

/// Changes a set behind the provider's back.
fn change(fake: &Fake<Store>, change: impl Fn(&mut Json)) {
    let mut changed = set(fake);
    change(&mut changed);
    let mut api = fake.api();
    api.delete("unit.tests", Pick::Set("www.unit.tests.", "A")).unwrap();
    api.plant("unit.tests", changed).unwrap();
}

/// Names of pools are the user's alone, and so is the order of rules for different places.
#[tokio::test]
async fn names_of_pools_do_not_matter() {
    let fake = Fake::start(with_token(gcore())).await;
    let harness = harness(&fake, json!({}));
    converge(&harness, &[geo(&["192.0.2.1"])]).await;
    let mut renamed = geo(&["192.0.2.1"]);
    renamed["dynamic"] = json!({
        "pools": {
            "a": {"values": [{"value": "192.0.2.9"}]},
            "b": {"values": [{"value": "192.0.2.1"}], "fallback": "a"},
        },
        "rules": [{"geos": ["AS-JP", "EU"], "pool": "b"}, {"pool": "a"}],
    });
    plan_is_empty(&harness, &[renamed.clone()]).await;
    renamed["dynamic"]["rules"][0]["geos"] = json!(["EU"]);
    converge(&harness, &[renamed]).await;
    assert_eq!(set(&fake)["resource_records"][0]["meta"], json!({"continents": ["EU"]}));
}

/// What others have set at the service stays, whatever becomes of the record.
#[tokio::test]
async fn unknown_meta_is_kept() {
    let fake = Fake::start(with_token(gcore())).await;
    let harness = harness(&fake, json!({}));
    converge(&harness, &[plain(&["192.0.2.1", "192.0.2.9"])]).await;
    change(&fake, |set| {
        set["meta"] = json!({"geodns_link": "cdn"});
        set["resource_records"][0]["meta"] = json!({"notes": "one", "asn": [65_000]});
        set["resource_records"][1]["enabled"] = false.into();
    });
    let besides = |fake: &Fake<Store>, value: &str| {
        let set = set(fake);
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
        converge(&harness, &[record]).await;
        assert_eq!(besides(&fake, "192.0.2.1"), (json!("one"), json!([65_000]), json!(true)));
        assert_eq!(besides(&fake, "192.0.2.9").2, false);
    }
    assert_eq!(set(&fake)["meta"], json!({"geodns_link": "cdn"}));
    assert_eq!(set(&fake)["filters"], Json::Null);
    // A record may say what its values have.
    let mut says = geo(&["192.0.2.1"]);
    let own = json!({"value": "192.0.2.1", "meta": {"notes": "two"}});
    says["octodns"] = json!({"gcore": {"resource_record_meta": [own]}});
    converge(&harness, &[says]).await;
    assert_eq!(besides(&fake, "192.0.2.1"), (json!("two"), Json::Null, json!(true)));
}

/// Sets with other filters are nobody's business.
#[tokio::test]
async fn other_filters_are_left_alone() {
    let fake = Fake::start(with_token(gcore())).await;
    let harness = harness(&fake, json!({}));
    converge(&harness, &[plain(&["192.0.2.1"])]).await;
    change(&fake, |set| set["filters"] = json!([{"type": "geodistance"}, {"type": "first_n"}]));
    let other = json!({"name": "other", "type": "A", "ttl": 60, "value": "192.0.2.2"});
    converge(&harness, std::slice::from_ref(&other)).await;
    let report = harness.plan(&harness.zone(&zone(), &[other, plain(&["192.0.2.3"])])).await;
    let report = report.unwrap_err();
    assert_eq!(report.of(Severity::Error).next().unwrap().code, "hidden-record");
}

/// A health check where values are chosen by place, which octoDNS does not read, and weights are somebody else's.
#[tokio::test]
async fn what_octodns_does_not_read_is_kept() {
    let fake = Fake::start(with_token(gcore())).await;
    let harness = harness(&fake, json!({}));
    converge(&harness, &[geo(&["192.0.2.1"])]).await;
    let check = json!({"protocol": "TCP", "port": 80, "timeout": 10, "frequency": 10});
    change(&fake, |set| {
        set["meta"] = json!({"failover": check});
        set["resource_records"][0]["meta"]["weight"] = json!(5);
        let filters = set["filters"].as_array_mut().unwrap();
        filters.insert(0, json!({"type": "healthcheck", "strict": false}));
    });
    plan_is_empty(&harness, &[geo(&["192.0.2.1"])]).await;
    converge(&harness, &[geo(&["192.0.2.1", "192.0.2.2"])]).await;
    let of = |set: Json| {
        let weight = set["resource_records"][0]["meta"]["weight"].clone();
        (set["filters"][0]["type"].clone(), set["meta"]["failover"]["port"].clone(), weight)
    };
    assert_eq!(of(set(&fake)), (json!("healthcheck"), json!(80), json!(5)));
    // A record may ask for another.
    let mut asks = geo(&["192.0.2.1", "192.0.2.2"]);
    asks["octodns"] = json!({"healthcheck": {"protocol": "TCP", "port": 8080}});
    converge(&harness, &[asks]).await;
    assert_eq!(of(set(&fake)), (json!("healthcheck"), json!(8080), json!(5)));
}

/// A service that shows filters in the newer form of its API alone gets them in that.
#[tokio::test]
async fn pickers_are_filters() {
    let fake = Fake::start(with_token(gcore())).await;
    let harness = harness(&fake, json!({}));
    converge(&harness, &[geo(&["192.0.2.1"])]).await;
    let renew = |set: &mut Json| {
        let filters = set.as_object_mut().unwrap().remove("filters").unwrap();
        set["pickers"] = filters;
    };
    change(&fake, renew);
    plan_is_empty(&harness, &[geo(&["192.0.2.1"])]).await;
    let plan = harness.plan(&harness.zone(&zone(), &[geo(&["192.0.2.2"])])).await.unwrap().unwrap();
    let seen = fake.control().measured().seen().len();
    harness.apply(&plan).await.result.unwrap();
    assert_eq!(fake.control().measured().seen().len(), seen + 1);
    assert!(set(&fake)["filters"].is_array(), "the fake took the pickers");
}

/// What the service cannot do is told before anything is sent.
#[tokio::test]
async fn what_cannot_be_is_told() {
    let fake = Fake::start(with_token(gcore())).await;
    let strict = harness(&fake, json!({}));
    let lenient = harness(&fake, json!({"strict_supports": false}));
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
        let desired = strict.zone(&zone(), std::slice::from_ref(&record));
        let report = strict.plan(&desired).await.unwrap_err();
        assert!(render(&report).contains(why), "{why}: {}", render(&report));
        converge(&lenient, &[record]).await;
        converge(&lenient, &[plain(&["192.0.2.7"])]).await;
    }
}

/// The names of a PTR or CNAME beyond the first.
#[tokio::test]
async fn what_records_cannot_express_is_told() {
    let fake = Fake::start(with_token(gcore())).await;
    let strict = harness(&fake, json!({}));
    converge(&strict, &[plain(&["192.0.2.1"])]).await;
    let names = json!([{"content": ["a.example.net"]}, {"content": ["b.example.net."]}]);
    let ptr = json!({"name": "ptr", "type": "ptr", "ttl": 60, "resource_records": names});
    fake.api().plant("unit.tests", ptr).unwrap();
    let report = strict.read(&zone()).await.unwrap_err();
    assert!(render(&report).contains("several values cannot be expressed"), "{}", render(&report));
    let read = harness(&fake, json!({"strict_supports": false})).read(&zone()).await.unwrap();
    let ptr = read.zone.records().find(|record| record.name().as_str() == "ptr").unwrap();
    assert_eq!(ptr.rdata_strings(), ["a.example.net."]);
}

/// Values of all forms, as others have written them.
#[tokio::test]
async fn loose_values_are_read() {
    let fake = Fake::start(with_token(gcore())).await;
    let harness = harness(&fake, json!({}));
    converge(&harness, &[plain(&["192.0.2.1"])]).await;
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
        fake.api().plant("unit.tests", item).unwrap();
        let read = harness.read(&zone()).await.unwrap();
        let name = name.to_lowercase().split('.').next().unwrap().to_owned();
        let found = read.zone.records().find(|record| record.name().as_str() == name).unwrap();
        assert_eq!(found.rdata_strings(), [expected], "{}", record_json(found));
    }
}

/// The service says so with any status.
#[tokio::test]
async fn a_zone_that_is_not_created_is_told() {
    let fake = Fake::start(with_token(gcore())).await;
    let harness = harness(&fake, json!({}));
    let plan =
        harness.plan(&harness.zone(&zone(), &[plain(&["192.0.2.1"])])).await.unwrap().unwrap();
    let refused = Response::json(200, json!({"error": "parent zone is already occupied"}));
    fake.control().faults().next(1, InjectedFault::Response(refused));
    let error = harness.apply(&plan).await.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Refused));
    assert!(error.with_causes().contains("parent zone is already occupied"), "{error}");
}

#[tokio::test]
async fn a_list_with_fewer_sets_than_the_service_counts_is_an_error() {
    let fake = Fake::start(with_token(gcore())).await;
    let harness = harness(&fake, json!({}));
    converge(&harness, &[plain(&["192.0.2.1"])]).await;
    let part = Response::json(200, json!({"rrsets": [], "total_amount": 1}));
    fake.control().faults().next(1, InjectedFault::Response(part));
    assert!(harness.read(&zone()).await.is_err());
}

#[tokio::test]
async fn options_choose_credentials_and_hosts() {
    let fake = Fake::start(with_login(gcore(), "/id/auth/jwt/login")).await;
    let (dns, id) = (format!("{}/dns/v2", fake.url()), format!("{}/id", fake.url()));
    let login = json!({"login": "me", "password": "hunter2"});
    for (mut options, is_valid) in [
        (login.clone(), true),
        (json!({"token": "token-1", "token_type": "Bearer"}), true),
        (json!({"login": "me"}), false),
        (json!({}), false),
    ] {
        options["url"] = json!(dns);
        options["auth_endpoint"] = json!(id);
        let built = Harness::build(octodns_gcore::register, CLASS, &options);
        assert_eq!(built.is_ok(), is_valid, "{options}");
        if let Ok(harness) = built {
            harness.provider().list_zones().await.unwrap();
        }
    }
    let mut wrong = login;
    wrong["password"] = json!("no");
    (wrong["endpoint"], wrong["url"], wrong["auth_url"]) = (json!(dns), json!(ENDPOINT), json!(id));
    let harness = Harness::build(octodns_gcore::register, CLASS, &wrong).unwrap();
    let error = harness.provider().list_zones().await.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Unauthorized));
}

/// What octoDNS has written is read as it was meant, though octoDNS itself does not.
#[tokio::test]
async fn dynamic_records_of_octodns_are_the_same() {
    let fake = Fake::start(with_token(gcore())).await;
    let config = json!({"token": "hunter2"});
    let Some(theirs) = Reference::of_package("octodns-gcore", CLASS, config) else { return };
    let theirs = theirs.reroute(ENDPOINT, &format!("{}/dns/v2", fake.url()));
    let theirs = theirs.reroute(AUTH, &format!("{}/id", fake.url()));
    let ours = harness(&fake, json!({}));
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
    let desired = ours.zone(&zone(), &[geo(&["192.0.2.1"]), checked]);
    let records: Vec<_> = desired.records().map(|record| record_json(record)).collect();
    theirs.apply(&zone(), &records).await;
    plan_is_empty(&ours, &records).await;
    let theirs_again = theirs.plan(&zone(), &records).await;
    assert!(theirs_again.iter().all(|change| change.contains("www")), "{theirs_again:?}");
}
