//! The service, in the order of its documentation.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use octodns_testkit::fake::{Request, Response};
use octodns_testkit::store::{
    Action, Call, Names, Paging, Pick, Refusal, Refusals, Store, Text, Values,
};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

pub(crate) const HOST: &str = "akab-test.luna.akamaiapis.net";
pub(crate) const CLIENT_SECRET: &str = "SOMESECRET";
pub(crate) const ACCESS_TOKEN: &str = "akab-access-token";
pub(crate) const CLIENT_TOKEN: &str = "akab-client-token";
pub(crate) const CONTRACT: &str = "C-TEST1";

const SET: &str = "/config-dns/v2/zones/{zone}/names/{name}/types/{type}";

pub(crate) fn service() -> Store {
    let paging = Paging::numbered("page", "pageSize", 25, 1000)
        .whole_by("showAll")
        .page_number("metadata.page")
        .total("metadata.totalElements");
    Store::sets()
        .auth(is_signed)
        .route("GET", "/config-dns/v2/zones", Action::ListZones)
        .custom("POST", "/config-dns/v2/zones", create_zone)
        .custom("GET", "/config-dns/v2/zones/{zone}", show_zone)
        .route("GET", "/config-dns/v2/zones/{zone}/recordsets", Action::List)
        .custom("POST", "/config-dns/v2/zones/{zone}/recordsets", |store, call| {
            store.transaction(|store| {
                let sets = call.list("recordsets");
                sets.iter().try_for_each(|set| store.create(call.zone(), set).map(drop))?;
                Ok(Response::empty(204))
            })
        })
        .route("POST", SET, Action::Create)
        .route("PUT", SET, Action::Update)
        .route("DELETE", SET, Action::Delete)
        .custom("POST", "/config-dns/v2/changelists", open)
        .custom("DELETE", "/config-dns/v2/changelists/{zone}", |store, call| {
            drafted(store, call.zone())?;
            discard(store, call.zone());
            Ok(Response::empty(204))
        })
        .custom("GET", "/config-dns/v2/changelists/{zone}/recordsets", show_sets)
        .custom("POST", "/config-dns/v2/changelists/{zone}/recordsets", upload)
        .custom("POST", "/config-dns/v2/changelists/{zone}/recordsets/add-change", add_change)
        .custom("POST", "/config-dns/v2/changelists/{zone}/submit", submit)
        .zones_under("zones", "")
        .zone_name("zone", false)
        .items_under("recordsets", "")
        .paging(paging)
        .receiving(|set, _| {
            *set = spelled(set, ".");
            Ok(())
        })
        .names(Names::Whole)
        .fields(&["name", "type", "ttl", "rdata"])
        .values(Values::List("rdata"))
        .text(Text::Quoted)
        .types(&[
            "A",
            "AAAA",
            "AFSDB",
            "AKAMAICDN",
            "AKAMAITLC",
            "CAA",
            "CERT",
            "CNAME",
            "DNSKEY",
            "DS",
            "HINFO",
            "HTTPS",
            "LOC",
            "MX",
            "NAPTR",
            "NS",
            "PTR",
            "RP",
            "SOA",
            "SPF",
            "SRV",
            "SSHFP",
            "SVCB",
            "TLSA",
            "TXT",
        ])
        .ttl(0..=i64::from(i32::MAX))
        .refusals(Refusals {
            invalid: 400,
            exists: 409,
            throttled_headers: &[("x-ratelimit-next", "2026-01-02T03:05:05.000Z")],
            body: problem,
            ..Refusals::USUAL
        })
}

fn problem(status: u16, why: &str) -> Json {
    let base = "https://problems.luna.akamaiapis.net";
    json!({
        "type": format!("{base}/authoritative-dns/problem"), "title": "Problem", "detail": why,
        "instance": format!("{base}/instances/1"), "status": status,
    })
}

