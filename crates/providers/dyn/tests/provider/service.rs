//! The service, in the order of its documentation.

use std::collections::BTreeMap;

use octodns_testkit::cassette::Cassette;
use octodns_testkit::fake::Response;
use octodns_testkit::store::{
    Action, Call, Login, Names, Pick, Refusal, Refusals, Store, StoredZone, Values,
};
use serde_json::{Value as Json, json};

use crate::director_service::with_directors;

/// The URL of the API, whose path the fake has as well.
pub(crate) const REAL: &str = "https://api.dynect.net/REST";

/// The user of another account.
pub(crate) const OTHER_USER: &str = "other";

/// Types of rows, and what the data of each has.
const TYPES: &[(&str, &str)] = &[
    ("A", "address"),
    ("AAAA", "address"),
    ("ALIAS", "alias"),
    ("CAA", "flags tag value"),
    ("CNAME", "cname"),
    ("DNAME", "dname"),
    ("MX", "preference exchange"),
    ("NAPTR", "order preference flags services regexp replacement"),
    ("NS", "nsdname"),
    ("PTR", "ptrdname"),
    ("SPF", "txtdata"),
    ("SRV", "priority weight port target"),
    ("SSHFP", "algorithm fptype fingerprint"),
    ("TXT", "txtdata"),
];

/// Fields with names.
const TARGETS: &[&str] =
    &["alias", "cname", "dname", "exchange", "nsdname", "ptrdname", "replacement", "target"];

/// The TTL of a row that is sent with 0.
const DEFAULT_TTL: i64 = 3600;

pub(crate) fn service() -> Store {
    with_directors(Store::rows())
        .login(Login {
            method: "POST",
            path: "/REST/Session/",
            is_right: |request| {
                ["user", OTHER_USER].into_iter().any(|user| request.json() == credentials(user))
            },
            response: |token| answer(json!({"token": token, "version": "3.7.16"})),
            carried: |request| request.header("auth-token"),
        })
        .custom("GET", "/REST/Zone/", |store, _| {
            let zones: Vec<_> = store.zones().iter().map(|zone| shown(zone)).collect();
            Ok(Response::json(200, answer(zones)))
        })
        .custom("GET", "/REST/Zone/{zone}/", |store, call| {
            Ok(Response::json(200, answer(shown(store.zone(call.zone())?))))
        })
        .custom("POST", "/REST/Zone/{zone}/", create_zone)
        .custom("PUT", "/REST/Zone/{zone}/", |store, call| {
            if call.body != json!({"publish": true}) {
                return Err(store.invalid("publish: it is to be true"));
            }
            Ok(Response::json(200, answer(shown(store.zone(call.zone())?))))
        })
        .custom("GET", "/REST/AllRecord/{zone}/{fqdn}/", list)
        .custom("POST", "/REST/{list}/{zone}/{fqdn}/", |store, call| {
            let row = row(store, call, &call.body)?;
            let row = store.create(call.zone(), &row)?;
            Ok(Response::json(200, answer(shown_row(&row, call.zone()))))
        })
        .custom("PUT", "/REST/{list}/{zone}/{fqdn}/", replace)
        .custom("DELETE", "/REST/{list}/{zone}/{fqdn}/", |store, call| {
            store.transaction(|store| match remove_all(store, call)? {
                0 => Err(Refusal::new(404, "no such record")),
                _ => Ok(Response::json(200, answer(json!({})))),
            })
        })
        .custom("DELETE", "/REST/{list}/{zone}/{fqdn}/{id}/", |store, call| {
            store.delete(call.zone(), Pick::Id(call.param("id")))?;
            Ok(Response::json(200, answer(json!({}))))
        })
        .route("GET", "/REST/Job/{job}/", Action::Job)
        .zone_name("zone", false)
        .item_keys(["record_id", "fqdn", "record_type", "ttl"])
        .values(Values::Field("value"))
        .names(Names::Whole)
        .ttl(1..=2_147_483_647)
        .refusing_duplicates()
        .refusals(Refusals {
            unauthorized: 400,
            missing: 404,
            invalid: 400,
            exists: 406,
            throttled: 429,
            throttled_headers: &[("retry-after", "0")],
            body: refusal,
        })
}

fn credentials(user: &str) -> Json {
    json!({"customer_name": "cust", "user_name": user, "password": "hunter2"})
}

