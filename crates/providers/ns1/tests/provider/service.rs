//! The service, in the order of its documentation.

use octodns_testkit::fake::Response;
use octodns_testkit::store::{Action, Call, Dot, Names, Paging, Refusal, Refusals, Store, Values};
use serde_json::{Value as Json, json};

const RECORD: &str = "/v1/zones/{zone}/{name}/{type}";

/// The lists beside the zones.
pub(crate) const SOURCES: &str = "sources";
pub(crate) const FEEDS: &str = "feeds";
pub(crate) const LISTS: &str = "lists";
pub(crate) const MONITORS: &str = "monitors";

const FILTERS: &[&str] = &[
    "geofence_country",
    "geofence_regional",
    "netfence_prefix",
    "priority",
    "select_first_n",
    "select_first_region",
    "up",
    "weighted_shuffle",
];

/// How many fields an answer has, and which of them are numbers; others have one text.
const FIELDS: &[(&str, usize, &[usize])] = &[
    ("CAA", 3, &[0]),
    ("DS", 4, &[0, 1, 2]),
    ("MX", 2, &[0]),
    ("NAPTR", 6, &[0, 1]),
    ("SRV", 4, &[0, 1, 2]),
    ("TLSA", 4, &[0, 1, 2]),
    ("URLFWD", 5, &[2, 3, 4]),
];

/// With the data source that octoDNS creates once for an account.
pub(crate) fn service() -> Store {
    let mut store = bare();
    let id = store.fresh_id();
    let source =
        json!({"id": id, "name": "octoDNS NS1 Data Source", "sourcetype": "nsone_monitoring"});
    store.beside_mut(SOURCES).push(source);
    store
}

/// As it is for a new account.
pub(crate) fn bare() -> Store {
    beside(Store::sets())
        .auth_header("x-nsone-key", "hunter2")
        .route("GET", "/v1/zones", Action::ListZones)
        .route("GET", "/v1/zones/{zone}", Action::List)
        .custom("PUT", "/v1/zones/{zone}", |store, call| {
            if call.body["zone"] != call.zone() {
                return Err(store.invalid("the zone is another"));
            }
            Ok(Response::json(200, store.create_zone(&call.body)?))
        })
        .custom("GET", RECORD, |store, call| {
            let item = store.item(call.zone(), call.pick())?;
            Ok(Response::json(200, whole(&item, call.zone())))
        })
        .custom("PUT", RECORD, |store, call| {
            let body = checked(store, call)?;
            let made = store.create(call.zone(), &body)?;
            Ok(Response::json(200, whole(&made, call.zone())))
        })
        .custom("POST", RECORD, |store, call| {
            let body = checked(store, call)?;
            let made = store.patch(call.zone(), call.pick(), &body)?;
            Ok(Response::json(200, whole(&made, call.zone())))
        })
        .route("DELETE", RECORD, Action::Delete)
        .zones_under("", "")
        .items_under("records", "")
        .shown(listed)
        .zone_name("zone", false)
        .zone_extra(json!({"networks": [0], "link": null}))
        .item_keys(["id", "domain", "type", "ttl"])
        .fields(&["domain", "type", "ttl", "answers", "filters", "regions"])
        .text_ids()
        .values(Values::Objects("answers", "short"))
        .names(Names::Whole)
        .targets(&["ALIAS", "CNAME", "DNAME", "MX", "NS", "PTR", "SRV"], Dot::Kept, Dot::Kept)
        .types(&[
            "A", "AAAA", "AFSDB", "ALIAS", "CAA", "CNAME", "DNAME", "DS", "HINFO", "HTTPS", "MX",
            "NAPTR", "NS", "PTR", "SPF", "SRV", "SVCB", "TLSA", "TXT", "URLFWD",
        ])
        .paging(Paging::offset("after", "limit", 2500, 2500).link_header())
        .ttl(0..=i64::from(i32::MAX))
        .statuses(200, 200, 200)
        .default_items(json!([{"domain": "{zone}", "type": "NS", "ttl": 3600, "answers": [
            {"answer": ["dns1.p01.nsone.net."], "short": "dns1.p01.nsone.net."},
            {"answer": ["dns2.p01.nsone.net."], "short": "dns2.p01.nsone.net."},
        ]}]))
        .refusals(Refusals {
            invalid: 400,
            exists: 400,
            throttled_headers: &[
                ("x-ratelimit-by", "customer"),
                ("x-ratelimit-limit", "900"),
                ("x-ratelimit-period", "0"),
                ("x-ratelimit-remaining", "0"),
            ],
            body: |status, why| {
                let why = match (status, why) {
                    (401, _) => "Unauthorized",
                    (404, why) if why.contains("no zone") => "zone not found",
                    (404, why) if why.contains("no such record") => "record not found",
                    (400, why) if why.ends_with("exists") => "zone already exists",
                    (400, why) if why.ends_with("already") => "record already exists",
                    (_, why) => why,
                };
                json!({"message": why})
            },
            ..Refusals::USUAL
        })
}

