//! The service, in the order of its documentation.

use octodns_testkit::cassette::Cassette;
use octodns_testkit::fake::{Request, Response};
use octodns_testkit::store::{
    Action, Call, Dot, Job, JobState, Login, Names, Paging, Refusal, Refusals, Store, Values,
};
use serde_json::{Value as Json, json};
use url::form_urlencoded;

const SET: &str = "/zones/{zone}/rrsets/{type}/{name}";

const SUCCESSFUL: &str = "Successful";

/// The list that has the setting of each zone.
const MONITORS: &str = "monitors";

/// The numbers of types, which lists have beside their names.
const NUMBERS: &[(&str, u16)] = &[
    ("A", 1),
    ("AAAA", 28),
    ("APEXALIAS", 65_282),
    ("CAA", 257),
    ("CNAME", 5),
    ("DS", 43),
    ("HTTPS", 65),
    ("MX", 15),
    ("NS", 2),
    ("PTR", 12),
    ("SOA", 6),
    ("SRV", 33),
    ("SVCB", 64),
    ("TLSA", 52),
    ("TXT", 16),
    ("TYPE65280", 65_280),
];

fn facts() -> Store {
    Store::sets()
        .login(Login {
            method: "POST",
            path: "/authorization/token",
            is_right,
            response: |token| {
                // Every name is there in two spellings.
                let refresh = format!("refresh-{token}");
                json!({
                    "tokenType": "Bearer", "token_type": "Bearer", "accessToken": token,
                    "access_token": token, "refreshToken": refresh, "refresh_token": refresh,
                    "expiresIn": "3600", "expires_in": "3600",
                })
            },
            carried: Login::bearer,
        })
        .custom("GET", "/zones", list_zones)
        .custom("PATCH", "/zones/{zone}", |store, call| {
            let name = store.zone(call.zone())?.name.clone();
            monitor(store, &name, &call.body["primaryCreateInfo"]["valimailMonitor"])?;
            Ok(Response::json(200, json!({"message": SUCCESSFUL})))
        })
        .route("GET", "/zones/{zone}/rrsets", Action::List)
        .shown(|mut set| {
            let number = NUMBERS.iter().find(|(of, _)| set["rrtype"] == *of);
            if let Some((of, number)) = number {
                set["rrtype"] = format!("{of} ({number})").into();
            }
            set
        })
        .names_in_path()
        .statuses(201, 200, 204)
        .confirming(json!({"message": SUCCESSFUL}))
        .receiving(check)
        .zone_name("name", true)
        .item_keys(["id", "ownerName", "rrtype", "ttl"])
        .items_under("rrSets", "")
        .values(Values::List("rdata"))
        .paging(
            Paging::offset("offset", "limit", 100, 1000)
                .total("resultInfo.totalCount")
                .start("resultInfo.offset")
                .returned("resultInfo.returnedCount"),
        )
        .names(Names::Absolute)
        .targets(&["APEXALIAS", "CNAME", "MX", "NS", "PTR", "SRV"], Dot::Required, Dot::Required)
        .ttl(0..=i64::from(i32::MAX))
        .default_items(json!([
            {"ownerName": "{name}", "rrtype": "NS", "ttl": 86400, "rdata": [
                "pdns1.ultradns.com.", "pdns1.ultradns.net.",
            ]},
            {"ownerName": "{name}", "rrtype": "SOA", "ttl": 86400, "rdata": [
                "pdns1.ultradns.com. me.example.com. 2026010100 86400 86400 86400 86400",
            ]},
        ]))
        .refusals(Refusals {
            invalid: 400,
            exists: 400,
            body: |status, why| match status {
                401 => json!({"errorCode": 60_001, "errorMessage": why}),
                404 => json!([{"errorCode": 70_002, "errorMessage": why}]),
                _ => json!([{"errorCode": 53_005, "errorMessage": why}]),
            },
            ..Refusals::USUAL
        })
}

/// The service, which does everything at once.
pub(crate) fn service() -> Store {
    without_batches().custom("POST", "/v1/batch", batch)
}

/// The same, without the call for many changes.
pub(crate) fn without_batches() -> Store {
    facts()
        .custom("POST", "/zones", create_zone)
        .route("POST", SET, Action::Create)
        .route("PUT", SET, Action::Update)
        .route("DELETE", SET, Action::Delete)
}

/// The same, where everything is a task.
pub(crate) fn slow() -> Store {
    facts()
        .deferred("POST", "/zones", Action::Custom(create_zone))
        .deferred("POST", SET, Action::Create)
        .deferred("PUT", SET, Action::Update)
        .deferred("DELETE", SET, Action::Delete)
        .deferred("POST", "/v1/batch", Action::Custom(batch))
        .job_header("x-task-id")
        .jobs(1, |Job { id, state }| {
            let (code, message) = match state {
                JobState::Running => ("IN_PROCESS", ""),
                JobState::Failed(why) => ("ERROR", &**why),
                _ => ("COMPLETE", ""),
            };
            json!({"taskId": id.to_string(), "code": code, "message": message})
        })
        .route("GET", "/tasks/{job}", Action::Job)
        .custom("GET", "/tasks/{job}/result", |store, call| {
            match store.job(call.param("job"))?.state {
                JobState::Done(result) => Ok(Response::json(200, result)),
                _ => Err(store.invalid("the task has no result")),
            }
        })
}

