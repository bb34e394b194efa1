//! `Route53Provider/ALIAS`: a name with the same answers as another record set of the zone, or as an AWS
//! service.
//!
//! <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html>

use std::sync::Arc;

use octodns_core::record::{CustomData, CustomType, ValueError};
use octodns_core::validate::{Findings, Validator, ValueCheck};
use octodns_core::value::{Map, OwnedValue, Value};
use octodns_core::{RecordData, RecordName, RecordType, ZoneName};
use schemars::{Schema, json_schema};

use crate::rrset::{AliasTarget, Body, Routing, RrSet, last_part};

/// The type's name in the data.
pub(crate) const RECORD_TYPE: RecordType = RecordType::custom("Route53Provider/ALIAS");

/// Aliases have no TTL at the service, and records must have one.
pub(crate) const TTL: i64 = 942_942_942;

/// Parts of names of AWS services; those in China are followed by `.cn.`.
const SERVICES: [&str; 4] =
    ["amazonaws.com.", "cloudfront.net.", "elasticbeanstalk.com.", "awsglobalaccelerator.com."];

/// One target of an alias record.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Target {
    /// A name in the zone (the apex is empty), or the absolute name of a service.
    name: String,
    record_type: String,
    evaluate_health: bool,
    /// The zone of a service.
    zone_id: Option<String>,
}

/// The type of alias records.
#[derive(Debug)]
pub(crate) struct Route53Alias;

impl CustomType for Route53Alias {
    fn record_type(&self) -> RecordType {
        RECORD_TYPE
    }

    fn is_single(&self) -> bool {
        false
    }

    fn class_name(&self) -> &'static str {
        "Route53AliasRecord"
    }

    fn read(&self, value: &Value<'_>) -> Result<OwnedValue, ValueError> {
        Ok(Target::read(value)?.to_value())
    }

    fn rdata(&self, value: &OwnedValue) -> String {
        let target = Target::of(value);
        let zone_id = target.zone_id.as_deref().unwrap_or_default();
        format!("\"{}\" {} {zone_id}", target.name, target.record_type)
    }

    fn order_key(&self, value: &OwnedValue) -> String {
        let target = Target::of(value);
        [&*target.record_type, &*target.name].join(" ")
    }

    fn schema(&self) -> Schema {
        json_schema!({
            "type": "object",
            "properties": {
                "name": {
                    "type": ["string", "null"],
                    "description": "A name in the zone, the apex if there is none; or the absolute name of a service.",
                },
                "type": {"type": "string", "description": "The type of the record that is aliased."},
                "evaluate-target-health": {
                    "type": "boolean",
                    "description": "Whether the alias answers only while its target is healthy. Default: false.",
                },
                "hosted-zone-id": {
                    "type": ["string", "null"],
                    "description": "The id of the service's own zone.",
                },
            },
            "required": ["type"],
        })
    }

    fn validators(&self) -> Vec<Validator> {
        let check = ValueCheck::new("route53-alias-value", "", &["legacy", "strict"], check);
        vec![Validator::Value(Arc::new(check))]
    }
}

const ADD_TYPE: &str = "add the type of the records it stands for, such as `type: A`";

