//! The service, in the order of its documentation.

mod beside;
mod rows;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use octodns_testkit::fake::{Request, Response};
use octodns_testkit::store::{Action, Call, Dot, Names, Paging, Refusal, Refusals, Store, Values};
use serde_json::{Value as Json, json};
use sha1::Sha1;

pub(crate) fn service() -> Store {
    let store = Store::rows()
        .auth(is_signed)
        .route("GET", "/v1/domains", Action::ListZones)
        .custom("POST", "/v1/domains", create_zones)
        .route("GET", "/v1/domains/{zone}", Action::ReadZone)
        .custom("PUT", "/v1/domains/{zone}", change_zone)
        .route("GET", "/v1/domains/{zone}/records", Action::List)
        .custom("POST", "/v1/domains/{zone}/records/{type}", rows::create)
        .custom("PUT", "/v1/domains/{zone}/records/{type}/{id}", rows::update)
        .custom("DELETE", "/v1/domains/{zone}/records/{type}/{id}", rows::delete)
        .zones_under("", "")
        .items_under("", "")
        .zone_id("id")
        .zone_extra(json!({"hasGeoIP": false}))
        .paging(Paging::whole())
        .names(Names::Relative { apex: "" })
        .fields(&[
            "type",
            "name",
            "ttl",
            "recordOption",
            "note",
            "gtdRegion",
            "value",
            "host",
            "roundRobin",
            "geolocation",
            "pools",
        ])
        .values(Values::Objects("roundRobin", "value"))
        .targets(&["ANAME", "CNAME", "MX", "NS", "PTR", "SRV"], Dot::Kept, Dot::Kept)
        .types(&[
            "A", "AAAA", "ANAME", "CAA", "CERT", "CNAME", "HINFO", "MX", "NAPTR", "NS", "PTR",
            "RP", "SPF", "SRV", "TXT",
        ])
        .ttl(0..=i64::from(i32::MAX))
        .refusals(Refusals {
            invalid: 400,
            exists: 400,
            throttled_headers: &[("Requestlimitrate", "1000")],
            body: |status, why| match status {
                429 => json!({"errors": ["Rate limit exceeded"]}),
                _ => json!({"errors": [why]}),
            },
            ..Refusals::USUAL
        });
    beside::declared(store)
}

/// Whether the time is signed with the right key.
fn is_signed(request: &Request) -> bool {
    let token = request.header("x-cns-security-token").unwrap_or_default();
    let mut parts = token.split(':');
    let [key, signature, time] = [(); 3].map(|()| parts.next().unwrap_or_default());
    let mut mac = Hmac::<Sha1>::new_from_slice(b"hunter2").unwrap();
    mac.update(time.as_bytes());
    let right = STANDARD.encode(mac.finalize().into_bytes());
    // Milliseconds.
    key == "api-key" && signature == right && time.len() == 13 && parts.next().is_none()
}

fn create_zones(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    store.each((201, ""), &call.list("names"), |store, name| {
        store.create_zone(&json!({"name": name}))
    })
}

fn change_zone(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let has_geo = &call.body["hasGeoIP"];
    if store.zone(call.zone())?.settings.get("hasGeoIP") == Some(has_geo) {
        return Err(store.invalid("Contents are identical"));
    }
    store.set_zone(call.zone(), "hasGeoIP", has_geo.clone())?;
    Ok(done("Domain updated"))
}

/// The answer to what does not answer with what was made.
fn done(what: &str) -> Response {
    Response::json(200, json!({"success": format!("{what} successfully")}))
}

/// A text of an item.
fn text<'i>(item: &'i Json, key: &str) -> &'i str {
    item[key].as_str().unwrap_or_default()
}
