//! The records: all values of a name and type, or pools, for a part of the world.

use octodns_testkit::fake::Response;
use octodns_testkit::store::{Call, Pick, Refusal, Store};
use serde_json::{Value as Json, json};

use super::{done, text};

pub(super) fn create(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let item = shown(store, call)?;
    store.transaction(|store| {
        let made = keep(store, call.zone(), &item, None)?;
        let [id, of, name] = ["id", "type", "name"].map(|key| &made[key]);
        Ok(Response::json(201, json!([{"id": id, "type": of, "name": name}])))
    })
}

pub(super) fn update(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let id = call.param("id");
    let held = store.item(call.zone(), Pick::Id(id))?;
    if held["type"] != call.param("type") {
        return Err(Refusal::new(404, "there is no such record of this type"));
    }
    let mut item = shown(store, call)?;
    item["id"] = held["id"].clone();
    if item == held {
        return Err(store.invalid("Contents are identical"));
    }
    store.transaction(|store| {
        store.delete(call.zone(), Pick::Id(id))?;
        keep(store, call.zone(), &item, Some(&held))?;
        Ok(done("Record updated"))
    })
}

pub(super) fn delete(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let held = store.item(call.zone(), Pick::Id(call.param("id")))?;
    let same = |item: &&Json| item["name"] == held["name"] && item["type"] == held["type"];
    let others = store.zone(call.zone())?.items().filter(same);
    let mut others = others.filter(|item| item["id"] != held["id"]);
    if is_default(&held) && others.any(|other| !other["geolocation"].is_null()) {
        return Err(store.invalid("the record of the world is needed by others"));
    }
    store.delete(call.zone(), Pick::Id(call.param("id")))?;
    Ok(done("Record  deleted"))
}

/// Whether a record is for where no filter matches.
fn is_default(item: &Json) -> bool {
    item["geolocation"]["geoipFilter"] == 1
}

/// A request as the service shows its record.
fn shown(store: &Store, call: &Call) -> Result<Json, Refusal> {
    let (body, of) = (&call.body, call.param("type"));
    let field = |key: &str, default: Json| body.get(key).cloned().unwrap_or(default);
    let mut item = json!({
        "name": body["name"], "type": of, "ttl": body["ttl"],
        "recordOption": field("recordOption", json!("roundRobin")),
        "note": field("note", json!("")),
        "gtdRegion": field("gtdRegion", json!(1)),
        "pools": field("pools", json!([])),
        "host": null,
    });
    item["geolocation"] = match body.get("geolocation") {
        None => Json::Null,
        Some(asked) => {
            let [region] = &asked["geoipUserRegion"].as_array().cloned().unwrap_or_default()[..]
            else {
                return Err(store.invalid("geoipUserRegion is a list of one filter"));
            };
            json!({"geoipFilter": region})
        }
    };
    if item["recordOption"] == "pools" {
        (item["value"], item["roundRobin"]) = (json!([]), json!([]));
        return Ok(item);
    }
    let mut values = match (of, body.get("host")) {
        ("CNAME", Some(host)) => {
            item["host"] = host.clone();
            vec![json!({"value": host})]
        }
        _ => body["roundRobin"].as_array().cloned().unwrap_or_default(),
    };
    for value in &mut values {
        check(store, of, value)?;
        value["disableFlag"] = false.into();
        if let Json::Object(fields) = value {
            // In one order, whoever sent them.
            fields.sort_keys();
        }
    }
    item["value"] = match of {
        "A" | "AAAA" => values.iter().map(|value| value["value"].clone()).collect(),
        "CNAME" => item["host"].clone(),
        _ => values.clone().into(),
    };
    if of == "CAA" {
        // What the store takes for the value.
        for value in &mut values {
            value["value"] = value["data"].clone();
        }
    }
    item["roundRobin"] = values.into();
    Ok(item)
}

/// Refuses a value.
fn check(store: &Store, of: &str, value: &Json) -> Result<(), Refusal> {
    let needed: &[&str] = match of {
        "CAA" => &["flag", "tag", "data"],
        "MX" => &["value", "level"],
        "SRV" => &["value", "priority", "weight", "port"],
        _ => &["value"],
    };
    if let Some(key) = needed.iter().find(|key| value[**key].is_null()) {
        return Err(store.invalid(format!("{of} needs {key}")));
    }
    if of == "TXT" && !is_quoted(text(value, "value")) {
        return Err(store.invalid("strings of at most 255 characters in quotes"));
    }
    Ok(())
}

/// Whether a text is strings in quotes, with nothing between them.
fn is_quoted(text: &str) -> bool {
    let (mut length, mut is_inside) = (0, false);
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => (length, is_inside) = (0, !is_inside),
            _ if !is_inside => return false,
            '\\' if characters.next().is_none() => return false,
            _ => length += 1,
        }
        if length > 255 {
            return false;
        }
    }
    !is_inside && !text.is_empty()
}

/// Keeps a record, if it can be beside the others.
fn keep(store: &mut Store, zone: &str, item: &Json, held: Option<&Json>) -> Result<Json, Refusal> {
    let stored = store.zone(zone)?;
    let has_geo = stored.settings.get("hasGeoIP") == Some(&json!(true));
    let filter = item["geolocation"]["geoipFilter"].clone();
    let same = |other: &&Json| other["name"] == item["name"] && other["type"] == item["type"];
    let others: Vec<_> = stored.items().filter(same).cloned().collect();
    // It takes a record that is there already, but no other for the same part of the world.
    let is_in_the_way = |other: &Json| {
        other["geolocation"] == item["geolocation"]
            && (other["value"] != item["value"] || !filter.is_null())
    };
    if others.iter().any(is_in_the_way) {
        return Err(store.invalid("Record with this name already exists"));
    }
    if !filter.is_null() {
        let is_known = |list: &str, id: &Json| store.beside(list).iter().any(|of| of["id"] == *id);
        if !has_geo {
            return Err(store.invalid("the domain does not answer by place"));
        }
        if filter != 1 && !others.iter().any(is_default) {
            return Err(store.invalid("create a record for World (Default) first"));
        }
        if filter != 1 && !is_known("geoFilters", &filter) {
            return Err(store.invalid("there is no such filter"));
        }
    }
    if item["recordOption"] == "pools" {
        let pools = item["pools"].as_array().cloned().unwrap_or_default();
        let of = |id: &Json| store.beside("pools").iter().find(|pool| pool["id"] == *id).cloned();
        if pools.is_empty()
            || !pools.iter().all(|id| of(id).is_some_and(|pool| pool["type"] == item["type"]))
        {
            return Err(store.invalid("there is no such pool"));
        }
        return store.plant(zone, item.clone());
    }
    let mut made = store.create(zone, item)?;
    if let Some(held) = held {
        store.delete(zone, Pick::Id(&made["id"].to_string()))?;
        made["id"] = held["id"].clone();
        return store.plant(zone, made);
    }
    Ok(made)
}
