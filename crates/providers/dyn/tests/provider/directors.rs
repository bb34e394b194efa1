//! Traffic Directors: dynamic records, and those with a `geo` section.

use std::slice;

use octodns_core::Plan;
use octodns_testkit::cassette::Cassettes;
use octodns_testkit::fake::{Fake, InjectedFault, Seen};
use octodns_testkit::json::record_json;
use octodns_testkit::run::{Harness, render};
use octodns_testkit::store::Store;
use serde_json::{Value as Json, json};

use crate::director_service::{MONITORS, SERVICES};
use crate::service::service;
use crate::{harness, zone};

async fn started() -> (Fake<Store>, Harness) {
    let fake = Fake::start(service()).await;
    let harness = directed(&fake);
    (fake, harness)
}

fn directed(fake: &Fake<Store>) -> Harness {
    harness(fake, json!({"traffic_directors_enabled": true}))
}

/// Makes the zone hold these records, and returns the writing calls: method and path.
async fn made(fake: &Fake<Store>, records: &[Json]) -> Vec<String> {
    let harness = directed(fake);
    let desired = harness.zone(&zone(), records);
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    fake.control().measured().clear();
    harness.apply(&plan).await.result.unwrap();
    let calls = writes(fake);
    let again = directed(fake).plan(&desired).await.unwrap();
    assert!(again.is_none(), "{:?}", again.map(|plan| told(&plan)));
    calls
}

fn told(plan: &Plan) -> Vec<String> {
    plan.changes.iter().map(|change| change.display(&zone()).to_string()).collect()
}

/// The writing calls but logins, without ids: `POST DSFRuleset`.
fn writes(fake: &Fake<Store>) -> Vec<String> {
    let seen = fake.seen().into_iter().filter(Seen::is_write);
    let call = |seen: Seen| {
        let path = seen.target.trim_start_matches("/REST/").split('/').next().unwrap().to_owned();
        format!("{} {path}", seen.method)
    };
    seen.map(call).filter(|call| call != "POST Session").collect()
}

fn dynamic(pools: &Json, rules: &Json) -> Json {
    json!({
        "name": "www", "type": "A", "ttl": 60, "values": ["192.0.2.1", "192.0.2.2"],
        "dynamic": {"pools": pools, "rules": rules},
        "octodns": {"healthcheck": {"host": "hc.unit.tests", "path": "/_ping"}},
    })
}

fn pools(last: u32) -> Json {
    json!({
        "one": {"fallback": "two", "values": [{"value": "192.0.2.3"}]},
        "two": {"fallback": "three", "values": [
            {"value": "192.0.2.4", "weight": 2}, {"value": "192.0.2.5", "weight": 8},
        ]},
        "three": {"values": [{"value": format!("192.0.2.{last}")}]},
    })
}

fn rules() -> Json {
    json!([{"pool": "one", "geos": ["AF", "AS-JP", "EU", "NA-US-CA"]}, {"pool": "three"}])
}

fn geo(of: &str, codes: &[(&str, &str)]) -> Json {
    let places: serde_json::Map<_, _> =
        codes.iter().map(|(code, value)| ((*code).to_owned(), json!([value]))).collect();
    json!({"name": "www", "type": of, "ttl": 60, "values": ["192.0.2.1"], "geo": places})
}

/// What is sent for a new record is what octoDNS sends, but that a ruleset gets its pools in one call.
#[tokio::test]
async fn a_new_record_is_what_octodns_makes() {
    let Some(files) = Cassettes::raw("dyn") else { return };
    let (_, recorded) = files.into_iter().find(|(file, _)| file == "dynamic.json").unwrap();
    let (fake, harness) = started().await;
    fake.api().add_zone("unit.tests", None);
    let desired = harness.zone(&zone(), recorded["desired"].as_array().unwrap());
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    harness.apply(&plan).await.result.unwrap();
    let sent =
        fake.seen().into_iter().filter(|seen| seen.is_write() && !seen.target.contains("Session"));
    let ours = sent.map(|seen| (seen.method, seen.target, seen.body));
    let text = |json: &Json| json.as_str().unwrap().to_owned();
    let theirs = recorded["requests"].as_array().unwrap().iter();
    let theirs =
        theirs.map(|sent| (text(&sent["method"]), text(&sent["url"]), sent["body"].clone()));
    assert_eq!(told_of(ours), told_of(theirs));
}

