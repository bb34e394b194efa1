//! What a config says about the zones and targets of plans, as digests: a plan file is for that config.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use octodns_core::value::{Json, Map, Value, python_str};
use octodns_core::{Diagnostic, OwnedValue, Report, ZoneName};
use schemars::JsonSchema;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{CODE, PlanFile};
use crate::digest::sha256;
use crate::manager::Manager;
use crate::plan::Plans;

/// How much of a digest is kept, in hexadecimal digits: enough that nobody finds another config with it.
const DIGITS: usize = 32;

/// Digests of the entries of a config that plans are made with. What is secret is not in them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ConfigDigests {
    /// Those of zones, by their names in IDNA form.
    #[serde(deserialize_with = "each_once")]
    pub zones: BTreeMap<String, ZoneDigest>,
    /// Those of targets, by their ids.
    #[serde(deserialize_with = "each_once")]
    pub targets: BTreeMap<String, String>,
}

/// The digest of the entry of a zone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ZoneDigest {
    /// The dynamic entry that stands for the zone, such as `*`, if it has none of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// The digest.
    pub digest: String,
}

impl Manager {
    /// The digests that plans are bound to.
    pub(super) fn config_digests(&self, plans: &Plans) -> ConfigDigests {
        let mut digests = ConfigDigests::default();
        for step in plans.steps() {
            let (name, entry) = (step.plan.desired.name(), step.entry.clone());
            // A zone that is planned has an entry, and its target as well.
            let digest = self.zone_digest(name, entry.as_deref()).unwrap_or_default();
            digests.zones.insert(name.as_str().to_owned(), ZoneDigest { entry, digest });
            let id = step.target.id();
            let digest = self.target_digest(id).unwrap_or_default();
            digests.targets.insert(id.to_owned(), digest);
        }
        digests
    }

    /// Reports what this config says otherwise than that of a plan file.
    pub(super) fn check_config(&self, file: &PlanFile, report: &mut Report) {
        let mut other = |what: String, message: &str| {
            report.push(
                Diagnostic::error(CODE, message.to_owned())
                    .about(what)
                    .help("use the config of that run, or write a new plan file with --plan-out"),
            );
        };
        for plan in &file.plans {
            let has_both = file.config.zones.contains_key(&plan.zone)
                && file.config.targets.contains_key(&plan.target);
            if !has_both {
                other(plan.zone.clone(), "the plan file does not say which config it is for");
            }
        }
        for (zone, ZoneDigest { entry, digest }) in &file.config.zones {
            let name = ZoneName::new(zone).ok();
            let now = name.and_then(|name| self.zone_digest(&name, entry.as_deref()));
            match now {
                None => {
                    other(format!("zone {zone}"), "the zone of the plan file is not in the config");
                }
                Some(now) if now != *digest => other(
                    format!("zone {zone}"),
                    "the plan file is for another config: this one has the zone otherwise",
                ),
                Some(_) => {}
            }
        }
        for (target, digest) in &file.config.targets {
            match self.target_digest(target) {
                None => other(
                    format!("target {target}"),
                    "the target of the plan file is not in the config, or can only be read",
                ),
                Some(now) if now != *digest => other(
                    format!("target {target}"),
                    "the plan file is for another config: this one has the target otherwise",
                ),
                Some(_) => {}
            }
        }
    }

    /// The digest of the entry of a zone, with that of the zone it is an alias of, and those of its processors: they are
    /// not asked again, and what they would say now is another plan.
    fn zone_digest(&self, name: &ZoneName, entry: Option<&str>) -> Option<String> {
        let entries = || self.config.zones.iter().map(|(key, value)| (python_str(key), value));
        let named = |wanted: &ZoneName| {
            entries().find(|(key, _)| ZoneName::new(key).is_ok_and(|name| name == *wanted))
        };
        let (key, value) = match entry {
            Some(entry) => entries().find(|(key, _)| key == entry)?,
            None => named(name)?,
        };
        let source = value.get("alias").and_then(Value::as_str);
        let source = source.and_then(|source| ZoneName::new(source).ok());
        let source = source.and_then(|source| named(&source)).map(|(_, value)| value.clone());
        let source = source.unwrap_or_default();
        let processors = self.processors_of([value, &source]);
        // A zone may be written in either form.
        let key = if entry.is_some() { key } else { name.as_str().to_owned() };
        Some(digest(&vec![Value::from(key), value.clone(), source, processors.into()].into()))
    }

