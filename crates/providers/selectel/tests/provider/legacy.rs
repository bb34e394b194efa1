//! Version 1 of the service, in the order of its documentation.

use octodns_testkit::fake::Response;
use octodns_testkit::store::{Action, Dot, Names, Paging, Refusals, Store, Values};
use serde_json::{Value as Json, json};

pub(crate) fn service() -> Store {
    Store::rows()
        .auth_header("x-token", "hunter2")
        .custom("HEAD", "/domains/v1/", |store, _| Ok(counted(store.zones().len())))
        .route("GET", "/domains/v1/", Action::ListZones)
        .route("POST", "/domains/v1/", Action::CreateZone)
        .custom("HEAD", "/domains/v1/{zone}/records/", |store, call| {
            Ok(match store.zone(call.zone()) {
                Ok(zone) => counted(zone.items().len()),
                Err(_) => Response::empty(404).with_header("x-total-count", "0"),
            })
        })
        .route("GET", "/domains/v1/{zone}/records/", Action::List)
        .route("POST", "/domains/v1/{zone}/records/", Action::Create)
        .route("PUT", "/domains/v1/{zone}/records/{id}", Action::Update)
        .route("DELETE", "/domains/v1/{zone}/records/{id}", Action::Delete)
        .statuses(200, 200, 204)
        .receiving(|row, _| {
            spell(row);
            Ok(())
        })
        .zone_id("id")
        .fields(&[
            "type",
            "name",
            "ttl",
            "content",
            "priority",
            "weight",
            "port",
            "target",
            "algorithm",
            "fingerprint_type",
            "fingerprint",
            "flag",
            "tag",
            "value",
        ])
        .paging(Paging::offset("offset", "limit", 1000, 1000))
        .names(Names::Whole)
        .values(Values::Field("content"))
        .targets(&["ALIAS", "CNAME", "MX", "NS"], Dot::Kept, Dot::Omitted)
        .needs(&[
            ("CAA", "flag tag value"),
            ("MX", "priority"),
            ("SRV", "priority weight port target"),
            ("SSHFP", "algorithm fingerprint_type fingerprint"),
        ])
        .ttl(60..=604_800)
        .refusals(Refusals { exists: 409, body: |_, why| json!({"error": why}), ..Refusals::USUAL })
}

fn counted(many: usize) -> Response {
    Response::empty(200).with_header("x-total-count", &many.to_string())
}

/// Takes the dot of a name away, and gives a row a value where it has none.
fn spell(row: &mut Json) {
    let name = row["name"].as_str().unwrap_or_default().trim_end_matches('.').to_owned();
    row["name"] = name.into();
    for key in ["target", "fingerprint", "value"] {
        if let Some(value) = row.get(key).cloned() {
            row["content"] = value;
        }
    }
}
