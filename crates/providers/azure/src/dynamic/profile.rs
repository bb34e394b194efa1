//! Profiles as the API has them: <https://learn.microsoft.com/rest/api/trafficmanager/profiles>.

use std::collections::HashSet;
use std::net::IpAddr;

use octodns_core::record::dynamic::Status;
use octodns_kit::{Json, json};

use super::monitor;
use crate::sets::{list, text};

/// How a profile chooses among its endpoints.
pub(super) const SUBNET: &str = "Subnet";
pub(super) const GEOGRAPHIC: &str = "Geographic";
pub(super) const PRIORITY: &str = "Priority";
pub(super) const WEIGHTED: &str = "Weighted";

/// The types of endpoints, without the part that is the same for all.
const NESTED: &str = "nestedEndpoints";
const EXTERNAL: &str = "externalEndpoints";

/// The part of the type of an endpoint that is the same for all.
const PROFILES: &str = "Microsoft.Network/trafficManagerProfiles";

/// An endpoint that leads to another profile.
pub(super) fn nested(name: &str, id: &str) -> Json {
    json!({
        "name": name, "type": format!("{PROFILES}/{NESTED}"),
        "properties": {"targetResourceId": id},
    })
}

/// An endpoint that is a value.
pub(super) fn external(name: &str, target: &str, status: Status) -> Json {
    let (is_enabled, is_always) = match status {
        Status::Up => (true, true),
        Status::Obey => (true, false),
        Status::Down => (false, false),
    };
    let word = |is_so| if is_so { "Enabled" } else { "Disabled" };
    json!({
        "name": name, "type": format!("{PROFILES}/{EXTERNAL}"),
        "properties": {
            "target": target,
            "endpointStatus": word(is_enabled),
            "alwaysServe": word(is_always),
        },
    })
}

/// The same endpoint with another of its properties.
pub(super) fn with(mut endpoint: Json, key: &str, value: Json) -> Json {
    endpoint["properties"][key] = value;
    endpoint
}

/// The same endpoint without one of its properties.
pub(super) fn without(mut endpoint: Json, key: &str) -> Json {
    if let Some(properties) = endpoint["properties"].as_object_mut() {
        properties.remove(key);
    }
    endpoint
}

/// A profile.
pub(super) fn profile(
    (name, id): (&str, String),
    method: &str,
    endpoints: &[Json],
    (ttl, monitor): (i64, &Json),
) -> Json {
    json!({
        "id": id, "name": name, "location": "global",
        "properties": {
            "trafficRoutingMethod": method,
            "dnsConfig": {"relativeName": name.to_ascii_lowercase(), "ttl": ttl},
            "monitorConfig": monitor,
            "endpoints": endpoints,
        },
    })
}

/// The same profile under another name.
pub(super) fn renamed(mut profile: Json, name: &str, id: String) -> Json {
    profile["id"] = id.into();
    profile["name"] = name.into();
    profile["properties"]["dnsConfig"]["relativeName"] = name.to_ascii_lowercase().into();
    profile
}

/// The same profile without endpoints.
pub(crate) fn emptied(mut profile: Json) -> Json {
    profile["properties"]["endpoints"] = json!([]);
    profile
}

/// The name of a profile.
pub(crate) fn name(profile: &Json) -> &str {
    text(profile, "name")
}

/// How a profile chooses.
pub(super) fn method(profile: &Json) -> &str {
    text(&profile["properties"], "trafficRoutingMethod")
}

/// The endpoints of a profile.
pub(super) fn endpoints(profile: &Json) -> &[Json] {
    list(&profile["properties"]["endpoints"])
}

/// The last part of the type of an endpoint.
fn kind(endpoint: &Json) -> &str {
    text(endpoint, "type").rsplit('/').next().unwrap_or_default()
}

