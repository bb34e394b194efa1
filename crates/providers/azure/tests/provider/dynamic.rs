//! What only Traffic Manager does with dynamic records.

use octodns_testkit::fake::{InjectedFault, Request};
use octodns_testkit::store::{Pick, Store};
use octodns_testkit::suite::Bench;
use serde_json::{Value as Json, json};

use crate::service::{PROFILES, service};
use crate::{CLASS, a, suite};

async fn bench() -> Bench {
    suite(CLASS, service()).bench(&json!({})).await
}

/// A record with a pool for Europe that has a fallback, and one for the rest.
fn geo(name: &str, of: &str) -> Json {
    let value = |number: usize| match of {
        "A" => format!("192.0.2.{number}"),
        _ => format!("host-{number}.example.net."),
    };
    json!({
        "name": name, "type": of, "ttl": 60, "value": value(90),
        "dynamic": {
            "pools": {
                "eu": {
                    "fallback": "rest",
                    "values": [{"value": value(1), "weight": 2}, {"value": value(2), "weight": 3}],
                },
                "rest": {"values": [{"value": value(9)}]},
            },
            "rules": [{"geos": ["EU"], "pool": "eu"}, {"pool": "rest"}],
        },
    })
}

fn names(bench: &Bench) -> Vec<String> {
    let api = bench.fake.api();
    let mut names: Vec<_> =
        api.beside(PROFILES).iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// Plans and applies in a run of its own.
async fn converge(bench: &Bench, records: &[Json]) {
    bench.harness.begin_run();
    bench.converge(records).await;
}

#[tokio::test]
async fn a_record_has_a_tree_of_profiles() {
    let bench = bench().await;
    converge(&bench, &[geo("www", "CNAME")]).await;
    let expected = [
        "www--unit--tests",
        "www--unit--tests-pool-eu",
        "www--unit--tests-rule-eu",
        "www--unit--tests-rule-rest",
    ];
    assert_eq!(names(&bench), expected);
    converge(&bench, &[a("beside", 1)]).await;
    assert!(names(&bench).is_empty());
}

/// The requests that change something, in order, without what is the same in all.
fn writes(bench: &Bench) -> Vec<String> {
    let asked =
        bench.asked().into_iter().filter(|it| !it.starts_with("GET") && !it.starts_with("POST"));
    let short = |it: String| {
        let method = it.split(' ').next().unwrap_or_default().to_owned();
        let end = it.rsplit("Microsoft.Network/").next().unwrap_or_default();
        format!("{method} {}", end.split('?').next().unwrap_or_default())
    };
    asked.map(short).collect()
}

/// Children before parents, and the other way round when they go.
#[tokio::test]
async fn profiles_come_and_go_in_order() {
    let bench = bench().await;
    converge(&bench, &[a("beside", 1)]).await;
    bench.asked();
    let beside = a("beside", 1);
    converge(&bench, &[beside.clone(), geo("www", "A")]).await;
    let put = |name: &str| format!("PUT trafficmanagerprofiles/www--unit--tests-A{name}");
    let delete = |name: &str| format!("DELETE trafficmanagerprofiles/www--unit--tests-A{name}");
    let path = "dnsZones/unit.tests/A/www";
    let expected = [
        put("-pool-eu"),
        put("-rule-eu"),
        put("-rule-rest"),
        // Without endpoints first, since a set of addresses is to lead to it.
        put(""),
        format!("PUT {path}"),
        put(""),
    ];
    assert_eq!(writes(&bench), expected);
    converge(&bench, &[beside]).await;
    let mut sent = writes(&bench);
    sent[2..4].sort();
    let expected = [
        format!("DELETE {path}"),
        delete(""),
        delete("-rule-eu"),
        delete("-rule-rest"),
        delete("-pool-eu"),
    ];
    assert_eq!(sent, expected);
}

/// A set of addresses has its new TTL, without naming its profile again, which the service would refuse.
#[tokio::test]
async fn another_ttl_reaches_the_set() {
    for (of, method) in [("A", "PATCH"), ("CNAME", "PUT")] {
        let bench = bench().await;
        converge(&bench, &[geo("www", of)]).await;
        bench.asked();
        let mut slower = geo("www", of);
        slower["ttl"] = json!(300);
        converge(&bench, &[slower]).await;
        let last = writes(&bench).pop().unwrap();
        assert_eq!(last, format!("{method} dnsZones/unit.tests/{of}/www"));
    }
}

type Break = fn(&mut Store);

fn first(store: &mut Store) -> &mut Json {
    let all = store.beside_mut(PROFILES);
    all.iter_mut().find(|it| it["name"] == "www--unit--tests-pool-eu").unwrap()
}

/// A profile that is not as its record asks for is mended, whatever is wrong with it.
#[tokio::test]
async fn profiles_are_mended() {
    let bench = bench().await;
    let www = [geo("www", "CNAME")];
    converge(&bench, &www).await;
    let before = bench.fake.api().beside(PROFILES).len();
    let breaks: [(&str, Break); 7] = [
        ("a check", |store| first(store)["properties"]["monitorConfig"]["path"] = json!("/odd")),
        ("a header", |store| {
            first(store)["properties"]["monitorConfig"]["customHeaders"] = Json::Null;
        }),
        ("a TTL", |store| first(store)["properties"]["dnsConfig"]["ttl"] = json!(7)),
        ("off", |store| first(store)["properties"]["profileStatus"] = json!("Disabled")),
        ("a weight", |store| {
            first(store)["properties"]["endpoints"][0]["properties"]["weight"] = json!(77);
        }),
        ("one too many", |store| {
            let mut profile = first(store).clone();
            profile["name"] = json!("www--unit--tests-pool-old");
            store.beside_mut(PROFILES).push(profile);
        }),
        ("another geo", |store| {
            let mut profile = first(store).clone();
            profile["name"] = json!("www--unit--tests-geo");
            store.beside_mut(PROFILES).push(profile);
        }),
    ];
    for (what, break_it) in breaks {
        break_it(&mut bench.fake.api());
        bench.harness.begin_run();
        assert!(bench.plan(&www).await.unwrap().is_some(), "{what}");
        converge(&bench, &www).await;
        assert_eq!(bench.fake.api().beside(PROFILES).len(), before, "{what}");
    }
}

/// The service shows ids and names in its own case, and adds what means nothing for the method.
#[tokio::test]
async fn the_spelling_of_the_service_is_no_change() {
    let bench = bench().await;
    let www = [geo("www", "CNAME"), geo("host", "A")];
    converge(&bench, &www).await;
    for profile in bench.fake.api().beside_mut(PROFILES) {
        profile["id"] = json!(profile["id"].as_str().unwrap().to_uppercase());
        profile["properties"]["profileStatus"] = json!("Enabled");
        for endpoint in profile["properties"]["endpoints"].as_array_mut().unwrap() {
            let properties = &mut endpoint["properties"];
            if let Some(id) = properties["targetResourceId"].as_str() {
                properties["targetResourceId"] = json!(id.to_lowercase());
            }
            for (key, value) in [("weight", 1), ("priority", 1)] {
                if properties.get(key).is_none() {
                    properties[key] = json!(value);
                }
            }
        }
    }
    bench.harness.begin_run();
    assert!(bench.plan(&www).await.unwrap().is_none());
}

/// What an interrupted change has left goes with the next plan, parents before their children, and nothing else does.
#[tokio::test]
async fn what_an_interrupted_change_has_left_is_deleted() {
    let bench = bench().await;
    bench.fake.api().provide_zone("deeper.unit.tests");
    let www = geo("www", "CNAME");
    converge(&bench, &[www.clone(), geo("old", "A"), geo("plain", "A")]).await;
    // Of records of another zone, and of others.
    let some = bench.fake.api().beside(PROFILES)[0].clone();
    for name in ["www--deeper--unit--tests-pool-eu", "www--unit--tests-mine", "unit--tests-pool-eu"]
    {
        let mut other = some.clone();
        other["name"] = json!(name);
        other["id"] =
            json!(format!("/x/providers/Microsoft.Network/trafficManagerProfiles/{name}"));
        bench.fake.api().beside_mut(PROFILES).push(other);
    }
    let desired = [www, a("plain", 1)];
    let is_it = |request: &Request| {
        request.method == "DELETE" && request.target.contains("trafficmanagerprofiles")
    };
    bench.faults().next_of(is_it, 99, InjectedFault::json(400, json!({})));
    bench.harness.begin_run();
    bench.apply(&desired).await.result.unwrap_err();
    bench.faults().clear();
    bench.harness.begin_run();
    let plan = bench.plan(&desired).await.unwrap().unwrap();
    bench.asked();
    bench.harness.apply(&plan).await.result.unwrap();
    let deleted: Vec<_> = writes(&bench).into_iter().filter(|it| it.contains("profiles")).collect();
    let at = |name: &str| {
        let end = format!("trafficmanagerprofiles/{name}");
        deleted.iter().position(|it| it.ends_with(&end)).unwrap_or_else(|| panic!("{deleted:?}"))
    };
    for of in ["old--unit--tests-A", "plain--unit--tests-A"] {
        assert!(at(of) < at(&format!("{of}-rule-eu")));
        assert!(at(&format!("{of}-rule-eu")) < at(&format!("{of}-pool-eu")));
    }
    bench.harness.begin_run();
    bench.is_settled(&desired).await;
    let left = names(&bench);
    assert!(!left.iter().any(|name| name.starts_with("old") || name.starts_with("plain")));
    assert_eq!(left.len(), 4 + 3, "{left:?}");
}

/// A set that leads to somebody else's profile stays, and nothing takes its place.
#[tokio::test]
async fn profiles_of_others_are_left_alone() {
    let bench = bench().await;
    converge(&bench, &[a("beside", 1)]).await;
    let profile = json!({
        "id": "/x/providers/Microsoft.Network/trafficManagerProfiles/mine", "name": "mine",
        "properties": {"trafficRoutingMethod": "Performance", "endpoints": []},
    });
    let alias = json!({
        "name": "fast", "type": "CNAME", "ttl": 60, "values": ["alias"], "alias": profile["id"],
    });
    bench.fake.api().beside_mut(PROFILES).push(profile);
    bench.fake.api().plant("unit.tests", alias).unwrap();
    bench.harness.begin_run();
    let fast = json!({"name": "fast", "type": "CNAME", "ttl": 60, "value": "a.example."});
    let problem = bench.plan(&[a("beside", 1), fast]).await.unwrap_err();
    assert!(problem.contains("records cannot express"), "{problem}");
    converge(&bench, &[a("beside", 2)]).await;
    assert_eq!(names(&bench), ["mine"]);
}

/// A set of octoDNS whose profile somebody has emptied is repaired.
#[tokio::test]
async fn an_emptied_profile_is_filled_again() {
    let bench = bench().await;
    let www = [geo("www", "A"), a("beside", 1)];
    converge(&bench, &www).await;
    for profile in bench.fake.api().beside_mut(PROFILES) {
        if profile["name"] == "www--unit--tests-A" {
            profile["properties"]["endpoints"] = json!([]);
        }
    }
    converge(&bench, &www).await;
    assert!(bench.fake.api().item("unit.tests", Pick::Set("www", "A")).is_ok());
}

/// What Traffic Manager cannot hold is told when planning.
#[tokio::test]
async fn what_cannot_be_a_profile_is_refused_when_planning() {
    let bench = bench().await;
    let with = |change: &dyn Fn(&mut Json)| {
        let mut record = geo("www", "A");
        change(&mut record);
        record
    };
    let own = |options: Json| {
        with(&|record| record["octodns"] = json!({"azuredns": {"healthcheck": options}}))
    };
    for (record, why) in [
        (geo("_x", "A"), "would have a \"_\" in its name"),
        (geo("*", "A"), "would have a \"*\" in its name"),
        (geo(&"a".repeat(50), "A"), "63 is the most"),
        (
            with(&|record| {
                record.as_object_mut().unwrap().remove("value");
                record["values"] = json!(["192.0.2.7", "192.0.2.8"]);
            }),
            "one value besides its pools",
        ),
        (
            with(&|record| {
                let pools = &mut record["dynamic"]["pools"];
                pools["eu"]["values"] = json!([{"value": "192.0.2.9"}]);
            }),
            "the endpoint 192.0.2.9 twice",
        ),
        (own(json!({"interval": 20})), "is neither 10 nor 30"),
        (own(json!({"interval": 10, "timeout": 10})), "is not from 5 to 9"),
        (own(json!({"num_failures": 10})), "is not from 0 to 9"),
        (own(json!({"interval": "often"})), "octodns.azuredns.healthcheck"),
    ] {
        let problem = bench.plan(std::slice::from_ref(&record)).await.unwrap_err();
        assert!(problem.contains(why), "{why}: {problem}");
    }
    // Names of profiles have no dots.
    let both = [geo("a.b", "CNAME"), geo("a--b", "CNAME")];
    let problem = bench.plan(&both).await.unwrap_err();
    assert!(problem.contains("would be that of"), "{problem}");
}

/// Rules of networks and places share pools with the rule for the rest.
#[tokio::test]
async fn a_pool_may_be_that_of_the_rest_as_well() {
    let bench = bench().await;
    let networks = json!(["10.0.0.0/8"]);
    for rules in [
        json!([{"geos": ["EU"], "pool": "rest"}, {"pool": "rest"}]),
        json!([{"subnets": networks, "pool": "rest"}, {"pool": "rest"}]),
        json!([{"subnets": networks, "pool": "rest"}, {"geos": ["EU"], "pool": "eu"}, {"pool": "rest"}]),
        json!([
            {"subnets": networks, "geos": ["AS", "OC"], "pool": "rest"},
            {"geos": ["EU"], "pool": "eu"},
            {"pool": "rest"},
        ]),
    ] {
        let mut www = geo("www", "CNAME");
        let has_eu = rules.as_array().unwrap().iter().any(|rule| rule["pool"] == "eu");
        if !has_eu {
            www["dynamic"]["pools"].as_object_mut().unwrap().remove("eu");
        }
        www["dynamic"]["rules"] = rules;
        converge(&bench, &[www]).await;
    }
}

/// The record's own value in a pool is in the profile once, whatever its status.
#[tokio::test]
async fn the_own_value_of_a_record_may_be_in_a_pool() {
    let bench = bench().await;
    for (values, rest) in [
        (json!([{"value": "192.0.2.90", "status": "up"}]), json!([{"value": "192.0.2.9"}])),
        (json!([{"value": "192.0.2.90"}]), json!([{"value": "192.0.2.9"}])),
        (
            json!([{"value": "192.0.2.90", "status": "up"}, {"value": "192.0.2.1"}]),
            json!([{"value": "192.0.2.90", "status": "down"}]),
        ),
    ] {
        let mut www = geo("www", "A");
        www["dynamic"]["pools"]["eu"]["values"] = values;
        www["dynamic"]["pools"]["rest"]["values"] = rest;
        converge(&bench, &[www]).await;
    }
}
