//! The service, in the order of its documentation.

use octodns_testkit::fake::Response;
use octodns_testkit::store::{
    Action, Call, Dot, Names, Paging, Refusal, Refusals, Store, Text, Values,
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
        .route("POST", "/v5/livedns/domains/{zone}/records", Action::Create)
        .custom("PUT", "/v5/livedns/domains/{zone}/records", |store, call| {
            store.replace_all(call.zone(), &call.list("items")).map(|_| created())
        })
        .custom("GET", "/v5/livedns/domains/{zone}/records/{name}", |store, call| {
            let mut sets: Vec<_> = store.zone(call.zone())?.items().cloned().collect();
            sets.retain(|set| set["rrset_name"] == call.param("name"));
            Ok(Response::json(200, sets))
        })
        .custom("PUT", "/v5/livedns/domains/{zone}/records/{name}", |store, call| {
            let mut sets = call.list("items");
            for set in &mut sets {
                set["rrset_name"] = call.param("name").into();
            }
            let is_of_name = |set: &Json| set["rrset_name"] == call.param("name");
            store.exchange(call.zone(), is_of_name, &sets).map(|_| created())
        })
        .custom("DELETE", "/v5/livedns/domains/{zone}/records/{name}", |store, call| {
            store.take_out(call.zone(), |set| set["rrset_name"] == call.param("name"))?;
            Ok(Response::empty(204))
        })
        .route("PUT", "/v5/livedns/domains/{zone}/records/{name}/{type}", Action::Put)
        .route("DELETE", "/v5/livedns/domains/{zone}/records/{name}/{type}", Action::Delete)
        .names_in_path()
        .statuses(201, 201, 204)
        .confirming(json!({"message": CREATED}))
        .receiving(|set, _| check(set))
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

const CREATED: &str = "DNS Record Created";

fn created() -> Response {
    Response::json(201, json!({"message": CREATED}))
}

/// Domains that are registered elsewhere are not taken.
fn create_domain(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    if call.body["fqdn"].as_str().is_some_and(|name| name.ends_with(".elsewhere")) {
        return Err(Refusal::new(404, "The resource could not be found."));
    }
    store.create_zone(&call.body)?;
    Ok(Response::json(201, json!({"message": "Domain Created"})))
}

/// Bare texts get their quotes.
fn check(set: &mut Json) -> Result<(), String> {
    const KEYS: [&str; 4] = ["rrset_name", "rrset_type", "rrset_ttl", "rrset_values"];
    let mut fields = set.as_object().into_iter().flatten();
    if let Some((key, _)) = fields.find(|(key, _)| !KEYS.contains(&key.as_str())) {
        return Err(format!("unknown field {key}"));
    }
    let is_apex = set["rrset_name"] == "@";
    match set["rrset_type"].as_str() {
        Some("NS") if is_apex => return Err("can't use '@' for NS records".to_owned()),
        Some("ALIAS") if !is_apex => return Err("ALIAS is for '@' alone".to_owned()),
        _ => {}
    }
    let is_text = set["rrset_type"] == "TXT";
    for value in set["rrset_values"].as_array_mut().into_iter().flatten() {
        let text = value.as_str().unwrap_or_default();
        if text.len() > 16_384 || !text.bytes().all(|octet| (0x20..=0x7e).contains(&octet)) {
            return Err(format!("{text:?} is not valid"));
        }
        if is_text && !text.starts_with('"') {
            let pieces = text.as_bytes().chunks(255).map(|piece| {
                let piece = String::from_utf8_lossy(piece);
                format!("\"{}\"", piece.replace('\\', "\\\\").replace('"', "\\\""))
            });
            *value = pieces.collect::<Vec<_>>().join(" ").into();
        }
    }
    Ok(())
}
