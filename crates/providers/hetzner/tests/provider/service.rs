//! Both APIs, in the order of their documentation.

use octodns_testkit::cassette::Cassette;
use octodns_testkit::fake::Response;
use octodns_testkit::store::{
    Action, By, Dot, Job, JobState, Names, Paging, Refusals, Store, Text, Values,
};
use serde_json::{Value as Json, json};

const TYPES: &[&str] = &[
    "A", "AAAA", "CAA", "CNAME", "DS", "HINFO", "HTTPS", "MX", "NS", "PTR", "RP", "SOA", "SRV",
    "SVCB", "TLSA", "TXT",
];

/// The types whose values end with a name.
const POINTING: &[&str] = &["CNAME", "MX", "NS", "PTR", "SRV"];

/// The action that creates a zone, where actions take a while.
const OF_ZONE: u64 = 1 << 32;

/// An action, as far as it is.
fn action(id: u64, state: &JobState) -> Json {
    let (status, error) = match state {
        JobState::Running => ("running", Json::Null),
        JobState::Failed(why) => ("error", json!({"code": "invalid_input", "message": why})),
        _ => ("success", Json::Null),
    };
    json!({
        "id": id, "command": "change", "status": status, "error": error, "progress": 0,
        "started": "2026-01-01T00:00:00Z", "finished": null, "resources": [],
    })
}

/// What all zones and RRsets of the Cloud API are shown and refused by.
fn cloud_facts() -> Store {
    let paging = Paging::numbered("page", "per_page", 25, 50)
        .page_number("meta.pagination.page")
        .next("meta.pagination.next_page")
        .pages("meta.pagination.last_page")
        .total("meta.pagination.total_entries");
    Store::sets()
        .auth_header("authorization", "Bearer hunter2")
        .route("GET", "/v1/zones", Action::ListZones)
        .route("GET", "/v1/zones/{zone}", Action::ReadZone)
        .route("GET", "/v1/zones/{zone}/rrsets", Action::List)
        .zones_under("zones", "zone")
        .items_under("rrsets", "rrset")
        .zone_id("id")
        .zone_extra(json!({
            "created": "2026-01-01T00:00:00Z", "mode": "primary", "ttl": 3600, "labels": {},
            "protection": {"delete": false}, "status": "ok", "record_count": 0,
            "registrar": "other", "primary_nameservers": [], "authoritative_nameservers": {
                "assigned": [], "delegated": [], "delegation_last_check": null,
                "delegation_status": "unknown",
            },
        }))
        .paging(paging)
        .list_extra(json!({"meta": {"pagination": {"per_page": 50, "previous_page": null}}}))
        .filter("name", By::Name)
        .filter("type", By::Type)
        .names(Names::Relative { apex: "@" })
        .values(Values::Objects("records", "value"))
        .targets(POINTING, Dot::Required, Dot::Required)
        .text(Text::Quoted)
        .types(TYPES)
        .ttl(60..=i64::from(i32::MAX))
        .default_ttl(3600)
        .default_items(json!([{"name": "@", "type": "NS", "records": [
            {"value": "hydrogen.ns.hetzner.com."}, {"value": "oxygen.ns.hetzner.com."},
            {"value": "helium.ns.hetzner.de."},
        ]}]))
        .refusals(Refusals {
            exists: 409,
            throttled_headers: &[
                ("ratelimit-limit", "3600"),
                ("ratelimit-remaining", "0"),
                ("ratelimit-reset", "1767225600"),
            ],
            body: |status, why| {
                let code = match status {
                    401 => "unauthorized",
                    404 => "not_found",
                    409 => "uniqueness_error",
                    429 => "rate_limit_exceeded",
                    _ => "invalid_input",
                };
                json!({"error": {"code": code, "message": why, "details": {}}})
            },
            ..Refusals::USUAL
        })
}

const SETS: &str = "/v1/zones/{zone}/rrsets";
const SET: &str = "/v1/zones/{zone}/rrsets/{name}/{type}";
const SET_RECORDS: &str = "/v1/zones/{zone}/rrsets/{name}/{type}/actions/set_records";
const CHANGE_TTL: &str = "/v1/zones/{zone}/rrsets/{name}/{type}/actions/change_ttl";

/// The Cloud API, whose actions have succeeded when it answers.
pub(crate) fn cloud() -> Store {
    cloud_facts()
        .route("POST", "/v1/zones", Action::CreateZone)
        // octoDNS reads the zone of a set from the set.
        .custom("POST", SETS, |store, call| {
            let mut set = call.body.clone();
            set["zone"] = store.zone(call.zone())?.id.clone();
            let made = store.create(call.zone(), &set)?;
            let action = action(1, &JobState::Done(Json::Null));
            Ok(Response::json(201, json!({"rrset": made, "action": action})))
        })
        .route("POST", SET_RECORDS, Action::Patch)
        .route("POST", CHANGE_TTL, Action::Patch)
        .route("DELETE", SET, Action::Delete)
        // octoDNS asks even for an action that has ended.
        .custom("GET", "/v1/actions/{id}", |_, call| {
            let id = call.param("id").parse().unwrap_or_default();
            Ok(Response::json(200, json!({"action": action(id, &JobState::Done(Json::Null))})))
        })
        .statuses(201, 201, 201)
        .write_extra(json!({"action": action(1, &JobState::Done(Json::Null))}))
}