fn check(values: &[Value<'_>], _: RecordType, findings: &mut Findings) {
    for value in values {
        let Some(map) = value.as_map() else {
            findings.wrong_kind("a value", value, "a mapping of its fields");
            continue;
        };
        if !map.contains_key("type") {
            findings.error(value.position, "missing type").help(ADD_TYPE);
        }
        let zone_id = map.get("hosted-zone-id").filter(|id| id.is_truthy());
        match (is_service(map.get("name").and_then(Value::as_str).unwrap_or_default()), zone_id) {
            (true, None) => {
                let found = findings.error(value.position, "service alias without hosted-zone-id");
                found.help("AWS lists the zone of each service under its endpoints");
            }
            (false, Some(id)) => {
                let found = findings.error(id.position, "hosted-zone-id on a non-service value");
                found.help("a name in the same zone needs none: remove it");
            }
            _ => {}
        }
    }
}

/// Whether a target is a service, instead of a name in the zone.
///
// Differs from octoDNS: any absolute name is a service; octoDNS only knows four of them.
fn is_service(name: &str) -> bool {
    name.ends_with('.') || SERVICES.iter().any(|service| name.contains(service))
}

impl Target {
    fn read(value: &Value<'_>) -> Result<Self, ValueError> {
        let map = value.as_map().ok_or_else(|| {
            let message = format!("a value must be a mapping, not {}", value.kind_name());
            ValueError::new(message, value.position)
                .help("write `type`, and `name` or what else it has")
        })?;
        let text = |key: &str| match map.get(key).filter(|value| !value.is_null()) {
            None => Ok(None),
            Some(value) => value.as_str().map(|text| Some(text.to_owned())).ok_or_else(|| {
                ValueError::new(format!("{key} must be text"), value.position)
                    .help("put it in quotes")
            }),
        };
        let missing = || ValueError::new("missing type", value.position).help(ADD_TYPE);
        let record_type = text("type")?.ok_or_else(missing)?;
        let evaluate = map.get("evaluate-target-health");
        Ok(Self {
            name: text("name")?.unwrap_or_default(),
            record_type,
            evaluate_health: evaluate.is_some_and(Value::is_truthy),
            zone_id: text("hosted-zone-id")?,
        })
    }

    /// From a value in canonical form.
    fn of(value: &OwnedValue) -> Self {
        let text = |key| value.get(key).and_then(Value::as_str).map(str::to_owned);
        Self {
            name: text("name").unwrap_or_default(),
            record_type: text("type").unwrap_or_default(),
            evaluate_health: value.get("evaluate-target-health").is_some_and(Value::is_truthy),
            zone_id: text("hosted-zone-id"),
        }
    }

    fn to_value(&self) -> OwnedValue {
        Map::from_unique([
            ("name", Value::from(self.name.clone())),
            ("type", Value::from(self.record_type.clone())),
            ("evaluate-target-health", Value::from(self.evaluate_health)),
            ("hosted-zone-id", self.zone_id.clone().map_or(Value::NULL, Value::from)),
        ])
        .into()
    }
}

/// The data of an alias record, from its record sets.
pub(crate) fn to_data(sets: &[&RrSet], zone: &ZoneName) -> Map<'static> {
    let values = sets.iter().filter_map(|set| {
        let Body::Alias(alias) = &set.body else { return None };
        let relative = zone.relative(&alias.name);
        let is_service = relative.is_none();
        let name = relative.unwrap_or(&alias.name);
        let target = Target {
            name: name.to_owned(),
            record_type: set.record_type.clone(),
            evaluate_health: alias.evaluate_health,
            zone_id: is_service.then(|| alias.zone_id.clone()),
        };
        Some(target.to_value())
    });
    let mut data = Map::new();
    data.insert("type", RECORD_TYPE.as_str());
    data.insert("ttl", TTL);
    data.insert("values", values.collect::<Vec<_>>());
    data
}

/// The record sets of an alias record, one per value.
pub(crate) fn to_sets(
    name: &RecordName,
    data: &CustomData,
    zone: &ZoneName,
    zone_id: &str,
) -> Vec<RrSet> {
    let set = |value: &OwnedValue| {
        let target = Target::of(value);
        let name_of_target = match &*target.name {
            "" => zone.as_str().to_owned(),
            service if is_service(service) => service.to_owned(),
            relative => zone.absolute(relative),
        };
        let zone_id = target.zone_id.as_deref().unwrap_or(last_part(zone_id)).to_owned();
        let evaluate_health = target.evaluate_health;
        RrSet {
            name: name.fqdn(zone),
            record_type: target.record_type,
            identifier: None,
            body: Body::Alias(AliasTarget { zone_id, name: name_of_target, evaluate_health }),
            routing: Routing::Simple,
            health_check: None,
        }
    };
    data.values().iter().map(set).collect()
}

/// Whether two records have the same targets; the evaluation of target health makes no difference.
pub(crate) fn same_targets(left: &RecordData, right: &RecordData) -> bool {
    let targets = |data: &RecordData| match data {
        RecordData::Custom(custom) if custom.record_type() == RECORD_TYPE => {
            let blind = |value| {
                let target = Target::of(value);
                let name = target.name.to_ascii_lowercase();
                Target { evaluate_health: false, name, ..target }
            };
            Some(custom.values().iter().map(blind).collect::<Vec<_>>())
        }
        _ => None,
    };
    targets(left).is_some_and(|left| Some(left) == targets(right))
}
