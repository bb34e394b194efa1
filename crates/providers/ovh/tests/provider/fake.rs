//! The service, in the order of its documentation.

use octodns_testkit::fake::{Request, Response};
use octodns_testkit::store::{
    Action, By, Call, Dot, Names, Pick, Refusal, Refusals, Store, Values,
};
use serde_json::{Value as Json, json};
use sha1::{Digest, Sha1};

/// The URL of the region, whose path the fake has as well.
pub(crate) const REAL: &str = "https://eu.api.ovh.com/1.0";
pub(crate) const KEY: &str = "7kbG7Bk7S9Nt7ZSV";
pub(crate) const SECRET: &str = "EXEgWIz07P0HYwtQDs7cNIqCiQaWSuHF";
pub(crate) const CONSUMER: &str = "MtSwSrPpNjqfVSmJhLbPyr2i45lSwPU1";
/// The time of the service: that of its first days.
pub(crate) const TIME: u64 = 1_366_560_945;
/// How far from it a signature may be, in seconds.
const LATE_AFTER: u64 = 300;

/// The types of rows.
const TYPES: &[&str] = &[
    "A", "AAAA", "CAA", "CNAME", "DKIM", "DMARC", "DNAME", "HTTPS", "LOC", "MX", "NAPTR", "NS",
    "PTR", "RP", "SPF", "SRV", "SSHFP", "SVCB", "TLSA", "TXT",
];

/// The service, which knows batches.
pub(crate) fn service() -> Store {
    let batch = ("x-ovh-batch", ",");
    let record = "/1.0/domain/zone/{zone}/record/{id}";
    let store = Store::rows().route_with_header("GET", record, batch, Action::Custom(read_batch));
    declared(store)
}

/// The service without batches.
pub(crate) fn plain_service() -> Store {
    declared(Store::rows())
}

fn declared(store: Store) -> Store {
    store
        .auth(|request| is_time(request) || (is_signed(request) && is_timely(request, TIME)))
        .custom("GET", "/1.0/auth/time", |_, _| Ok(Response::json(200, json!(TIME))))
        .route("GET", "/1.0/domain/zone", Action::ListNames)
        .route("GET", "/1.0/domain/zone/{zone}/record", Action::ListIds)
        .filter("fieldType", By::TypePattern)
        .filter("subDomain", By::NamePattern)
        .route("POST", "/1.0/domain/zone/{zone}/record", Action::Create)
        .route("GET", "/1.0/domain/zone/{zone}/record/{id}", Action::Read)
        .custom("PUT", "/1.0/domain/zone/{zone}/record/{id}", |store, call| {
            store.patch(call.zone(), call.pick(), &call.body)?;
            Ok(Response::json(200, Json::Null))
        })
        .custom("DELETE", "/1.0/domain/zone/{zone}/record/{id}", |store, call| {
            store.delete(call.zone(), call.pick())?;
            Ok(Response::json(200, Json::Null))
        })
        .custom("POST", "/1.0/domain/zone/{zone}/refresh", |store, call| {
            store.zone(call.zone())?;
            Ok(Response::json(200, Json::Null))
        })
        .statuses(200, 200, 200)
        .item_keys(["id", "subDomain", "fieldType", "ttl"])
        .fields(&["subDomain", "fieldType", "target", "ttl"])
        .changeable(&["subDomain", "target", "ttl"])
        .values(Values::Field("target"))
        .types(TYPES)
        .names(Names::Relative { apex: "" })
        .targets(&["CNAME", "MX", "NS", "PTR", "SRV"], Dot::Kept, Dot::Kept)
        .ttl(60..=i64::from(i32::MAX))
        .zero_ttl()
        .refusals(Refusals {
            unauthorized: 403,
            missing: 404,
            invalid: 400,
            exists: 409,
            throttled: 429,
            throttled_headers: &[],
            body: refusal,
        })
}

/// The shape of errors.
fn refusal(status: u16, message: &str) -> Json {
    let (class, code) = match status {
        403 => ("Client::Forbidden", Some("INVALID_CREDENTIAL")),
        404 => ("Client::NotFound", None),
        409 => ("Client::Conflict", None),
        429 => ("Client::TooManyRequests", None),
        _ => ("Client::BadRequest", None),
    };
    let message = if message.starts_with("there is no zone") {
        "This service does not exist"
    } else {
        message
    };
    let mut body = json!({"class": class, "message": message});
    if let Some(code) = code {
        body["errorCode"] = json!(code);
    }
    body
}

/// Several rows, each with its own error.
fn read_batch(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    store.zone(call.zone())?;
    let answer = |id: &str| match store.item(call.zone(), Pick::Id(id)) {
        Ok(row) => json!({"key": id, "value": row, "error": null}),
        Err(Refusal { message, .. }) => {
            json!({"key": id, "value": null, "error": {"class": "Client::NotFound", "message": message}})
        }
    };
    let answers: Vec<_> = call.param("id").split(',').map(answer).collect();
    Ok(Response::json(200, answers))
}

pub(crate) fn is_time(request: &Request) -> bool {
    request.path() == ["1.0", "auth", "time"]
}

/// Whether the signature is of this time.
pub(crate) fn is_timely(request: &Request, now: u64) -> bool {
    let time = request.header("x-ovh-timestamp").and_then(|time| time.parse::<u64>().ok());
    time.is_some_and(|time| time.abs_diff(now) <= LATE_AFTER)
}

/// Whether the keys and the signature are right. Requests of the reference are redirected after they are
/// signed.
pub(crate) fn is_signed(request: &Request) -> bool {
    let header = |name: &str| request.header(name).unwrap_or_default();
    let body = String::from_utf8_lossy(&request.body);
    let is_signature = |origin: &str| {
        let url = format!("{origin}{}", request.target);
        let text =
            [SECRET, CONSUMER, &request.method, &url, &body, header("x-ovh-timestamp")].join("+");
        let digest = Sha1::digest(text);
        let signature =
            digest.iter().fold("$1$".to_owned(), |text, octet| format!("{text}{octet:02x}"));
        header("x-ovh-signature") == signature
    };
    let here = format!("http://{}", header("host"));
    header("x-ovh-application") == KEY
        && header("x-ovh-consumer") == CONSUMER
        && ["https://eu.api.ovh.com", &here].into_iter().any(is_signature)
}
