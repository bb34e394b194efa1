//! The service, in the order of its documentation.

use std::net::IpAddr;

use octodns_testkit::fake::Response;
use octodns_testkit::store::{
    Action, By, Call, Dot, Names, Paging, Refusal, Refusals, Store, Values,
};
use serde_json::{Value as Json, json};

/// The types whose values end with a name.
const POINTING: &[&str] = &["ALIAS", "CNAME", "DNAME", "MX", "NS", "PTR", "SRV"];

/// The kinds of routing, and the types that have them.
const ROUTING: [(&str, &[&str]); 4] = [
    ("geo_ip_config", &["A", "AAAA", "CNAME", "ALIAS"]),
    ("view_config", &["A", "AAAA", "CNAME"]),
    ("weighted_config", &["A", "AAAA"]),
    ("http_service_config", &["A", "AAAA"]),
];

pub(crate) fn service() -> Store {
    Store::rows()
        .auth_header("x-auth-token", "hunter2")
        .route("GET", "/domain/v2beta1/dns-zones", Action::ListZones)
        .route("GET", "/domain/v2beta1/dns-zones/{zone}/records", Action::List)
        .custom("PATCH", "/domain/v2beta1/dns-zones/{zone}/records", change)
        .zones_under("dns_zones", "")
        .items_under("records", "")
        .zone_name("domain", false)
        .zone_extra(json!({
            "subdomain": "", "ns": [], "ns_default": [], "ns_master": [], "status": "active",
            "message": null, "updated_at": "2026-01-01T00:00:00Z", "project_id": "p",
            "linked_products": [],
        }))
        .paging(Paging::numbered("page", "page_size", 20, 1000).total("total_count"))
        .filter("name", By::Name)
        .filter("type", By::Type)
        .text_ids()
        .receiving(|record, _| {
            spell(record);
            routing_fault(record).map_or(Ok(()), Err)
        })
        .names(Names::Relative { apex: "" })
        .values(Values::Field("data"))
        .optional_fields(&[
            "id",
            "data",
            "name",
            "priority",
            "ttl",
            "type",
            "comment",
            "geo_ip_config",
            "view_config",
            "weighted_config",
            "http_service_config",
        ])
        .types(&[
            "A", "AAAA", "ALIAS", "CAA", "CNAME", "DNAME", "DS", "HINFO", "HTTPS", "LOC", "MX",
            "NAPTR", "NS", "PTR", "RP", "SRV", "SSHFP", "SVCB", "TLSA", "TXT", "URI",
        ])
        .targets(POINTING, Dot::Required, Dot::Required)
        .ttl(0..=4_294_967_295)
        .refusing_duplicates()
        .default_items(json!([
            {"name": "", "type": "NS", "ttl": 1800, "data": "ns0.dom.scw.cloud."},
            {"name": "", "type": "NS", "ttl": 1800, "data": "ns1.dom.scw.cloud."},
        ]))
        .refusals(Refusals {
            invalid: 400,
            exists: 400,
            body: |status, why| {
                let kind = match status {
                    400 => "invalid_arguments",
                    401 => "denied_authentication",
                    403 => "permissions_denied",
                    404 => "not_found",
                    _ => "too_many_requests",
                };
                json!({"message": why, "type": kind, "details": []})
            },
            ..Refusals::USUAL
        })
}

/// All changes or none, and the zone if it is missing and may be created.
fn change(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let zone = call.zone();
    store.transaction(|store| {
        if store.zone(zone).is_err() {
            if call.body["disallow_new_zone_creation"] == true {
                return Err(Refusal::new(403, "domain not found"));
            }
            store.create_zone(&json!({"domain": zone}))?;
        }
        for change in call.list("changes") {
            if let Some(delete) = change.get("delete") {
                remove(store, zone, delete)?;
            } else if let Some(set) = change.get("set") {
                remove(store, zone, set)?;
                add(store, zone, set)?;
            } else if let Some(added) = change.get("add") {
                add(store, zone, added)?;
            } else {
                return Err(store.invalid("a change is to add, set or delete"));
            }
        }
        Ok(Response::json(200, json!({"records": []})))
    })
}

fn list(json: &Json) -> &[Json] {
    json.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Both spellings of a key are the same to the service.
fn remove(store: &mut Store, zone: &str, change: &Json) -> Result<(), Refusal> {
    let fields = change.get("id_fields").or_else(|| change.get("idFields"));
    let fields = fields.ok_or_else(|| store.invalid("id_fields are missing"))?;
    let is_it = |item: &Json| ["name", "type"].iter().all(|key| item[key] == fields[key]);
    if store.take_out(zone, is_it)?.is_empty() {
        return Err(Refusal::new(404, "resource is not found"));
    }
    Ok(())
}

fn add(store: &mut Store, zone: &str, change: &Json) -> Result<(), Refusal> {
    let mut records = list(&change["records"]).iter();
    records.try_for_each(|record| store.create(zone, record).map(drop))
}

/// Spells a record as the service shows it: the apex has no name, a text has quotes, and a preference is repeated.
fn spell(record: &mut Json) {
    let data = record["data"].as_str().unwrap_or_default().to_owned();
    if record["name"] == "@" {
        record["name"] = json!("");
    }
    match record["type"].as_str() {
        Some("TXT") if !data.starts_with('"') => record["data"] = json!(format!("\"{data}\"")),
        Some("MX") => {
            let preference = data.split(' ').next().and_then(|word| word.parse::<u32>().ok());
            record["priority"] = json!(preference);
        }
        _ => record["priority"] = json!(0),
    }
}

/// Why a record cannot have its routing.
fn routing_fault(record: &Json) -> Option<String> {
    let of = record["type"].as_str().unwrap_or_default();
    let has = |(key, _): &&(&str, &[&str])| record.get(key).is_some_and(|body| !body.is_null());
    let kinds: Vec<_> = ROUTING.iter().filter(has).collect();
    let [(key, types)] = &*kinds else {
        return (kinds.len() > 1).then(|| "a record has one kind of routing".to_owned());
    };
    let body = &record[key];
    let is_value = |value: &Json| {
        let text = value.as_str().unwrap_or_default();
        if of == "CNAME" { text.ends_with('.') } else { text.parse::<IpAddr>().is_ok() }
    };
    let is_right = match *key {
        "geo_ip_config" => list(&body["matches"]).iter().all(|part| {
            let places = ["continents", "countries"].map(|key| list(&part[key]).len());
            is_value(&part["data"]) && places.iter().sum::<usize>() > 0
        }),
        "view_config" => list(&body["views"]).iter().all(|view| is_value(&view["data"])),
        "weighted_config" => list(&body["weighted_ips"])
            .iter()
            .all(|ip| is_value(&ip["ip"]) && ip["weight"].is_u64()),
        _ => {
            let has_strategy = ["random", "hashed", "all"].iter().any(|of| body["strategy"] == *of);
            has_strategy && body["url"].is_string() && list(&body["ips"]).iter().all(is_value)
        }
    };
    (!types.contains(&of) || !is_right).then(|| format!("{of}: {key} is not valid: {body}"))
}
