//! `AutoArpa`: the PTR records of reverse zones, generated from the addresses of all other zones.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use octodns_core::processor::Stage;
use octodns_core::record::{Dynamic, Geo, LoadContext};
use octodns_core::registry::BuildError;
use octodns_core::value::Map;
use octodns_core::value::truth;
use octodns_core::{
    Capabilities, Processor, ProviderError, Record, RecordData, RecordType, Registry, Source,
    Value, Zone, ZoneName, ZoneRead, ZoneRequest, async_trait,
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::version::VERSION;

/// The options of `AutoArpa`, which are those of `manager.auto_arpa`.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct AutoArpaOptions {
    /// The TTL of PTR records, in seconds. Default: 3600.
    pub ttl: i64,
    /// Whether PTR records take the place of those of earlier sources. Default: false.
    #[serde(deserialize_with = "truth")]
    pub populate_should_replace: bool,
    /// How many names a PTR record has at most. Default: 999.
    pub max_auto_arpa: usize,
    /// Whether a PTR record has the TTL of the record with the address. Default: false.
    #[serde(deserialize_with = "truth")]
    pub inherit_ttl: bool,
    /// What stands for `*` in the names of wildcards. Default: none, wildcards are left out.
    pub wildcard_replacement: Option<String>,
}

impl Default for AutoArpaOptions {
    fn default() -> Self {
        Self {
            ttl: 3600,
            populate_should_replace: false,
            max_auto_arpa: 999,
            inherit_ttl: false,
            wildcard_replacement: None,
        }
    }
}

/// A name of an address: priority (lowest first), TTL and the name.
type Name = (i64, i64, String);

/// Collects addresses as a processor, and returns reverse zones as a source.
///
/// Reverse zones must be read after all others were processed.
pub struct AutoArpa {
    id: String,
    options: AutoArpaOptions,
    /// By the reverse name spelled backwards, so that the names of a zone are adjacent.
    names: Mutex<BTreeMap<String, BTreeSet<Name>>>,
}

pub(crate) fn register(registry: &mut Registry) {
    let path = "octodns.processor.arpa.AutoArpa";
    registry.processor(path, &["auto-arpa"], VERSION, |id, options| {
        Ok::<_, BuildError>(AutoArpa::new(id, options))
    });
}

impl AutoArpa {
    /// An empty one.
    pub fn new(id: &str, options: AutoArpaOptions) -> Self {
        Self { id: id.to_owned(), options, names: Mutex::default() }
    }

    /// The name to use for the addresses of a record, if any.
    fn name(&self, record: &Record, zone: &ZoneName) -> Option<String> {
        let fqdn = record.fqdn(zone);
        match &self.options.wildcard_replacement {
            Some(replacement) => Some(fqdn.replace('*', replacement)),
            // Differs from octoDNS: there, only a wildcard at the apex is left out.
            None => (!fqdn.contains('*')).then_some(fqdn),
        }
    }

    /// The PTR records of a zone, as data.
    fn records(&self, zone: &ZoneName) -> Vec<(String, Value<'static>)> {
        let dot = if zone.is_root() { "" } else { "." };
        let end: String = format!("{dot}{}", zone.as_str()).chars().rev().collect();
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let of_zone = names.range(end.clone()..).take_while(|(name, _)| name.starts_with(&end));
        let record = |(name, names): (&String, &BTreeSet<Name>)| {
            let relative = name[end.len()..].chars().rev().collect();
            (relative, self.data(names))
        };
        of_zone.map(record).collect()
    }

    fn data(&self, names: &BTreeSet<Name>) -> Value<'static> {
        let mut seen = HashSet::new();
        let values: Vec<_> = names
            .iter()
            .filter(|(_, _, fqdn)| seen.insert(fqdn))
            .take(self.options.max_auto_arpa.max(1))
            .map(|(_, _, fqdn)| Value::from(fqdn.clone()))
            .collect();
        let ttl = names.first().map_or(self.options.ttl, |(_, ttl, _)| *ttl);
        let mut data = Map::new();
        data.insert("type", "PTR");
        data.insert("ttl", ttl);
        data.insert("values", values);
        data.into()
    }
}