/// The same, with actions that run for a while: nothing is done before they are polled twice.
pub(crate) fn slow_cloud() -> Store {
    cloud_facts()
        .custom("POST", "/v1/zones", |store, call| {
            let zone = store.create_zone(&call.body)?;
            let action = action(OF_ZONE, &JobState::Running);
            Ok(Response::json(201, json!({"zone": zone, "action": action})))
        })
        .deferred("POST", SETS, Action::Create)
        .deferred("POST", SET_RECORDS, Action::Patch)
        .deferred("POST", CHANGE_TTL, Action::Patch)
        .deferred("DELETE", SET, Action::Delete)
        .jobs(2, |job| json!({"action": action(job.id, &job.state)}))
        .custom("GET", "/v1/actions", |store, call| {
            let job = |id: &str| match id {
                id if id == OF_ZONE.to_string() => {
                    Ok(Job { id: OF_ZONE, state: JobState::Done(Json::Null) })
                }
                id => store.job(id),
            };
            let jobs: Result<Vec<_>, _> = call.values("id").into_iter().map(job).collect();
            let actions: Vec<_> = jobs?.iter().map(|job| action(job.id, &job.state)).collect();
            Ok(Response::json(200, json!({"actions": actions})))
        })
}

/// The old DNS API.
pub(crate) fn dnsapi() -> Store {
    let paging = Paging::numbered("page", "per_page", 100, 100)
        .total("meta.pagination.total_entries")
        .next("meta.pagination.next_page");
    Store::rows()
        .auth_header("auth-api-token", "hunter2")
        .route("GET", "/api/v1/zones", Action::ListZones)
        .route("POST", "/api/v1/zones", Action::CreateZone)
        .custom("GET", "/api/v1/records", |store, call| {
            let zone = store.zone(call.zone())?;
            let of_zone = |item: &Json| {
                let mut item = item.clone();
                item["zone_id"] = zone.id.clone();
                item
            };
            let records: Vec<_> = zone.items().map(of_zone).collect();
            Ok(Response::json(200, json!({"records": records})))
        })
        .route("POST", "/api/v1/records", Action::Create)
        .route("PUT", "/api/v1/records/{id}", Action::Update)
        .route("DELETE", "/api/v1/records/{id}", Action::Delete)
        .zone_under("zone_id")
        .items_under("records", "record")
        .zones_under("zones", "zone")
        .text_ids()
        .zone_id("id")
        .zone_extra(json!({"ttl": 3600, "status": "verified"}))
        .statuses(200, 200, 200)
        .zones_paging(paging)
        .filter("name", By::Zone)
        .fields(&["type", "name", "value", "ttl"])
        .targets(POINTING, Dot::Kept, Dot::Kept)
        .types(TYPES)
        .ttl(0..=i64::from(i32::MAX))
        .refusals(Refusals {
            throttled_headers: &[("ratelimit-remaining", "0"), ("retry-after", "0")],
            body: |status, why| match status {
                401 | 429 => json!({"message": why}),
                _ => json!({"error": {"message": why, "code": status}}),
            },
            ..Refusals::USUAL
        })
}

/// A recorded set, without what octoDNS writes otherwise: it sends no comments, and the TTL of the zone where a set has
/// none.
fn as_read_by_octodns(set: &mut Json) {
    if set["ttl"].is_null() {
        // That of the recorded zone.
        set["ttl"] = json!(7200);
    }
    for record in set["records"].as_array_mut().into_iter().flatten() {
        record.as_object_mut().and_then(|record| record.remove("comment"));
    }
}

/// The service in the state that a recording starts with.
pub(crate) fn recorded(cassette: &Cassette) -> Store {
    if cassette.config["backend"] == "hcloud" {
        let mut cassette = cassette.clone();
        for exchange in &mut cassette.exchanges {
            let sets = exchange.body["rrsets"].as_array_mut();
            sets.into_iter().flatten().for_each(as_read_by_octodns);
        }
        return cloud().recorded(&cassette);
    }
    let mut store = dnsapi().recorded(cassette);
    let zone = cassette.zone.clone().unwrap_or_default();
    for exchange in cassette.first_reads() {
        for record in exchange.body["records"].as_array().into_iter().flatten() {
            let planted = store.plant(zone.trim_end_matches('.'), record.clone());
            assert!(planted.is_ok(), "{planted:?}");
        }
    }
    store
}
