//! Converts between the SDK's types and those of this crate.

use aws_sdk_route53::error::BuildError;
use aws_sdk_route53::types as sdk;

use super::ApiError;
use crate::batches::{Action, Mod};
use crate::health_check::{CheckSettings, HealthCheck};
use crate::rrset::{AliasTarget, Body, Place, Routing, RrSet, last_part, plain_name};

/// A record set from a list.
pub(super) fn rrset(set: sdk::ResourceRecordSet) -> RrSet {
    let routing = routing(&set);
    let body = match (set.alias_target, set.traffic_policy_instance_id) {
        (_, Some(_)) => Body::TrafficPolicy,
        (Some(alias), None) => Body::Alias(AliasTarget {
            zone_id: last_part(&alias.hosted_zone_id).to_owned(),
            name: plain_name(&alias.dns_name),
            evaluate_health: alias.evaluate_target_health,
        }),
        (None, None) => {
            let values = set.resource_records.unwrap_or_default();
            let values = values.into_iter().map(|record| record.value).collect();
            Body::Values { ttl: set.ttl.unwrap_or_default(), values }
        }
    };
    RrSet {
        name: plain_name(&set.name),
        record_type: set.r#type.as_str().to_owned(),
        identifier: set.set_identifier,
        body,
        routing,
        health_check: set.health_check_id,
    }
}

fn routing(set: &sdk::ResourceRecordSet) -> Routing {
    if let Some(place) = &set.geo_location {
        return Routing::Geo(match (&place.continent_code, &place.country_code) {
            (Some(continent), _) => Place::Continent(continent.clone()),
            (None, Some(country)) if country != "*" => match &place.subdivision_code {
                Some(code) => Place::Subdivision { country: country.clone(), code: code.clone() },
                None => Place::Country(country.clone()),
            },
            _ => Place::Default,
        });
    }
    if let Some(cidr) = &set.cidr_routing_config {
        let (collection, location) = (cidr.collection_id.clone(), cidr.location_name.clone());
        return Routing::Cidr { collection, location };
    }
    match (&set.failover, set.weight) {
        (Some(failover), _) => {
            Routing::Failover { primary: *failover == sdk::ResourceRecordSetFailover::Primary }
        }
        (None, Some(weight)) => Routing::Weighted(weight),
        (None, None) if set.region.is_some() => Routing::Other("latency"),
        (None, None) if set.multi_value_answer == Some(true) => Routing::Other("multivalue"),
        (None, None) if set.geo_proximity_location.is_some() => Routing::Other("geoproximity"),
        (None, None) if set.set_identifier.is_some() => Routing::Other("unknown"),
        (None, None) => Routing::Simple,
    }
}

/// The changes of a batch.
pub(super) fn batch(comment: Option<String>, mods: &[Mod]) -> Result<sdk::ChangeBatch, ApiError> {
    let changes = mods.iter().map(change).collect::<Result<Vec<_>, _>>()?;
    let batch = sdk::ChangeBatch::builder().set_comment(comment).set_changes(Some(changes));
    batch.build().map_err(unbuilt)
}

fn change(change: &Mod) -> Result<sdk::Change, ApiError> {
    let action = match change.action {
        Action::Create => sdk::ChangeAction::Create,
        Action::Upsert => sdk::ChangeAction::Upsert,
        Action::Delete => sdk::ChangeAction::Delete,
    };
    let set = resource_record_set(&change.set).map_err(unbuilt)?;
    sdk::Change::builder().action(action).resource_record_set(set).build().map_err(unbuilt)
}

