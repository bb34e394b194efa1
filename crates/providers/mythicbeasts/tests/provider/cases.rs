//! What only this service does.

use octodns_core::{ServiceErrorKind, ZoneName};
use octodns_testkit::fake::{Api, Fake, InjectedFault, Request, Response};
use octodns_testkit::run::{Harness, render};
use octodns_testkit::suite::{Bench, addresses};
use serde_json::{Value as Json, json};

use crate::service::service;
use crate::{CLASS, suite};

async fn bench() -> Bench {
    suite().bench(&json!({})).await
}

fn a(name: &str, address: &str) -> Json {
    json!({"name": name, "type": "A", "ttl": 300, "value": address})
}

/// A set is selected by a query in the query; that without records is deleted.
#[tokio::test]
async fn sets_of_all_kinds_are_changed_by_one_call() {
    let bench = bench().await;
    let cname = json!({"name": "turned", "type": "CNAME", "ttl": 300, "value": "a.example.net."});
    bench.converge(&[a("", "192.0.2.1"), a("gone", "192.0.2.1"), cname]).await;
    bench.asked();
    bench.converge(&[a("", "192.0.2.2"), a("*", "192.0.2.1"), a("turned", "192.0.2.1")]).await;
    let mut asked = bench.asked();
    asked.retain(|asked| !asked.starts_with("GET"));
    let selected =
        ["gone", "*", "turned", "turned", "%40"].iter().zip(["A", "A", "CNAME", "A", "A"]);
    let selected = selected.map(|(host, of)| format!("&select=host%3D{host}%26type%3D{of}"));
    let query =
        format!("exclude-generated=true&exclude-template=true{}", selected.collect::<String>());
    assert_eq!(asked, [format!("PUT /dns/v2/zones/unit.tests/records?{query}")]);
    assert_eq!(bench.items("A").len(), 3);
}

/// No URL is longer than servers take.
#[tokio::test]
async fn long_names_are_sent_in_more_calls() {
    let bench = bench().await;
    let long = |index: usize| {
        a(&format!("host-{index}.{}", vec!["x".repeat(60); 3].join(".")), "192.0.2.1")
    };
    bench.converge(&(0..100).map(long).collect::<Vec<_>>()).await;
    let asked = bench.asked();
    let writes: Vec<_> = asked.iter().filter(|asked| asked.starts_with("PUT")).collect();
    assert_eq!(writes.len(), 4);
    assert!(writes.iter().all(|asked| asked.len() < 8000));
}

/// The service says how many records it changed: if those are others, what is there decides.
#[tokio::test]
async fn what_the_service_counts_is_checked() {
    let said = json!({"message": "ok", "records_added": 1, "records_removed": 7});
    let said = Response::json(200, said);
    for (fault, writes) in [
        (InjectedFault::ResponseAfter(said.clone()), 1),
        // It did nothing.
        (InjectedFault::Response(said.clone()), 2),
    ] {
        let bench = bench().await;
        bench.fake.control().faults().next_of(|request| request.method == "PUT", 1, fault);
        bench.converge(&addresses(3, 0)).await;
        let asked = bench.asked();
        assert_eq!(asked.iter().filter(|asked| asked.starts_with("PUT")).count(), writes);
    }
    let bench = bench().await;
    let never = InjectedFault::Response(said);
    bench.fake.control().faults().next_of(|request| request.method == "PUT", 99, never);
    let error = bench.apply(&addresses(3, 0)).await.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Unreachable));
    assert!(error.with_causes().contains("a check found that it was not done"), "{error}");
}

/// Records of the template are not read, not changed, and not created a second time.
#[tokio::test]
async fn records_of_the_template_are_left_alone() {
    let mut store = service();
    store.provide_zone("unit.tests");
    let fake = Fake::start(move |request: &Request| {
        let response = store.response(request);
        if request.method != "GET" || request.param("exclude-template").is_some() {
            return response;
        }
        let mut body: Json = serde_json::from_slice(&response.body).unwrap();
        let row = json!({"host": "www", "type": "A", "ttl": 300, "data": "192.0.2.9"});
        if let Some(rows) = body.get_mut("records").and_then(Json::as_array_mut) {
            rows.push(row);
        }
        Response::json(response.status, body)
    })
    .await;
    let config = json!({
        "api_key": "my-key-id", "api_secret": "hunter2", "endpoint": format!("{}/dns/v2", fake.url()),
        "auth_endpoint": format!("{}/login", fake.url()),
    });
    let harness = Harness::build(octodns_mythicbeasts::register, CLASS, &config).unwrap();
    let zone = ZoneName::new("unit.tests.").unwrap();
    assert!(harness.read(&zone).await.unwrap().zone.is_empty());
    let mine = harness.plan(&harness.zone(&zone, &[a("mine", "192.0.2.1")])).await.unwrap();
    assert_eq!(mine.unwrap().changes.len(), 1);
    let refused = harness.plan(&harness.zone(&zone, &[a("www", "192.0.2.1")])).await;
    let words = render(&refused.unwrap_err());
    assert!(words.contains("hidden-record") && words.contains("www"), "{words}");
}

/// Fingerprints have one case in octoDNS, and rows of a set one TTL; types without a known form stay.
#[tokio::test]
async fn odd_records_are_read_and_left() {
    let bench = bench().await;
    for (host, of, more) in [
        ("ssh", "SSHFP", json!({"data": "ABCDEF", "sshfp_algorithm": 4, "sshfp_type": 2})),
        ("p", "PTR", json!({"data": "host.example.net."})),
        ("n", "NAPTR", json!({"data": "10 100 \"S\" \"\" \"\" ."})),
    ] {
        let mut row = json!({"host": host, "type": of, "ttl": 300});
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        bench.fake.api().plant("unit.tests", row).unwrap();
    }
    let value = json!({"algorithm": 4, "fingerprint_type": 2, "fingerprint": "abcdef"});
    let ssh = json!({"name": "ssh", "type": "SSHFP", "ttl": 300, "value": value});
    assert!(bench.plan(std::slice::from_ref(&ssh)).await.unwrap().is_none());
    bench.converge(&[ssh, a("www", "192.0.2.1")]).await;
    assert_eq!(["SSHFP", "PTR", "NAPTR"].map(|of| bench.items(of).len()), [1, 1, 1]);
    let empty = json!({"name": "txt", "type": "TXT", "ttl": 300, "value": ""});
    assert!(bench.plan(&[empty]).await.unwrap_err().contains("empty"));
}

#[test]
fn options_are_checked() {
    for (options, message) in [
        (json!({"passwords": {"unit.tests.": "hunter2"}}), "set `api_key` and `api_secret`"),
        (json!({"api_key": "my:id", "api_secret": "hunter2"}), "cannot have a colon"),
        (json!({"api_key": "id", "api_secret": "hunter2", "timeout": 0}), "timeout is a number"),
        (
            json!({"api_key": "id", "api_secret": "hunter2", "auth_endpoint": "x"}),
            "auth_endpoint \"x\"",
        ),
    ] {
        let built = Harness::build(octodns_mythicbeasts::register, CLASS, &options);
        let error = built.err().unwrap().message;
        assert!(error.contains(message) && !error.contains("hunter2"), "{error}");
    }
}
