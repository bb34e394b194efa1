//! Google Cloud DNS with its token endpoint, in the order of its documentation.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use octodns_core::Secret;
use octodns_core::record::text::Presentation;
use octodns_http::{Host, RsaKey};
use octodns_testkit::fake::{Request, Response};
use octodns_testkit::store::{
    Action, Call, Dot, Login, Names, Paging, Pick, Refusal, Refusals, Store, Text, Values,
};
use serde_json::{Value as Json, json};

/// A key for tests alone.
pub(crate) const ACCOUNT: &str = include_str!("../service-account.json");

/// A key of another account.
pub(crate) const OTHER_ACCOUNT: &str = include_str!("../other-account.json");

/// The types that the service takes; the provider lacks some.
const TYPES: &[&str] = &[
    "A", "AAAA", "ALIAS", "CAA", "CNAME", "DNSKEY", "DS", "HTTPS", "IPSECKEY", "MX", "NAPTR", "NS",
    "PTR", "SOA", "SPF", "SRV", "SSHFP", "SVCB", "TLSA", "TXT",
];

const ZONES: &str = "/dns/v1/projects/test-project/managedZones";
const SETS: &str = "/dns/v1/projects/test-project/managedZones/{zone}/rrsets";
const CHANGES: &str = "/dns/v1/projects/test-project/managedZones/{zone}/changes";
const CHANGE: &str = "/dns/v1/projects/test-project/managedZones/{zone}/changes/{change}";

/// For the DNS, and for acting as somebody else.
const SCOPES: [&str; 2] = [
    "https://www.googleapis.com/auth/ndev.clouddns.readwrite",
    "https://www.googleapis.com/auth/cloud-platform",
];

/// Where the store notes how often a change is polled before it is done.
pub(crate) const POLLS: &str = "polls";

/// The service: a change is done when it is polled.
pub(crate) fn service() -> Store {
    Store::sets()
        .login(Login::oauth("/token", is_right))
        .route("GET", ZONES, Action::ListZones)
        .custom("POST", ZONES, create_zone)
        .route("GET", SETS, Action::List)
        .custom("POST", CHANGES, change)
        .custom("GET", CHANGES, |store, _| {
            let newest = remembered(store, "changes");
            let shown = (newest > 0).then(|| show_change(store, newest));
            Ok(Response::json(200, json!({"changes": shown.into_iter().collect::<Vec<_>>()})))
        })
        .custom("GET", CHANGE, |store, call| {
            let id = call.param("change").parse().unwrap_or_default();
            Ok(Response::json(200, show_change(store, id)))
        })
        .zones_under("managedZones", "")
        .items_under("rrsets", "")
        .zone_name("dnsName", true)
        .zone_id("name")
        .zone_extra(json!({"kind": "dns#managedZone", "description": "", "visibility": "public"}))
        .paging(Paging::cursor("pageToken", "maxResults", 100, 1000).next("nextPageToken"))
        .names(Names::Absolute)
        .values(Values::List("rrdatas"))
        .targets(&["ALIAS", "CNAME", "MX", "NS", "PTR", "SRV"], Dot::Required, Dot::Required)
        .text(Text::Quoted)
        .types(TYPES)
        .ttl(0..=i64::from(i32::MAX))
        .refusals(Refusals {
            invalid: 400,
            exists: 409,
            throttled: 403,
            throttled_headers: &[("retry-after", "0")],
            body: |status, why| {
                let reason = match status {
                    401 => "authError",
                    403 if why == "too many requests" => "rateLimitExceeded",
                    403 if why.contains("exceed quota") => "quotaExceeded",
                    403 => "forbidden",
                    404 => "notFound",
                    409 => "alreadyExists",
                    412 => "conditionNotMet",
                    429 => "rateLimitExceeded",
                    _ => "invalid",
                };
                let error = json!({"message": why, "domain": "global", "reason": reason});
                json!({"error": {"code": status, "message": why, "errors": [error]}})
            },
            ..Refusals::USUAL
        })
}

/// Whether a login has an assertion for this service, of an account that it knows (RFC 7523).
fn is_right(request: &Request) -> bool {
    is_signed(request).is_some_and(|is_right| is_right)
}

