//! The service, in the order of its documentation.

use octodns_testkit::fake::Response;
use octodns_testkit::store::{
    Action, Call, Dot, Login, Names, Pick, Refusal, Refusals, Store, Values,
};
use serde_json::{Value as Json, json};

pub(crate) fn service() -> Store {
    Store::rows()
        .no_ids()
        .login(Login {
            method: "POST",
            path: "/login",
            // my-key-id:hunter2, and the same with hunter3.
            is_right: |request| {
                let is_known = |header| {
                    ["Basic bXkta2V5LWlkOmh1bnRlcjI=", "Basic bXkta2V5LWlkOmh1bnRlcjM="].contains(&header)
                };
                request.header("authorization").is_some_and(is_known)
                    && request.body == b"grant_type=client_credentials"
            },
            response: |token| json!({"access_token": token, "token_type": "bearer", "expires_in": 300}),
            carried: |request| request.header("authorization")?.strip_prefix("Bearer "),
        })
        .custom("GET", "/dns/v2/zones", |store, _| {
            let names: Vec<_> = store.zones().iter().map(|zone| &zone.name).collect();
            Ok(Response::json(200, json!({"zones": names})))
        })
        .route("GET", "/dns/v2/zones/{zone}/records", Action::List)
        .custom("PUT", "/dns/v2/zones/{zone}/records", |store, call| {
            let selected = call.request.query.iter().filter(|(key, _)| key == "select");
            let sets = selected.map(|(_, select)| {
                let pairs: Vec<_> = url::form_urlencoded::parse(select.as_bytes()).collect();
                let of = |key: &str| pairs.iter().find(|(of, _)| of == key).map(|(_, it)| it.to_string());
                [of("host").unwrap_or_default(), of("type").unwrap_or_default()]
            });
            let sets: Vec<_> = sets.collect();
            replace(store, call, &sets, &rows(call))
        })
        .custom("POST", "/dns/v2/zones/{zone}/records/{name}/{type}", |store, call| {
            replace(store, call, &[], &rows(call))
        })
        .custom("PUT", "/dns/v2/zones/{zone}/records/{name}/{type}", |store, call| {
            replace(store, call, &[of_path(call)], &rows(call))
        })
        .custom("DELETE", "/dns/v2/zones/{zone}/records/{name}/{type}", |store, call| {
            replace(store, call, &[of_path(call)], &[])
        })
        .items_under("records", "")
        .item_keys(["id", "host", "type", "ttl"])
        .values(Values::Field("data"))
        .names(Names::Relative { apex: "@" })
        .targets(&["ANAME", "CNAME", "MX", "NS", "SRV"], Dot::Required, Dot::Required)
        .types(&["A", "AAAA", "ANAME", "CAA", "CNAME", "MX", "NS", "SRV", "SSHFP", "TLSA", "TXT"])
        .needs(&[
            ("CAA", "caa_flags caa_tag"),
            ("MX", "mx_priority"),
            ("SRV", "srv_priority srv_weight srv_port"),
            ("SSHFP", "sshfp_algorithm sshfp_type"),
            ("TLSA", "tlsa_usage tlsa_selector tlsa_matching"),
        ])
        .ttl(1..=i64::from(i32::MAX))
        .refusals(Refusals {
            invalid: 400,
            exists: 400,
            body: |status, why| match status {
                400 => json!({"errors": [why]}),
                _ => json!({"error": why}),
            },
            ..Refusals::USUAL
        })
}

fn rows(call: &Call) -> Vec<Json> {
    call.body["records"].as_array().cloned().unwrap_or_default()
}

fn of_path(call: &Call) -> [String; 2] {
    ["name", "type"].map(|key| call.param(key).to_owned())
}

/// Takes sets out and puts rows in.
fn replace(
    store: &mut Store,
    call: &Call,
    sets: &[[String; 2]],
    rows: &[Json],
) -> Result<Response, Refusal> {
    store.zone(call.zone())?;
    store.transaction(|store| {
        let mut removed = 0;
        for [host, of] in sets {
            while store.delete(call.zone(), Pick::Set(host, of)).is_ok() {
                removed += 1;
            }
        }
        for row in rows {
            store.create(call.zone(), row)?;
        }
        let added = rows.len();
        let message = format!("{removed} records removed, {added} records added");
        let answer =
            json!({"message": message, "records_added": added, "records_removed": removed});
        Ok(Response::json(200, answer))
    })
}
