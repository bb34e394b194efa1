//! Traffic Directors: what is sent for them, and those of records with a `geo` section, which are not dynamic.

use std::slice;

use octodns_testkit::cassette::Cassettes;
use octodns_testkit::fake::Seen;
use octodns_testkit::json::record_json;
use octodns_testkit::suite::Bench;
use serde_json::{Value as Json, json};

use crate::director_service::{MONITORS, SERVICES};
use crate::suite;

/// A service with an empty zone, and a provider.
async fn bench() -> Bench {
    let bench = suite().bench(&json!({})).await;
    bench.fake.api().add_zone("unit.tests", None);
    bench
}

/// Makes the zone hold these records, and returns the writing calls but logins, without ids: `POST DSFRuleset`.
async fn made(bench: &Bench, records: &[Json]) -> Vec<String> {
    bench.harness.begin_run();
    bench.asked();
    bench.converge(records).await;
    let call = |seen: Seen| {
        let path = seen.target.trim_start_matches("/REST/").split('/').next().unwrap().to_owned();
        format!("{} {path}", seen.method)
    };
    let calls = bench.fake.seen().into_iter().filter(Seen::is_write).map(call);
    calls.filter(|call| call != "POST Session").collect()
}

fn dynamic(last: u32, rules: &Json) -> Json {
    json!({
        "name": "www", "type": "A", "ttl": 60, "values": ["192.0.2.1", "192.0.2.2"],
        "dynamic": {
            "pools": {
                "one": {"fallback": "two", "values": [{"value": "192.0.2.3"}]},
                "two": {"fallback": "three", "values": [
                    {"value": "192.0.2.4", "weight": 2}, {"value": "192.0.2.5", "weight": 8},
                ]},
                "three": {"values": [{"value": format!("192.0.2.{last}")}]},
            },
            "rules": rules,
        },
        "octodns": {"healthcheck": {"host": "hc.unit.tests", "path": "/_ping"}},
    })
}

fn rules() -> Json {
    json!([{"pool": "one", "geos": ["AF", "AS-JP", "EU", "NA-US-CA"]}, {"pool": "three"}])
}

fn geo(codes: &[(&str, &str)]) -> Json {
    let places: serde_json::Map<_, _> =
        codes.iter().map(|(code, value)| ((*code).to_owned(), json!([value]))).collect();
    json!({"name": "www", "type": "A", "ttl": 60, "values": ["192.0.2.1"], "geo": places})
}

/// What is sent for a new record is what octoDNS sends, but that a ruleset gets its pools in one call.
#[tokio::test]
async fn a_new_record_is_what_octodns_makes() {
    let Some(files) = Cassettes::raw("dyn") else { return };
    let (_, recorded) = files.into_iter().find(|(file, _)| file == "dynamic.json").unwrap();
    let bench = bench().await;
    bench.converge(recorded["desired"].as_array().unwrap()).await;
    let sent = bench.fake.seen().into_iter();
    let sent = sent.filter(|seen| seen.is_write() && !seen.target.contains("Session"));
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
    let bench = bench().await;
    let calls = made(&bench, &[dynamic(6, &rules())]).await;
    let pools = ["POST DSFResponsePool"].repeat(4);
    let rulesets = ["POST DSFRuleset", "PUT DSFRuleset"].repeat(3);
    let all = [vec!["POST DSFMonitor", "POST DSF"], pools, rulesets, vec!["PUT Zone"]].concat();
    assert_eq!(calls, all);

    // The pool is in both rules.
    let pool =
        ["POST DSFResponsePool", "PUT DSFRuleset", "PUT DSFRuleset", "DELETE DSFResponsePool"];
    let calls = made(&bench, &[dynamic(7, &rules())]).await;
    assert_eq!(calls, [&pool[..], &["PUT Zone"]].concat());

    let mut record = dynamic(7, &rules());
    record["ttl"] = 61.into();
    assert_eq!(made(&bench, slice::from_ref(&record)).await, ["PUT DSF", "PUT Zone"]);

    let more = json!([{"pool": "two", "geos": ["OC"]}, rules()[0], rules()[1]]);
    record["dynamic"]["rules"] = more;
    let anew = ["POST DSFRuleset", "PUT DSFRuleset"].repeat(4);
    let calls = made(&bench, &[record]).await;
    assert_eq!(calls, [anew, ["DELETE DSFRuleset"].repeat(3), vec!["PUT Zone"]].concat());

    assert_eq!(made(&bench, &[]).await, ["DELETE DSF", "DELETE DSFMonitor", "PUT Zone"]);
    assert!(bench.fake.api().beside(SERVICES).is_empty());
    assert!(bench.fake.api().beside(MONITORS).is_empty());
}

