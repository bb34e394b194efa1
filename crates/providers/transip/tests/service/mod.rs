//! The service: entries and name servers of domains, logins by signature.

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use octodns_core::Secret;
use octodns_http::RsaKey;
use octodns_testkit::fake::{Request, Response};
use octodns_testkit::store::{Action, Call, Dot, Login, Refusal, Refusals, Store, Values};
use serde_json::{Value as Json, json};

/// A key for tests alone.
pub(crate) const KEY: &str = include_str!("../key.pem");

/// A key of another account.
pub(crate) const OTHER_KEY: &str = include_str!("../other-key.pem");

/// The service, in the order of its documentation.
pub(crate) fn service() -> Store {
    Store::rows()
        .no_ids()
        .login(Login {
            method: "POST",
            path: "/v6/auth",
            is_right,
            response: |token| json!({"token": token}),
            carried: Login::bearer,
        })
        .route("GET", "/v6/domains", Action::ListZones)
        .route("GET", "/v6/domains/{zone}", Action::ReadZone)
        .custom("GET", "/v6/domains/{zone}/dns", |store, call| {
            let items = store.zone(call.zone())?.items();
            let entries: Vec<_> = items.filter(|item| !is_root_ns(item)).collect();
            Ok(Response::json(200, json!({"dnsEntries": entries})))
        })
        .custom("PUT", "/v6/domains/{zone}/dns", put_entries)
        .custom("GET", "/v6/domains/{zone}/nameservers", |store, call| {
            let items = store.zone(call.zone())?.items();
            let servers = items.filter(|item| is_root_ns(item)).map(|item| {
                let host = item["content"].as_str().unwrap_or_default().trim_end_matches('.');
                json!({"hostname": host, "ipv4": item["ipv4"].as_str().unwrap_or_default(), "ipv6": ""})
            });
            Ok(Response::json(200, json!({"nameservers": servers.collect::<Vec<_>>()})))
        })
        .custom("PUT", "/v6/domains/{zone}/nameservers", put_servers)
        .zones_under("domains", "domain")
        .zone_extra(json!({"canEditDns": true, "isDnsOnly": false, "tags": []}))
        .item_keys(["id", "name", "type", "expire"])
        .values(Values::Field("content"))
        .targets(&["ALIAS", "CNAME", "MX", "NS", "SRV"], Dot::Kept, Dot::Kept)
        .own_name("@")
        .default_items(json!([server("ns0.transip.net"), server("ns1.transip.nl")]))
        .refusals(Refusals {
            invalid: 406,
            exists: 406,
            // A time that has passed.
            throttled_headers: &[
                ("x-rate-limit-limit", "1000"),
                ("x-rate-limit-remaining", "0"),
                ("x-rate-limit-reset", "1485875578"),
            ],
            body: |_, why| json!({"error": why}),
            ..Refusals::USUAL
        })
}

/// Whether a login is signed with the key, and has a nonce that was not used before.
fn is_right(request: &Request) -> bool {
    static NONCES: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    static SIGNERS: LazyLock<Vec<RsaKey>> = LazyLock::new(|| {
        let keys = [KEY, OTHER_KEY].into_iter();
        keys.filter_map(|key| RsaKey::from_pem(&Secret::new(key)).ok()).collect()
    });

    // These signatures are the same each time.
    let signed = |key: &RsaKey| key.sign_sha512(&request.body).ok().map(|it| STANDARD.encode(it));
    let is_signed = SIGNERS.iter().any(|key| signed(key).as_deref() == request.header("signature"));
    let body = request.json();
    let nonce = body["nonce"].as_str().unwrap_or_default().to_owned();
    (6..=32).contains(&nonce.len())
        && is_signed
        && body["login"] == "octodns"
        && body["global_key"].is_boolean()
        && body["read_only"] == false
        && NONCES.lock().unwrap_or_else(PoisonError::into_inner).insert(nonce)
}

/// A name server, as an item of the store.
pub(crate) fn server(host: &str) -> Json {
    json!({"name": "@", "type": "NS", "expire": 3600, "content": format!("{host}.")})
}

fn is_root_ns(item: &Json) -> bool {
    item["name"] == "@" && item["type"] == "NS"
}

fn put_entries(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    if !call.body["dnsEntries"].is_array() {
        return Err(store.invalid("dnsEntries is missing"));
    }
    let entries = call.list("dnsEntries");
    if let Some(entry) = entries.iter().find(|entry| is_invalid(entry)) {
        return Err(store.invalid(format!("DNS Entry '{entry}' is invalid")));
    }
    store.exchange(call.zone(), |item| !is_root_ns(item), &entries).map(|_| Response::empty(204))
}

fn put_servers(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let mut servers = Vec::new();
    for given in call.list("nameservers") {
        let host = given["hostname"].as_str().unwrap_or_default();
        if host.is_empty() || host.ends_with('.') {
            return Err(store.invalid(format!("'{host}' is no hostname")));
        }
        let mut item = server(host);
        item["ipv4"] = given["ipv4"].clone();
        servers.push(item);
    }
    if servers.is_empty() {
        return Err(store.invalid("nameservers are missing"));
    }
    store.exchange(call.zone(), is_root_ns, &servers).map(|_| Response::empty(204))
}

/// Whether the service does not take an entry.
fn is_invalid(entry: &Json) -> bool {
    let content = entry["content"].as_str().unwrap_or_default();
    match entry["type"].as_str() {
        Some("TXT") => {
            content.len() > 1024 || content != content.trim() || content.contains(['\\', '`'])
        }
        Some("MX") => content.ends_with(" ."),
        Some("ALIAS") => entry["name"] != "@",
        Some("NS") => entry["name"] == "@",
        _ => content.is_empty(),
    }
}
