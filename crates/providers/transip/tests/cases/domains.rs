//! Entries and name servers of a domain.

use octodns_core::{Outcome, ZoneName};
use octodns_testkit::fake::{InjectedFault, Request};
use octodns_testkit::suite::Bench;
use serde_json::json;

use super::{a, root_ns};
use crate::bench;

const PUT_DNS: &str = "PUT /v6/domains/unit.tests/dns";
const PUT_SERVERS: &str = "PUT /v6/domains/unit.tests/nameservers";

#[tokio::test]
async fn name_servers_are_written_by_their_own_call_and_only_if_they_change() {
    let bench = bench().await;
    let ours = root_ns(3600, &["ns0.transip.net.", "ns1.transip.nl."]);
    bench.apply(&[ours.clone(), a("www", "192.0.2.1")]).await.result.unwrap();
    assert_eq!(bench.writes(), [PUT_DNS]);
    // Another TTL is no change: the service has one.
    let other_ttl = root_ns(60, &["ns0.transip.net.", "ns1.transip.nl."]);
    bench.is_settled(&[other_ttl, a("www", "192.0.2.1")]).await;
    let theirs = root_ns(60, &["ns1.example.net.", "ns2.example.net."]);
    bench.apply(&[theirs.clone(), a("www", "192.0.2.1")]).await.result.unwrap();
    assert_eq!(bench.writes(), [PUT_SERVERS]);
    let servers = bench.items("NS").into_iter().map(|mut item| item["content"].take());
    assert_eq!(servers.collect::<Vec<_>>(), ["ns1.example.net.", "ns2.example.net."]);
    // Both at once.
    bench.apply(&[ours, a("www", "192.0.2.2")]).await.result.unwrap();
    assert_eq!(bench.writes(), [PUT_DNS, PUT_SERVERS]);
    // Without root NS in the source they stay.
    bench.apply(&[a("www", "192.0.2.3")]).await.result.unwrap();
    assert_eq!(bench.writes(), [PUT_DNS]);
    assert_eq!(bench.items("NS").len(), 2);
    let address = root_ns(3600, &["192.0.2.1.", "ns1.example.net."]);
    bench.is_refused(&[address], "an address cannot be a root name server").await;
}

/// A program can make a plan that deletes the root NS.
#[tokio::test]
async fn name_servers_are_not_deleted() {
    let bench = bench().await;
    let plan = bench.plan(&[root_ns(3600, &["ns1.example.net."]), a("www", "192.0.2.1")]).await;
    let mut plan = plan.unwrap().unwrap();
    for change in &mut plan.changes {
        if let octodns_core::Change::Update { existing, .. } = change {
            *change = octodns_core::Change::Delete(existing.clone());
        }
    }
    bench.asked();
    let applied = bench.harness.apply(&plan).await;
    let error = applied.result.unwrap_err().with_causes();
    assert_eq!(error, "unit.tests.: a zone has to keep its root NS records");
    assert_eq!(bench.writes(), [] as [&str; 0]);
}

/// The addresses of a name server within the zone are glue: nobody asked to remove them.
#[tokio::test]
async fn glue_is_kept() {
    let bench = bench().await;
    let glued = json!({"name": "@", "type": "NS", "expire": 3600, "content": "ns.unit.tests.", "ipv4": "192.0.2.53"});
    bench.fake.api().replace_all("unit.tests", &[glued]).unwrap();
    // As octoDNS reads it.
    let read = bench.harness.read(&bench.zone).await.unwrap();
    let values = read.zone.root_ns().unwrap().rdata_strings();
    assert_eq!(values, ["192.0.2.53.", "ns.unit.tests."]);
    bench.is_settled(&[root_ns(3600, &["ns.unit.tests."])]).await;
    bench.apply(&[root_ns(3600, &["ns.unit.tests.", "ns1.example.net."])]).await.result.unwrap();
    let items = bench.all_items();
    let glue = |name: &str| {
        let mut items = items.iter();
        items.find(|item| item["content"] == name).map(|item| item["ipv4"].clone())
    };
    assert_eq!(glue("ns.unit.tests."), Some(json!("192.0.2.53")));
    assert_eq!(glue("ns1.example.net."), Some(json!("")));
}

