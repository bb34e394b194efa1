//! What only this service does with dynamic records.

use octodns_testkit::cassette::Replayed;
use octodns_testkit::store::Store;
use octodns_testkit::suite::Bench;
use serde_json::{Value as Json, json};

use crate::service::{FEEDS, LISTS, MONITORS, SOURCES};
use crate::suite;

async fn bench(options: Json) -> Bench {
    suite().bench(&options).await
}

/// A record with a pool for Europe, and one for the rest.
fn geo(name: &str, near: &[&str]) -> Json {
    let values: Vec<_> = near.iter().map(|value| json!({"value": value, "weight": 2})).collect();
    json!({
        "name": name, "type": "A", "ttl": 60, "values": ["192.0.2.90"],
        "dynamic": {
            "pools": {
                "eu": {"values": values, "fallback": "rest"},
                "rest": {"values": [{"value": "192.0.2.9"}]},
            },
            "rules": [{"geos": ["EU"], "pool": "eu"}, {"pool": "rest"}],
        },
    })
}

/// How many monitors, feeds, notify lists and data sources there are.
fn beside(bench: &Bench) -> [usize; 4] {
    [MONITORS, FEEDS, LISTS, SOURCES].map(|list| bench.fake.api().beside(list).len())
}

fn record(bench: &Bench, name: &str) -> Json {
    let domain = format!("{name}.unit.tests");
    bench.items("A").into_iter().find(|item| item["domain"] == *domain).unwrap()
}

/// Plans and applies in a run of its own.
async fn converge(bench: &Bench, records: &[Json]) {
    bench.harness.begin_run();
    bench.converge(records).await;
}

#[tokio::test]
async fn a_record_goes_with_all_that_was_made_for_it() {
    let bench = bench(json!({})).await;
    let other = geo("other", &["192.0.2.1"]);
    converge(&bench, std::slice::from_ref(&other)).await;
    let before = bench.fake.api().state();
    assert_eq!(beside(&bench), [2, 2, 2, 1]);
    converge(&bench, &[other.clone(), geo("www", &["192.0.2.1", "192.0.2.2"])]).await;
    assert_eq!(beside(&bench), [5, 5, 5, 1]);
    // One value less.
    converge(&bench, &[other.clone(), geo("www", &["192.0.2.2"])]).await;
    assert_eq!(beside(&bench), [4, 4, 4, 1]);
    converge(&bench, &[other]).await;
    assert_eq!(bench.fake.api().state(), before);
}

/// The data source is made once, with the first monitor of an account.
#[tokio::test]
async fn a_new_account_gets_a_data_source() {
    let bench = bench(json!({"shared_notifylist": true})).await;
    bench.fake.api().beside_mut(SOURCES).clear();
    converge(&bench, &[geo("www", &["192.0.2.1"]), geo("other", &["192.0.2.2"])]).await;
    assert_eq!(beside(&bench), [4, 4, 1, 1]);
    // What is shared stays.
    converge(&bench, &[crate::plain()]).await;
    assert_eq!(beside(&bench), [0, 0, 1, 1]);
}

/// octoDNS has one region for each pool and kind of target.
#[tokio::test]
async fn rules_of_one_pool_are_kept_apart() {
    let bench = bench(json!({})).await;
    let mut www = geo("www", &["192.0.2.1"]);
    www["dynamic"]["rules"] = json!([
        {"geos": ["EU", "AS-JP"], "pool": "eu"},
        {"geos": ["AF"], "pool": "rest"},
        {"geos": ["SA", "NA"], "pool": "eu", "subnets": ["10.0.0.0/8"]},
        {"pool": "rest"},
    ]);
    converge(&bench, &[www]).await;
    let regions = record(&bench, "www")["regions"].clone();
    let names: Vec<_> = regions.as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        names,
        [
            "eu__country",
            "eu__country-2",
            "eu__georegion",
            "eu__georegion-2",
            "eu__subnet",
            "rest__catchall",
            "rest__georegion",
        ]
    );
}

type Break = fn(&mut Store);