/// What dynamic records need beside them.
fn beside(store: Store) -> Store {
    store
        .route("GET", "/v1/data/sources", Action::ListBeside(SOURCES))
        .custom("PUT", "/v1/data/sources", |store, call| {
            needs(store, &call.body, &["name", "sourcetype"])?;
            Ok(create(store, SOURCES, call.body.clone()))
        })
        .route("GET", "/v1/data/feeds/{source}", Action::ListBeside(FEEDS))
        .custom("PUT", "/v1/data/feeds/{source}", |store, call| {
            needs(store, &call.body, &["name", "config"])?;
            is_there(store, SOURCES, call.param("source"))?;
            is_there(store, MONITORS, text(&call.body["config"], "jobid"))?;
            let mut feed = call.body.clone();
            // Its end is random.
            let name = text(&feed, "name");
            feed["name"] = name.rsplit_once(" - ").map_or(name, |(name, _)| name).into();
            Ok(create(store, FEEDS, feed))
        })
        .custom("DELETE", "/v1/data/feeds/{source}/{id}", |store, call| delete(store, FEEDS, call))
        .route("GET", "/v1/lists", Action::ListBeside(LISTS))
        .custom("PUT", "/v1/lists", |store, call| {
            needs(store, &call.body, &["name", "notify_list"])?;
            is_there(store, SOURCES, text(&call.body["notify_list"][0]["config"], "sourceid"))?;
            Ok(create(store, LISTS, call.body.clone()))
        })
        .custom("DELETE", "/v1/lists/{id}", |store, call| {
            let is_used = |monitor: &Json| monitor["notify_list"] == call.param("id");
            if store.beside(MONITORS).iter().any(is_used) {
                return Err(store.invalid("the notify list is in use"));
            }
            delete(store, LISTS, call)
        })
        .route("GET", "/v1/monitoring/jobs", Action::ListBeside(MONITORS))
        .custom("PUT", "/v1/monitoring/jobs", |store, call| {
            let body = &call.body;
            needs(store, body, &["name", "job_type", "config", "regions", "frequency"])?;
            is_there(store, LISTS, text(body, "notify_list"))?;
            if entries(&body["regions"]).is_empty() {
                return Err(store.invalid("a job needs regions"));
            }
            let mut job = body.clone();
            for (key, default) in [("mute", json!(false)), ("rules", json!([]))] {
                if job[key].is_null() {
                    job[key] = default;
                }
            }
            Ok(create(store, MONITORS, job))
        })
        .custom("POST", "/v1/monitoring/jobs/{id}", |store, call| {
            is_there(store, MONITORS, call.param("id"))?;
            let is_it = |job: &&mut Json| job["id"] == call.param("id");
            let job_type = &call.body["job_type"];
            let jobs = store.beside_mut(MONITORS);
            let Some(job) = jobs.iter_mut().find(is_it) else { return Err(missing()) };
            if job["job_type"] != *job_type {
                return Err(Refusal::new(400, "the type of a job cannot be changed"));
            }
            for (key, value) in call.body.as_object().into_iter().flatten() {
                job[key] = value.clone();
            }
            Ok(Response::json(200, job.clone()))
        })
        .custom("DELETE", "/v1/monitoring/jobs/{id}", |store, call| delete(store, MONITORS, call))
}

fn text<'i>(item: &'i Json, key: &str) -> &'i str {
    item[key].as_str().unwrap_or_default()
}