/// Whether a login is by the password of one of two accounts, or by a refresh token.
fn is_right(request: &Request) -> bool {
    let form: Vec<_> = form_urlencoded::parse(&request.body).collect();
    let of = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| &**value);
    match of("grant_type") {
        Some("password") => {
            let passwords = [Some("hunter2"), Some("of another account")];
            of("username") == Some("me") && passwords.contains(&of("password"))
        }
        Some("refresh_token") => {
            of("refresh_token").is_some_and(|token| token.starts_with("refresh-token-"))
        }
        _ => false,
    }
}

/// Two zones a page if nobody asks for more; an account without zones has an error instead.
fn list_zones(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    if call.request.param("q") != Some("zone_type:PRIMARY") {
        return Err(store.invalid("secondary zones and aliases are not meant"));
    }
    let mut names: Vec<_> = store.zones().iter().map(|zone| zone.name.clone()).collect();
    if names.is_empty() {
        return Err(Refusal::new(404, "Data not found."));
    }
    names.sort();
    let size = call.request.number("limit", 2);
    let after = call.request.param("cursor").and_then(|cursor| cursor.strip_prefix("after-"));
    let start = after.and_then(|start| start.parse().ok()).unwrap_or(0);
    let shown = names.iter().skip(start).take(size).map(|name| {
        let is_on = store.beside(MONITORS).contains(&json!({"zone": name}));
        json!({"properties": {"name": format!("{name}."), "type": "PRIMARY", "valimailMonitor": is_on}})
    });
    let shown: Vec<_> = shown.collect();
    let info = match start + size {
        next if next < names.len() => json!({"next": format!("after-{next}")}),
        _ => json!({}),
    };
    Ok(Response::json(200, json!({"zones": shown, "cursorInfo": info})))
}

fn create_zone(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let (of, own) = (&call.body["properties"], &call.body["primaryCreateInfo"]);
    if of["accountName"].as_str().is_none_or(str::is_empty)
        || of["type"] != "PRIMARY"
        || own["createType"] != "NEW"
    {
        return Err(store.invalid("no such account or kind of zone"));
    }
    store.create_zone(&json!({"name": of["name"]}))?;
    let name = of["name"].as_str().unwrap_or_default().trim_end_matches('.').to_owned();
    monitor(store, &name, &own["valimailMonitor"])?;
    Ok(Response::json(201, json!({"message": SUCCESSFUL})))
}

/// Changes whether Valimail monitors a zone.
fn monitor(store: &mut Store, zone: &str, is_on: &Json) -> Result<(), Refusal> {
    let Some(is_on) = is_on.as_bool() else { return Err(store.invalid("a truth value")) };
    let monitors = store.beside_mut(MONITORS);
    monitors.retain(|held| held["zone"] != zone);
    monitors.extend(is_on.then(|| json!({"zone": zone})));
    Ok(())
}

fn check(set: &mut Json, zone: &str) -> Result<(), String> {
    let many = set["rdata"].as_array().is_some_and(|values| values.len() > 1);
    match set["rrtype"].as_str() {
        Some("A" | "AAAA") if many && set["profile"].is_null() => {
            Err("several addresses are a pool".to_owned())
        }
        Some("APEXALIAS") if set["ownerName"] != *format!("{zone}.") => {
            Err("an alias is for the apex".to_owned())
        }
        _ => Ok(()),
    }
}

/// Calls in order, all or none; of up to 1,000 records.
fn batch(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let calls = call.list("");
    let records = |call: &Json| call["body"]["rdata"].as_array().map_or(1, Vec::len);
    if calls.iter().map(records).sum::<usize>() > 1000 {
        return Err(store.invalid("more than 1,000 records"));
    }
    store.transaction(|store| {
        let mut done = Vec::new();
        for one in &calls {
            let text = |key: &str| one[key].as_str().unwrap_or_default();
            let Some(path) = text("uri").strip_prefix("/v1") else {
                return Err(store.invalid("the path begins with /v1"));
            };
            let response = store.act_on(&Request::new(text("method"), path, &one["body"]))?;
            done.push(json!({"status": response.status, "response": {"message": SUCCESSFUL}}));
        }
        Ok(Response::json(200, done))
    })
}

/// The service in the state that a recording starts with.
pub(crate) fn recorded(cassette: &Cassette) -> Store {
    let mut cassette = cassette.clone();
    let mut monitored = Vec::new();
    for exchange in &mut cassette.exchanges {
        for set in
            exchange.body.get_mut("rrSets").and_then(Json::as_array_mut).into_iter().flatten()
        {
            let of = set["rrtype"].as_str().and_then(|of| of.split_once(' '));
            if let Some(of) = of.map(|(of, _)| of.to_owned()) {
                set["rrtype"] = of.into();
            }
        }
        let zones = exchange.body.get("zones").and_then(Json::as_array).into_iter().flatten();
        monitored.extend(zones.cloned());
    }
    let mut store = service().recorded(&cassette);
    for zone in monitored {
        let name = zone["properties"]["name"].as_str().unwrap_or_default().trim_end_matches('.');
        store.add_zone(name, None);
        let made = monitor(&mut store, name, &zone["properties"]["valimailMonitor"]);
        assert!(made.is_ok(), "{made:?}");
    }
    store
}
