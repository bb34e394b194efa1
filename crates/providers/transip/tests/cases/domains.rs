//! Entries and name servers of a domain.

use octodns_core::Outcome;
use octodns_testkit::fake::{InjectedFault, Request, Response};
use serde_json::{Value as Json, json};

use super::{Bench, a, root_ns};

const READ: [&str; 3] = [
    "GET /v6/domains/example.com",
    "GET /v6/domains/example.com/dns",
    "GET /v6/domains/example.com/nameservers",
];

/// The requests that write, of those since the last call.
fn writes(bench: &Bench) -> Vec<String> {
    bench.asked().into_iter().filter(|asked| asked.starts_with("PUT")).collect()
}

const PUT_DNS: &str = "PUT /v6/domains/example.com/dns";
const PUT_SERVERS: &str = "PUT /v6/domains/example.com/nameservers";

#[tokio::test]
async fn a_thousand_changes_are_one_call() {
    let bench = Bench::new().await;
    let records: Vec<_> = (0..1000).map(|index| a(&format!("host-{index}"), "192.0.2.1")).collect();
    bench.apply(&records).await.unwrap();
    let mut asked = bench.asked();
    assert_eq!(asked.remove(0), "POST /v6/auth");
    asked.sort();
    // Read, read again, written.
    let expected = [READ[0], READ[1], READ[1], READ[2], READ[2], PUT_DNS];
    assert_eq!(asked, expected);
    assert!(bench.plan(&records).await.unwrap().is_none());
}

#[tokio::test]
async fn name_servers_are_written_by_their_own_call_and_only_if_they_change() {
    let bench = Bench::new().await;
    let ours = root_ns(3600, &["ns0.transip.net.", "ns1.transip.nl."]);
    bench.apply(&[ours.clone(), a("www", "192.0.2.1")]).await.unwrap();
    assert_eq!(writes(&bench), [PUT_DNS]);
    // Another TTL is no change: the service has one.
    let other_ttl = root_ns(60, &["ns0.transip.net.", "ns1.transip.nl."]);
    let plan = bench.plan(&[other_ttl, a("www", "192.0.2.1")]).await.unwrap();
    assert!(plan.is_none(), "{plan:?}");
    let theirs = root_ns(60, &["ns1.example.net.", "ns2.example.net."]);
    bench.apply(&[theirs.clone(), a("www", "192.0.2.1")]).await.unwrap();
    assert_eq!(writes(&bench), [PUT_SERVERS]);
    assert_eq!(bench.items("NS").len(), 2);
    assert!(bench.items("NS").contains("@ ns1.example.net."));
    // Both at once.
    bench.apply(&[ours, a("www", "192.0.2.2")]).await.unwrap();
    assert_eq!(writes(&bench), [PUT_DNS, PUT_SERVERS]);
    // Without root NS in the source they stay.
    bench.apply(&[a("www", "192.0.2.3")]).await.unwrap();
    assert_eq!(writes(&bench), [PUT_DNS]);
    assert_eq!(bench.items("NS").len(), 2);
    let error = bench.plan(&[root_ns(3600, &["192.0.2.1.", "ns1.example.net."])]).await;
    assert!(error.unwrap_err().contains("an address cannot be a root name server"));
}

/// A program can make a plan that deletes the root NS.
#[tokio::test]
async fn name_servers_are_not_deleted() {
    let bench = Bench::new().await;
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
    assert_eq!(error, "example.com.: a zone has to keep its root NS records");
    assert_eq!(writes(&bench), [] as [&str; 0]);
}

/// The addresses of a name server within the zone are glue: nobody asked to remove them.
#[tokio::test]
async fn glue_is_kept() {
    let bench = Bench::new().await;
    let glued = json!({"name": "@", "type": "NS", "expire": 3600, "content": "ns.example.com.", "ipv4": "192.0.2.53"});
    bench.fake.api().replace_all("example.com", &[glued]).unwrap();
    // As octoDNS reads it.
    let read = bench.harness.read(&bench.zone).await.unwrap();
    let values = read.zone.root_ns().unwrap().rdata_strings();
    assert_eq!(values, ["192.0.2.53.", "ns.example.com."]);
    assert!(bench.plan(&[root_ns(3600, &["ns.example.com."])]).await.unwrap().is_none());
    bench.apply(&[root_ns(3600, &["ns.example.com.", "ns1.example.net."])]).await.unwrap();
    let api = bench.fake.api();
    let items = &api.zone("example.com").unwrap().items;
    let glue = |name: &str| {
        let mut items = items.iter();
        items.find(|item| item["content"] == name).map(|item| item["ipv4"].clone())
    };
    assert_eq!(glue("ns.example.com."), Some(json!("192.0.2.53")));
    assert_eq!(glue("ns1.example.net."), Some(json!("")));
}