/// Whether a request is signed as it was received, or as it would be received by the real host.
pub(crate) fn is_signed(request: &Request) -> bool {
    let given = request.header("authorization").unwrap_or_default();
    let Some((start, signature)) = given.split_once("signature=") else { return false };
    let parts: BTreeMap<_, _> = start
        .trim_start_matches("EG1-HMAC-SHA256 ")
        .split(';')
        .filter_map(|part| part.split_once('='))
        .collect();
    let part = |key: &str| parts.get(key).copied().unwrap_or_default();
    let hash = match &*request.body {
        body if request.method == "POST" && !body.is_empty() => {
            STANDARD.encode(Sha256::digest(&body[..body.len().min(131_072)]))
        }
        _ => String::new(),
    };
    let key = mac(CLIENT_SECRET, part("timestamp"));
    let by = |scheme: &str, host: &str| {
        let Request { method, target, .. } = request;
        mac(&key, &format!("{method}\t{scheme}\t{host}\t{target}\t\t{hash}\t{start}"))
    };
    part("client_token") == CLIENT_TOKEN
        && part("access_token") == ACCESS_TOKEN
        && !part("nonce").is_empty()
        && (by("http", request.header("host").unwrap_or_default()) == signature
            || by("https", HOST) == signature)
}

fn mac(key: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// A set as the service shows it; `end` is what names without a dot lack.
fn spelled(set: &Json, end: &str) -> Json {
    let of = set["type"].as_str().unwrap_or_default();
    let names: &[usize] = match of {
        "CNAME" | "NS" | "PTR" => &[0],
        "RP" | "SOA" => &[0, 1],
        "AFSDB" | "HTTPS" | "MX" | "SVCB" => &[1],
        "SRV" => &[3],
        _ => &[],
    };
    let spell = |value: &Json| -> Json {
        let Some(value) = value.as_str() else { return value.clone() };
        let word = |(index, word): (usize, &str)| {
            let lacks = names.contains(&index) && !word.ends_with('.');
            format!("{word}{}", if lacks { end } else { "" })
        };
        let mut words: Vec<_> = value.split(' ').enumerate().map(word).collect();
        match (of, &mut *words) {
            ("HTTPS" | "SVCB", [_, _, params @ ..]) if !value.contains('"') => params.sort(),
            ("CAA", [_, _, value]) if !value.starts_with('"') => *value = format!("\"{value}\""),
            _ => {}
        }
        words.join(" ").into()
    };
    let mut shown = set.clone();
    if let Some(values) = shown.get_mut("rdata").and_then(Json::as_array_mut) {
        for value in values {
            *value = spell(value);
        }
    }
    shown
}

/// Zones without a version: they have no records, and are not among the others.
const NEW: &str = "new";

/// The change lists, one for a zone.
pub(crate) const DRAFTS: &str = "drafts";

fn is_new(store: &Store, zone: &str) -> bool {
    store.beside(NEW).iter().any(|new| *new == zone)
}

/// A zone has no records before its first version.
fn create_zone(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    if call.request.param("contractId") != Some(CONTRACT) {
        return Err(Refusal::new(403, "there is no such contract"));
    }
    let name = call.body["zone"].as_str().unwrap_or_default();
    if store.zone(name).is_ok() || is_new(store, name) {
        return Err(Refusal::new(409, format!("the zone {name} exists")));
    }
    store.beside_mut(NEW).push(name.into());
    Ok(Response::json(201, json!({"zone": name, "type": "PRIMARY", "activationState": "NEW"})))
}

fn show_zone(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let name = call.zone();
    let state = if is_new(store, name) { "NEW" } else { store.zone(name).map(|_| "ACTIVE")? };
    Ok(Response::json(200, json!({"zone": name, "type": "PRIMARY", "activationState": state})))
}

/// The records of a zone; those of a new zone are what its first version has.
fn current(store: &Store, zone: &str) -> Result<Vec<Json>, Refusal> {
    if !is_new(store, zone) {
        return Ok(store.zone(zone)?.items().cloned().collect());
    }
    let soa = "ns1.akam.net. hostmaster.akamai.com. 1 86400 7200 604800 300";
    Ok(vec![
        json!({"name": zone, "type": "SOA", "ttl": 86400, "rdata": [soa]}),
        json!({"name": zone, "type": "NS", "ttl": 86400, "rdata": ["ns1.akam.net.", "ns2.akam.net."]}),
    ])
}

/// The change list of a zone: what it is based on, and its changes.
fn drafted<'s>(store: &'s mut Store, zone: &str) -> Result<&'s mut Json, Refusal> {
    let mut drafts = store.beside_mut(DRAFTS).iter_mut();
    let found = drafts.find(|draft| draft["zone"] == zone);
    found.ok_or_else(|| Refusal::new(404, "there is no such change list"))
}