/// The fields of a form.
pub(crate) fn form(request: &Request) -> impl Fn(&str) -> Option<String> {
    let fields: Vec<_> = url::form_urlencoded::parse(&request.body).into_owned().collect();
    move |name| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone())
}

fn is_signed(request: &Request) -> Option<bool> {
    static KEYS: LazyLock<Vec<(Json, RsaKey)>> = LazyLock::new(|| {
        let key = |text: &str| {
            let account: Json = serde_json::from_str(text).ok()?;
            let pem = Secret::new(account["private_key"].as_str()?);
            Some((account, RsaKey::from_pem(&pem).ok()?))
        };
        [ACCOUNT, OTHER_ACCOUNT].into_iter().filter_map(key).collect()
    });

    let field = form(request);
    let assertion = field("assertion")?;
    let (signed, signature) = assertion.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let [header, claims] = [header, claims].map(|part| {
        serde_json::from_slice::<Json>(&URL_SAFE_NO_PAD.decode(part).unwrap_or_default())
            .unwrap_or_default()
    });
    let of = |(account, _): &&(Json, RsaKey)| account["client_email"] == claims["iss"];
    let (account, key) = KEYS.iter().find(of)?;
    // These signatures are the same each time.
    let expected = URL_SAFE_NO_PAD.encode(key.sign_sha256(signed.as_bytes()).ok()?);
    let now = Host::default().unix_seconds();
    let (issued, ends) = (claims["iat"].as_u64()?, claims["exp"].as_u64()?);
    let audiences = ["https://oauth2.googleapis.com/token", "https://dns.googleapis.com/token"];
    Some(
        field("grant_type")? == "urn:ietf:params:oauth:grant-type:jwt-bearer"
            && signature.trim_end_matches('=') == expected
            && header["alg"] == "RS256"
            && header["kid"] == account["private_key_id"]
            && audiences.iter().any(|audience| claims["aud"] == *audience)
            && SCOPES.iter().any(|scope| claims["scope"] == *scope)
            && issued.abs_diff(now) < 300
            && ends.saturating_sub(issued) <= 3600,
    )
}