    /// The processors of these entries of zones, in their order: what is written of each.
    fn processors_of(&self, zones: [&OwnedValue; 2]) -> Vec<OwnedValue> {
        let manager = &self.config.manager;
        let own = zones.into_iter().filter_map(|zone| zone.get("processors")?.as_list()).flatten();
        let own: Vec<_> = own.map(python_str).collect();
        let names = manager.processors.iter().chain(&own).chain(&manager.post_processors);
        let entry = |name: &String| {
            let entry = self.processor_entries.get(name).cloned().unwrap_or_default();
            vec![Value::from(name.clone()), entry].into()
        };
        names.map(entry).collect()
    }

    /// The digest of the entry of a target; of one that is made in code, of its class.
    fn target_digest(&self, id: &str) -> Option<String> {
        let target = self.providers.get(id)?.target.as_ref()?;
        let class = target.provider().class_name().to_owned();
        let entry = self.entries.get(id).cloned().unwrap_or_default();
        let parts: Map<'static> =
            [("id", Value::from(id.to_owned())), ("class", class.into()), ("entry", entry)]
                .into_iter()
                .collect();
        Some(digest(&parts.into()))
    }
}

/// Reads a map whose keys are there once: the digest of a file is over one of two, and people may look at the other.
fn each_once<'de, D: Deserializer<'de>, V: Deserialize<'de>>(
    from: D,
) -> Result<BTreeMap<String, V>, D::Error> {
    struct Once<V>(PhantomData<V>);

    impl<'de, V: Deserialize<'de>> Visitor<'de> for Once<V> {
        type Value = BTreeMap<String, V>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a map")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
            let mut map = BTreeMap::new();
            while let Some((key, value)) = entries.next_entry()? {
                if map.insert(key, value).is_some() {
                    return Err(de::Error::custom("a key is there twice"));
                }
            }
            Ok(map)
        }
    }

    from.deserialize_map(Once(PhantomData))
}

/// The digest of a value, whatever the order of its keys.
fn digest(value: &OwnedValue) -> String {
    let mut json = Json::default();
    json.sort_keys = true;
    let mut digits = sha256(json.text(value).as_bytes());
    digits.truncate(DIGITS);
    digits
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn digest_of(target: &str) -> String {
        let text = format!(
            "providers: {{source: {{class: yaml, directory: .}}, target: {{{target}}}}}\n\
             zones: {{example.com.: {{sources: [source], targets: [target]}}}}\n"
        );
        let options = crate::testing::options();
        let manager = Manager::from_config_text(Path::new("config.yaml"), &text, &options);
        manager.unwrap_or_else(|failure| panic!("{failure}")).target_digest("target").unwrap()
    }

    #[test]
    fn digests_are_of_what_is_written_in_any_order() {
        let one = digest_of("class: yaml, directory: zones, default_ttl: 60");
        assert_eq!(one.len(), DIGITS);
        assert_eq!(one, digest_of("default_ttl: 60, directory: zones, class: yaml"));
        for other in [
            "class: yaml, directory: zones, default_ttl: 61",
            "class: yaml, directory: zones",
            "class: yaml, directory: zones, default_ttl: 60, apply_disabled: true",
        ] {
            assert_ne!(one, digest_of(other));
        }
    }

    /// A token that is exchanged is that of the same account. No file has it, not even as a digest.
    #[test]
    fn secrets_are_not_in_digests() {
        let of = |key: &str, host: &str| {
            digest_of(&format!("class: powerdns, api_key: {key}, host: {host}"))
        };
        let (host, other) = ("one.example", "two.example");
        assert_eq!(of("hunter2", host), of("correct-horse", host));
        assert_ne!(of("hunter2", host), of("hunter2", other));
    }
}
