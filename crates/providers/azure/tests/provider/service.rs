//! Azure's resource manager with its login host, in the order of its documentation: public and private zones, and
//! Traffic Manager.
//!
//! The store has sets with their values as texts. What the API shows is made from those.

#[path = "traffic.rs"]
mod traffic;

use octodns_testkit::cassette::Cassette;
use octodns_testkit::fake::{Request, Response};
use octodns_testkit::store::{
    Action, Call, Dot, Login, Names, Paging, Pick, Refusal, Refusals, Store, Values,
};
use serde_json::{Value as Json, json};

/// The subscription, the directory and the application of the recordings.
pub(crate) const SUBSCRIPTION: &str = "11111111-2222-3333-4444-555555555555";
pub(crate) const DIRECTORY: &str = "99999999-8888-7777-6666-555555555555";
pub(crate) const CLIENT: &str = "77777777-7777-7777-7777-777777777777";

/// The secrets that the service knows.
pub(crate) const KEY: &str = "test-key";
pub(crate) const OTHER_KEY: &str = "other-key";

macro_rules! group {
    ($rest:literal) => {
        concat!(
            "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/test-rg",
            "/providers/Microsoft.Network/",
            $rest
        )
    };
}

/// The list of profiles of Traffic Manager, beside the zones.
pub(crate) const PROFILES: &str = "profiles";

/// A list that is not empty if every change of a set has to name what it is about, and profiles go parents first.
const CAREFUL: &str = "careful";

/// A list with an entry for each poll that a private zone takes to be made.
pub(crate) const LATER: &str = "later";

/// The name servers of every zone.
const SERVERS: [&str; 4] = [
    "ns1-01.azure-dns.com.",
    "ns2-01.azure-dns.net.",
    "ns3-01.azure-dns.org.",
    "ns4-01.azure-dns.info.",
];

/// The types of both, and what else public zones have.
const TYPES: &[&str] = &["A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"];
const PRIVATE_TYPES: &[&str] = &["A", "AAAA", "CNAME", "MX", "PTR", "SOA", "SRV", "TXT"];

/// Where one of the APIs has the values of each type.
fn key(of: &str, is_public: bool) -> String {
    let single = if matches!(of, "CNAME" | "SOA") { "" } else { "s" };
    match of {
        "CAA" => "caaRecords".to_owned(),
        _ if is_public => format!("{of}Record{single}"),
        _ => format!("{}Record{single}", of.to_lowercase()),
    }
}

/// The fields of the values of a type.
fn fields(of: &str) -> &'static [&'static str] {
    match of {
        "A" => &["ipv4Address"],
        "AAAA" => &["ipv6Address"],
        "CAA" => &["flags", "tag", "value"],
        "CNAME" => &["cname"],
        "MX" => &["preference", "exchange"],
        "NS" => &["nsdname"],
        "PTR" => &["ptrdname"],
        "SRV" => &["priority", "weight", "port", "target"],
        _ => &["value"],
    }
}