fn create_zone(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let text = |key: &str| call.body[key].as_str().unwrap_or_default().to_owned();
    let (name, dns_name, description) = (text("name"), text("dnsName"), text("description"));
    let is_name = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.len() <= 63
        && !name.ends_with('-')
        && name.bytes().all(|octet| matches!(octet, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if !is_name || !dns_name.ends_with('.') || description.is_empty() {
        return Err(store.invalid(format!("Invalid value for 'entity.managedZone': '{name}'")));
    }
    if store.zones().iter().any(|zone| zone.id == name) || store.zone(&dns_name).is_ok() {
        return Err(Refusal::new(409, format!("The resource '{name}' already exists")));
    }
    store.add_zone(&dns_name, Some(json!(name)));
    for key in ["description", "visibility", "privateVisibilityConfig"] {
        if let Some(value) = call.body.get(key) {
            store.set_zone(&name, key, value.clone())?;
        }
    }
    for set in [
        json!({"name": dns_name, "type": "NS", "ttl": 21600, "rrdatas": [
            "ns-cloud-a1.googledomains.com.", "ns-cloud-a2.googledomains.com.",
        ]}),
        json!({"name": dns_name, "type": "SOA", "ttl": 21600, "rrdatas": [
            "ns-cloud-a1.googledomains.com. cloud-dns-hostmaster.google.com. 1 21600 3600 259200 300",
        ]}),
    ] {
        store.plant(&name, shown(set))?;
    }
    Ok(Response::json(200, json!({"kind": "dns#managedZone", "name": name, "dnsName": dns_name})))
}

/// A set with what the service shows besides.
fn shown(mut set: Json) -> Json {
    set["kind"] = json!("dns#resourceRecordSet");
    set["signatureRrdatas"] = json!([]);
    set
}

fn change(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    store.zone(call.zone())?;
    for key in ["additions", "deletions"] {
        if call.list(key).len() > 1000 {
            let why = format!("The change would exceed quota for {key} per change.");
            return Err(Refusal::new(403, why));
        }
    }
    let (deletions, additions) = (call.list("deletions"), call.list("additions"));
    if deletions.is_empty() && additions.is_empty() {
        return Err(store.invalid("The 'entity.change' parameter is required but was missing."));
    }
    store.transaction(|store| {
        for (index, set) in deletions.iter().enumerate() {
            delete(store, call.zone(), set, index)?;
        }
        for set in additions {
            let set = spelled(store, set)?;
            store.create(call.zone(), &shown(set))?;
        }
        let id = remembered(store, "changes") + 1;
        remember(store, "changes", id);
        let change = json!({"kind": "dns#change", "id": id.to_string(), "status": "pending"});
        Ok(Response::json(200, change))
    })
}

/// A deletion has to have what is there, to the letter.
fn delete(store: &mut Store, zone: &str, set: &Json, index: usize) -> Result<(), Refusal> {
    let [name, of] = ["name", "type"].map(|key| set[key].as_str().unwrap_or_default());
    let held = store.item(zone, Pick::Set(name, of)).map_err(|_| {
        let what = format!("entity.change.deletions[{index}]' resource named '{name} ({of})");
        Refusal::new(404, format!("The '{what}' does not exist."))
    })?;
    let fields = set.as_object().into_iter().flatten();
    let fields = fields.map(|(field, _)| field.as_str());
    let is_known = |field: &str| ["name", "type", "ttl", "rrdatas", "kind"].contains(&field);
    if number(&set["ttl"]) != number(&held["ttl"])
        || set["rrdatas"] != held["rrdatas"]
        || !fields.into_iter().all(is_known)
    {
        let why = format!("Precondition not met for 'entity.change.deletions[{index}]'");
        return Err(Refusal::new(412, why));
    }
    store.delete(zone, Pick::Set(name, of))
}

/// Numbers may be texts.
fn number(json: &Json) -> Option<i64> {
    json.as_i64().or_else(|| json.as_str()?.parse().ok())
}

/// A set in the service's own spelling.
fn spelled(store: &Store, mut set: Json) -> Result<Json, Refusal> {
    let Some(ttl) = number(&set["ttl"]) else { return Err(store.invalid("ttl is missing")) };
    set["ttl"] = json!(ttl);
    let of = set["type"].as_str().unwrap_or_default().to_owned();
    for value in set["rrdatas"].as_array_mut().into_iter().flatten() {
        let text = value.as_str().unwrap_or_default();
        let invalid = || store.invalid(format!("Invalid value for rrdata: '{text}'"));
        let own = match &*of {
            _ if !text.is_ascii() => return Err(invalid()),
            "TXT" | "SPF" if text.starts_with('"') => {
                Presentation::DECIMAL.strings(&Presentation::DECIMAL.read_if_quoted(text))
            }
            "CAA" => match &*text.splitn(3, ' ').collect::<Vec<_>>() {
                [_, _, value] if value.starts_with('"') && value.ends_with('"') => text.to_owned(),
                [flags, tag, value] if !value.contains([' ', ';', '"']) => {
                    format!("{flags} {tag} \"{value}\"")
                }
                _ => return Err(invalid()),
            },
            _ => text.to_owned(),
        };
        *value = json!(own);
    }
    Ok(set)
}

/// A number that the service remembers.
fn remembered(store: &Store, what: &str) -> u64 {
    store.beside(what).first().and_then(Json::as_u64).unwrap_or_default()
}

/// Lets the service remember a number.
pub(crate) fn remember(store: &mut Store, what: &str, number: u64) {
    // Nothing counts as zero.
    *store.beside_mut(what) = (number > 0).then(|| json!(number)).into_iter().collect();
}

/// A change as it is now: one poll less until it is done.
fn show_change(store: &mut Store, id: u64) -> Json {
    let polls = remembered(store, POLLS);
    remember(store, POLLS, polls.saturating_sub(1));
    let status = if polls == 0 { "done" } else { "pending" };
    json!({"kind": "dns#change", "id": id.to_string(), "status": status})
}