/// The id of the profile that an endpoint leads to, if it does.
pub(super) fn target_id(endpoint: &Json) -> Option<&str> {
    let is_nested = kind(endpoint).eq_ignore_ascii_case(NESTED);
    endpoint["properties"]["targetResourceId"].as_str().filter(|_| is_nested)
}

/// The value of an endpoint, if it is one.
pub(super) fn target(endpoint: &Json) -> Option<&str> {
    let is_external = kind(endpoint).eq_ignore_ascii_case(EXTERNAL);
    endpoint["properties"]["target"].as_str().filter(|_| is_external)
}

/// The status of the value of an endpoint.
pub(super) fn status(endpoint: &Json) -> Status {
    let properties = &endpoint["properties"];
    let is = |key: &str, word: &str| text(properties, key).eq_ignore_ascii_case(word);
    if is("endpointStatus", "Disabled") {
        Status::Down
    } else if is("alwaysServe", "Enabled") {
        Status::Up
    } else {
        Status::Obey
    }
}

/// The networks of an endpoint. What is no network is kept as it is.
pub(super) fn subnets(endpoint: &Json) -> Vec<String> {
    let spelled = |subnet: &Json| {
        let first = text(subnet, "first").parse::<IpAddr>();
        match (first, subnet["scope"].as_i64()) {
            (Ok(first), Some(scope)) => format!("{first}/{scope}"),
            _ => subnet.to_string(),
        }
    };
    list(&endpoint["properties"]["subnets"]).iter().map(spelled).collect()
}

/// The codes of the places of an endpoint.
pub(super) fn geos(endpoint: &Json) -> Vec<&str> {
    list(&endpoint["properties"]["geoMapping"]).iter().filter_map(Json::as_str).collect()
}

/// Why the service would refuse a profile.
pub(super) fn fault(profile: &Json) -> Option<String> {
    let mut seen = HashSet::new();
    let mut targets = endpoints(profile).iter().filter_map(target);
    let twice = targets.find(|target| !seen.insert(target.to_ascii_lowercase()))?;
    Some(format!("its profile {} would have the endpoint {twice} twice", name(profile)))
}

/// Whether a profile is as it is wanted, as far as octoDNS has a say.
pub(crate) fn is_same(held: &Json, wanted: &Json) -> bool {
    said(held) == said(wanted)
}

/// What a profile does, in one spelling. The service adds properties that mean nothing for its method.
fn said(profile: &Json) -> Json {
    let (method, properties) = (method(profile), &profile["properties"]);
    let lower = |text: &str| text.trim_end_matches('.').to_ascii_lowercase();
    let of_endpoint = |endpoint: &Json| {
        let of = &endpoint["properties"];
        let chosen = match method {
            GEOGRAPHIC => {
                let mut geos = geos(endpoint);
                geos.sort_unstable();
                json!(geos)
            }
            SUBNET => {
                let mut subnets = subnets(endpoint);
                subnets.sort_unstable();
                json!(subnets)
            }
            PRIORITY => of["priority"].clone(),
            WEIGHTED => of["weight"].as_i64().unwrap_or(1).into(),
            _ => Json::Null,
        };
        let leads = target_id(endpoint).map(lower);
        let value = target(endpoint).map(|target| (lower(target), status(endpoint).as_str()));
        // A nested profile may be disabled.
        let is_off = text(of, "endpointStatus").eq_ignore_ascii_case("Disabled");
        json!([text(endpoint, "name"), leads, value, is_off, chosen]).to_string()
    };
    let mut all: Vec<_> = endpoints(profile).iter().map(of_endpoint).collect();
    all.sort_unstable();
    let dns = &properties["dnsConfig"];
    // One that is disabled answers nothing.
    let is_off = text(properties, "profileStatus").eq_ignore_ascii_case("Disabled");
    json!([
        lower(name(profile)),
        method,
        is_off,
        lower(text(dns, "relativeName")),
        dns["ttl"],
        monitor::said(&properties["monitorConfig"]),
        all,
    ])
}
