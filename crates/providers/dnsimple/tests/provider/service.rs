//! The service, in the order of its documentation.

use octodns_testkit::fake::Response;
use octodns_testkit::store::{
    Action, By, Call, Dot, Names, Paging, Pick, Refusal, Refusals, Store, Values,
};
use serde_json::{Value as Json, json};

/// The service for an account of the plan that has batches, or of another one.
pub(crate) fn service(has_batches: bool) -> Store {
    let batch: fn(&mut Store, &Call) -> _ = if has_batches { batch } else { no_batch };
    let paging = Paging::numbered("page", "per_page", 30, 100)
        .total("pagination.total_entries")
        .pages("pagination.total_pages");
    let ns = |name: &str| json!({"type": "NS", "name": "", "content": name, "ttl": 3600, "system_record": true});
    Store::rows()
        .auth_header("authorization", "Bearer hunter2")
        .route("GET", "/v2/42/zones", Action::ListZones)
        .route("GET", "/v2/42/zones/{zone}", Action::ReadZone)
        .route("POST", "/v2/42/domains", Action::CreateZone)
        .route("GET", "/v2/42/zones/{zone}/records", Action::List)
        .custom("POST", "/v2/42/zones/{zone}/records", |store, call| {
            let row = create(store, call.zone(), &call.body)?;
            Ok(Response::json(201, json!({"data": row})))
        })
        .custom("PATCH", "/v2/42/zones/{zone}/records/{id}", |store, call| {
            let row = update(store, call.zone(), call.param("id"), &call.body)?;
            Ok(Response::json(200, json!({"data": row})))
        })
        .custom("DELETE", "/v2/42/zones/{zone}/records/{id}", |store, call| {
            delete(store, call.zone(), call.param("id")).map(|()| Response::empty(204))
        })
        .custom("POST", "/v2/42/zones/{zone}/batch", batch)
        .custom("PUT", "/v2/42/zones/{zone}/ns_records", set_root_ns)
        .zones_under("data", "data")
        .items_under("data", "data")
        .zone_id("id")
        .paging(paging)
        .filter("name", By::Name)
        .filter("type", By::Type)
        .names(Names::Relative { apex: "" })
        .fields(&["type", "name", "content", "ttl", "priority", "system_record"])
        .values(Values::Field("content"))
        .targets(&["ALIAS", "CNAME", "MX", "NS", "SRV"], Dot::Kept, Dot::Omitted)
        .needs(&[("MX", "priority"), ("SRV", "priority")])
        .types(&[
            "A", "AAAA", "ALIAS", "CAA", "CNAME", "MX", "NAPTR", "NS", "PTR", "SOA", "SRV",
            "SSHFP", "TXT",
        ])
        .ttl(0..=i64::from(i32::MAX))
        .default_ttl(3600)
        .default_items(json!([
            {"type": "SOA", "name": "", "content": "ns1.dnsimple.com admin.dnsimple.com 1 86400 7200 604800 300", "ttl": 3600, "system_record": true},
            ns("ns1.dnsimple.com"),
            ns("ns2.dnsimple-edge.net"),
            ns("ns3.dnsimple.com"),
            ns("ns4.dnsimple-edge.org"),
        ]))
        .refusals(Refusals {
            invalid: 400,
            exists: 400,
            throttled_headers: &[
                ("x-ratelimit-limit", "2400"),
                ("x-ratelimit-remaining", "0"),
                ("x-ratelimit-reset", "1450451976"),
            ],
            body: |status, why| match status {
                400 => json!({"message": "Validation failed", "errors": {"base": [why]}}),
                429 => json!({"message": "quota exceeded"}),
                _ => json!({"message": why}),
            },
            ..Refusals::USUAL
        })
}

/// Creates a row, and next to an ALIAS a text that says so.
fn create(store: &mut Store, zone: &str, row: &Json) -> Result<Json, Refusal> {
    check_text(store, row)?;
    let mut row = row.clone();
    row["system_record"] = false.into();
    let made = store.create(zone, &row)?;
    if made["type"] == "ALIAS" {
        let content = format!("ALIAS for {}", made["content"].as_str().unwrap_or_default());
        let companion = json!({
            "type": "TXT", "name": made["name"], "content": content, "ttl": made["ttl"],
            "parent_id": made["id"], "system_record": false,
        });
        store.plant(zone, companion)?;
    }
    Ok(made)
}

