//! The part of the service beside its zones: Traffic Directors and monitors.

use octodns_testkit::fake::Response;
use octodns_testkit::store::{Call, Refusal, Store};
use serde_json::{Value as Json, json};

use crate::service::answer;

/// The list of services. Each has its pools beside its rulesets, which refer to them.
pub(crate) const SERVICES: &str = "services";
pub(crate) const MONITORS: &str = "monitors";

type Answered = Result<Response, Refusal>;

/// A service that has Traffic Directors.
pub(crate) fn with_directors(store: Store) -> Store {
    store
        .custom("GET", "/REST/DSF/", |store, _| {
            Ok(ok(store.beside(SERVICES).iter().map(shown).collect::<Vec<_>>()))
        })
        .custom("POST", "/REST/DSF/", create)
        .custom("PUT", "/REST/DSF/{id}/", |store, call| {
            let ttl = call.body["ttl"].clone();
            let ttl = ttl.as_i64().ok_or_else(|| store.invalid("ttl: a number"))?;
            let service = service(store, call)?;
            service["ttl"] = ttl.to_string().into();
            Ok(ok(shown(service)))
        })
        .custom("DELETE", "/REST/DSF/{id}/", |store, call| {
            service(store, call)?;
            let id = call.param("id");
            store.beside_mut(SERVICES).retain(|service| service["service_id"] != id);
            Ok(ok(json!({})))
        })
        .custom("GET", "/REST/DSFNode/{id}/", |store, call| {
            Ok(ok(service(store, call)?["nodes"].clone()))
        })
        .custom("GET", "/REST/DSFResponsePool/{id}/", |store, call| {
            Ok(ok(service(store, call)?["pools"].clone()))
        })
        .custom("POST", "/REST/DSFResponsePool/{id}/", create_pool)
        .custom("DELETE", "/REST/DSFResponsePool/{id}/{part}/", |store, call| {
            let id = call.param("part");
            let is_used =
                |ruleset: &Json| list(&ruleset["response_pools"]).iter().any(|pool| *pool == id);
            if list(&service(store, call)?["rulesets"]).iter().any(is_used) {
                return Err(store.invalid("response_pool: it is in use"));
            }
            remove(service(store, call)?, "pools", "dsf_response_pool_id", id)
        })
        .custom("GET", "/REST/DSFRuleset/{id}/", |store, call| {
            Ok(ok(shown(service(store, call)?)["rulesets"].clone()))
        })
        .custom("POST", "/REST/DSFRuleset/{id}/", create_ruleset)
        .custom("PUT", "/REST/DSFRuleset/{id}/{part}/", attach)
        .custom("DELETE", "/REST/DSFRuleset/{id}/{part}/", |store, call| {
            let service = service(store, call)?;
            let removed = remove(service, "rulesets", "dsf_ruleset_id", call.param("part"));
            number(service);
            removed
        })
        .custom("GET", "/REST/DSFMonitor/", |store, _| Ok(ok(store.beside(MONITORS).to_vec())))
        .custom("POST", "/REST/DSFMonitor/", create_monitor)
        .custom("PUT", "/REST/DSFMonitor/{id}/", |store, call| {
            check_monitor(store, &call.body)?;
            let monitors = store.beside_mut(MONITORS);
            let found = monitors.iter_mut().find(|held| held["dsf_monitor_id"] == call.param("id"));
            let monitor = found.ok_or_else(|| Refusal::new(404, "no such monitor"))?;
            for key in ["protocol", "options"] {
                monitor[key] = call.body[key].clone();
            }
            Ok(ok(monitor.clone()))
        })
        .custom("DELETE", "/REST/DSFMonitor/{id}/", |store, call| {
            let id = call.param("id");
            let is_used = |service: &Json| {
                list(&service["pools"]).iter().any(|pool| set_of(pool)["dsf_monitor_id"] == id)
            };
            if store.beside(SERVICES).iter().any(is_used) {
                return Err(store.invalid("monitor: it is in use"));
            }
            let before = store.beside(MONITORS).len();
            store.beside_mut(MONITORS).retain(|monitor| monitor["dsf_monitor_id"] != id);
            match store.beside(MONITORS).len() {
                after if after == before => Err(Refusal::new(404, "no such monitor")),
                _ => Ok(ok(json!({}))),
            }
        })
}