/// The answer to a call that was carried out.
pub(crate) fn answer(data: impl Into<Json>) -> Json {
    let told = json!({"INFO": "ok", "SOURCE": "BLL", "ERR_CD": null, "LVL": "INFO"});
    json!({"status": "success", "data": data.into(), "job_id": 1000, "msgs": [told]})
}

/// A failure with a code and a message.
pub(crate) fn failure(code: &str, message: &str) -> Json {
    let told = json!({"INFO": message, "SOURCE": "BLL", "ERR_CD": code, "LVL": "ERROR"});
    json!({"status": "failure", "data": {}, "job_id": 1001, "msgs": [told]})
}

fn refusal(status: u16, message: &str) -> Json {
    let is_login = ["these credentials are wrong", "unable to authenticate you"].contains(&message);
    match status {
        _ if is_login => failure("INVALID_DATA", "login: Bad or expired credentials"),
        404 => failure("NOT_FOUND", message),
        406 => failure("TARGET_EXISTS", message),
        429 => failure("RATE_LIMIT_EXCEEDED", message),
        _ => failure("INVALID_DATA", message),
    }
}

fn shown(zone: &StoredZone) -> Json {
    json!({"zone": zone.name, "serial": 7, "serial_style": "increment", "zone_type": "Primary"})
}

fn create_zone(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let zone = call.zone();
    let right = json!({
        "zone": zone, "rname": format!("hostmaster@{zone}"), "ttl": 3600, "serial_style": "increment",
    });
    // The recordings have the name without its last letter.
    let cut = format!("hostmaster@{}", &zone[..zone.len() - 1]);
    if call.body != right && call.body["rname"] != cut {
        return Err(store.invalid("zone: what a zone needs"));
    }
    store.create_zone(&call.body)?;
    for server in ["ns1.p10.dynect.net.", "ns2.p10.dynect.net."] {
        let value = stored(&json!({"nsdname": server}));
        let row = json!({"fqdn": zone, "record_type": "NS", "ttl": 86400, "value": value});
        store.plant(zone, row)?;
    }
    Ok(Response::json(200, answer(shown(store.zone(zone)?))))
}

/// The rows at a name and below it, by type.
fn list(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let zone = call.zone();
    let name = call.param("fqdn").trim_end_matches('.');
    let below = format!(".{name}");
    if call.body != json!({"detail": "Y"}) {
        return Err(store.invalid("detail: it is to be Y"));
    }
    let mut lists: BTreeMap<String, Vec<Json>> = BTreeMap::new();
    for row in store.zone(zone)?.items() {
        let fqdn = row["fqdn"].as_str().unwrap_or_default();
        if fqdn == name || fqdn.ends_with(&below) {
            let of = row["record_type"].as_str().unwrap_or_default().to_lowercase();
            lists.entry(format!("{of}_records")).or_default().push(shown_row(row, zone));
        }
    }
    if lists.is_empty() && name != zone {
        return Err(Refusal::new(404, "node: Not in zone"));
    }
    Ok(Response::json(200, answer(json!(lists))))
}

fn shown_row(row: &Json, zone: &str) -> Json {
    let mut row = row.clone();
    let value = row["value"].take();
    let value = value.as_str().unwrap_or_default();
    row["rdata"] = serde_json::from_str(value).unwrap_or_else(|_| json!({"text": value}));
    row["zone"] = zone.into();
    if let Some(row) = row.as_object_mut() {
        row.remove("value");
    }
    row
}

/// The data of a row as the store keeps it.
fn stored(rdata: &Json) -> String {
    let sorted: BTreeMap<_, _> = rdata.as_object().into_iter().flatten().collect();
    json!(sorted).to_string()
}

