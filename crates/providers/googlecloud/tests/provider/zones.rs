//! Zones: public and private ones, their names, and lists of many pages.

use octodns_core::ZoneName;
use octodns_testkit::fake::{InjectedFault, Request};
use octodns_testkit::run::render;
use octodns_testkit::suite::Bench;
use serde_json::json;

use super::service::service;
use super::{a, bench, suite};

/// Adds a zone that somebody else has made.
fn add(bench: &Bench, name: &str, dns_name: &str, visibility: &str) {
    let mut api = bench.fake.api();
    api.add_zone(dns_name, Some(json!(name)));
    api.set_zone(name, "visibility", json!(visibility)).unwrap();
}

async fn zones(bench: &Bench) -> Vec<String> {
    let zones = bench.harness.provider().list_zones().await.unwrap();
    zones.iter().map(|zone| zone.as_str().to_owned()).collect()
}

#[tokio::test]
async fn private_zones_are_told_from_public_ones() {
    for (private, expected) in [
        (json!(null), &["in.test.", "out.test."][..]),
        (json!(true), &["in.test."]),
        (json!(false), &["out.test."]),
    ] {
        let bench = bench(json!({"private": private, "networks": ["default"]})).await;
        add(&bench, "inside", "in.test.", "private");
        add(&bench, "outside", "out.test.", "public");
        assert_eq!(zones(&bench).await, expected, "{private}");
    }
}

/// A private zone needs networks that see it.
#[tokio::test]
async fn private_zones_are_created_for_networks() {
    // It cannot create zones, and has none.
    let without = suite(service()).bench_of(&json!({"private": true}), |_| service()).await;
    let error = without.plan(&[a("www", 1)]).await.unwrap_err();
    assert!(error.contains("needs the option networks"), "{error}");

    let networks =
        json!(["default", "projects/other/global/networks/lan", "https://example.com/net"]);
    let bench = bench(json!({"private": true, "networks": networks})).await;
    bench.converge(&[a("www", 1)]).await;
    let zone = bench.fake.api().zone("unit.tests").unwrap().settings.clone();
    assert_eq!(zone["visibility"], "private");
    let compute = "https://www.googleapis.com/compute/v1/projects";
    let expected = json!({"networks": [
        {"networkUrl": format!("{compute}/test-project/global/networks/default")},
        {"networkUrl": format!("{compute}/other/global/networks/lan")},
        {"networkUrl": "https://example.com/net"},
    ]});
    assert_eq!(zone["privateVisibilityConfig"], expected);
}

#[tokio::test]
async fn new_zones_have_names_that_the_service_takes() {
    let bench = bench(json!({})).await;
    for (dns_name, start) in [
        ("example.com.", "zone-example-com-"),
        ("0/25.2.0.192.in-addr.arpa.", "zone-0-25-2-0-192-in-addr-arpa-"),
        ("_tcp.example.com.", "zone-tcp-example-com-"),
        (&format!("{}.example.com.", "x".repeat(39)), &format!("zone-{}-", "x".repeat(39))),
    ] {
        let zone = ZoneName::new(dns_name).unwrap();
        let desired = bench.harness.zone(&zone, &[a("www", 1)]);
        let plan = bench.harness.plan(&desired).await.unwrap().unwrap();
        bench.harness.apply(&plan).await.result.unwrap();
        let id = bench.fake.api().zone(dns_name).unwrap().id.as_str().unwrap().to_owned();
        assert!(id.starts_with(start), "{id}");
    }
}

/// The root NS records that a new zone has are replaced in the same change set.
#[tokio::test]
async fn root_ns_of_a_new_zone_are_replaced() {
    let bench = bench(json!({})).await;
    let servers = ["ns1.example.net.", "ns2.example.net."];
    let root = json!({"name": "", "type": "NS", "ttl": 3600, "values": servers});
    bench.converge(&[root, a("www", 1)]).await;
    assert_eq!(bench.items("NS")[0]["rrdatas"], json!(servers));
}

/// Two zones of one name are told apart by `private` alone.
#[tokio::test]
async fn a_name_of_two_zones_is_an_error() {
    let recorded = |visibility: &str, name: &str| json!({"name": name, "dnsName": "unit.tests.", "visibility": visibility});
    let page = json!({"managedZones": [recorded("private", "lan"), recorded("public", "wan")]});
    let bench = bench(json!({})).await;
    let fault = InjectedFault::json(200, page);
    let is_list = |request: &Request| request.target.contains("managedZones?");
    bench.faults().next_of(is_list, 1, fault);
    let error = bench.plan(&[a("www", 1)]).await.unwrap_err();
    assert!(error.contains("the account has 2 zones named unit.tests. (ids lan, wan)"), "{error}");
}

/// Pages of 1,000: 10,000 zones, and 20,000 sets of one of them.
#[tokio::test]
async fn lists_of_many_pages_are_read() {
    let mut store = service();
    for index in 0..10_000 {
        store.add_zone(&format!("zone-{index}.test"), Some(json!(format!("z{index}"))));
    }
    for index in 0..20_000 {
        let set = json!({
            "name": format!("host-{index}.zone-7.test."), "type": "A", "ttl": 60,
            "rrdatas": ["192.0.2.1"], "kind": "dns#resourceRecordSet",
        });
        store.plant("z7", set).unwrap();
    }
    let bench = suite(store).bench(&json!({})).await;
    assert_eq!(zones(&bench).await.len(), 10_000);
    assert_eq!(bench.asked().len(), 1 + 10);
    let zone = ZoneName::new("zone-7.test.").unwrap();
    let read = bench.harness.read(&zone).await.map_err(|report| render(&report)).unwrap();
    assert_eq!((read.zone.len(), bench.asked().len()), (20_000, 20));
}

/// An answer that is no list is an error, not an empty one.
#[tokio::test]
async fn an_answer_without_a_list_is_an_error() {
    for (body, is_list) in [
        (json!({}), false),
        (json!({"kind": "dns#managedZonesListResponse"}), true),
        (json!({"managedZones": []}), true),
        (json!({"managedZones": null}), false),
    ] {
        let bench = bench(json!({})).await;
        let fault = InjectedFault::json(200, body.clone());
        let is_it = |request: &Request| request.method == "GET";
        bench.faults().next_of(is_it, 1, fault);
        let listed = bench.harness.provider().list_zones().await;
        assert_eq!(listed.is_ok(), is_list, "{body}: {listed:?}");
    }
}