/// A check that is not as its record asks for is mended, whatever is wrong with it.
#[tokio::test]
async fn monitors_are_mended() {
    let bench = bench(json!({})).await;
    let www = [geo("www", &["192.0.2.1"])];
    converge(&bench, &www).await;
    let breaks: [(&str, Break); 5] = [
        ("another setting", |store| store.beside_mut(MONITORS)[0]["frequency"] = json!(7)),
        ("another region", |store| store.beside_mut(MONITORS)[0]["regions"] = json!(["ams"])),
        ("no notify list", |store| {
            let list = store.beside_mut(MONITORS)[0]["notify_list"].take();
            store.beside_mut(LISTS).retain(|held| held["id"] != list);
        }),
        ("no monitor", |store| {
            let job = store.beside_mut(MONITORS).remove(0);
            store.beside_mut(FEEDS).retain(|feed| feed["config"]["jobid"] != job["id"]);
            store.beside_mut(LISTS).retain(|list| list["id"] != job["notify_list"]);
        }),
        ("one too many", |store| {
            let mut job = store.beside(MONITORS)[0].clone();
            job["id"] = json!("id-of-another");
            job["notes"] = json!("host:www.unit.tests type:A value:192.0.2.77");
            job["notify_list"] = json!("");
            store.beside_mut(MONITORS).push(job);
        }),
    ];
    for (what, break_it) in breaks {
        break_it(&mut bench.fake.api());
        converge(&bench, &www).await;
        assert_eq!(beside(&bench), [2, 2, 2, 1], "{what}");
        let monitors = bench.fake.api().beside(MONITORS).to_vec();
        assert!(
            monitors
                .iter()
                .all(|job| job["frequency"] == 60 && job["regions"] == json!(["lga", "sin"])),
            "{what}"
        );
    }
}

/// The type of a monitor cannot be changed: a new one is there before the old one goes.
#[tokio::test]
async fn another_type_is_another_monitor() {
    let tcp = bench(json!({})).await;
    let www = [geo("www", &["192.0.2.1"])];
    converge(&tcp, &www).await;
    let http = suite()
        .bench(&json!({"use_http_monitors": true, "endpoint": format!("{}/v1", tcp.fake.url())}))
        .await;
    tcp.asked();
    http.converge(&www).await;
    let asked = tcp.asked();
    let first = |method: &str| asked.iter().position(|asked| asked.starts_with(method)).unwrap();
    assert!(first("PUT /v1/monitoring") < first("POST /v1/zones"), "{asked:?}");
    assert!(first("POST /v1/zones") < first("DELETE"), "{asked:?}");
    assert_eq!(beside(&tcp), [2, 2, 2, 1]);
    assert!(tcp.fake.api().beside(MONITORS).iter().all(|job| job["job_type"] == "http"));
}

/// Notify lists and monitors with other names are nobody's business.
#[tokio::test]
async fn what_others_made_stays() {
    let bench = bench(json!({})).await;
    converge(&bench, &[geo("www", &["192.0.2.1"])]).await;
    {
        let mut api = bench.fake.api();
        let mine = json!({"id": "mine", "name": "on call", "notify_list": []});
        api.beside_mut(LISTS).push(mine);
        for job in api.beside_mut(MONITORS) {
            job["notify_list"] = json!("mine");
        }
        let job = json!({"id": "job", "name": "mine", "notes": "watch this", "job_type": "tcp", "config": {"host": "192.0.2.1"}});
        api.beside_mut(MONITORS).push(job);
    }
    converge(&bench, &[crate::plain()]).await;
    let api = bench.fake.api();
    assert!(api.beside(LISTS).iter().any(|list| list["id"] == "mine"));
    let jobs: Vec<_> = api.beside(MONITORS).iter().map(|job| job["id"].clone()).collect();
    assert_eq!(jobs, ["job"]);
}

/// What a check needs, and cannot have, is told when planning.
#[tokio::test]
async fn checks_that_cannot_be_are_findings() {
    let without = bench(json!({"monitor_regions": []})).await;
    let problem = without.plan(&[geo("www", &["192.0.2.1"])]).await.unwrap_err();
    assert!(problem.contains("monitor_regions"), "{problem}");
    let mut up = geo("www", &["192.0.2.1"]);
    for pool in ["eu", "rest"] {
        up["dynamic"]["pools"][pool]["values"][0]["status"] = json!("up");
    }
    without.converge(&[up]).await;
    assert_eq!(beside(&without), [0, 0, 0, 1]);

    let bench = bench(json!({})).await;
    for (option, value) in [
        ("policy", json!("most")),
        ("frequency", json!(0)),
        ("frequency", json!("often")),
        ("connect_timeout", json!(-1)),
        ("http_version", json!("HTTP/3")),
    ] {
        let mut www = geo("www", &["192.0.2.1"]);
        www["octodns"] = json!({"ns1": {"healthcheck": {option: value}}});
        let problem = bench.plan(&[www]).await.unwrap_err();
        assert!(problem.contains("octodns.ns1.healthcheck"), "{option} {value}: {problem}");
    }
}