fn update(store: &mut Store, zone: &str, id: &str, row: &Json) -> Result<Json, Refusal> {
    let held = store.item(zone, Pick::Id(id))?;
    if held["system_record"] == true {
        return Err(store.invalid("a system record cannot be changed"));
    }
    if row.get("type").is_some() {
        return Err(store.invalid("the type cannot be changed"));
    }
    let mut whole = row.clone();
    whole["type"] = held["type"].clone();
    check_text(store, &whole)?;
    store.patch(zone, Pick::Id(id), row)
}

fn delete(store: &mut Store, zone: &str, id: &str) -> Result<(), Refusal> {
    let held = store.item(zone, Pick::Id(id))?;
    if held["system_record"] == true {
        return Err(store.invalid("a system record cannot be deleted"));
    }
    let items = store.zone(zone)?.items.iter();
    let children = items.filter(|item| item["parent_id"] == held["id"]);
    for child in children.map(|item| item["id"].to_string()).collect::<Vec<_>>() {
        store.delete(zone, Pick::Id(&child))?;
    }
    store.delete(zone, Pick::Id(id))
}

/// Texts are bare, or strings in quotes.
fn check_text(store: &Store, row: &Json) -> Result<(), Refusal> {
    let content = row["content"].as_str().unwrap_or_default();
    if row["type"] != "TXT" {
        return Ok(());
    }
    let is_quoted = content.starts_with('"');
    let (text, quotes) = match content.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(text) => (text, 0),
        None => (content, 2 + content.matches('"').count()),
    };
    let problem = if text.is_empty() {
        "can't be blank"
    } else if text.ends_with(' ') {
        "ends with a blank"
    } else if content.matches('"').count() % 2 == 1 {
        "has unpaired double quotes"
    } else if content.chars().count() + quotes > 1000 && (!is_quoted || content.len() > 1000) {
        "is too long (maximum is 1000 characters)"
    } else {
        return Ok(());
    };
    Err(store.invalid(problem))
}

fn no_batch(_: &mut Store, _: &Call) -> Result<Response, Refusal> {
    Err(Refusal::new(412, "The batch change zone records feature is not enabled for the account"))
}

/// Deletes, updates and creates rows, all or none.
fn batch(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let list = |key: &str| call.body[key].as_array().cloned().unwrap_or_default();
    let id = |row: &Json| row["id"].to_string();
    let [deletes, updates, creates] = ["deletes", "updates", "creates"].map(list);
    if deletes.len() + updates.len() + creates.len() > 250 {
        return Err(store.invalid("too many operations"));
    }
    let zone = call.zone();
    store.transaction(|store| {
        for row in &deletes {
            delete(store, zone, &id(row))?;
        }
        for row in &updates {
            let mut fields = row.clone();
            fields.as_object_mut().and_then(|fields| fields.remove("id"));
            update(store, zone, &id(row), &fields)?;
        }
        for row in &creates {
            create(store, zone, row)?;
        }
        Ok(Response::json(200, json!({"data": {}})))
    })
}

fn set_root_ns(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let zone = call.zone();
    let names = call.body["ns_names"].as_array().cloned().unwrap_or_default();
    if names.is_empty() {
        return Err(store.invalid("a zone needs name servers"));
    }
    let is_root_ns = |item: &&Json| item["type"] == "NS" && item["name"] == "";
    let held = store.zone(zone)?.items.iter().filter(is_root_ns);
    for id in held.map(|item| item["id"].to_string()).collect::<Vec<_>>() {
        store.delete(zone, Pick::Id(&id))?;
    }
    for name in names {
        store.plant(
            zone,
            json!({"type": "NS", "name": "", "content": name, "ttl": 3600, "system_record": true}),
        )?;
    }
    Ok(Response::json(200, json!({"data": []})))
}
