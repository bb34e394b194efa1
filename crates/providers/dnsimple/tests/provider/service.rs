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
        .route("PATCH", "/v2/42/zones/{zone}/records/{id}", Action::Patch)
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
        .receiving(|row, _| {
            if row["system_record"].is_null() {
                row["system_record"] = false.into();
            }
            check_text(row)
        })
        .fixed(|row, _| row["system_record"] == true)
        .changeable(&["name", "content", "ttl", "priority"])
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
            root_ns("ns1.dnsimple.com"),
            root_ns("ns2.dnsimple-edge.net"),
            root_ns("ns3.dnsimple.com"),
            root_ns("ns4.dnsimple-edge.org"),
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
    let made = store.create(zone, row)?;
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

/// Deletes a row, and the text next to it.
fn delete(store: &mut Store, zone: &str, id: &str) -> Result<(), Refusal> {
    let parent = store.item(zone, Pick::Id(id))?["id"].clone();
    store.delete(zone, Pick::Id(id))?;
    store.take_out(zone, |item| item["parent_id"] == parent).map(drop)
}

/// Texts are bare, or strings in quotes.
fn check_text(row: &Json) -> Result<(), String> {
    let content = row["content"].as_str().unwrap_or_default();
    if row["type"] != "TXT" {
        return Ok(());
    }
    let is_quoted = content.starts_with('"');
    let (text, quotes) = match content.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(text) => (text, 0),
        None => (content, 2 + content.matches('"').count()),
    };
    Err(if text.is_empty() {
        "can't be blank"
    } else if text.ends_with(' ') {
        "ends with a blank"
    } else if content.matches('"').count() % 2 == 1 {
        "has unpaired double quotes"
    } else if content.chars().count() + quotes > 1000 && (!is_quoted || content.len() > 1000) {
        "is too long (maximum is 1000 characters)"
    } else {
        return Ok(());
    }
    .to_owned())
}

fn no_batch(_: &mut Store, _: &Call) -> Result<Response, Refusal> {
    Err(Refusal::new(412, "The batch change zone records feature is not enabled for the account"))
}

/// Deletes, updates and creates rows, all or none.
fn batch(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let [deletes, updates, creates] = ["deletes", "updates", "creates"].map(|key| call.list(key));
    if deletes.len() + updates.len() + creates.len() > 250 {
        return Err(store.invalid("too many operations"));
    }
    let (zone, id) = (call.zone(), |row: &Json| row["id"].to_string());
    store.transaction(|store| {
        deletes.iter().try_for_each(|row| delete(store, zone, &id(row)))?;
        updates.iter().try_for_each(|row| store.patch(zone, Pick::Id(&id(row)), row).map(drop))?;
        creates.iter().try_for_each(|row| create(store, zone, row).map(drop))?;
        Ok(Response::json(200, json!({"data": {}})))
    })
}

fn set_root_ns(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let names = call.list("ns_names");
    if names.is_empty() {
        return Err(store.invalid("a zone needs name servers"));
    }
    let is_root_ns = |item: &Json| item["type"] == "NS" && item["name"] == "";
    let others: Vec<_> = names.iter().filter_map(Json::as_str).map(root_ns).collect();
    store.exchange(call.zone(), is_root_ns, &others)?;
    Ok(Response::json(200, json!({"data": []})))
}

/// An NS record of the apex, which only a call of its own changes.
fn root_ns(name: &str) -> Json {
    json!({"type": "NS", "name": "", "content": name, "ttl": 3600, "system_record": true})
}