/// Bodies by what they create, without ids and what is random; pools of rulesets by their labels.
fn told_of(sent: impl Iterator<Item = (String, String, Json)>) -> Vec<(String, Json)> {
    let mut told = Vec::new();
    for (method, target, mut body) in sent {
        let path = target.rsplit_once("REST/").unwrap().1.split('/').next().unwrap().to_owned();
        if method == "PUT" && path == "DSFRuleset" {
            continue;
        }
        if let Some((prefix, _)) = body["label"].as_str().and_then(|label| label.rsplit_once(':'))
            && path == "DSFRuleset"
        {
            body["label"] = prefix.into();
        }
        if let Some(monitor) = body.pointer_mut("/rs_chains/0/record_sets/0/dsf_monitor_id") {
            *monitor = "its monitor".into();
        }
        if let Some(Json::Array(regions)) = body.pointer_mut("/criteria/geoip/region") {
            regions.sort_by_key(Json::to_string);
        }
        told.push((format!("{method} {path} {}", body["label"]), body));
    }
    told.sort_by(|(one, _), (other, _)| one.cmp(other));
    told
}

/// Pools that stay are kept, and rules are only made anew if they change.
#[tokio::test]
async fn changes_take_few_calls() {
    let (fake, _) = started().await;
    fake.api().add_zone("unit.tests", None);
    let create = ["POST DSFResponsePool"; 4].into_iter();
    let rulesets = ["POST DSFRuleset", "PUT DSFRuleset"].repeat(3);
    let all: Vec<_> =
        ["POST DSFMonitor", "POST DSF"].into_iter().chain(create).chain(rulesets).collect();
    let calls = made(&fake, &[dynamic(&pools(6), &rules())]).await;
    assert_eq!(calls, [all, vec!["PUT Zone"]].concat());

    // The pool is in both rules.
    let calls = made(&fake, &[dynamic(&pools(7), &rules())]).await;
    let changed = [
        "POST DSFResponsePool",
        "PUT DSFRuleset",
        "PUT DSFRuleset",
        "DELETE DSFResponsePool",
        "PUT Zone",
    ];
    assert_eq!(calls, changed);

    let mut record = dynamic(&pools(7), &rules());
    record["ttl"] = 61.into();
    assert_eq!(made(&fake, slice::from_ref(&record)).await, ["PUT DSF", "PUT Zone"]);

    let more = json!([{"pool": "two", "geos": ["OC"]}, rules()[0], rules()[1]]);
    record["dynamic"]["rules"] = more;
    let made_anew = ["POST DSFRuleset", "PUT DSFRuleset"].repeat(4);
    let calls = made(&fake, &[record]).await;
    assert_eq!(calls, [made_anew, ["DELETE DSFRuleset"].repeat(3), vec!["PUT Zone"]].concat());

    assert_eq!(made(&fake, &[]).await, ["DELETE DSF", "DELETE DSFMonitor", "PUT Zone"]);
    assert!(fake.api().beside(SERVICES).is_empty() && fake.api().beside(MONITORS).is_empty());
}

