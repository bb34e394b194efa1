//! The service, in the order of its documentation.

use hmac::{Hmac, KeyInit, Mac};
use octodns_testkit::fake::{Request, Response};
use octodns_testkit::store::{
    Action, By, Call, Dot, Names, Paging, Pick, Refusal, Refusals, Store, Values,
};
use serde_json::{Value as Json, json};
use sha1::Sha1;

pub(crate) fn service() -> Store {
    let paging = Paging::numbered("page", "", 400, 400)
        .from_zero()
        .page_number("page")
        .pages("totalPages")
        .total("totalRecords");
    Store::rows()
        .auth(is_signed)
        .route("GET", "/V2.0/dns/managed/", Action::ListZones)
        .route("POST", "/V2.0/dns/managed/", Action::CreateZone)
        .route("GET", "/V2.0/dns/managed/id/{zone}", Action::ReadZone)
        .route("GET", "/V2.0/dns/managed/{zone}/records", Action::List)
        .custom("POST", "/V2.0/dns/managed/{zone}/records/createMulti", |store, call| {
            each(store, call, |store, row| store.create(call.zone(), row))
        })
        .custom("PUT", "/V2.0/dns/managed/{zone}/records/updateMulti", |store, call| {
            let id = |row: &Json| row["id"].to_string();
            each(store, call, |store, row| store.update(call.zone(), Pick::Id(&id(row)), row))
        })
        .custom("DELETE", "/V2.0/dns/managed/{zone}/records", |store, call| {
            store.transaction(|store| {
                let mut ids = call.values("ids").into_iter();
                ids.try_for_each(|id| store.delete(call.zone(), Pick::Id(id)))?;
                Ok(Response::empty(200))
            })
        })
        .zones_under("data", "")
        .items_under("data", "")
        .zone_id("id")
        .paging(paging)
        .filter("recordName", By::Name)
        .filter("type", By::Type)
        .receiving(|row, _| check(row))
        .names(Names::Relative { apex: "" })
        .fields(&[
            "type",
            "name",
            "value",
            "ttl",
            "gtdLocation",
            "mxLevel",
            "priority",
            "weight",
            "port",
            "caaType",
            "issuerCritical",
        ])
        .values(Values::Field("value"))
        .targets(&["ANAME", "CNAME", "MX", "NS", "PTR", "SRV"], Dot::Required, Dot::Kept)
        .needs(&[
            ("MX", "mxLevel"),
            ("SRV", "priority weight port"),
            ("CAA", "caaType issuerCritical"),
        ])
        .types(&[
            "A", "AAAA", "ANAME", "CAA", "CNAME", "HTTPRED", "MX", "NS", "PTR", "SPF", "SRV", "TXT",
        ])
        .ttl(0..=i64::from(i32::MAX))
        .refusals(Refusals {
            unauthorized: 403,
            invalid: 400,
            exists: 400,
            throttled: 400,
            // The service does not say how long, which is a test of its own: it would take as long as the window.
            throttled_headers: &[("x-dnsme-requestLimit", "150"), ("retry-after", "0")],
            body: |status, why| match (status, why) {
                (400, "too many requests") => json!({"error": ["Rate limit exceeded"]}),
                _ => json!({"error": [why]}),
            },
            ..Refusals::USUAL
        })
}

/// Whether the date is signed with the right key.
fn is_signed(request: &Request) -> bool {
    let date = request.header("x-dnsme-requestdate").unwrap_or_default();
    let mut mac = Hmac::<Sha1>::new_from_slice(b"hunter2").unwrap();
    mac.update(date.as_bytes());
    let octets = mac.finalize().into_bytes();
    let right = octets.iter().fold(String::new(), |text, octet| format!("{text}{octet:02x}"));
    request.header("x-dnsme-apikey") == Some("api-key")
        && date.ends_with(" +0000")
        && request.header("x-dnsme-hmac") == Some(&right)
}

/// Does the same for each row of the body, all or none.
fn each(
    store: &mut Store,
    call: &Call,
    act: impl Fn(&mut Store, &Json) -> Result<Json, Refusal>,
) -> Result<Response, Refusal> {
    match call.list("") {
        rows if (1..=200).contains(&rows.len()) => store.each((201, ""), &rows, act),
        _ => Err(store.invalid("the number of records is not allowed")),
    }
}

/// Long texts are cut, and values of CAA are in quotes.
fn check(row: &mut Json) -> Result<(), String> {
    let value = row["value"].as_str().unwrap_or_default();
    let refused = |why: &str| Err(why.to_owned());
    if row["gtdLocation"] != "DEFAULT" {
        return refused("there is no such region");
    }
    if value == "." {
        return refused("Record value may not be a standalone dot.");
    }
    match row["type"].as_str() {
        Some("CAA") if value.contains('"') => return refused("no quotes in CAA"),
        Some("CAA") => row["value"] = format!("\"{value}\"").into(),
        Some("TXT") => {
            let text = value.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
            let Some(text) = text.filter(|text| !text.contains('"')) else {
                return refused("a text is in quotes, and has none");
            };
            let mut kept = String::new();
            for character in text.chars() {
                let last = kept.rsplit("\"\"").next().unwrap_or_default();
                if last.len() + character.len_utf8() > 255 {
                    kept.push_str("\"\"");
                }
                kept.push(character);
            }
            row["value"] = format!("\"{kept}\"").into();
        }
        _ => {}
    }
    Ok(())
}
