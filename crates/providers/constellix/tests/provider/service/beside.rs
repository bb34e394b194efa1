//! What is beside the records: pools, geo filters, and the other host, for health checks.

use octodns_testkit::fake::Response;
use octodns_testkit::store::{Action, Call, Refusal, Store};
use serde_json::{Value as Json, json};

use super::{done, text};

/// The lists, which are those of the fake.
const POOLS: &str = "pools";
const FILTERS: &str = "geoFilters";
const CHECKS: &str = "checks";

pub(super) fn declared(store: Store) -> Store {
    let mut store = store
        .route("GET", "/v1/pools/{type}", Action::ListBeside(POOLS))
        .custom("POST", "/v1/pools/{type}", |store, call| {
            check_pool(store, call)?;
            create(store, POOLS, &call.body)
        })
        .custom("PUT", "/v1/pools/{type}/{id}", |store, call| {
            check_pool(store, call)?;
            update(store, POOLS, call)
        })
        .custom("DELETE", "/v1/pools/{type}/{id}", |store, call| {
            let is_used = |row: &Json, id: &Json| {
                row["pools"].as_array().is_some_and(|pools| pools.contains(id))
            };
            delete(store, POOLS, call, is_used)
        })
        .route("GET", "/v1/geoFilters", Action::ListBeside(FILTERS))
        .custom("POST", "/v1/geoFilters", |store, call| create(store, FILTERS, &call.body))
        .custom("PUT", "/v1/geoFilters/{id}", |store, call| update(store, FILTERS, call))
        .custom("DELETE", "/v1/geoFilters/{id}", |store, call| {
            delete(store, FILTERS, call, |row, id| row["geolocation"]["geoipFilter"] == *id)
        })
        .custom("GET", "/rest/api/system/sites", |_, _| {
            let site = |id: u8, name: &str, region: &str| json!({"id": id, "name": name, "label": name, "region": region});
            Ok(Response::json(
                200,
                json!([
                    site(1, "ATHENAGR", "EUROPE"),
                    site(2, "USNewYork", "NAEAST"),
                    site(3, "USSeattle", "NAWEST"),
                ]),
            ))
        })
        .custom("GET", "/rest/api/check/type/{id}", |store, call| {
            let found = store.beside(CHECKS).iter().find(|check| is_called(check, call));
            let of = found.map(|check| check["type"].clone());
            of.map(|of| Response::json(200, json!({"type": of}))).ok_or_else(missing)
        })
        .custom("GET", "/rest/api/{kind}", |store, call| {
            let of = |check: &&Json| check["type"] == kind(call);
            Ok(listed(store.beside(CHECKS).iter().filter(of)))
        })
        .custom("GET", "/rest/api/{kind}/{id}", |store, call| {
            let found = store.beside(CHECKS).iter().find(|check| is_called(check, call));
            found.map(|check| Response::json(200, check.clone())).ok_or_else(missing)
        })
        .custom("POST", "/rest/api/{kind}", create_check)
        .custom("PUT", "/rest/api/{kind}/{id}", |store, call| {
            if call.body.get("host").is_some() || call.body.get("ipVersion").is_some() {
                return Err(store.invalid("the host of a check cannot be changed"));
            }
            update(store, CHECKS, call)
        })
        .custom("DELETE", "/rest/api/{kind}/{id}", |store, call| {
            let has = |pool: &Json| {
                let mut values = pool["values"].as_array().into_iter().flatten();
                values.any(|value| number(&value["checkId"]) == number(&call.param("id").into()))
            };
            if store.beside(POOLS).iter().any(has) {
                return Err(store.invalid("the check is used by a pool"));
            }
            delete(store, CHECKS, call, |_, _| false)
        });
    store.beside_mut(FILTERS).push(json!({
        "id": 1, "name": "World (Default)", "filterRulesLimit": null,
        "geoipContinents": ["default"], "regions": [],
    }));
    store
}

fn missing() -> Refusal {
    Refusal::new(404, "there is no such thing")
}

fn listed<'i>(items: impl Iterator<Item = &'i Json>) -> Response {
    Response::json(200, items.cloned().collect::<Vec<_>>())
}

fn is_called(item: &Json, call: &Call) -> bool {
    number(&item["id"]) == number(&call.param("id").into())
}

