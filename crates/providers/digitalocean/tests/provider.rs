//! The provider with a fake of the service, with recordings, and compared with octoDNS' own.

use octodns_testkit::store::{Action, By, Dot, Paging, Store, Values};
use octodns_testkit::suite::Suite;
use serde_json::json;

/// The service, in the order of its documentation.
pub(crate) fn service() -> Store {
    let paging = Paging::numbered("page", "per_page", 20, 200).total("meta.total");
    Store::rows()
        .auth_header("authorization", "Bearer dop_v1_hunter2")
        .route("GET", "/v2/domains", Action::ListZones)
        .route("POST", "/v2/domains", Action::CreateZone)
        .route("GET", "/v2/domains/{zone}", Action::ReadZone)
        .route("GET", "/v2/domains/{zone}/records", Action::List)
        .route("POST", "/v2/domains/{zone}/records", Action::Create)
        .route("PUT", "/v2/domains/{zone}/records/{id}", Action::Update)
        .route("DELETE", "/v2/domains/{zone}/records/{id}", Action::Delete)
        .zones_under("domains", "domain")
        .items_under("domain_records", "domain_record")
        .paging(paging.next_url("links.pages.next").next_url("links.pages.last"))
        .list_extra(json!({"links": {}}))
        .filter("name", By::WholeName)
        .filter("type", By::Type)
        .fields(&["type", "name", "data", "priority", "port", "ttl", "weight", "flags", "tag"])
        .values(Values::Field("data"))
        .targets(&["CNAME", "MX", "NS", "SRV"], Dot::Required, Dot::Omitted)
        .own_name("@")
        .needs(&[("MX", "priority"), ("SRV", "priority weight port"), ("CAA", "flags tag")])
        .ttl(30..=i64::from(i32::MAX))
        .default_items(json!([
            {"type": "NS", "name": "@", "data": "ns1.digitalocean.com.", "ttl": 1800},
            {"type": "NS", "name": "@", "data": "ns2.digitalocean.com.", "ttl": 1800},
            {"type": "NS", "name": "@", "data": "ns3.digitalocean.com.", "ttl": 1800},
            {"type": "A", "name": "@", "data": "{ip_address}", "ttl": 1800},
        ]))
        .zone_extra(json!({"ttl": 1800, "zone_file": null}))
        .refusing_with(|status, why| json!({"id": status.to_string(), "message": why}))
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    let class = "octodns_digitalocean.DigitalOceanProvider";
    Suite::new(octodns_digitalocean::register, json!({"class": class, "token": "dop_v1_hunter2"}))
        .endpoint("endpoint", "https://api.digitalocean.com/v2")
        .fake(service())
        .read_cost(1)
        .except("txt-backslash", "the service refuses backslashes, so planning does")
        .cassettes("digitalocean")
        .reference("octodns-digitalocean")
        .run()
        .await;
}
