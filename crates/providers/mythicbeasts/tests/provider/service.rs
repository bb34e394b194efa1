//! The service, in the order of its documentation.

use octodns_testkit::fake::Response;
use octodns_testkit::store::{Action, Call, Dot, Login, Names, Refusal, Refusals, Store, Values};
use serde_json::{Value as Json, json};

const SET: &str = "/dns/v2/zones/{zone}/records/{name}/{type}";

pub(crate) fn service() -> Store {
    Store::rows()
        .no_ids()
        .login(Login::oauth("/login", |request| {
            // my-key-id:hunter2, and the same with hunter3.
            let keys = ["Basic bXkta2V5LWlkOmh1bnRlcjI=", "Basic bXkta2V5LWlkOmh1bnRlcjM="];
            request.header("authorization").is_some_and(|given| keys.contains(&given))
                && request.body == b"grant_type=client_credentials"
        }))
        .route("GET", "/dns/v2/zones", Action::ListNames)
        .route("GET", "/dns/v2/zones/{zone}/records", Action::List)
        .custom("PUT", "/dns/v2/zones/{zone}/records", |store, call| {
            let sets = call.values("select").into_iter().map(|select| {
                let pairs: Vec<_> = url::form_urlencoded::parse(select.as_bytes()).collect();
                let of = |key: &str| {
                    pairs.iter().find(|(of, _)| of == key).map(|(_, it)| it.to_string())
                };
                [of("host").unwrap_or_default(), of("type").unwrap_or_default()]
            });
            replace(store, call, &sets.collect::<Vec<_>>())
        })
        .custom("POST", SET, |store, call| replace(store, call, &[]))
        .custom("PUT", SET, |store, call| replace(store, call, &[of_path(call)]))
        .custom("DELETE", SET, |store, call| replace(store, call, &[of_path(call)]))
        .zones_under("zones", "")
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

fn of_path(call: &Call) -> [String; 2] {
    ["name", "type"].map(|key| call.param(key).to_owned())
}

/// Takes sets out, and puts the rows of the body in.
fn replace(store: &mut Store, call: &Call, sets: &[[String; 2]]) -> Result<Response, Refusal> {
    let is_selected =
        |row: &Json| sets.iter().any(|[host, of]| row["host"] == **host && row["type"] == **of);
    let rows = call.list("records");
    let (removed, added) = (store.exchange(call.zone(), is_selected, &rows)?, rows.len());
    let message = format!("{removed} records removed, {added} records added");
    let answer = json!({"message": message, "records_added": added, "records_removed": removed});
    Ok(Response::json(200, answer))
}
