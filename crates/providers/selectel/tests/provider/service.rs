//! Version 2 of the service, in the order of its documentation.

use octodns_testkit::fake::Response;
use octodns_testkit::store::{Action, Dot, Names, Paging, Refusals, Store, Text, Values};
use serde_json::json;

/// With a project token.
pub(crate) fn with_token() -> Store {
    service().auth_header("x-auth-token", "hunter2")
}

/// Whoever asks.
pub(crate) fn service() -> Store {
    Store::sets()
        .route("GET", "/domains/v2/zones", Action::ListZones)
        .route("POST", "/domains/v2/zones", Action::CreateZone)
        .route("GET", "/domains/v2/zones/{zone}/rrset", Action::List)
        .route("POST", "/domains/v2/zones/{zone}/rrset", Action::Create)
        .custom("PATCH", "/domains/v2/zones/{zone}/rrset/{id}", |store, call| {
            // Names and types stay as they are, whatever is sent.
            let set = json!({"ttl": call.body["ttl"], "records": call.body["records"]});
            store.patch(call.zone(), call.pick(), &set)?;
            Ok(Response::empty(204))
        })
        .route("DELETE", "/domains/v2/zones/{zone}/rrset/{id}", Action::Delete)
        .statuses(200, 204, 204)
        .receiving(|set, _| {
            let name = set["name"].as_str().unwrap_or_default();
            if name.split('.').any(|label| label.starts_with("xn--")) {
                return Err("names are in Unicode".to_owned());
            }
            let is_single = matches!(set["type"].as_str(), Some("ALIAS" | "CNAME" | "DNAME"));
            if is_single && set["records"].as_array().is_some_and(|values| values.len() > 1) {
                return Err("one value".to_owned());
            }
            Ok(())
        })
        .fixed(|set, zone| set["type"] == "NS" && set["name"] == *format!("{zone}."))
        .zones_under("result", "")
        .items_under("result", "")
        .zone_id("id")
        .zone_name("name", true)
        .text_ids()
        .values(Values::Objects("records", "content"))
        .paging(
            Paging::offset("offset", "limit", 100, 1000)
                .total("count")
                .start("offset")
                .next("next_offset"),
        )
        .names(Names::Absolute)
        .targets(&["ALIAS", "CNAME", "DNAME", "MX", "NS", "SRV"], Dot::Required, Dot::Required)
        .text(Text::Quoted)
        .ttl(60..=604_800)
        .default_items(json!([
            {"name": "{name}", "type": "NS", "ttl": 3600, "records": [
                {"content": "a.ns.selectel.ru."}, {"content": "b.ns.selectel.ru."},
            ]},
        ]))
        .refusals(Refusals {
            exists: 409,
            body: |status, why| match status {
                422 => json!({"error": "validation_error", "description": why}),
                _ => json!({"error": why, "code": status}),
            },
            ..Refusals::USUAL
        })
}
