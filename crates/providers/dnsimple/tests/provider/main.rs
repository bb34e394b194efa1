//! The provider with a fake of the service, with recordings, and compared with octoDNS' own.

mod service;

use octodns_core::Secret;
use octodns_dnsimple::{Dnsimple, Options};
use octodns_kit::base_url;
use octodns_testkit::store::Store;
use octodns_testkit::suite::{Bench, Suite, addresses, record};
use serde_json::{Value as Json, json};

use service::service;

const CLASS: &str = "octodns_dnsimple.DnsimpleProvider";
const ENDPOINT: &str = "https://api.dnsimple.com/v2";

fn suite(service: Store) -> Suite {
    let config = json!({"class": CLASS, "token": "hunter2", "account": 42});
    let suite = Suite::new(octodns_dnsimple::register, config);
    suite.endpoint("endpoint", ENDPOINT).fake(service).read_cost(1)
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    suite(service(false))
        .thousand_changes(11, 1001)
        .resets("x-ratelimit-reset")
        .cassettes("dnsimple")
        .differs(
            "apply.json",
            "octoDNS writes other NAPTR values, and deletes the text that came with an ALIAS",
        )
        .differs("populate.json", "it has 30 entries, and its second page names 32")
        .corrected("populate.json", with_right_totals)
        .reference("octodns-dnsimple")
        .reference_except("NAPTR", "octoDNS writes the preference and the flags in other places")
        .run()
        .await;
}

/// A recording of 30 entries that names more is that of a lost page.
fn with_right_totals(recording: &mut Json) {
    for exchange in recording["exchanges"].as_array_mut().into_iter().flatten() {
        if let Some(total) = exchange["body"]["pagination"].get_mut("total_entries") {
            *total = json!(30);
        }
    }
}

#[tokio::test]
async fn batches_do_what_every_provider_must() {
    suite(service(true)).thousand_changes(11, 10).run().await;
}

async fn bench() -> Bench {
    suite(service(false)).bench(&json!({})).await
}

/// The text next to an ALIAS is the service's; a text of the user next to it is not.
#[tokio::test]
async fn the_companion_of_an_alias_is_left_alone() {
    let bench = bench().await;
    let alias = |target: &str| record("", "ALIAS", target);
    let text = record("", "TXT", "v=spf1 -all");
    bench.converge(&[alias("a.example.net.")]).await;
    bench.converge(&[alias("a.example.net."), text.clone()]).await;
    bench.converge(&[alias("b.example.net.")]).await;
    assert_eq!(bench.fake.api().count("unit.tests", "TXT"), 1);
    bench.converge(&[text]).await;
    let held = bench.all_items();
    assert!(held.iter().all(|item| item["parent_id"].is_null()), "{held:?}");

    let words = "texts that start with \"ALIAS for\"";
    bench.is_refused(&[record("x", "TXT", "ALIAS for me")], words).await;
}

/// What the API lets through and nobody can read.
#[tokio::test]
async fn broken_contents_do_not_block_a_zone() {
    let bench = bench().await;
    bench.converge(&addresses(1, 0)).await;
    for (of, content) in [("NAPTR", ""), ("SSHFP", "1 1"), ("SRV", "20 a.example.net")] {
        let row =
            json!({"type": of, "name": "_b._tcp", "content": content, "ttl": 60, "priority": 10});
        bench.plant(row);
    }
    let read = bench.harness.read(&bench.zone).await.unwrap();
    assert_eq!((read.zone.records().count(), read.report.len()), (2, 3));
    bench.converge(&addresses(2, 0)).await;
    let count = |of| bench.fake.api().count("unit.tests", of);
    assert_eq!([count("NAPTR"), count("SSHFP"), count("SRV")], [1, 1, 1]);
    let value = json!({"priority": 1, "weight": 2, "port": 3, "target": "a.example.net."});
    bench.converge(&[record("_b._tcp", "SRV", value)]).await;
    let srv = bench.items("SRV");
    assert!(matches!(&*srv, [row] if row["content"] == "2 3 a.example.net"), "{srv:?}");
}

#[tokio::test]
async fn root_ns_records_are_managed_if_asked_for() {
    let names = ["ns1.dnsimple.com.", "ns.example.net."];
    let ns = json!({"name": "", "type": "NS", "ttl": 3600, "values": names});
    let without = bench().await;
    assert!(!without.harness.provider().capabilities().root_ns);
    without.converge(&addresses(1, 0)).await;
    assert!(without.plan(std::slice::from_ref(&ns)).await.is_err());

    let bench = suite(service(false)).bench(&json!({"manage_root_ns": true})).await;
    bench.converge(&[addresses(2, 0), vec![ns]].concat()).await;
    let read = bench.harness.read(&bench.zone).await.unwrap();
    assert_eq!(read.zone.root_ns().unwrap().rdata_strings(), ["ns.example.net.", names[0]]);
}

/// The account is the first part of every path, at whatever host.
#[test]
fn options_choose_the_host_and_the_account() {
    for (sandbox, endpoint, base) in [
        (false, None, "https://api.dnsimple.com/v2/42"),
        (true, None, "https://api.sandbox.dnsimple.com/v2/42"),
        (true, Some("http://127.0.0.1:8080/v2/"), "http://127.0.0.1:8080/v2/42"),
    ] {
        let mut own = Options::new(Secret::new("hunter2"), 42);
        own.sandbox = sandbox;
        assert_eq!(base_url::<Dnsimple>(own, endpoint).unwrap(), base);
    }
}