fn ok(data: impl Into<Json>) -> Response {
    Response::json(200, answer(data))
}

fn list(json: &Json) -> &[Json] {
    json.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn set_of(pool: &Json) -> &Json {
    &pool["rs_chains"][0]["record_sets"][0]
}

/// An id that is text, as those of services and their parts are.
fn new_id(store: &mut Store, of: &str) -> String {
    format!("{of}-{}", store.fresh_id())
}

fn service<'s>(store: &'s mut Store, call: &Call) -> Result<&'s mut Json, Refusal> {
    let id = call.param("id");
    let mut services = store.beside_mut(SERVICES).iter_mut();
    let found = services.find(|service| service["service_id"] == id);
    found.ok_or_else(|| Refusal::new(404, "service: no such service"))
}

/// A service as it is listed: without its pools, which its rulesets show.
fn shown(service: &Json) -> Json {
    let mut shown = service.clone();
    let pools = list(&service["pools"]);
    for ruleset in shown["rulesets"].as_array_mut().into_iter().flatten() {
        let ids = list(&ruleset["response_pools"]).to_vec();
        let of = |id: &Json| pools.iter().find(|pool| pool["dsf_response_pool_id"] == *id).cloned();
        ruleset["response_pools"] = ids.iter().filter_map(of).collect::<Vec<_>>().into();
    }
    if let Some(shown) = shown.as_object_mut() {
        shown.remove("pools");
    }
    shown
}

fn remove(service: &mut Json, part: &str, key: &str, id: &str) -> Answered {
    let parts = service[part].as_array_mut().unwrap();
    let before = parts.len();
    parts.retain(|part| part[key] != id);
    if parts.len() == before { Err(Refusal::new(404, "no such part")) } else { Ok(ok(json!({}))) }
}

/// Numbers the rulesets in their order.
fn number(service: &mut Json) {
    for (index, ruleset) in service["rulesets"].as_array_mut().unwrap().iter_mut().enumerate() {
        ruleset["ordering"] = index.to_string().into();
    }
}

fn published(store: &Store, call: &Call) -> Result<(), Refusal> {
    if call.body["publish"] == "Y" { Ok(()) } else { Err(store.invalid("publish: it is to be Y")) }
}

fn create(store: &mut Store, call: &Call) -> Answered {
    published(store, call)?;
    let label = call.body["label"].as_str().unwrap_or_default();
    let ttl = call.body["ttl"].as_i64().ok_or_else(|| store.invalid("ttl: a number"))?;
    let name = |json: &Json| json.as_str().unwrap_or_default().trim_end_matches('.').to_owned();
    let node = &call.body["nodes"][0];
    let node = json!({"zone": name(&node["zone"]), "fqdn": name(&node["fqdn"])});
    store.zone(node["zone"].as_str().unwrap())?;
    if label.is_empty() || store.beside(SERVICES).iter().any(|service| service["label"] == label) {
        return Err(store.invalid("label: each service has its own"));
    }
    let service = json!({
        "service_id": new_id(store, "svc"), "label": label, "ttl": ttl.to_string(), "active": "Y",
        "nodes": [node], "rulesets": [], "pools": [], "notifiers": [], "pending_change": "",
    });
    store.beside_mut(SERVICES).push(service.clone());
    Ok(ok(shown(&service)))
}

fn create_pool(store: &mut Store, call: &Call) -> Answered {
    published(store, call)?;
    let set = set_of(&call.body);
    let of = set["rdata_class"].as_str().unwrap_or_default();
    let field = if of == "CNAME" { "cname" } else { "address" };
    let most = if of == "CNAME" { 255 } else { 15 };
    let mut records = Vec::new();
    for record in list(&set["records"]) {
        let value = &record["rdata"][format!("{}_rdata", of.to_lowercase())][field];
        let weight = record["weight"].as_i64().filter(|weight| (1..=most).contains(weight));
        let (Some(_), Some(weight)) = (value.as_str(), weight) else {
            return Err(store.invalid("records: a value and a weight"));
        };
        let data = format!("rdata_{}", of.to_lowercase());
        records.push(json!({
            "weight": weight, "automation": record["automation"], "eligible": "true",
            "rdata": [{"type": of, "data": {data: {field: value}}}],
        }));
    }
    let monitor = set["dsf_monitor_id"].as_str().unwrap_or_default();
    let is_known = store.beside(MONITORS).iter().any(|known| known["dsf_monitor_id"] == monitor);
    if records.is_empty() || !(monitor.is_empty() || is_known) {
        return Err(store.invalid("record_sets: records, and a monitor"));
    }
    let pool = json!({
        "dsf_response_pool_id": new_id(store, "pool"), "label": call.body["label"],
        "rs_chains": [{"record_sets": [{
            "rdata_class": of, "label": set["label"], "serve_count": set["serve_count"].to_string(),
            "dsf_monitor_id": monitor, "records": records,
        }]}],
    });
    let service = service(store, call)?;
    service["pools"].as_array_mut().unwrap().push(pool.clone());
    Ok(ok(pool))
}

