//! What only this service does.

use octodns_core::ServiceErrorKind;
use octodns_testkit::fake::{Api, InjectedFault, Request, Response};
use octodns_testkit::suite::{Bench, addresses, record};
use serde_json::{Value as Json, json};

use crate::suite;

async fn bench() -> Bench {
    suite().bench(&json!({})).await
}

fn a(name: &str, address: &str) -> Json {
    record(name, "A", address)
}

/// A set is selected by a query in the query; that without records is deleted.
#[tokio::test]
async fn sets_of_all_kinds_are_changed_by_one_call() {
    let bench = bench().await;
    let cname = record("turned", "CNAME", "a.example.net.");
    bench.converge(&[a("", "192.0.2.1"), a("gone", "192.0.2.1"), cname]).await;
    bench.writes();
    bench.converge(&[a("", "192.0.2.2"), a("*", "192.0.2.1"), a("turned", "192.0.2.1")]).await;
    let selected =
        ["gone", "*", "turned", "turned", "%40"].iter().zip(["A", "A", "CNAME", "A", "A"]);
    let selected = selected.map(|(host, of)| format!("&select=host%3D{host}%26type%3D{of}"));
    let query =
        format!("exclude-generated=true&exclude-template=true{}", selected.collect::<String>());
    assert_eq!(bench.writes(), [format!("PUT /dns/v2/zones/unit.tests/records?{query}")]);
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
    let writes = bench.writes();
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
        bench.faults().next_of(|request| request.method == "PUT", 1, fault);
        bench.converge(&addresses(3, 0)).await;
        assert_eq!(bench.writes().len(), writes);
    }
    let bench = bench().await;
    let never = InjectedFault::Response(said);
    bench.faults().next_of(|request| request.method == "PUT", 99, never);
    let error = bench.apply(&addresses(3, 0)).await.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Unreachable));
    assert!(error.with_causes().contains("a check found that it was not done"), "{error}");
}

/// Records of the template are not read, not changed, and not created a second time.
#[tokio::test]
async fn records_of_the_template_are_left_alone() {
    let with_template = |mut store: octodns_testkit::store::Store| {
        move |request: &Request| {
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
        }
    };
    let bench = suite().bench_of(&json!({}), with_template).await;
    assert!(bench.harness.read(&bench.zone).await.unwrap().zone.is_empty());
    let mine = bench.plan(&[a("mine", "192.0.2.1")]).await.unwrap();
    assert_eq!(mine.unwrap().changes.len(), 1);
    for words in ["www.unit.tests. A: ", "hidden-record"] {
        bench.is_refused(&[a("www", "192.0.2.1")], words).await;
    }
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
        bench.plant(row);
    }
    let value = json!({"algorithm": 4, "fingerprint_type": 2, "fingerprint": "abcdef"});
    let ssh = record("ssh", "SSHFP", value);
    bench.is_settled(std::slice::from_ref(&ssh)).await;
    bench.converge(&[ssh, a("www", "192.0.2.1")]).await;
    assert_eq!(["SSHFP", "PTR", "NAPTR"].map(|of| bench.items(of).len()), [1, 1, 1]);
    bench.is_refused(&[record("txt", "TXT", "")], "empty").await;
}

#[test]
fn options_are_checked() {
    suite().check_options(&[
        (json!({"passwords": {"unit.tests.": "x"}}), Some("set `api_key` and `api_secret`")),
        (json!({"api_key": "my:id"}), Some("cannot have a colon")),
        (json!({"timeout": 0}), Some("timeout is a number")),
        (json!({"auth_endpoint": "x"}), Some("auth_endpoint \"x\"")),
    ]);
}