pub(crate) fn entries(list: &Json) -> &[Json] {
    list.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn missing() -> Refusal {
    Refusal::new(404, "resource not found")
}

fn tier(item: &Json) -> u8 {
    if entries(&item["filters"]).is_empty() { 1 } else { 3 }
}

/// A record in the list of its zone.
fn listed(item: Json) -> Json {
    if item["short_answers"].is_array() {
        // From a recording.
        return item;
    }
    let short: Vec<_> = entries(&item["answers"]).iter().map(|answer| &answer["short"]).collect();
    json!({
        "id": item["id"], "domain": item["domain"], "type": item["type"], "ttl": item["ttl"],
        "tier": tier(&item), "link": null, "short_answers": short,
    })
}

/// A record alone.
fn whole(item: &Json, zone: &str) -> Json {
    let mut shown = item.clone();
    for (key, value) in [
        ("zone", json!(zone)),
        ("tier", json!(tier(item))),
        ("link", json!(null)),
        ("meta", json!({})),
    ] {
        shown[key] = value;
    }
    for (key, default) in [("filters", json!([])), ("regions", json!({}))] {
        if shown[key].is_null() {
            shown[key] = default;
        }
    }
    for answer in shown["answers"].as_array_mut().into_iter().flatten() {
        if let Some(answer) = answer.as_object_mut() {
            answer.remove("short");
        }
    }
    shown
}

/// The body of a request for a record.
fn checked(store: &Store, call: &Call) -> Result<Json, Refusal> {
    // Before anything else.
    store.zone(call.zone())?;
    let mut body = call.body.clone();
    let of = call.param("type").to_owned();
    let is_its_own =
        body["zone"] == call.zone() && body["domain"] == call.param("name") && body["type"] == *of;
    if !is_its_own {
        return Err(store.invalid("the body is about another record"));
    }
    for filter in entries(&body["filters"]) {
        if !FILTERS.contains(&text(filter, "filter")) || !filter["config"].is_object() {
            return Err(store.invalid(format!("unknown filter {filter}")));
        }
    }
    let regions = body["regions"].clone();
    let known = FIELDS.iter().find(|(known, ..)| *known == of);
    let (count, numbers) = known.map_or((1, &[][..]), |(_, count, numbers)| (*count, *numbers));
    for answer in body["answers"].as_array_mut().into_iter().flatten() {
        let fields = entries(&answer["answer"]);
        let is_right = |(index, field): (usize, &Json)| {
            if numbers.contains(&index) { field.is_u64() } else { field.is_string() }
        };
        if fields.len() != count || !fields.iter().enumerate().all(is_right) {
            return Err(store.invalid(format!("invalid answer {answer}")));
        }
        let field = |field: &Json| field.as_str().map_or(field.to_string(), str::to_owned);
        let short = fields.iter().map(field).collect::<Vec<_>>().join(" ");
        if let Some(region) = answer["region"].as_str()
            && regions.get(region).is_none()
        {
            return Err(store.invalid(format!("unknown region {region}")));
        }
        let up = &answer["meta"]["up"];
        if let Some(feed) = up.get("feed") {
            is_there(store, FEEDS, feed.as_str().unwrap_or_default())?;
        }
        answer["short"] = short.into();
    }
    Ok(body)
}

fn needs(store: &Store, body: &Json, keys: &[&str]) -> Result<(), Refusal> {
    match keys.iter().find(|key| body[**key].is_null()) {
        Some(key) => Err(store.invalid(format!("{key} is missing"))),
        None => Ok(()),
    }
}

fn is_there(store: &Store, list: &str, id: &str) -> Result<(), Refusal> {
    let is_known = store.beside(list).iter().any(|item| item["id"] == id);
    if is_known { Ok(()) } else { Err(store.invalid(format!("there is no {id} among {list}"))) }
}

fn create(store: &mut Store, list: &'static str, mut item: Json) -> Response {
    item["id"] = store.fresh_id();
    store.beside_mut(list).push(item.clone());
    Response::json(200, item)
}

fn delete(store: &mut Store, list: &'static str, call: &Call) -> Result<Response, Refusal> {
    let items = store.beside_mut(list);
    let count = items.len();
    items.retain(|item| item["id"] != call.param("id"));
    if items.len() == count { Err(missing()) } else { Ok(Response::json(200, json!({}))) }
}
