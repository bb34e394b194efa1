//! The service, in the order of its documentation.

use octodns_testkit::fake::{Request, Response};
use octodns_testkit::store::{
    Action, By, Call, Dot, Job, JobState, Login, Names, Paging, Pick, Refusal, Refusals, Store,
    Values,
};
use serde_json::{Value as Json, json};

/// The end of tokens, which no test reaches.
const EXPIRES: &str = "2999-01-01T00:00:00.000Z";

pub(crate) fn service() -> Store {
    let records = "/v1.0/{account}/domains/{zone}/records";
    Store::rows()
        .login(Login {
            method: "POST",
            path: "/v2.0/tokens",
            is_right: |request: &Request| {
                let given = &request.json()["auth"]["RAX-KSKEY:apiKeyCredentials"];
                // Two accounts.
                let keys = ["hunter2", "of another account"];
                given["username"] == "me" && keys.iter().any(|key| given["apiKey"] == *key)
            },
            response: |token| {
                let catalog = json!([
                    {"name": "cloudDatabases", "type": "rax:database", "endpoints": [
                        {"publicURL": "https://databases.example/v1.0/110011", "region": "SYD"},
                    ]},
                    {"name": "cloudDNS", "type": "rax:dns", "endpoints": [
                        {"publicURL": "{origin}/v1.0/110011", "tenantId": "110011"},
                    ]},
                ]);
                let token = json!({"id": token, "expires": EXPIRES});
                json!({"access": {"token": token, "serviceCatalog": catalog}})
            },
            carried: |request| request.header("x-auth-token"),
        })
        .route("GET", "/v1.0/{account}/domains", Action::ListZones)
        .deferred("POST", "/v1.0/{account}/domains", Action::Custom(create_domains))
        .route("GET", records, Action::List)
        .deferred("POST", records, Action::Custom(add))
        .deferred("PUT", records, Action::Custom(update))
        .deferred("DELETE", records, Action::Custom(delete))
        .route("GET", "/v1.0/{account}/status/{job}", Action::Job)
        .custom("GET", "/v1.0/{account}/status", |store, call| {
            let ended = ["showErrors", "showCompleted"].map(|which| call.request.param(which));
            if ended != [Some("false"); 2] {
                return Err(store.invalid("this is asked for running jobs only"));
            }
            let job = json!({"jobId": "1", "status": "RUNNING"});
            let jobs = vec![job; store.running_jobs()];
            Ok(Response::json(202, json!({"totalEntries": 12, "asyncResponses": jobs})))
        })
        .jobs(1, show)
        .zones_under("domains", "")
        .items_under("records", "")
        .zone_id("id")
        .text_ids()
        .paging(
            Paging::offset("offset", "limit", 100, 100).total("totalEntries").next_link("links"),
        )
        .filter("name", By::Zone)
        .receiving(|row, _| match row["data"].as_str() {
            Some(text) if row["type"] == "TXT" && text.contains(['"', '\\']) => {
                Err("the service would remove these characters".to_owned())
            }
            _ => Ok(()),
        })
        .changeable(&["name", "data", "priority", "ttl", "comment"])
        .names(Names::Whole)
        .fields(&["name", "type", "data", "priority", "ttl", "comment"])
        .values(Values::Field("data"))
        .targets(&["CNAME", "MX", "NS", "SRV"], Dot::Omitted, Dot::Omitted)
        .needs(&[("MX", "priority"), ("SRV", "priority")])
        .types(&["A", "AAAA", "CNAME", "MX", "NS", "SRV", "TXT"])
        .ttl(300..=i64::from(i32::MAX))
        .default_items(json!([
            {"name": "{name}", "type": "NS", "data": "dns1.stabletransit.com", "ttl": 3600},
            {"name": "{name}", "type": "NS", "data": "dns2.stabletransit.com", "ttl": 3600},
        ]))
        .refusals(Refusals {
            invalid: 400,
            exists: 409,
            throttled: 413,
            // A time that has passed.
            throttled_headers: &[("reply-after", "2012-10-10T21:21:15Z")],
            body: |status, why| match status {
                400 => json!({"code": 400, "validationErrors": {"messages": [why]}}),
                _ => json!({"code": status, "message": "It is not possible.", "details": why}),
            },
            ..Refusals::USUAL
        })
}

/// A job; the URL in it is not one to follow.
pub(crate) fn show(job: &Job) -> Json {
    let mut shown = json!({
        "jobId": job.id.to_string(), "verb": "POST",
        "callbackUrl": format!("http://elsewhere.example/v1.0/110011/status/{}", job.id),
    });
    let (status, key, value) = match &job.state {
        JobState::Done(left) if left["failedItems"].is_object() => ("ERROR", "error", left.clone()),
        JobState::Done(made) => ("COMPLETED", "response", made.clone()),
        JobState::Failed(why) => {
            let message = "The request could not be processed.";
            ("ERROR", "error", json!({"code": 400, "message": message, "details": why}))
        }
        _ => ("RUNNING", "request", json!("{}")),
    };
    shown["status"] = status.into();
    shown[key] = value;
    shown
}

fn create_domains(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let email = call.body["domains"][0]["emailAddress"].as_str().unwrap_or_default();
    if !email.contains('@') {
        return Err(store.invalid("Must provide an email address for each domain."));
    }
    let made = store.create_zone(&call.body["domains"][0])?;
    Ok(Response::json(200, json!({"domains": [made]})))
}

/// Does the same for each row of the body, all or none.
fn each(
    store: &mut Store,
    call: &Call,
    act: impl Fn(&mut Store, &Json) -> Result<Json, Refusal>,
) -> Result<Response, Refusal> {
    match call.list("records") {
        rows if (1..=100).contains(&rows.len()) => store.each((200, "records"), &rows, act),
        _ => Err(Refusal::new(413, "The number of records is above the allowed limit.")),
    }
}

fn add(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    each(store, call, |store, row| store.create(call.zone(), row))
}

fn update(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    each(store, call, |store, row| {
        let id = Pick::Id(row["id"].as_str().unwrap_or_default());
        if row["name"] != store.item(call.zone(), id)?["name"] {
            return Err(store.invalid("the name cannot be changed"));
        }
        store.patch(call.zone(), id, row)
    })
}

/// Each by itself; one with a comment that says so is kept.
fn delete(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let zone = call.zone().to_owned();
    store.zone(&zone)?;
    let mut faults = Vec::new();
    for id in call.values("id") {
        let item = store.item(&zone, Pick::Id(id));
        let (code, message) = if item.is_ok_and(|row| row["comment"] == "locked") {
            (503, "The record is locked.")
        } else if store.delete(&zone, Pick::Id(id)).is_err() {
            (404, "Object not Found.")
        } else {
            continue;
        };
        let details = format!("Domain ID: {zone}; Record ID: {id}");
        faults.push(json!({"code": code, "message": message, "details": details}));
    }
    if faults.is_empty() {
        return Ok(Response::json(200, json!({})));
    }
    let message = "One or more items could not be deleted.";
    let fault = json!({"code": 500, "message": message, "failedItems": {"faults": faults}});
    Ok(Response::json(200, fault))
}
