//! The service, in the order of its documentation.

use octodns_testkit::fake::Response;
use octodns_testkit::store::{Action, Dot, Names, Paging, Refusal, Refusals, Store, Values};
use serde_json::{Value as Json, json};

pub(crate) fn service() -> Store {
    Store::rows()
        // my-token:hunter2
        .auth_header("authorization", "Basic bXktdG9rZW46aHVudGVyMg==")
        .custom("GET", "/domains/list/{user}", |store, call| {
            let index: Vec<_> = store.zones().iter().map(|zone| json!({"name": zone.name, "link": ""})).collect();
            Ok(done(200, json!({"user": call.param("user"), "index": index})))
        })
        .custom("GET", "/domain/{zone}", |store, call| match store.zone(call.zone()) {
            Ok(_) => Ok(done(200, json!({"domain": call.zone(), "exists": "Y"}))),
            Err(_) => Err(Refusal::new(400, "Domain not found")),
        })
        .custom("PUT", "/domains/add/{zone}", |store, call| {
            if call.body["service"] != "dns" || call.body["portfolio"].is_null() {
                return Err(store.invalid("what is to be added?"));
            }
            store.create_zone(&json!({"name": call.zone()}))?;
            Ok(done(201, json!({"domain": call.zone()})))
        })
        .route("GET", "/zones/records/parsed/{zone}", Action::List)
        .route("GET", "/zones/records/all/{zone}", Action::List)
        .route("PUT", "/zones/records/add/{zone}/{type}", Action::Create)
        .route("POST", "/zones/records/{id}", Action::Update)
        .route("DELETE", "/zones/records/{zone}/{id}", Action::Delete)
        .zone_under("domain")
        .statuses(201, 200, 200)
        .write_extra(json!({"tm": 1_767_225_600}))
        .receiving(|row, _| {
            in_texts(row);
            Ok(())
        })
        .items_under("data", "data")
        .text_ids()
        .item_keys(["id", "host", "type", "ttl"])
        .fields(&["type", "host", "rdata", "ttl", "prio", "geozone_id"])
        .paging(Paging::offset("start", "max", 1000, 1000).start("start").total("total"))
        .names(Names::Relative { apex: "@" })
        .values(Values::Field("rdata"))
        .targets(&["CNAME", "MX", "NS", "SRV"], Dot::Required, Dot::Kept)
        .own_name("@")
        .needs(&[("MX", "prio")])
        .types(&["A", "AAAA", "CAA", "CNAME", "DS", "MX", "NAPTR", "NS", "SOA", "SRV", "TXT"])
        .ttl(300..=86_400)
        .default_items(json!([
            {"host": "@", "ttl": "3600", "prio": "0", "type": "SOA", "rdata": "dns1.easydns.com. zone.easydns.com. 2026010101 3600 600 604800 0"},
            {"host": "@", "ttl": "3600", "prio": "0", "type": "NS", "rdata": "dns1.easydns.com."},
            {"host": "@", "ttl": "3600", "prio": "0", "type": "NS", "rdata": "dns2.easydns.net."},
            {"host": "@", "ttl": "3600", "prio": "0", "type": "A", "rdata": "64.68.200.46"},
            {"host": "@", "ttl": "3600", "prio": "0", "type": "MX", "rdata": "LOCAL."},
            {"host": "www", "ttl": "3600", "prio": "0", "type": "CNAME", "rdata": "@"},
        ]))
        .refusals(Refusals {
            invalid: 400,
            exists: 400,
            throttled: 420,
            // The service does not say how long, which is a test of its own.
            throttled_headers: &[("retry-after", "0")],
            body: |status, why| json!({"error": {"code": status, "message": why}}),
            ..Refusals::USUAL
        })
}

/// An answer that something is done.
fn done(status: u16, data: impl Into<Json>) -> Response {
    Response::json(status, json!({"tm": 1_767_225_600, "data": data.into(), "status": status}))
}

/// Makes the numbers of a row texts.
fn in_texts(row: &mut Json) {
    if row["type"] != "MX" {
        row["prio"] = "0".into();
    }
    for key in ["ttl", "prio"] {
        if row[key].is_number() {
            row[key] = row[key].to_string().into();
        }
    }
}