/// Every form of a record to every other one. A record that becomes plain is published first.
#[tokio::test]
async fn records_change_their_form() {
    let (fake, _) = started().await;
    fake.api().add_zone("unit.tests", None);
    let plain = |value: &str| json!({"name": "www", "type": "A", "ttl": 60, "values": [value]});
    let geo =
        |value: &str| geo("A", &[("AF", value), ("NA", "192.0.2.10"), ("NA-US", "192.0.2.11")]);
    let forms = [
        plain("192.0.2.1"),
        dynamic(&pools(6), &rules()),
        geo("192.0.2.12"),
        geo("192.0.2.13"),
        dynamic(&pools(7), &rules()),
        plain("192.0.2.2"),
        geo("192.0.2.14"),
        plain("192.0.2.3"),
    ];
    for form in forms {
        let calls = made(&fake, slice::from_ref(&form)).await;
        let services = fake.api().beside(SERVICES).len();
        let rows = fake.api().count("unit.tests", "A");
        let is_plain = form.get("dynamic").or(form.get("geo")).is_none();
        assert_eq!((services, rows), if is_plain { (0, 1) } else { (1, 0) }, "{form}");
        if let Some(deleted) = calls.iter().position(|call| call == "DELETE DSF") {
            let published = calls.iter().position(|call| call == "PUT Zone").unwrap();
            assert!(published < deleted, "{calls:?}");
        }
        let read = directed(&fake).read(&zone()).await.unwrap();
        let held = read.zone.records().find(|record| record.name().as_str() == "www").unwrap();
        assert_eq!(record_json(held)["geo"], form["geo"]);
    }
}

/// The narrow places are tried first, and fall back to the wide ones.
#[tokio::test]
async fn places_fall_back_to_wider_ones() {
    let (fake, _) = started().await;
    fake.api().add_zone("unit.tests", None);
    let codes = [
        ("NA", "192.0.2.3"),
        ("NA-US", "192.0.2.4"),
        ("NA-US-CA", "192.0.2.5"),
        ("AF", "192.0.2.6"),
    ];
    made(&fake, &[geo("A", &codes)]).await;
    let store = fake.api();
    let service = &store.beside(SERVICES)[0];
    let pools = service["pools"].as_array().unwrap();
    let label = |id: &Json| {
        let pool = pools.iter().find(|pool| pool["dsf_response_pool_id"] == *id).unwrap();
        pool["label"].as_str().unwrap().to_owned()
    };
    let rulesets: Vec<_> = service["rulesets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|ruleset| {
            let name = ruleset["label"].as_str().unwrap().split(':').next().unwrap().to_owned();
            let chain: Vec<_> =
                ruleset["response_pools"].as_array().unwrap().iter().map(label).collect();
            format!("{name}: {}", chain.join(" "))
        })
        .collect();
    assert_eq!(
        rulesets,
        [
            "NA-US-CA: 192.0.2.5 192.0.2.4 192.0.2.3 default",
            "NA-US: 192.0.2.4 192.0.2.3 default",
            "NA: 192.0.2.3 default",
            "AF: 192.0.2.6 default",
            "default: default",
        ]
    );
}

/// A monitor that is missing, checks something else, or is not that of the pools is a change of the record.
#[tokio::test]
async fn monitors_that_drift_are_changes() {
    for record in [dynamic(&pools(6), &rules()), geo("A", &[("AF", "192.0.2.3")])] {
        let (fake, _) = started().await;
        fake.api().add_zone("unit.tests", None);
        made(&fake, slice::from_ref(&record)).await;

        let mut other = record.clone();
        other["octodns"] = json!({"healthcheck": {"protocol": "TCP", "port": 8080}});
        assert_eq!(made(&fake, &[other]).await, ["PUT DSFMonitor", "PUT Zone"]);
        made(&fake, slice::from_ref(&record)).await;

        fake.api().beside_mut(MONITORS)[0]["options"]["path"] = "/odd".into();
        assert_eq!(made(&fake, slice::from_ref(&record)).await, ["PUT DSFMonitor", "PUT Zone"]);

        fake.api().beside_mut(MONITORS).clear();
        let calls = made(&fake, &[record]).await;
        assert_eq!(calls[..2], ["POST DSFMonitor", "POST DSFResponsePool"]);
    }
}