fn discard(store: &mut Store, zone: &str) {
    store.beside_mut(DRAFTS).retain(|draft| draft["zone"] != zone);
}

fn open(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let zone = call.request.param("zone").unwrap_or_default();
    let base = Json::from(current(store, zone)?);
    let held = drafted(store, zone).map(|draft| draft["base"].clone()).ok();
    let is_stale = held.as_ref() != Some(&base);
    let goes = match call.request.param("overwrite") {
        Some("any") => true,
        Some("stale") => is_stale,
        _ => false,
    };
    if held.is_some() && !goes {
        return Err(Refusal::new(409, "there is a change list"));
    }
    discard(store, zone);
    store.beside_mut(DRAFTS).push(json!({"zone": zone, "base": base, "changes": []}));
    Ok(Response::json(201, json!({"zone": zone, "stale": false})))
}

/// The changed sets of a draft, by name and type.
fn changes(draft: &Json) -> BTreeMap<String, Json> {
    let changes = draft["changes"].as_array().into_iter().flatten();
    changes.map(|change| (key(change), change.clone())).collect()
}

fn key(set: &Json) -> String {
    format!("{} {}", set["name"], set["type"])
}

fn show_sets(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let draft = drafted(store, call.zone())?;
    let mut edits = changes(draft);
    let mut sets = Vec::new();
    for set in draft["base"].as_array().into_iter().flatten() {
        let mut shown = set.clone();
        let edit = edits.remove(&key(set));
        shown["state"] = "PRISTINE".into();
        if let Some(edit) = edit {
            let is_deleted = edit["op"] == "DELETE";
            shown["state"] = if is_deleted { "DELETED" } else { "EDITED" }.into();
            if !is_deleted {
                (shown["ttl"], shown["rdata"]) = (edit["ttl"].clone(), edit["rdata"].clone());
            }
        }
        sets.push(shown);
    }
    sets.extend(edits.into_values().filter(|edit| edit["op"] != "DELETE").map(|mut edit| {
        edit["state"] = "ADDED".into();
        edit
    }));
    let total = sets.len();
    Ok(Response::json(200, json!({"metadata": {"totalElements": total}, "recordsets": sets})))
}

fn add_change(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let draft = drafted(store, call.zone())?;
    let mut edits = changes(draft);
    let of_base = draft["base"].as_array().into_iter().flatten();
    let is_there = match edits.get(&key(&call.body)) {
        Some(edit) => edit["op"] != "DELETE",
        None => of_base.clone().any(|set| key(set) == key(&call.body)),
    };
    match (call.body["op"].as_str(), is_there) {
        (Some("ADD"), false) | (Some("EDIT" | "DELETE"), true) => {}
        _ => return Err(Refusal::new(409, "the change does not fit")),
    }
    edits.insert(key(&call.body), call.body.clone());
    fill(store, call.zone(), edits)
}

