//! The services with this API: G-Core and EdgeCenter.

use octodns_testkit::cassette::Cassette;
use octodns_testkit::fake::{Request, Response};
use octodns_testkit::store::{Action, By, Dot, Login, Names, Paging, Refusals, Store, Values};
use serde_json::{Value as Json, json};

const SET: &str = "/dns/v2/zones/{zone}/{name}/{type}";

/// The types whose values end with a name.
const POINTING: &[&str] = &["CNAME", "MX", "NS", "PTR", "SRV"];

const TYPES: &[&str] =
    &["A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NS", "PTR", "SOA", "SRV", "SVCB", "TXT"];

const FILTERS: &[&str] = &[
    "asn",
    "continent",
    "country",
    "default",
    "first_n",
    "geodistance",
    "geodns",
    "healthcheck",
    "ip",
    "is_healthy",
    "region",
    "weighted_shuffle",
];

/// The keys of the meta of a value, and of a set.
const VALUE_META: &[&str] = &[
    "asn",
    "backup",
    "cidr_labels",
    "continents",
    "countries",
    "default",
    "ip",
    "latlong",
    "notes",
    "regions",
    "weight",
];
const SET_META: &[&str] = &["cidr_mapping", "failover", "geodns_link"];

const CHECK: &[&str] = &["frequency", "port", "protocol", "timeout"];
const HTTP_CHECK: &[&str] =
    &["host", "http_status_code", "method", "regexp", "tls", "url", "verify"];

/// EdgeCenter, and G-Core except that it counts what it lists.
pub(crate) fn service() -> Store {
    Store::sets()
        .route("GET", "/dns/v2/zones", Action::ListZones)
        .custom("POST", "/dns/v2/zones", |store, call| {
            store.create_zone(&call.body)?;
            let id = store.fresh_id();
            Ok(Response::json(200, json!({"id": id, "warnings": []})))
        })
        .route("GET", "/dns/v2/zones/{zone}", Action::ReadZone)
        .route("GET", "/dns/v2/zones/{zone}/rrsets", Action::List)
        .route("POST", SET, Action::Create)
        .route("PUT", SET, Action::Put)
        .route("DELETE", SET, Action::Delete)
        .zones_under("zones", "")
        .items_under("rrsets", "")
        .filter("name", By::Zone)
        .zones_paging(Paging::offset("offset", "limit", 100, 1000))
        .names(Names::Absolute)
        .values(Values::Parts("resource_records", "content"))
        .targets(POINTING, Dot::Required, Dot::Omitted)
        .types(TYPES)
        .ttl(0..=i64::from(i32::MAX))
        .comparing(&["filters", "meta"])
        .names_in_path()
        .receiving(|set, _| receive(set))
        .statuses(200, 200, 204)
        .refusals(Refusals {
            invalid: 400,
            exists: 409,
            throttled_headers: &[],
            body: |_, why| json!({"error": why}),
            ..Refusals::USUAL
        })
}

/// With a permanent token.
pub(crate) fn with_token(store: Store) -> Store {
    store.auth_header("authorization", "APIKey hunter2")
}

/// With logins at this path.
pub(crate) fn with_login(store: Store, path: &'static str) -> Store {
    let is_right = |request: &Request| {
        let is_known = |password| request.json() == json!({"username": "me", "password": password});
        ["hunter2", "of another account"].into_iter().any(is_known)
    };
    let response = |token: &str| json!({"access": token, "refresh": "refresh-token"});
    store.login(Login { method: "POST", path, is_right, response, carried: Login::bearer })
}

/// Adds what the service adds to a set, and puts its filters under one key.
fn receive(set: &mut Json) -> Result<(), String> {
    only(set, &["name", "type", "ttl", "resource_records", "filters", "pickers", "meta"])?;
    let pickers = set.as_object_mut().and_then(|set| set.remove("pickers"));
    if let Some(pickers) = pickers {
        set["filters"] = pickers;
    }
    for filter in list(&set["filters"]) {
        if !FILTERS.contains(&filter["type"].as_str().unwrap_or_default()) {
            return Err(format!("unknown filter {filter}"));
        }
    }
    only(&set["meta"], SET_META)?;
    check(&set["meta"]["failover"])?;
    for record in set["resource_records"].as_array_mut().into_iter().flatten() {
        only(record, &["content", "enabled", "meta"])?;
        only(&record["meta"], VALUE_META)?;
        if record["content"]
            .as_array()
            .is_some_and(|content| content.len() == 4 && content[3] == ".")
        {
            return Err("the target is a root".to_owned());
        }
        for (key, default) in [("enabled", json!(true)), ("meta", json!({}))] {
            if record[key].is_null() {
                record[key] = default;
            }
        }
    }
    let is_empty = |value: &Json| value.is_null() || *value == json!({}) || *value == json!([]);
    if let Some(set) = set.as_object_mut() {
        set.retain(|_, value| !is_empty(value));
    }
    Ok(())
}

fn list(json: &Json) -> impl Iterator<Item = &Json> {
    json.as_array().into_iter().flatten()
}

/// Refuses other keys.
fn only(map: &Json, known: &[&str]) -> Result<(), String> {
    let mut keys = map.as_object().into_iter().flatten().map(|(key, _)| key);
    match keys.find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(format!("unknown key {key}")),
        None => Ok(()),
    }
}

/// Refuses a health check that is not valid.
fn check(check: &Json) -> Result<(), String> {
    if check.is_null() {
        return Ok(());
    }
    let own: &[&str] = match check["protocol"].as_str() {
        Some("HTTP") => HTTP_CHECK,
        Some("TCP" | "UDP") => &["command", "regexp"],
        Some("ICMP") => &[],
        _ => return Err("unknown protocol".to_owned()),
    };
    only(check, &[CHECK, own].concat())?;
    for (key, range) in [("frequency", 10..=3600), ("timeout", 1..=10), ("port", 1..=65_535)] {
        let is_right = check[key].as_i64().is_some_and(|given| range.contains(&given));
        if !(is_right || key == "port" && check["protocol"] == "ICMP") {
            return Err(format!("{key} is not valid"));
        }
    }
    Ok(())
}

/// The service in the state that a recording starts with: its sets as they would be after a request, since recorded ones
/// have names of all forms.
pub(crate) fn recorded(store: &Store, cassette: &Cassette) -> Store {
    let mut cassette = cassette.clone();
    let zone = cassette.zone.clone().unwrap_or_default();
    let zone = zone.trim_end_matches('.').to_owned();
    for exchange in &mut cassette.exchanges {
        for set in exchange.body["rrsets"].as_array_mut().into_iter().flatten() {
            let name =
                set["name"].as_str().unwrap_or_default().trim_end_matches('.').to_lowercase();
            let is_whole = name == zone || name.ends_with(&format!(".{zone}"));
            set["name"] =
                if is_whole { format!("{name}.") } else { format!("{name}.{zone}.") }.into();
        }
    }
    store.recorded(&cassette)
}