/// A row as it is sent, checked.
fn row(store: &Store, call: &Call, sent: &Json) -> Result<Json, Refusal> {
    let invalid = |why: String| store.invalid(why);
    let of = call.param("list").strip_suffix("Record").unwrap_or_default();
    let Some((_, needs)) = TYPES.iter().find(|(known, _)| *known == of) else {
        return Err(invalid(format!("there are no records of type {of}")));
    };
    let fqdn = call.param("fqdn");
    if !fqdn.ends_with('.') {
        return Err(invalid(format!("fqdn: {fqdn} has no dot at its end")));
    }
    let mut rdata = sent["rdata"].clone();
    let fields = rdata.as_object().map(|fields| fields.keys().cloned().collect::<Vec<_>>());
    let mut fields = fields.unwrap_or_default();
    let mut needs: Vec<_> = needs.split(' ').map(str::to_owned).collect();
    fields.sort();
    needs.sort();
    if fields != needs {
        return Err(invalid(format!("rdata: {of} needs {needs:?}")));
    }
    for field in TARGETS {
        if rdata[*field].as_str().is_some_and(|name| !name.ends_with('.')) {
            return Err(invalid(format!("{field}: a name ends in a dot")));
        }
    }
    if needs == ["txtdata"] {
        let sent = rdata["txtdata"].as_str().unwrap_or_default();
        let text = without_quotes(sent).ok_or_else(|| invalid(format!("txtdata: {sent}")))?;
        rdata["txtdata"] = text.into();
    }
    let ttl = &sent["ttl"];
    let ttl = ttl.as_i64().or_else(|| ttl.as_str()?.parse().ok());
    let ttl = ttl.ok_or_else(|| invalid("ttl: a number".to_owned()))?;
    Ok(json!({
        "fqdn": fqdn.trim_end_matches('.'), "record_type": of, "value": stored(&rdata),
        "ttl": if ttl == 0 { DEFAULT_TTL } else { ttl },
    }))
}

/// The inside of strings in quotes, with its escapes; `None` for any other text.
fn without_quotes(text: &str) -> Option<String> {
    let mut inside = String::new();
    for part in text.strip_prefix('"')?.strip_suffix('"')?.split("\" \"") {
        let mut octets = 0;
        let mut characters = part.chars();
        while let Some(character) = characters.next() {
            match character {
                '"' => return None,
                '\\' => {
                    let next = characters.next()?;
                    if next.is_ascii_digit() {
                        characters.nth(1)?;
                    }
                }
                _ => {}
            }
            octets += 1;
        }
        if octets > 255 {
            return None;
        }
        inside.push_str(part);
    }
    Some(inside)
}

fn remove_all(store: &mut Store, call: &Call) -> Result<usize, Refusal> {
    let of = call.param("list").strip_suffix("Record").unwrap_or_default();
    let name = call.param("fqdn").trim_end_matches('.');
    let is_it = |row: &&Json| row["fqdn"] == name && row["record_type"] == of;
    let ids: Vec<_> = store.zone(call.zone())?.items().filter(is_it).collect();
    let ids: Vec<_> = ids.into_iter().map(|row| row["record_id"].to_string()).collect();
    for id in &ids {
        store.delete(call.zone(), Pick::Id(id))?;
    }
    Ok(ids.len())
}

/// Replaces all rows of a name and type, or changes nothing.
fn replace(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let rows = call.body[format!("{}s", call.param("list"))].as_array().cloned();
    let rows = rows.filter(|rows| !rows.is_empty());
    let rows = rows.ok_or_else(|| store.invalid("there are no rows"))?;
    if rows.iter().any(|row| !row["ttl"].is_string()) {
        return Err(store.invalid("ttl: it is to be a text"));
    }
    store.transaction(|store| {
        remove_all(store, call)?;
        let mut made = Vec::new();
        for sent in &rows {
            let row = row(store, call, sent)?;
            made.push(shown_row(&store.create(call.zone(), &row)?, call.zone()));
        }
        Ok(Response::json(200, answer(made)))
    })
}

/// The service with the rows that a recording starts with.
pub(crate) fn recorded(cassette: &Cassette) -> Store {
    let mut store = service().recorded(cassette);
    for exchange in cassette.first_reads().filter(|exchange| exchange.status == 200) {
        let path = exchange.url.strip_prefix(REAL).unwrap_or_default();
        let path: Vec<_> = path.split('/').collect();
        let lists = exchange.body["data"].as_object();
        match (&path[..], lists) {
            ([_, "Zone", zone, ..], _) => store.add_zone(zone, None),
            ([_, "AllRecord", zone, ..], Some(lists)) => {
                for row in lists.values().flat_map(|rows| rows.as_array().into_iter().flatten()) {
                    let value = stored(&row["rdata"]);
                    let [id, fqdn, of, ttl] = ["record_id", "fqdn", "record_type", "ttl"];
                    let row = json!({
                        id: row[id], fqdn: row[fqdn], of: row[of], ttl: row[ttl], "value": value,
                    });
                    // The zone was read before.
                    let _ = store.plant(zone, row);
                }
            }
            _ => {}
        }
    }
    store
}