/// An id, as it is in a path or in an item.
fn number(id: &Json) -> Option<u64> {
    id.as_u64().or_else(|| id.as_str()?.parse().ok())
}

/// The type of a check by its path.
fn kind(call: &Call) -> String {
    call.param("kind").to_uppercase()
}

fn check_pool(store: &Store, call: &Call) -> Result<(), Refusal> {
    let body = &call.body;
    let values = body["values"].as_array().cloned().unwrap_or_default();
    let is_check =
        |id: &Json| id.is_null() || store.beside(CHECKS).iter().any(|of| of["id"] == *id);
    let is_right = |value: &Json| {
        let weight = value["weight"].as_i64().is_some_and(|weight| weight > 0);
        let policy = value["checkId"].is_null() || value["policy"] == "followsonar";
        weight && policy && is_check(&value["checkId"]) && !text(value, "value").is_empty()
    };
    let is_whole = ["numReturn", "minAvailableFailover"].iter().all(|key| body[*key] == 1);
    if body["type"] != call.param("type") || values.is_empty() || !is_whole {
        return Err(store.invalid("a pool needs values, and its type is that of its path"));
    }
    if !values.iter().all(is_right) {
        return Err(store.invalid("a value of the pool is not right"));
    }
    Ok(())
}

/// Creates an item, whose name is its own.
fn made(store: &mut Store, list: &'static str, body: &Json) -> Result<Json, Refusal> {
    let name = text(body, "name");
    let is_same = |item: &Json| item["name"] == name && item["type"] == body["type"];
    if name.is_empty() || store.beside(list).iter().any(is_same) {
        return Err(store.invalid(format!("the name {name} is missing or not unique")));
    }
    let mut item = body.clone();
    item["id"] = store.fresh_id();
    store.beside_mut(list).push(item.clone());
    Ok(item)
}

fn create(store: &mut Store, list: &'static str, body: &Json) -> Result<Response, Refusal> {
    let item = made(store, list, body)?;
    Ok(Response::json(201, json!([item])))
}

/// Creates a check, and says where it is.
fn create_check(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let mut body = call.body.clone();
    let is_http = call.param("kind") == "http";
    let sites = body["checkSites"].as_array().map_or(0, Vec::len);
    if body["host"].is_null() || body["port"].is_null() || body["interval"].is_null() || sites == 0
    {
        return Err(store.invalid("a check needs a host, a port, an interval and sites"));
    }
    if is_http == body["protocolType"].is_null() {
        return Err(store.invalid("a check by HTTP needs a protocol"));
    }
    body["type"] = kind(call).into();
    let id = made(store, CHECKS, &body)?["id"].clone();
    let location = format!("https://api.sonar.constellix.com/rest/api/{}/{id}", call.param("kind"));
    Ok(Response::json(201, json!({})).with_header("Location", &location))
}

/// Changes the fields of an item that are given.
fn update(store: &mut Store, list: &'static str, call: &Call) -> Result<Response, Refusal> {
    let found = store.beside(list).iter().find(|item| is_called(item, call)).cloned();
    let held = found.ok_or_else(missing)?;
    let mut item = held.clone();
    for (key, value) in call.body.as_object().into_iter().flatten() {
        item[key] = value.clone();
    }
    if item == held {
        return Err(store.invalid("Contents are identical"));
    }
    for kept in store.beside_mut(list).iter_mut().filter(|kept| kept["id"] == item["id"]) {
        *kept = item.clone();
    }
    Ok(done("Item updated"))
}

/// Deletes an item that no record uses.
fn delete(
    store: &mut Store,
    list: &'static str,
    call: &Call,
    is_used: impl Fn(&Json, &Json) -> bool,
) -> Result<Response, Refusal> {
    let found = store.beside(list).iter().find(|item| is_called(item, call));
    let id = found.ok_or_else(missing)?["id"].clone();
    let mut rows = store.zones().iter().flat_map(|zone| zone.items());
    if rows.any(|row| is_used(row, &id)) {
        return Err(store.invalid("it is used by a record"));
    }
    store.beside_mut(list).retain(|item| item["id"] != id);
    Ok(done("Item deleted"))
}