/// A draft with other changes, which have to be valid together.
fn fill(store: &mut Store, zone: &str, edits: BTreeMap<String, Json>) -> Result<Response, Refusal> {
    let edits: Vec<_> = edits.into_values().collect();
    let mut trial = store.clone();
    if trial.zone(zone).is_ok() {
        carry_out(&mut trial, zone, &edits)?;
    }
    drafted(store, zone)?["changes"] = edits.into();
    Ok(Response::empty(204))
}

fn carry_out(store: &mut Store, zone: &str, edits: &[Json]) -> Result<(), Refusal> {
    let is_deletion = |edit: &&Json| edit["op"] == "DELETE";
    let deletions = edits.iter().filter(is_deletion);
    for edit in deletions.chain(edits.iter().filter(|edit| !is_deletion(edit))) {
        let [name, of] = ["name", "type"].map(|key| edit[key].as_str().unwrap_or_default());
        let pick = Pick::Set(name, of);
        match (edit["op"].as_str(), store.item(zone, pick).is_ok()) {
            (Some("DELETE"), true) => store.delete(zone, pick)?,
            (Some("DELETE"), false) => {}
            _ => drop(store.put(zone, pick, edit)?),
        }
    }
    Ok(())
}

/// A zone file replaces all sets but those of two types.
fn upload(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let text = String::from_utf8(call.request.body.clone());
    let text = text.map_err(|_| Refusal::new(400, "it is not ASCII"))?;
    let mut sets: BTreeMap<String, Json> = BTreeMap::new();
    for line in text.lines() {
        let words: Vec<_> = line.splitn(5, ' ').collect();
        let [name, ttl, "IN", of, value] = *words else {
            return Err(Refusal::new(400, format!("what is this: {line}")));
        };
        let name = name.strip_suffix('.').ok_or_else(|| Refusal::new(400, "a relative name"))?;
        let ttl: u64 = ttl.parse().map_err(|_| Refusal::new(400, "a TTL"))?;
        let set = json!({"name": name, "type": of, "ttl": ttl, "rdata": []});
        let held = sets.entry(key(&set)).or_insert(set);
        held["rdata"].as_array_mut().unwrap().push(value.into());
    }
    if !sets.values().any(|set| set["type"] == "SOA") {
        return Err(Refusal::new(400, "a zone has one SOA"));
    }
    let end = format!(".{}.", call.zone());
    for set in sets.values_mut() {
        *set = spelled(set, &end);
    }
    let draft = drafted(store, call.zone())?;
    let mut edits = BTreeMap::new();
    for set in draft["base"].as_array().into_iter().flatten() {
        match sets.remove(&key(set)) {
            Some(new) if new == spelled(set, ".") => {}
            Some(mut new) => {
                new["op"] = "EDIT".into();
                edits.insert(key(set), new);
            }
            None if set["type"] == "AKAMAICDN" || set["type"] == "AKAMAITLC" => {}
            None => {
                let edit = json!({"op": "DELETE", "name": set["name"], "type": set["type"]});
                edits.insert(key(set), edit);
            }
        }
    }
    for (key, mut set) in sets {
        set["op"] = "ADD".into();
        edits.insert(key, set);
    }
    fill(store, call.zone(), edits)
}

/// The changes of a draft become a new version, unless it is not based on the last.
fn submit(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let zone = call.zone();
    let draft = drafted(store, zone)?.clone();
    let now = current(store, zone)?;
    if draft["base"] != Json::from(now.clone()) {
        return Err(Refusal::new(409, "the change list is stale"));
    }
    let edits = draft["changes"].as_array().cloned().unwrap_or_default();
    store.transaction(|store| {
        if is_new(store, zone) {
            store.beside_mut(NEW).retain(|new| *new != zone);
            store.add_zone(zone, None);
            now.iter().try_for_each(|set| store.create(zone, set).map(drop))?;
        }
        carry_out(store, zone, &edits)?;
        discard(store, zone);
        Ok(Response::empty(204))
    })
}