/// Every form of a record to every other one. A record that becomes plain is published first.
#[tokio::test]
async fn records_change_their_form() {
    let bench = bench().await;
    let plain = |value: &str| json!({"name": "www", "type": "A", "ttl": 60, "values": [value]});
    let geo = |value: &str| geo(&[("AF", value), ("NA", "192.0.2.10"), ("NA-US", "192.0.2.11")]);
    let forms = [
        plain("192.0.2.1"),
        dynamic(6, &rules()),
        geo("192.0.2.12"),
        geo("192.0.2.13"),
        dynamic(7, &rules()),
        plain("192.0.2.2"),
        geo("192.0.2.14"),
        plain("192.0.2.3"),
    ];
    for form in forms {
        let calls = made(&bench, slice::from_ref(&form)).await;
        let services = bench.fake.api().beside(SERVICES).len();
        let rows = bench.fake.api().count("unit.tests", "A");
        let is_plain = form.get("dynamic").or(form.get("geo")).is_none();
        assert_eq!((services, rows), if is_plain { (0, 1) } else { (1, 0) }, "{form}");
        if let Some(deleted) = calls.iter().position(|call| call == "DELETE DSF") {
            let published = calls.iter().position(|call| call == "PUT Zone").unwrap();
            assert!(published < deleted, "{calls:?}");
        }
        bench.harness.begin_run();
        let read = bench.harness.read(&bench.zone).await.unwrap();
        let held = read.zone.records().find(|record| record.name().as_str() == "www").unwrap();
        assert_eq!(record_json(held)["geo"], form["geo"]);
    }
}

/// The narrow places are tried first, and fall back to the wide ones.
#[tokio::test]
async fn places_fall_back_to_wider_ones() {
    let bench = bench().await;
    let codes = [
        ("NA", "192.0.2.3"),
        ("NA-US", "192.0.2.4"),
        ("NA-US-CA", "192.0.2.5"),
        ("AF", "192.0.2.6"),
    ];
    bench.converge(&[geo(&codes)]).await;
    let store = bench.fake.api();
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

/// A monitor that is missing, checks something else, or is not that of the pools is a change of the record; and so are
/// rows beside the Traffic Director.
#[tokio::test]
async fn what_drifts_is_a_change() {
    for record in [dynamic(6, &rules()), geo(&[("AF", "192.0.2.3")])] {
        let bench = bench().await;
        made(&bench, slice::from_ref(&record)).await;
        let mut other = record.clone();
        other["octodns"] = json!({"healthcheck": {"protocol": "TCP", "port": 8080}});
        assert_eq!(made(&bench, &[other]).await, ["PUT DSFMonitor", "PUT Zone"]);
        made(&bench, slice::from_ref(&record)).await;

        bench.fake.api().beside_mut(MONITORS)[0]["options"]["path"] = "/odd".into();
        let calls = made(&bench, slice::from_ref(&record)).await;
        assert_eq!(calls, ["PUT DSFMonitor", "PUT Zone"]);

        let value = json!({"address": "192.0.2.1"}).to_string();
        let row = json!({"fqdn": "www.unit.tests", "record_type": "A", "ttl": 60, "value": value});
        bench.fake.api().plant("unit.tests", row).unwrap();
        let calls = made(&bench, slice::from_ref(&record)).await;
        assert_eq!(calls, ["DELETE ARecord", "PUT Zone"]);

        bench.fake.api().beside_mut(MONITORS).clear();
        let calls = made(&bench, &[record]).await;
        assert_eq!(calls[..2], ["POST DSFMonitor", "POST DSFResponsePool"]);
    }
}

/// Services that octoDNS did not make are left alone; one of a record that makes no sense is made right.
#[tokio::test]
async fn other_services_are_left_alone() {
    let bench = bench().await;
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
        bench.fake.api().beside_mut(SERVICES).push(service);
    }
    let read = bench.harness.read(&bench.zone).await.unwrap();
    assert!(read.zone.records().all(|record| record.record_type().as_str() == "NS"));
    made(&bench, &[dynamic(6, &rules())]).await;
    assert_eq!(bench.fake.api().beside(SERVICES).len(), 4);
    made(&bench, &[]).await;
    assert_eq!(bench.fake.api().beside(SERVICES).len(), 3);
}

/// What the service lacks beyond the facts that it states is refused when planning.
#[tokio::test]
async fn what_is_lacking_is_refused_when_planning() {
    let values = json!({"values": [{"value": "192.0.2.3", "weight": 16}, {"value": "192.0.2.4"}]});
    let of_pool = |name: &str| {
        let mut record = dynamic(6, &json!([{"pool": name}]));
        record["dynamic"]["pools"] = json!({name: values});
        record
    };
    let mut odd = geo(&[("AF", "192.0.2.3")]);
    odd["octodns"] = json!({"healthcheck": {"protocol": "UDP", "port": 53}});
    for (record, message, services) in [
        (of_pool("default"), "a pool named \"default\"", 0),
        (of_pool("one"), "a weight of at most 15", 1),
        (odd, "protocol \"UDP\" are not supported", 0),
    ] {
        let told = bench().await.plan(slice::from_ref(&record)).await.unwrap_err();
        assert!(told.contains(message), "{told}");
        // A target that is not strict holds what can be held.
        let lenient = suite().bench(&json!({"strict_supports": false})).await;
        lenient.converge(slice::from_ref(&record)).await;
        assert_eq!(lenient.fake.api().beside(SERVICES).len(), services, "{record}");
    }
}
