//! A record set of the fake service: converted from its XML and from the JSON of cassettes, and back.

use serde_json::Value as Json;

use crate::xml::{Tree, branch, leaf};

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Set {
    pub(crate) name: String,
    pub(crate) record_type: String,
    pub(crate) identifier: Option<String>,
    pub(crate) ttl: Option<i64>,
    pub(crate) values: Vec<String>,
    /// Zone, name, whether target health is evaluated.
    pub(crate) alias: Option<(String, String, bool)>,
    pub(crate) weight: Option<i64>,
    pub(crate) failover: Option<String>,
    /// Continent, country, subdivision.
    pub(crate) geo: Option<[Option<String>; 3]>,
    /// Collection, location.
    pub(crate) cidr: Option<(String, String)>,
    pub(crate) check: Option<String>,
    /// The name of an element that octoDNS never writes.
    pub(crate) foreign: Option<String>,
}

pub(crate) type Key = (String, String, Option<String>);

impl Set {
    pub(crate) fn key(&self) -> Key {
        (self.name.clone(), self.record_type.clone(), self.identifier.clone())
    }

    pub(crate) fn of_xml(tree: &Tree) -> Self {
        let number = |name: &str| tree.get(name).map(|text| text.parse().unwrap());
        let foreign = ["Region", "MultiValueAnswer", "TrafficPolicyInstanceId"];
        Self {
            name: plain(&tree.get("Name").unwrap()),
            record_type: tree.get("Type").unwrap(),
            identifier: tree.get("SetIdentifier"),
            ttl: number("TTL"),
            values: tree.all("Value").into_iter().map(|value| value.text.clone()).collect(),
            alias: tree.child("AliasTarget").map(|alias| {
                let zone = alias.get("HostedZoneId").unwrap();
                let name = plain(&alias.get("DNSName").unwrap());
                (zone, name, alias.get("EvaluateTargetHealth").unwrap() == "true")
            }),
            weight: number("Weight"),
            failover: tree.get("Failover"),
            geo: tree.child("GeoLocation").map(|geo| {
                ["ContinentCode", "CountryCode", "SubdivisionCode"].map(|name| geo.get(name))
            }),
            cidr: tree
                .child("CidrRoutingConfig")
                .map(|cidr| (cidr.get("CollectionId").unwrap(), cidr.get("LocationName").unwrap())),
            check: tree.get("HealthCheckId"),
            foreign: foreign.into_iter().find(|name| tree.child(name).is_some()).map(Into::into),
        }
    }

    pub(crate) fn of_json(json: &Json) -> Self {
        let text = |json: &Json, key: &str| json[key].as_str().map(str::to_owned);
        let values = json["ResourceRecords"].as_array().cloned().unwrap_or_default();
        Self {
            name: plain(json["Name"].as_str().unwrap()),
            record_type: text(json, "Type").unwrap(),
            identifier: text(json, "SetIdentifier"),
            ttl: json["TTL"].as_i64(),
            values: values.iter().map(|value| text(value, "Value").unwrap()).collect(),
            alias: json.get("AliasTarget").map(|alias| {
                let zone = text(alias, "HostedZoneId").unwrap();
                let name = plain(alias["DNSName"].as_str().unwrap());
                (zone, name, alias["EvaluateTargetHealth"].as_bool().unwrap())
            }),
            weight: json["Weight"].as_i64(),
            failover: text(json, "Failover"),
            geo: json.get("GeoLocation").map(|geo| {
                ["ContinentCode", "CountryCode", "SubdivisionCode"].map(|key| text(geo, key))
            }),
            cidr: json.get("CidrRoutingConfig").map(|cidr| {
                (text(cidr, "CollectionId").unwrap(), text(cidr, "LocationName").unwrap())
            }),
            check: text(json, "HealthCheckId"),
            foreign: None,
        }
    }

    /// As in the service's lists, with `*` and similar characters as octal escapes.
    pub(crate) fn to_xml(&self) -> String {
        let mut xml = leaf("Name", &escaped(&self.name)) + &leaf("Type", &self.record_type);
        let mut add = |name: &str, text: Option<String>| {
            if let Some(text) = text {
                xml += &leaf(name, &text);
            }
        };
        add("SetIdentifier", self.identifier.clone());
        add("Weight", self.weight.map(|weight| weight.to_string()));
        add("Failover", self.failover.clone());
        add("TTL", self.ttl.map(|ttl| ttl.to_string()));
        add("HealthCheckId", self.check.clone());
        if let Some(name) = &self.foreign {
            let text = if name == "MultiValueAnswer" { "true" } else { "eu-west-1" };
            add(name, Some(text.to_owned()));
        }
        if let Some(geo) = &self.geo {
            let names = ["ContinentCode", "CountryCode", "SubdivisionCode"];
            let codes = names.into_iter().zip(geo);
            let codes: String = codes
                .filter_map(|(name, code)| code.as_ref().map(|code| leaf(name, code)))
                .collect();
            xml += &branch("GeoLocation", &codes);
        }
        if let Some((collection, location)) = &self.cidr {
            let below = leaf("CollectionId", collection) + &leaf("LocationName", location);
            xml += &branch("CidrRoutingConfig", &below);
        }
        if let Some((zone, name, health)) = &self.alias {
            let below = leaf("HostedZoneId", zone)
                + &leaf("DNSName", &escaped(name))
                + &leaf("EvaluateTargetHealth", &health.to_string());
            xml += &branch("AliasTarget", &below);
        } else {
            let value = |value: &String| branch("ResourceRecord", &leaf("Value", value));
            xml += &branch("ResourceRecords", &self.values.iter().map(value).collect::<String>());
        }
        branch("ResourceRecordSet", &xml)
    }

    /// The sort key of the service: labels in reverse order, then type, then identifier.
    pub(crate) fn place(&self) -> (Vec<String>, String, Option<String>) {
        let labels = self.name.trim_end_matches('.').rsplit('.').map(str::to_owned).collect();
        (labels, self.record_type.clone(), self.identifier.clone())
    }
}

pub(crate) fn plain(name: &str) -> String {
    let mut name = name.replace("\\052", "*").replace("\\100", "@").to_ascii_lowercase();
    if !name.ends_with('.') {
        name.push('.');
    }
    name
}

pub(crate) fn escaped(name: &str) -> String {
    name.chars()
        .map(|character| match character {
            'a'..='z' | '0'..='9' | '-' | '_' | '.' => character.to_string(),
            other => format!("\\{:03o}", u32::from(other)),
        })
        .collect()
}