fn resource_record_set(set: &RrSet) -> Result<sdk::ResourceRecordSet, BuildError> {
    let mut built = sdk::ResourceRecordSet::builder()
        .name(escaped_name(&set.name))
        .r#type(sdk::RrType::from(&*set.record_type))
        .set_set_identifier(set.identifier.clone())
        .set_health_check_id(set.health_check.clone());
    match &set.body {
        Body::Values { ttl, values } => {
            let record = |value: &String| sdk::ResourceRecord::builder().value(value).build();
            let records = values.iter().map(record).collect::<Result<Vec<_>, _>>()?;
            built = built.ttl(*ttl).set_resource_records(Some(records));
        }
        Body::Alias(alias) => {
            let alias = sdk::AliasTarget::builder()
                .hosted_zone_id(&alias.zone_id)
                .dns_name(escaped_name(&alias.name))
                .evaluate_target_health(alias.evaluate_health)
                .build()?;
            built = built.alias_target(alias);
        }
        Body::TrafficPolicy => {}
    }
    built = match &set.routing {
        Routing::Weighted(weight) => built.weight(*weight),
        Routing::Failover { primary: true } => {
            built.failover(sdk::ResourceRecordSetFailover::Primary)
        }
        Routing::Failover { primary: false } => {
            built.failover(sdk::ResourceRecordSetFailover::Secondary)
        }
        Routing::Geo(place) => built.geo_location(geo_location(place)),
        Routing::Cidr { collection, location } => {
            let cidr = sdk::CidrRoutingConfig::builder()
                .collection_id(collection)
                .location_name(location)
                .build()?;
            built.cidr_routing_config(cidr)
        }
        Routing::Simple | Routing::Other(_) => built,
    };
    built.build()
}

fn geo_location(place: &Place) -> sdk::GeoLocation {
    let built = sdk::GeoLocation::builder();
    match place {
        Place::Default => built.country_code("*"),
        Place::Continent(code) => built.continent_code(code),
        Place::Country(code) => built.country_code(code),
        Place::Subdivision { country, code } => built.country_code(country).subdivision_code(code),
    }
    .build()
}

/// Only a backslash must be escaped, since it would start an escape.
fn escaped_name(name: &str) -> String {
    name.replace('\\', "\\134")
}

/// A health check from a list or a creation; `None` if it has no settings.
pub(super) fn health_check(check: sdk::HealthCheck) -> Option<HealthCheck> {
    let config = check.health_check_config?;
    let settings = CheckSettings {
        protocol: config.r#type.as_str().to_owned(),
        address: config.ip_address.and_then(|address| address.parse().ok()),
        host: config.fully_qualified_domain_name,
        path: config.resource_path,
        port: config.port.map(i64::from),
        measure_latency: config.measure_latency.unwrap_or_default(),
        request_interval: config.request_interval.unwrap_or_default().into(),
        failure_threshold: config.failure_threshold.unwrap_or_default().into(),
        is_disabled: config.disabled.unwrap_or_default(),
        is_inverted: config.inverted.unwrap_or_default(),
    };
    Some(HealthCheck { id: check.id, reference: check.caller_reference, settings })
}

/// The settings of a new health check.
pub(super) fn check_config(settings: &CheckSettings) -> Result<sdk::HealthCheckConfig, ApiError> {
    let small = |number: i64| i32::try_from(number).unwrap_or(i32::MAX);
    sdk::HealthCheckConfig::builder()
        .r#type(sdk::HealthCheckType::from(&*settings.protocol))
        .set_ip_address(settings.address.map(|address| address.to_string()))
        .set_fully_qualified_domain_name(settings.host.clone())
        .set_resource_path(settings.path.clone())
        .set_port(settings.port.map(small))
        .measure_latency(settings.measure_latency)
        .request_interval(small(settings.request_interval))
        .failure_threshold(small(settings.failure_threshold))
        .disabled(settings.is_disabled)
        .inverted(settings.is_inverted)
        .enable_sni(settings.protocol == "HTTPS")
        .build()
        .map_err(unbuilt)
}

/// An incomplete request; all requests are complete, so this does not occur.
#[expect(clippy::needless_pass_by_value, reason = "what `map_err` hands over")]
pub(super) fn unbuilt(error: BuildError) -> ApiError {
    ApiError::Malformed { call: "request", reason: error.to_string() }
}
