//! Types of rows, TTLs, publishing, missing zones.

use octodns_core::Outcome;
use octodns_testkit::fake::{Fake, InjectedFault, Request, Seen};
use octodns_testkit::run::render;
use serde_json::{Value as Json, json};

use crate::{converge, fake, harness, rows, service_with, zone};

const KEY: &str = "v=DKIM1; k=rsa; p=TUlHZk1BMEc=";

fn txt(name: &str, values: &[&str]) -> Json {
    let values: Vec<_> = values.iter().map(|value| value.replace(';', "\\;")).collect();
    json!({"name": name, "type": "TXT", "ttl": 60, "values": values})
}

/// Keys of DKIM have a type of their own, beside other texts of the name: a set is read, changed and deleted
/// as a whole. The type of a row cannot be changed.
#[tokio::test]
async fn keys_are_texts_of_another_type() {
    let service = Fake::start(service_with(&[])).await;
    let harness = harness(service.url());
    let written = |rows: &[(&str, &str)]| {
        let row =
            |(of, target): &(&str, &str)| ["k".to_owned(), (*of).to_owned(), (*target).to_owned()];
        rows.iter().map(row).collect::<Vec<_>>()
    };
    converge(&harness, &[txt("k", &["other; text", KEY])]).await;
    assert_eq!(rows(&service), written(&[("DKIM", KEY), ("TXT", "other; text")]));
    converge(&harness, &[txt("k", &["another", "text"])]).await;
    assert_eq!(rows(&service), written(&[("TXT", "another"), ("TXT", "text")]));
    converge(&harness, &[txt("k", &[KEY])]).await;
    assert_eq!(rows(&service), written(&[("DKIM", KEY)]));
    let other = KEY.replace("TUlH", "AUlH");
    service.control().measured().clear();
    converge(&harness, &[txt("k", &[&other])]).await;
    assert_eq!(rows(&service), written(&[("DKIM", &other)]));
    let writes: Vec<_> = service.seen().into_iter().filter(Seen::is_write).collect();
    assert_eq!(writes.iter().map(|seen| &*seen.method).collect::<Vec<_>>(), ["PUT", "POST"]);
    converge(&harness, &[txt("k", &[KEY, "x"])]).await;
    converge(&harness, &[]).await;
    assert_eq!(rows(&service), written(&[]));
}

/// Rows of types that octoDNS leaves alone stay, also beside records of their name.
#[tokio::test]
async fn other_types_are_left_alone() {
    let others = [
        ("", "LOC", "1 1 1 N 1 1 1 E 1m 1m"),
        ("", "SPF", "v=spf1 -all"),
        ("_dmarc", "DMARC", "v=DMARC1; p=none"),
        ("_443._tcp", "TLSA", "3 1 1 aa"),
    ];
    let service = Fake::start(service_with(&others)).await;
    let harness = harness(service.url());
    assert!(harness.read(&zone()).await.unwrap().zone.is_empty());
    converge(&harness, &[txt("", &["a"]), txt("_dmarc", &["b"])]).await;
    converge(&harness, &[]).await;
    assert_eq!(rows(&service).len(), others.len());
}

/// A TTL of 0 is the default of the zone; others have a minimum.
#[tokio::test]
async fn ttls_are_those_of_the_service() {
    let service = Fake::start(service_with(&[])).await;
    let harness = harness(service.url());
    let a = |ttl: u32| json!({"name": "www", "type": "A", "ttl": ttl, "value": "192.0.2.1"});
    converge(&harness, &[a(0)]).await;
    converge(&harness, &[a(60)]).await;
    let report = harness.plan(&harness.zone(&zone(), &[a(30)])).await.err().unwrap();
    assert!(render(&report).contains("the TTL 30 is below 60"), "{}", render(&report));
}

/// Changes are published once, at the end, also those before a failure.
#[tokio::test]
async fn changes_are_published_once() {
    let a = |index: usize| json!({"name": format!("h-{index}"), "type": "A", "ttl": 60, "value": "192.0.2.1"});
    let records: Vec<_> = (0..10).map(a).collect();
    for is_refused in [false, true] {
        let service = Fake::start(service_with(&[])).await;
        let harness = harness(service.url());
        let plan = harness.plan(&harness.zone(&zone(), &records)).await.unwrap().unwrap();
        if is_refused {
            let concerns =
                |request: &Request| String::from_utf8_lossy(&request.body).contains("h-7");
            service.control().faults().next_of(concerns, 1, InjectedFault::refused());
        }
        let applied = harness.apply(&plan).await;
        assert_eq!(applied.result.is_err(), is_refused);
        let made = applied.outcomes.iter().filter(|outcome| **outcome == Outcome::Applied).count();
        assert_eq!(made, rows(&service).len());
        let writes: Vec<_> = service.seen().into_iter().filter(Seen::is_write).collect();
        let published: Vec<_> =
            writes.iter().map(|seen| seen.target.ends_with("/unit.tests/refresh")).collect();
        assert_eq!(published.iter().filter(|published| **published).count(), 1);
        assert_eq!(published.last(), Some(&true));
    }
}

/// Zones are ordered, not created: nothing is sent.
#[tokio::test]
async fn a_missing_zone_is_told() {
    let service = Fake::start(fake::service()).await;
    let harness = harness(service.url());
    assert!(!harness.read(&zone()).await.unwrap().exists);
    let desired = harness.zone(&zone(), &[txt("", &["a"])]);
    let told = match harness.plan(&desired).await {
        Err(report) => render(&report),
        Ok(plan) => harness.apply(&plan.unwrap()).await.result.unwrap_err().to_string(),
    };
    assert!(told.contains("unit.tests. cannot be created by the API"), "{told}");
    assert!(service.seen().iter().all(|seen| !seen.is_write()));
}

/// As many calls as changes, and few besides: the page has the numbers for 1,000.
#[tokio::test]
async fn changes_are_as_many_calls() {
    let service = Fake::start(service_with(&[])).await;
    let harness = harness(service.url());
    let a = |value: &str| {
        let row = |index: usize| json!({"name": format!("h-{index}"), "type": "A", "ttl": 60, "value": value});
        (0..100).map(row).collect::<Vec<_>>()
    };
    // The time of the service, lists, batches, changes, publishing.
    for (records, calls) in [
        (a("192.0.2.1"), 1 + 1 + 100 + 1),
        (a("192.0.2.2"), 1 + 2 + 100 + 1),
        (Vec::new(), 1 + 2 + 100 + 1),
    ] {
        service.control().measured().clear();
        let desired = harness.zone(&zone(), &records);
        let plan = harness.plan(&desired).await.unwrap().unwrap();
        harness.apply(&plan).await.result.unwrap();
        assert_eq!(service.seen().len(), calls);
    }
}