/// A value of the API as a text.
fn text_of(of: &str, value: &Json) -> String {
    let part = |field: &&str| match &value[*field] {
        Json::Array(strings) => strings.iter().filter_map(Json::as_str).collect(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    fields(of).iter().map(part).collect::<Vec<_>>().join(" ")
}

/// A text as a value of the API.
fn value_of(of: &str, text: &str) -> Json {
    let fields = fields(of);
    let parts = text.splitn(fields.len(), ' ');
    let mut value = json!({});
    for (field, part) in fields.iter().zip(parts) {
        let is_number = ["flags", "preference", "priority", "weight", "port"].contains(field);
        value[*field] = match part.parse::<i64>() {
            Ok(number) if is_number => json!(number),
            _ if of == "TXT" => json!(cut(part)),
            _ => json!(part),
        };
    }
    value
}

/// A text in strings of at most 255 octets.
fn cut(text: &str) -> Vec<String> {
    let mut strings = vec![String::new()];
    for symbol in text.chars() {
        if strings.last().is_some_and(|last| last.len() + symbol.len_utf8() > 255) {
            strings.push(String::new());
        }
        if let Some(last) = strings.last_mut() {
            last.push(symbol);
        }
    }
    strings
}

/// A set as the public API shows it.
fn shown(item: &Json) -> Json {
    shown_by(item, true)
}

/// A set as the private API shows it.
fn shown_private(item: &Json) -> Json {
    shown_by(item, false)
}

fn shown_by(item: &Json, is_public: bool) -> Json {
    let text = |key: &str| item[key].as_str().unwrap_or_default();
    let (name, of) = (text("name"), text("type"));
    let zones = if is_public { "dnszones" } else { "privateDnsZones" };
    let ttl = if is_public { "TTL" } else { "ttl" };
    let mut properties = json!({ttl: item["ttl"], "provisioningState": "Succeeded"});
    if is_public {
        properties["targetResource"] = json!({});
    }
    if let Some(metadata) = item.get("metadata") {
        properties["metadata"] = metadata.clone();
    }
    if item["alias"].is_string() {
        properties["targetResource"] = json!({"id": item["alias"]});
    } else if item["alias"].is_null() {
        let values = item["values"].as_array().into_iter().flatten();
        let values = values.map(|value| value_of(of, value.as_str().unwrap_or_default()));
        let values: Vec<_> = values.collect();
        let key = key(of, is_public);
        properties[&key] = if key.ends_with('s') { json!(values) } else { values[0].clone() };
    }
    json!({
        "id": format!("/{zones}/{of}/{name}"), "name": name,
        "type": format!("Microsoft.Network/{zones}/{of}"),
        "etag": item.get("etag").cloned().unwrap_or(json!("e-0")), "properties": properties,
    })
}

/// A set of the API as the store has it.
///
/// An alias has its target in place of values; one whose target is gone has `false`.
fn stored(set: &Json, of: &str, is_public: bool) -> Json {
    let properties = &set["properties"];
    let mut item = json!({"ttl": properties[if is_public { "TTL" } else { "ttl" }], "type": of});
    for key in ["name", "etag"] {
        if let Some(value) = set.get(key) {
            item[key] = value.clone();
        }
    }
    if let Some(metadata) = properties.get("metadata").filter(|metadata| !metadata.is_null()) {
        item["metadata"] = metadata.clone();
    }
    if let Some(id) = properties["targetResource"]["id"].as_str() {
        item["alias"] = json!(id);
        item["values"] = json!(["alias"]);
        return item;
    }
    let values = match &properties[key(of, is_public)] {
        Json::Array(values) => values.clone(),
        Json::Null => Vec::new(),
        single => vec![single.clone()],
    };
    item["values"] = values.iter().map(|value| text_of(of, value)).collect();
    item
}

/// The public zones of the group, and its profiles.
pub(crate) fn service() -> Store {
    let mut store = common(Store::sets())
        .shown(|item| shown(&item))
        .types(TYPES)
        .route("GET", group!("dnsZones"), Action::ListZones)
        .route("GET", group!("dnsZones/{zone}"), Action::ReadZone)
        .custom("PUT", group!("dnsZones/{zone}"), create_zone)
        .route("GET", group!("dnsZones/{zone}/recordsets"), Action::List)
        .custom("GET", group!("dnsZones/{zone}/{type}/{name}"), |store, call| {
            Ok(Response::json(200, shown(&store.item(call.zone(), call.pick())?)))
        })
        .custom("PUT", group!("dnsZones/{zone}/{type}/{name}"), |store, call| {
            put(store, call, true)
        })
        .custom("PATCH", group!("dnsZones/{zone}/{type}/{name}"), patch)
        .custom("DELETE", group!("dnsZones/{zone}/{type}/{name}"), delete)
        .custom("GET", group!("trafficmanagerprofiles"), |store, _| {
            Ok(Response::json(200, json!({"value": store.beside(PROFILES)})))
        })
        .custom("GET", group!("trafficmanagerprofiles/{profile}"), |store, call| {
            let found = traffic::profile(store, call.param("profile")).cloned();
            found.map(|found| Response::json(200, found)).ok_or_else(traffic::no_profile)
        })
        .custom("PUT", group!("trafficmanagerprofiles/{profile}"), traffic::put_profile)
        .custom("DELETE", group!("trafficmanagerprofiles/{profile}"), traffic::delete_profile)
        .zone_extra(json!({
            "location": "global", "etag": "z-1", "type": "Microsoft.Network/dnszones",
            "properties": {"nameServers": SERVERS, "zoneType": "Public"},
        }))
        .default_items(json!([
            {"name": "@", "type": "NS", "ttl": 172_800, "values": SERVERS},
            {"name": "@", "type": "SOA", "ttl": 3600, "values": ["ns1-01.azure-dns.com."]},
        ]));
    store.beside_mut(CAREFUL).push(json!(true));
    store
}

/// The private zones of the group.
pub(crate) fn private() -> Store {
    let mut store = common(Store::sets())
        .shown(|item| shown_private(&item))
        .types(PRIVATE_TYPES)
        .route("GET", group!("privateDnsZones"), Action::ListZones)
        .custom("GET", group!("privateDnsZones/{zone}"), read_private_zone)
        .custom("PUT", group!("privateDnsZones/{zone}"), create_zone)
        .route("GET", group!("privateDnsZones/{zone}/ALL"), Action::List)
        .custom("GET", group!("privateDnsZones/{zone}/{type}/{name}"), |store, call| {
            Ok(Response::json(200, shown_private(&store.item(call.zone(), call.pick())?)))
        })
        .custom("PUT", group!("privateDnsZones/{zone}/{type}/{name}"), |store, call| {
            put(store, call, false)
        })
        .custom("DELETE", group!("privateDnsZones/{zone}/{type}/{name}"), delete)
        .zone_extra(json!({"location": "global", "etag": "z-1"}))
        .default_items(json!([
            {"name": "@", "type": "SOA", "ttl": 3600, "values": ["azureprivatedns.net"]},
        ]));
    store.beside_mut(CAREFUL).push(json!(true));
    store
}

/// For clients that do not name what they are about, and delete profiles in any order, as octoDNS.
pub(crate) fn trusting(mut store: Store) -> Store {
    store.beside_mut(CAREFUL).clear();
    store
}

/// Whether changes have to name what they are about.
fn is_careful(store: &Store) -> bool {
    !store.beside(CAREFUL).is_empty()
}

/// With a token that never ends, for clients that ask for the place of logins first, without credentials, as octoDNS.
pub(crate) fn with_discovery(store: Store) -> Store {
    const LOGIN: &str = "https://login.microsoftonline.com/99999999-8888-7777-6666-555555555555";

    store
        .auth(|request| {
            let is_login = |part: &String| matches!(&**part, "token" | "openid-configuration");
            request.header("authorization") == Some("Bearer token")
                || request.segments.last().is_some_and(is_login)
        })
        .custom("GET", "/{directory}/v2.0/.well-known/openid-configuration", |_, _| {
            let place = |of: &str| format!("{LOGIN}/oauth2/v2.0/{of}");
            let body = json!({
                "token_endpoint": place("token"), "authorization_endpoint": place("authorize"),
                "issuer": format!("{LOGIN}/v2.0"),
            });
            Ok(Response::json(200, body))
        })
        .custom("POST", "/{directory}/oauth2/v2.0/token", |store, call| {
            if !is_right(&call.request) {
                return Err(store.invalid("these credentials are wrong"));
            }
            let body = json!({"token_type": "Bearer", "expires_in": 3599, "access_token": "token"});
            Ok(Response::json(200, body))
        })
}

fn common(store: Store) -> Store {
    store
        .login(Login::oauth("/99999999-8888-7777-6666-555555555555/oauth2/v2.0/token", is_right))
        .zones_under("value", "")
        .items_under("value", "")
        .comparing(&["alias", "metadata"])
        .values(Values::List("values"))
        .paging(Paging::cursor("$skipToken", "$top", 100, 1000).next_url("nextLink"))
        .zones_paging(Paging::cursor("$skipToken", "$top", 100, 100).next_url("nextLink"))
        .names(Names::Relative { apex: "@" })
        .targets(&["CNAME", "MX", "NS", "PTR", "SRV"], Dot::Kept, Dot::Kept)
        .ttl(1..=i64::from(i32::MAX))
        .refusals(Refusals {
            invalid: 400,
            exists: 409,
            body: |status, why| {
                let code = match status {
                    401 => "InvalidAuthenticationToken",
                    403 => "AuthorizationFailed",
                    404 if why.contains("zone") => "ResourceNotFound",
                    404 if why.contains("record") || why.contains("profile") => "NotFound",
                    404 => "ResourceGroupNotFound",
                    409 => "Conflict",
                    412 => "PreconditionFailed",
                    429 => "TooManyRequests",
                    _ => "BadRequest",
                };
                json!({"error": {"code": code, "message": why}})
            },
            ..Refusals::USUAL
        })
}

/// The fields of a form.
pub(crate) fn form(request: &Request) -> impl Fn(&str) -> Option<String> {
    let fields: Vec<_> = url::form_urlencoded::parse(&request.body).into_owned().collect();
    move |name| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone())
}

/// Whether a login is one of the application, by its secret or by the token of another service.
fn is_right(request: &Request) -> bool {
    let field = form(request);
    let is = |name: &str, value: &str| field(name).is_some_and(|given| given == value);
    let is_secret = is("client_secret", KEY) || is("client_secret", OTHER_KEY);
    let assertion = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let is_federated =
        is("client_assertion_type", assertion) && is("client_assertion", "head.claims.signature");
    is("grant_type", "client_credentials")
        && is("client_id", CLIENT)
        && field("scope").is_some_and(|scope| scope.ends_with("/.default"))
        && (is_secret || is_federated)
}

/// A private zone that is made later is there when it was asked for often enough.
fn read_private_zone(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let zone = store.zone(call.zone())?;
    let (name, polls) = (zone.name.clone(), store.beside(LATER).len());
    store.beside_mut(LATER).pop();
    let state = if polls > 1 { "Creating" } else { "Succeeded" };
    let properties = json!({"provisioningState": state});
    Ok(Response::json(200, json!({"name": name, "location": "global", "properties": properties})))
}

fn create_zone(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let is_there = store.zone(call.zone()).is_ok();
    if is_there && call.request.header("if-none-match") == Some("*") {
        return Err(Refusal::new(412, "the zone exists already"));
    }
    if call.body["location"] != "global" {
        return Err(store.invalid("the location has to be global"));
    }
    if !is_there {
        store.create_zone(&json!({"name": call.zone()}))?;
    }
    if !store.beside(LATER).is_empty() {
        return Ok(Response::empty(202));
    }
    let path = format!("/{}", call.request.segments.join("/"));
    let request = Request::new("GET", &path, &Json::Null);
    let mut made = store.act_on(&request)?;
    made.status = if is_there { 200 } else { 201 };
    Ok(made)
}

/// Checks what a request says about the state of a set.
fn check(store: &Store, call: &Call, held: Option<&Json>) -> Result<(), Refusal> {
    let header = |name: &str| call.request.header(name);
    let etag = held.map(|held| held["etag"].as_str().unwrap_or("e-0"));
    let holds = match (header("if-match"), header("if-none-match")) {
        (None, None) if is_careful(store) => {
            return Err(Refusal::new(428, "a change has to say what it is about"));
        }
        (None, None) => true,
        (Some("*"), _) => held.is_some(),
        (Some(wanted), _) => etag == Some(wanted),
        (None, Some("*")) => held.is_none(),
        (None, Some(_)) => false,
    };
    holds
        .then_some(())
        .ok_or_else(|| Refusal::new(412, "The condition in the header was not satisfied."))
}

/// A new version of a set.
fn renewed(store: &mut Store, mut item: Json) -> Json {
    item["etag"] = json!(format!("e-{}", store.fresh_id()));
    item
}

fn put(store: &mut Store, call: &Call, is_public: bool) -> Result<Response, Refusal> {
    let (zone, of, name) = (call.zone().to_owned(), call.param("type"), call.param("name"));
    store.zone(&zone)?;
    let held = store.item(&zone, call.pick()).ok();
    check(store, call, held.as_ref())?;
    let mut item = stored(&call.body, of, is_public);
    item["name"] = json!(name);
    item["type"] = json!(of);
    check_values(store, &item, &call.body, is_public)?;
    let item = renewed(store, item);
    let made = store.put(&zone, call.pick(), &item)?;
    let status = if held.is_some() { 200 } else { 201 };
    Ok(Response::json(status, shown_by(&made, is_public)))
}

fn patch(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let held = store.item(call.zone(), call.pick())?;
    check(store, call, Some(&held))?;
    let mut item = held;
    item["ttl"] = call.body["properties"]["TTL"].clone();
    let item = renewed(store, item);
    let made = store.put(call.zone(), call.pick(), &item)?;
    Ok(Response::json(200, shown(&made)))
}

fn delete(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    store.zone(call.zone())?;
    let Ok(held) = store.item(call.zone(), call.pick()) else { return Ok(Response::empty(204)) };
    check(store, call, Some(&held))?;
    if call.param("name") == "@" && matches!(call.param("type"), "NS" | "SOA") {
        return Err(store.invalid("the records of the zone itself cannot be deleted"));
    }
    store.delete(call.zone(), call.pick())?;
    Ok(Response::empty(200))
}

/// Refuses values that the service does not take.
fn check_values(store: &Store, item: &Json, body: &Json, is_public: bool) -> Result<(), Refusal> {
    let of = item["type"].as_str().unwrap_or_default();
    if let Some(id) = item["alias"].as_str() {
        return traffic::check_alias(store, of, id);
    }
    let values = item["values"].as_array().cloned().unwrap_or_default();
    let texts: Vec<_> = values.iter().filter_map(Json::as_str).collect();
    let is_wrong = |text: &&str| match of {
        "A" => text.parse::<std::net::Ipv4Addr>().is_err(),
        "AAAA" => text.parse::<std::net::Ipv6Addr>().is_err(),
        "MX" => text.ends_with(" ."),
        _ => false,
    };
    if let Some(wrong) = texts.iter().find(|text| is_wrong(text)) {
        return Err(store.invalid(format!("the value {wrong} is not valid")));
    }
    let is_root_ns = of == "NS" && item["name"] == "@";
    if is_root_ns && !SERVERS.iter().all(|server| texts.contains(server)) {
        return Err(store.invalid("the name servers of the zone cannot be removed"));
    }
    if of == "NS" && item["name"].as_str().is_some_and(|name| name.starts_with('*')) {
        return Err(store.invalid("NS records cannot have a wildcard"));
    }
    let strings = body["properties"][key("TXT", is_public)].as_array().into_iter().flatten();
    let mut strings = strings.filter_map(|record| record["value"].as_array()).flatten();
    if strings.any(|string| string.as_str().is_none_or(|string| string.len() > 255)) {
        return Err(store.invalid("a string has more than 255 octets"));
    }
    Ok(())
}

/// The service in the state that a recording starts with.
pub(crate) fn recorded(store: &Store, cassette: &Cassette) -> Store {
    let mut store = trusting(store.clone()).recorded(cassette);
    let is_public = cassette.class != "octodns_azure.AzurePrivateProvider";
    let zones: Vec<_> = store
        .zones()
        .iter()
        .map(|zone| (zone.name.clone(), zone.items().cloned().collect::<Vec<_>>()))
        .collect();
    for (zone, items) in zones {
        for set in items.iter().filter(|item| item.get("properties").is_some()) {
            let text = |key: &str| set[key].as_str().unwrap_or_default();
            let of = text("type").rsplit('/').next().unwrap_or_default();
            let _ = store.delete(&zone, Pick::Set(text("name"), text("type")));
            let _ = store.plant(&zone, stored(set, of, is_public));
        }
    }
    let profiles = cassette.exchanges.iter().find(|exchange| {
        exchange.method == "GET" && exchange.url.contains("/trafficmanagerprofiles?")
    });
    let profiles = profiles.and_then(|exchange| exchange.body["value"].as_array());
    for profile in profiles.into_iter().flatten() {
        store.beside_mut(PROFILES).push(profile.clone());
    }
    store
}