/// A change that ends after any of its calls is completed by the next run, which leaves nothing behind.
#[tokio::test]
async fn half_a_change_is_completed() {
    let more = json!([{"pool": "two", "geos": ["OC"]}, rules()[0], rules()[1]]);
    let before = dynamic(&pools(6), &rules());
    let after = dynamic(&pools(7), &more);
    for fault in [InjectedFault::refused(), InjectedFault::BreakAfter, InjectedFault::BreakBefore] {
        for writes in 0..13 {
            let (fake, _) = started().await;
            fake.api().add_zone("unit.tests", None);
            made(&fake, slice::from_ref(&before)).await;
            let harness = directed(&fake);
            let desired = harness.zone(&zone(), slice::from_ref(&after));
            let plan = harness.plan(&desired).await.unwrap().unwrap();
            fake.control().faults().writes_after(writes, fault.clone());
            let applied = harness.apply(&plan).await;
            fake.control().faults().clear();
            assert!(applied.result.is_err(), "{writes} {fault:?}");
            let again = directed(&fake);
            if let Some(plan) = again.plan(&desired).await.unwrap() {
                again.apply(&plan).await.result.unwrap();
            }
            assert!(directed(&fake).plan(&desired).await.unwrap().is_none());
            let store = fake.api();
            let [service] = store.beside(SERVICES) else { panic!("{writes} {fault:?}") };
            assert_eq!(service["rulesets"].as_array().unwrap().len(), 4, "{writes} {fault:?}");
            assert_eq!(store.beside(MONITORS).len(), 1);
        }
    }
}

/// Services that octoDNS did not make are left alone; one of a record that makes no sense is made right.
#[tokio::test]
async fn other_services_are_left_alone() {
    let (fake, harness) = started().await;
    fake.api().add_zone("unit.tests", None);
    let other = |label: &str, zone: &str| {
        json!({"service_id": label, "label": label, "ttl": "60", "rulesets": [], "pools": [],
               "nodes": [{"zone": zone, "fqdn": zone}]})
    };
    for service in [
        other("by hand", "unit.tests"),
        other("www.unit.tests.:MX", "unit.tests"),
        other("www.other.tests.:A", "other.tests"),
        other("www.unit.tests.:A", "unit.tests"),
    ] {
        fake.api().beside_mut(SERVICES).push(service);
    }
    let report = harness.read(&zone()).await.unwrap();
    assert!(report.zone.records().all(|record| record.record_type().as_str() == "NS"));
    made(&fake, &[dynamic(&pools(6), &rules())]).await;
    assert_eq!(fake.api().beside(SERVICES).len(), 4);
    made(&fake, &[]).await;
    assert_eq!(fake.api().beside(SERVICES).len(), 3);
}

/// What the service lacks is refused when planning.
#[tokio::test]
async fn what_is_lacking_is_refused_when_planning() {
    let (fake, _) = started().await;
    fake.api().add_zone("unit.tests", None);
    let rule = |pool: &str| json!([{"pool": pool}]);
    let value = json!({"value": "192.0.2.3"});
    let named = dynamic(&json!({"default": {"values": [value]}}), &rule("default"));
    let heavy = json!([{"value": "192.0.2.3", "weight": 16}, {"value": "192.0.2.4", "weight": 1}]);
    let heavy = dynamic(&json!({"one": {"values": heavy}}), &rule("one"));
    let mut odd = geo("A", &[("AF", "192.0.2.3")]);
    odd["octodns"] = json!({"healthcheck": {"protocol": "UDP", "port": 53}});
    let harness_of = |strict: bool| {
        harness(&fake, json!({"traffic_directors_enabled": true, "strict_supports": strict}))
    };
    for (record, message, services) in [
        (named, "a pool named \"default\"", 0),
        (heavy, "a weight of at most 15", 1),
        (odd, "protocol \"UDP\" are not supported", 0),
    ] {
        let strict = harness_of(true);
        let report =
            strict.plan(&strict.zone(&zone(), slice::from_ref(&record))).await.err().unwrap();
        assert!(render(&report).contains(message), "{}", render(&report));
        // A target that is not strict holds what can be held.
        let lenient = harness_of(false);
        let plan =
            lenient.plan(&lenient.zone(&zone(), slice::from_ref(&record))).await.unwrap().unwrap();
        lenient.apply(&plan).await.result.unwrap();
        assert_eq!(fake.api().beside(SERVICES).len(), services, "{record}");
        let again = harness_of(false);
        assert!(again.plan(&again.zone(&zone(), &[record])).await.unwrap().is_none());
    }
}