fn create_ruleset(store: &mut Store, call: &Call) -> Answered {
    published(store, call)?;
    let body = &call.body;
    let at = body["ordering"].as_u64().ok_or_else(|| store.invalid("ordering: a number"))?;
    let criteria = match body["criteria_type"].as_str() {
        Some("always") => json!({}),
        Some("geoip") if body["criteria"]["geoip"].is_object() => {
            let given = &body["criteria"]["geoip"];
            let mut geoip = json!({});
            for key in ["country", "province", "region"] {
                let text =
                    |code: &Json| code.as_str().map_or_else(|| code.to_string(), str::to_owned);
                geoip[key] = list(&given[key]).iter().map(text).collect::<Vec<_>>().into();
            }
            json!({"geoip": geoip})
        }
        _ => return Err(store.invalid("criteria: what it is about")),
    };
    let ruleset = json!({
        "dsf_ruleset_id": new_id(store, "ruleset"), "label": body["label"],
        "criteria_type": body["criteria_type"], "criteria": criteria, "ordering": at.to_string(),
        "response_pools": [],
    });
    let service = service(store, call)?;
    let rulesets = service["rulesets"].as_array_mut().unwrap();
    let at = usize::try_from(at).unwrap().min(rulesets.len());
    rulesets.insert(at, ruleset.clone());
    number(service);
    Ok(ok(ruleset))
}

fn attach(store: &mut Store, call: &Call) -> Answered {
    published(store, call)?;
    let ids = list(&call.body["response_pools"]).iter();
    let ids: Vec<_> = ids.map(|pool| pool["dsf_response_pool_id"].clone()).collect();
    let service = service(store, call)?;
    let is_known =
        |id: &Json| list(&service["pools"]).iter().any(|pool| pool["dsf_response_pool_id"] == *id);
    let all_known = !ids.is_empty() && ids.iter().all(is_known);
    let mut rulesets = service["rulesets"].as_array_mut().unwrap().iter_mut();
    let found = rulesets.find(|ruleset| ruleset["dsf_ruleset_id"] == call.param("part"));
    match (found, all_known) {
        (None, _) => Err(Refusal::new(404, "ruleset: no such ruleset")),
        (Some(_), false) => Err(Refusal::new(400, "response_pools: no such pool")),
        (Some(ruleset), true) => {
            ruleset["response_pools"] = ids.into();
            Ok(ok(ruleset.clone()))
        }
    }
}

fn check_monitor(store: &Store, body: &Json) -> Result<(), Refusal> {
    let options = &body["options"];
    let is_http = matches!(body["protocol"].as_str(), Some("HTTP" | "HTTPS"));
    let has = |key: &str| options[key].as_str().is_some_and(|text| !text.is_empty());
    let is_right = options["port"].is_number()
        && options["timeout"] == 10
        && (is_http || body["protocol"] == "TCP")
        && (!is_http || ["path", "host", "header"].into_iter().all(has));
    if is_right { Ok(()) } else { Err(store.invalid("options: what a monitor needs")) }
}

fn create_monitor(store: &mut Store, call: &Call) -> Answered {
    check_monitor(store, &call.body)?;
    let mut monitor = call.body.clone();
    monitor["dsf_monitor_id"] = new_id(store, "monitor").into();
    monitor["endpoints"] = json!([]);
    store.beside_mut(MONITORS).push(monitor.clone());
    Ok(ok(monitor))
}
