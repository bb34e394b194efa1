//! Profiles of Traffic Manager, in a list beside the zones.

use std::net::IpAddr;

use octodns_testkit::fake::Response;
use octodns_testkit::store::{Call, Refusal, Store};
use serde_json::Value as Json;

use super::PROFILES;

fn endpoints(profile: &Json) -> impl Iterator<Item = &Json> {
    profile["properties"]["endpoints"].as_array().into_iter().flatten()
}

/// A set of addresses cannot be made to lead to a profile that leads to others.
pub(super) fn check_alias(store: &Store, of: &str, id: &str) -> Result<(), Refusal> {
    if !id.contains("trafficManagerProfiles") {
        return Ok(());
    }
    let name = id.rsplit('/').next().unwrap_or_default();
    let found = profile(store, name).ok_or_else(|| store.invalid("there is no such profile"))?;
    let is_address = |endpoint: &Json| {
        let target = endpoint["properties"]["target"].as_str();
        target.is_some_and(|target| target.parse::<IpAddr>().is_ok())
    };
    if of != "CNAME" && !endpoints(found).all(is_address) {
        return Err(store.invalid("the profile has endpoints that are not addresses"));
    }
    Ok(())
}

pub(super) fn no_profile() -> Refusal {
    Refusal::new(404, "there is no such profile")
}

pub(super) fn profile<'s>(store: &'s Store, name: &str) -> Option<&'s Json> {
    store.beside(PROFILES).iter().find(|held| is_named(held, name))
}

fn is_named(profile: &Json, name: &str) -> bool {
    profile["name"].as_str().is_some_and(|own| own.eq_ignore_ascii_case(name))
}

pub(super) fn put_profile(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let name = call.param("profile").to_owned();
    let is_plain = |symbol: char| symbol.is_ascii_alphanumeric() || symbol == '-';
    let dns = call.body["properties"]["dnsConfig"]["relativeName"].as_str().unwrap_or_default();
    if !name.chars().all(is_plain) || name.len() > 63 || dns != name.to_lowercase() {
        return Err(store.invalid(format!("the name {name} is not valid")));
    }
    let mut seen = Vec::new();
    for endpoint in endpoints(&call.body) {
        let properties = &endpoint["properties"];
        for text in [&endpoint["name"], &properties["target"], &properties["targetResourceId"]] {
            if text.is_string() && seen.contains(&text) {
                return Err(store.invalid(format!("{text} is there twice")));
            }
        }
        seen.extend([&properties["target"], &properties["targetResourceId"]]);
        let child = properties["targetResourceId"].as_str();
        let child = child.map(|id| id.rsplit('/').next().unwrap_or_default());
        if child.is_some_and(|child| profile(store, child).is_none()) {
            return Err(store.invalid("an endpoint leads to a profile that is not there"));
        }
    }
    let profiles = store.beside_mut(PROFILES);
    profiles.retain(|held| !is_named(held, &name));
    profiles.push(call.body.clone());
    Ok(Response::json(200, call.body.clone()))
}

/// A profile that another leads to cannot be deleted. A set that leads to it loses its target.
pub(super) fn delete_profile(store: &mut Store, call: &Call) -> Result<Response, Refusal> {
    let name = call.param("profile").to_owned();
    let leads = |endpoint: &Json| {
        let id = endpoint["properties"]["targetResourceId"].as_str().unwrap_or_default();
        id.rsplit('/').next().is_some_and(|child| child.eq_ignore_ascii_case(&name))
    };
    let is_nested = store.beside(PROFILES).iter().flat_map(endpoints).any(leads);
    if is_nested && super::is_careful(store) {
        return Err(Refusal::new(409, "the profile is nested in another"));
    }
    store.beside_mut(PROFILES).retain(|held| !is_named(held, &name));
    Ok(Response::empty(200))
}
