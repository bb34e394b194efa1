//! Version 2 of the service, in the order of its documentation.

use octodns_testkit::fake::Response;
use octodns_testkit::store::{
    Action, Call, Dot, Names, Paging, Refusal, Refusals, Store, Text, Values,
};
use serde_json::{Value as Json, json};

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
        .custom("POST", "/domains/v2/zones/{zone}/rrset", |store, call| {
            let name = call.body["name"].as_str().unwrap_or_default();
            if name.split('.').any(|label| label.starts_with("xn--")) {
                return Err(store.invalid("names are in Unicode"));
            }
            check(store, &call.body)?;
            let made = store.create(call.zone(), &call.body)?;
            Ok(Response::json(200, made))
        })
        .custom("PATCH", "/domains/v2/zones/{zone}/rrset/{id}", |store, call| {
            let held = store.item(call.zone(), call.pick())?;
            is_free(store, call, &held)?;
            // Names and types stay as they are, whatever is sent.
            let mut set = json!({"ttl": call.body["ttl"], "records": call.body["records"]});
            set["type"] = held["type"].clone();
            check(store, &set)?;
            store.patch(call.zone(), call.pick(), &set)?;
            Ok(Response::empty(204))
        })
        .custom("DELETE", "/domains/v2/zones/{zone}/rrset/{id}", delete)
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

/// Refuses a change of the name servers of a zone.
fn is_free(store: &Store, call: &Call, set: &Json) -> Result<(), Refusal> {
    let apex = format!("{}.", store.zone(call.zone())?.name);
    if set["type"] == "NS" && set["name"] == *apex {
        return Err(store.invalid("this set cannot be changed"));
    }
    Ok(())
}

/// Refuses several values where one is possible.
fn check(store: &Store, set: &Json) -> Result<(), Refusal> {
    let is_single = matches!(set["type"].as_str(), Some("ALIAS" | "CNAME" | "DNAME"));
    if is_single && set["records"].as_array().is_some_and(|values| values.len() > 1) {
        return Err(store.invalid("one value"));
    }
    Ok(())
}

fn delete(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let held = store.item(call.zone(), call.pick())?;
    is_free(store, call, &held)?;
    store.delete(call.zone(), call.pick())?;
    Ok(Response::empty(204))
}
