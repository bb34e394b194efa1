//! The service, in the order of its documentation.

use octodns_testkit::fake::Response;
use octodns_testkit::store::{
    Action, Call, Dot, Names, Paging, Pick, Refusal, Refusals, Store, Text, Values,
};
use serde_json::{Value as Json, json};

pub(crate) fn service() -> Store {
    Store::sets()
        .auth(|request| {
            matches!(request.header("authorization"), Some("Bearer hunter2" | "Apikey hunter2"))
        })
        .route("GET", "/v5/livedns/domains", Action::ListZones)
        .custom("POST", "/v5/livedns/domains", create_domain)
        .route("GET", "/v5/livedns/domains/{zone}", Action::ReadZone)
        .route("GET", "/v5/livedns/domains/{zone}/records", Action::List)
        .custom("POST", "/v5/livedns/domains/{zone}/records", |store, call| {
            let set = kept(store, &call.body)?;
            store.create(call.zone(), &set)?;
            Ok(created())
        })
        .custom("PUT", "/v5/livedns/domains/{zone}/records", |store, call| {
            let sets: Result<Vec<_>, _> = items(call).iter().map(|set| kept(store, set)).collect();
            store.replace_all(call.zone(), &sets?)?;
            Ok(created())
        })
        .custom("GET", "/v5/livedns/domains/{zone}/records/{name}", |store, call| {
            Ok(Response::json(200, of_name(store, call)?))
        })
        .custom("PUT", "/v5/livedns/domains/{zone}/records/{name}", |store, call| {
            store.transaction(|store| {
                remove(store, call)?;
                for mut set in items(call) {
                    set["rrset_name"] = call.param("name").into();
                    let set = kept(store, &set)?;
                    store.create(call.zone(), &set)?;
                }
                Ok(created())
            })
        })
        .custom("DELETE", "/v5/livedns/domains/{zone}/records/{name}", |store, call| {
            remove(store, call).map(|()| Response::empty(204))
        })
        .custom("PUT", "/v5/livedns/domains/{zone}/records/{name}/{type}", |store, call| {
            let mut set = call.body.clone();
            for (key, param) in [("rrset_name", "name"), ("rrset_type", "type")] {
                if set.get(key).is_some() {
                    return Err(store.invalid(format!("{key} is in the path")));
                }
                set[key] = call.param(param).into();
            }
            let set = kept(store, &set)?;
            store.put(call.zone(), call.pick(), &set)?;
            Ok(created())
        })
        .route("DELETE", "/v5/livedns/domains/{zone}/records/{name}/{type}", Action::Delete)
        .zone_name("fqdn", false)
        .zone_extra(json!({"automatic_snapshots": true}))
        .item_keys(["id", "rrset_name", "rrset_type", "rrset_ttl"])
        .values(Values::List("rrset_values"))
        .paging(Paging::numbered("page", "per_page", 100, 500).total_header("total-count"))
        .names(Names::Relative { apex: "@" })
        .targets(&["ALIAS", "CNAME", "DNAME", "MX", "NS", "PTR", "SRV"], Dot::Kept, Dot::Kept)
        .text(Text::Quoted)
        .ttl(300..=2_592_000)
        .default_ttl(10_800)
        .refusals(Refusals {
            invalid: 400,
            exists: 409,
            body: |status, why| match status {
                400 => json!({"status": "error", "errors": [
                    {"location": "body", "name": "items", "description": why},
                ]}),
                _ => json!({"code": status, "message": why, "object": "HTTPError", "cause": why}),
            },
            ..Refusals::USUAL
        })
}

fn created() -> Response {
    Response::json(201, json!({"message": "DNS Record Created"}))
}

/// Domains that are registered elsewhere are not taken.
fn create_domain(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    if call.body["fqdn"].as_str().is_some_and(|name| name.ends_with(".elsewhere")) {
        return Err(Refusal::new(404, "The resource could not be found."));
    }
    store.create_zone(&call.body)?;
    Ok(Response::json(201, json!({"message": "Domain Created"})))
}

fn items(call: &Call) -> Vec<Json> {
    call.body["items"].as_array().cloned().unwrap_or_default()
}

/// The sets of the name in the path.
fn of_name(store: &Store, call: &Call) -> Result<Vec<Json>, Refusal> {
    let mut sets = store.zone(call.zone())?.items.clone();
    sets.retain(|set| set["rrset_name"] == call.param("name"));
    Ok(sets)
}

fn remove(store: &mut Store, call: &Call) -> Result<(), Refusal> {
    for set in of_name(store, call)? {
        let of = set["rrset_type"].as_str().unwrap_or_default();
        store.delete(call.zone(), Pick::Set(call.param("name"), of))?;
    }
    Ok(())
}

/// A set as it is kept: bare texts get their quotes.
fn kept(store: &Store, set: &Json) -> Result<Json, Refusal> {
    const KEYS: [&str; 4] = ["rrset_name", "rrset_type", "rrset_ttl", "rrset_values"];
    let mut fields = set.as_object().into_iter().flatten();
    if let Some((key, _)) = fields.find(|(key, _)| !KEYS.contains(&key.as_str())) {
        return Err(store.invalid(format!("unknown field {key}")));
    }
    let is_apex = set["rrset_name"] == "@";
    match set["rrset_type"].as_str() {
        Some("NS") if is_apex => return Err(store.invalid("can't use '@' for NS records")),
        Some("ALIAS") if !is_apex => return Err(store.invalid("ALIAS is for '@' alone")),
        _ => {}
    }
    let mut set = set.clone();
    let is_text = set["rrset_type"] == "TXT";
    for value in set["rrset_values"].as_array_mut().into_iter().flatten() {
        let text = value.as_str().unwrap_or_default();
        if text.len() > 16_384 || !text.bytes().all(|octet| (0x20..=0x7e).contains(&octet)) {
            return Err(store.invalid(format!("{text:?} is not valid")));
        }
        if is_text && !text.starts_with('"') {
            let pieces = text.as_bytes().chunks(255).map(|piece| {
                let piece = String::from_utf8_lossy(piece);
                format!("\"{}\"", piece.replace('\\', "\\\\").replace('"', "\\\""))
            });
            *value = pieces.collect::<Vec<_>>().join(" ").into();
        }
    }
    Ok(set)
}