/// All addresses of a record: its own, and those of its pools and geos.
fn addresses(record: &Record) -> Vec<IpAddr> {
    let mut addresses: Vec<IpAddr> = match record.data() {
        RecordData::A(values) => values.iter().copied().map(IpAddr::from).collect(),
        RecordData::Aaaa(values) => values.iter().copied().map(IpAddr::from).collect(),
        _ => return Vec::new(),
    };
    // Invalid addresses were reported when the record was read.
    for place in record.geo().map(Geo::places).unwrap_or_default() {
        addresses.extend(place.values().iter().filter_map(|text| text.parse::<IpAddr>().ok()));
    }
    for pool in record.dynamic().map(Dynamic::pools).unwrap_or_default() {
        let values = pool.values().iter();
        addresses.extend(values.filter_map(|value| value.value().parse::<IpAddr>().ok()));
    }
    addresses
}

/// The name of an address in the reverse tree (RFC 1035 section 3.5, RFC 3596 section 2.5), spelled
/// backwards.
fn backwards(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa.").chars().rev().collect()
        }
        IpAddr::V6(address) => {
            let mut name = String::from(".apra.6pi");
            for digit in format!("{:032x}", address.to_bits()).chars() {
                name.push('.');
                name.push(digit);
            }
            name
        }
    }
}

#[async_trait]
impl Processor for AutoArpa {
    fn id(&self) -> &str {
        &self.id
    }

    fn begin_run(&self) {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    async fn source_zone(
        &self,
        desired: &mut Zone,
        _stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        let mut found = Vec::new();
        for record in desired.records() {
            let addresses = addresses(record);
            if addresses.is_empty() {
                continue;
            }
            let Some(name) = self.name(record, desired.name()) else { continue };
            let priority = record.options().section("auto_arpa_priority");
            let priority = priority.and_then(Value::as_int).unwrap_or(999);
            let ttl = if self.options.inherit_ttl { record.ttl() } else { self.options.ttl };
            for address in addresses {
                found.push((backwards(address), (priority, ttl, name.clone())));
            }
        }
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        for (reverse, name) in found {
            names.entry(reverse).or_default().insert(name);
        }
        Ok(())
    }
}

#[async_trait]
impl Source for AutoArpa {
    fn id(&self) -> &str {
        &self.id
    }

    fn class_name(&self) -> &'static str {
        "AutoArpa"
    }

    fn capabilities(&self) -> &Capabilities {
        const { &Capabilities::EVERYTHING }
    }

    async fn list_zones(&self) -> Result<Vec<ZoneName>, ProviderError> {
        Ok(Vec::new())
    }

    async fn read(&self, zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        let replace = self.options.populate_should_replace;
        let mut read = ZoneRead::default();
        read.replace = replace;
        let mut context = LoadContext::new(zone.name, zone.validators, zone.types);
        context.lenient = zone.lenient;
        for (name, data) in self.records(zone.name) {
            // Differs from octoDNS: there, a record of a reverse zone below this one fails the run.
            if zone.sub_zones.owner_of(&name, RecordType::PTR).is_some() {
                continue;
            }
            let record = Record::load(&Value::from(name), &data, &context, &mut read.report);
            read.records.extend(record.map(|record| Arc::new(record.with_maker(&*self.id))));
        }
        Ok(Some(read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reverse_names_are_those_of_the_rfcs() {
        let reverse =
            |text: &str| -> String { backwards(text.parse().unwrap()).chars().rev().collect() };
        assert_eq!(reverse("192.0.2.10"), "10.2.0.192.in-addr.arpa.");
        let expected = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.";
        assert_eq!(reverse("2001:db8::1"), expected);
    }
}