/// One part of a plan may be made when the other is refused: the log tells them apart.
#[tokio::test]
async fn half_of_a_plan_is_told() {
    let bench = Bench::new().await;
    let records = [root_ns(3600, &["ns1.example.net."]), a("www", "192.0.2.1")];
    for (path, applied, failed) in [("nameservers", Some("www"), ""), ("dns", None, "www")] {
        let plan = bench.plan(&records).await.unwrap().unwrap();
        let is_it = move |request: &Request| request.is_write() && request.target.ends_with(path);
        let answer = Response::json(406, json!({"error": "invalid"}));
        bench.fake.control().faults().next_of(is_it, 1, InjectedFault::Response(answer));
        let done = bench.harness.apply(&plan).await;
        assert!(done.result.unwrap_err().with_causes().contains("406"));
        for (change, outcome) in plan.changes.iter().zip(&done.outcomes) {
            match change.record().name().as_str() {
                name if Some(name) == applied => assert_eq!(*outcome, Outcome::Applied, "{path}"),
                name if name == failed => assert!(matches!(outcome, Outcome::Failed(_)), "{path}"),
                _ => assert_ne!(*outcome, Outcome::Applied, "{path}"),
            }
        }
        bench.fake.control().faults().clear();
        bench.fake.api().replace_all("example.com", &[json!({"name": "@", "type": "NS", "expire": 3600, "content": "ns0.transip.net."})]).unwrap();
    }
    bench.apply(&records).await.unwrap();
    assert!(bench.plan(&records).await.unwrap().is_none());
}

/// What somebody else changed between plan and apply is not overwritten.
#[tokio::test]
async fn a_zone_that_changed_is_not_overwritten() {
    let bench = Bench::new().await;
    bench.apply(&[a("www", "192.0.2.1")]).await.unwrap();
    let theirs =
        json!({"name": "new", "type": "PTR", "expire": 60, "content": "host.example.net."});
    for (change, is_refused) in [(theirs, true), (Json::Null, false)] {
        let plan = bench.plan(&[a("www", "192.0.2.2")]).await.unwrap().unwrap();
        if !change.is_null() {
            bench.fake.api().plant("example.com", change).unwrap();
        }
        bench.asked();
        let applied = bench.harness.apply(&plan).await.result;
        if is_refused {
            let error = applied.unwrap_err().with_causes();
            assert!(error.contains("was changed by someone else"), "{error}");
            assert_eq!(writes(&bench), [] as [&str; 0]);
        } else {
            applied.unwrap();
            // Of a type that the provider does not know.
            assert_eq!(bench.items("PTR").into_iter().next().unwrap(), "new host.example.net.");
        }
    }
}

/// What the service refuses is said before anything is sent.
#[tokio::test]
async fn limits_are_told_when_planning() {
    let bench = Bench::new().await;
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
        let error = bench.plan(&[record]).await.unwrap_err();
        assert!(error.contains(message), "{error}");
    }
    bench.apply(&[txt(&"x".repeat(1024))]).await.unwrap();
}

/// The service's own words for a domain that is locked, and for one that is not there.
#[tokio::test]
async fn refusals_are_told_in_the_words_of_the_service() {
    let bench = Bench::new().await;
    let words = "The domain is locked by another action";
    let answer = InjectedFault::Response(Response::json(409, json!({"error": words})));
    bench.fake.control().faults().next_of(|request| request.method == "PUT", 1, answer);
    let error = bench.apply(&[a("www", "192.0.2.1")]).await.unwrap_err();
    assert!(error.contains(&format!("409: {words}")), "{error}");
    bench.fake.control().faults().clear();

    let bench = Bench::new().await;
    let missing = octodns_core::ZoneName::new("missing.example.").unwrap();
    let desired = bench.harness.zone(&missing, &[a("www", "192.0.2.1")]);
    let report = bench.harness.plan(&desired).await.unwrap_err();
    let text = octodns_testkit::run::render(&report);
    assert!(text.contains("missing.example. cannot be created by the API"), "{text}");
    let listed = bench.harness.provider().list_zones().await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&bench.zone));
}