/// One part of a plan may be made when the other is refused: the log tells them apart.
#[tokio::test]
async fn half_of_a_plan_is_told() {
    let bench = bench().await;
    let records = [root_ns(3600, &["ns1.example.net."]), a("www", "192.0.2.1")];
    for (path, applied, failed) in [("nameservers", Some("www"), ""), ("dns", None, "www")] {
        let plan = bench.plan(&records).await.unwrap().unwrap();
        let is_it = move |request: &Request| request.is_write() && request.target.ends_with(path);
        bench.faults().next_of(is_it, 1, InjectedFault::json(406, json!({"error": "invalid"})));
        let done = bench.harness.apply(&plan).await;
        assert!(done.result.unwrap_err().with_causes().contains("406"));
        for (change, outcome) in plan.changes.iter().zip(&done.outcomes) {
            match change.record().name().as_str() {
                name if Some(name) == applied => assert_eq!(*outcome, Outcome::Applied, "{path}"),
                name if name == failed => assert!(matches!(outcome, Outcome::Failed(_)), "{path}"),
                _ => assert_ne!(*outcome, Outcome::Applied, "{path}"),
            }
        }
        bench.faults().clear();
        bench.fake.api().replace_all("unit.tests", &[json!({"name": "@", "type": "NS", "expire": 3600, "content": "ns0.transip.net."})]).unwrap();
    }
    bench.converge(&records).await;
}

/// What somebody else changed between plan and apply is not overwritten.
#[tokio::test]
async fn a_zone_that_changed_is_not_overwritten() {
    let bench = bench().await;
    bench.apply(&[a("www", "192.0.2.1")]).await.result.unwrap();
    let theirs =
        json!({"name": "new", "type": "PTR", "expire": 60, "content": "host.example.net."});
    let planned = [a("www", "192.0.2.2")];
    let applied = bench.apply_after(&planned, || {
        bench.plant(theirs);
        bench.asked();
    });
    let error = applied.await.result.unwrap_err().with_causes();
    assert!(error.contains("was changed by someone else"), "{error}");
    assert_eq!(bench.writes(), [] as [&str; 0]);
    bench.apply(&planned).await.result.unwrap();
    // Of a type that the provider does not know.
    assert_eq!(bench.items("PTR")[0]["content"], "host.example.net.");
}

/// What the service refuses is said before anything is sent.
#[tokio::test]
async fn limits_are_told_when_planning() {
    let bench = bench().await;
    let txt = |text: &str| json!({"name": "txt", "type": "TXT", "ttl": 60, "value": text});
    for (record, message) in [
        (txt(&"x".repeat(1025)), "a text of 1025 octets is longer than the 1024"),
        (txt(" x"), "blanks at the beginning are not supported"),
        (txt("`x`"), "backticks are not supported"),
        (
            json!({"name": "mail", "type": "MX", "ttl": 60, "value": {"preference": 0, "exchange": "."}}),
            "a null MX (exchange \".\") is not supported",
        ),
        (
            json!({"name": "www", "type": "ALIAS", "ttl": 60, "value": "example.net."}),
            "ALIAS records are supported at the apex alone",
        ),
        (
            json!({"name": "www", "type": "PTR", "ttl": 60, "value": "example.net."}),
            "PTR records are not supported",
        ),
    ] {
        bench.is_refused(&[record], message).await;
    }
    bench.apply(&[txt(&"x".repeat(1024))]).await.result.unwrap();
}

/// The service's own words for a domain that is locked, and for one that is not there.
#[tokio::test]
async fn refusals_are_told_in_the_words_of_the_service() {
    let bench = bench().await;
    let words = "The domain is locked by another action";
    let answer = InjectedFault::json(409, json!({"error": words}));
    bench.faults().next_of(|request| request.method == "PUT", 1, answer);
    let error = bench.apply(&[a("www", "192.0.2.1")]).await.result.unwrap_err().with_causes();
    assert!(error.contains(&format!("409: {words}")), "{error}");
    bench.faults().clear();

    let listed = bench.harness.provider().list_zones().await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&bench.zone));
    let missing = Bench { zone: ZoneName::new("missing.example.").unwrap(), ..bench };
    let words = "missing.example. cannot be created by the API";
    missing.is_refused(&[a("www", "192.0.2.1")], words).await;
}

/// The entries of a domain may be fixed, and its name servers not.
#[tokio::test]
async fn entries_that_cannot_be_changed_are_told_when_planning() {
    let bench = bench().await;
    bench.converge(&[a("www", "192.0.2.1")]).await;
    bench.fake.api().set_zone("unit.tests", "canEditDns", json!(false)).unwrap();
    // Nothing is to do.
    bench.is_settled(&[a("www", "192.0.2.1")]).await;
    let words = "does not let the DNS entries of unit.tests. be changed";
    bench.is_refused(&[a("www", "192.0.2.2")], words).await;
    bench.converge(&[root_ns(3600, &["ns1.example.net."]), a("www", "192.0.2.1")]).await;
    bench.fake.api().set_zone("unit.tests", "canEditDns", json!(true)).unwrap();
    bench.converge(&[a("www", "192.0.2.2")]).await;
}
