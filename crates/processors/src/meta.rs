//! `MetaProcessor`: a TXT record that says when and by what a zone was last written, and to which target.

use std::collections::BTreeSet;
use std::time::SystemTime;

use octodns_core::processor::Stage;
use octodns_core::record::{LoadContext, Txt};
use octodns_core::registry::{BuildError, Host, Sourced};
use octodns_core::value::truth;
use octodns_core::value::{Map, python_str};
use octodns_core::zone::AddOptions;
use octodns_core::{
    Change, Plan, Processor, ProviderError, Record, RecordData, RecordName, Registry, Value, Zone,
    async_trait,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::options::{mapping, yes};
use crate::version::VERSION;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is one option of the config")]
struct Options {
    /// The name of the record within the zone. Default: `meta`.
    #[serde(default = "name")]
    record_name: String,
    /// Whether it says the time of the run. Default: true.
    #[serde(default = "yes", deserialize_with = "truth")]
    include_time: bool,
    /// Whether it says a UUID of the run. Default: false.
    #[serde(default, deserialize_with = "truth")]
    include_uuid: bool,
    /// Whether it says the version of the program. Default: false.
    #[serde(default, deserialize_with = "truth")]
    include_version: bool,
    /// Whether it says the id of the target. Default: false.
    #[serde(default, deserialize_with = "truth")]
    include_provider: bool,
    /// Further keys and values. Default: none.
    #[serde(default)]
    #[schemars(schema_with = "mapping")]
    #[expect(dead_code, reason = "used as it is written")]
    include_extra: IgnoredAny,
    /// The TTL of the record, in seconds. Default: 60.
    #[serde(default = "a_minute")]
    ttl: i64,
}

fn name() -> String {
    "meta".to_owned()
}

fn a_minute() -> i64 {
    60
}

/// Writes the record along with other changes; on its own only if its fields change.
struct Meta {
    id: String,
    record_name: RecordName,
    ttl: i64,
    include_provider: bool,
    /// The `key=value` pairs before and after the provider's.
    before: Vec<String>,
    after: Vec<String>,
}

pub(crate) fn register(registry: &mut Registry) {
    let path = "octodns.processor.meta.MetaProcessor";
    let host = registry.host.clone();
    registry.processor(path, &["meta"], VERSION, move |id, given| new(id, &given, &host));
}

const EXTRA: &str = "write `key: value` lines, indented below it";

fn new(id: &str, given: &Sourced<Options>, host: &Host) -> Result<Meta, BuildError> {
    let read = &given.options;
    let record_name = RecordName::new(&read.record_name).map_err(|error| {
        given.error("record_name", error.to_string()).help(error.problem.help())
    })?;
    let missing = |key: &str, what: &str| {
        given
            .error(key, format!("this program gives processors no {what}"))
            .help(format!("set `{key}: false`"))
    };
    let (mut before, mut after) = (Vec::new(), Vec::new());
    if read.include_version {
        let version = host.version.ok_or_else(|| missing("include_version", "version"))?;
        before.push(format!("octodns-version={version}"));
    }
    if read.include_time {
        let now = (host.clock)().and_then(iso_8601);
        after.push(format!("time={}", now.ok_or_else(|| missing("include_time", "clock"))?));
    }
    if read.include_uuid {
        let uuid = (host.uuid)().ok_or_else(|| missing("include_uuid", "UUIDs"))?;
        after.push(format!("uuid={uuid}"));
    }
    // The extra values can have any type, and are formatted as in Python.
    if let Some(extra) = given.get("include_extra").filter(|extra| !extra.is_null()) {
        let message = "include_extra must be a mapping of keys to values";
        let map =
            extra.as_map().ok_or_else(|| given.error("include_extra", message).help(EXTRA))?;
        let text = |(key, value): &(Value<'_>, Value<'_>)| {
            format!("{}={}", python_str(key), python_str(value))
        };
        after.extend(map.iter().map(text));
    }
    let Options { ttl, include_provider, .. } = given.options;
    Ok(Meta { id: id.to_owned(), record_name, ttl, include_provider, before, after })
}

/// A time in UTC, as Python's `isoformat` writes it.
fn iso_8601(time: SystemTime) -> Option<String> {
    let time = jiff::Timestamp::try_from(time).ok()?;
    Some(time.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string())
}

/// The keys of `key=value`.
fn keys<'v>(values: impl Iterator<Item = &'v str>) -> BTreeSet<&'v str> {
    values.map(|value| value.split_once('=').map_or(value, |(key, _)| key)).collect()
}

impl Meta {
    fn values(&self, stage: &Stage<'_>) -> Vec<String> {
        let target = stage.target.filter(|_| self.include_provider);
        let provider = target.map(|target| format!("provider={}", target.id()));
        self.before.iter().cloned().chain(provider).chain(self.after.iter().cloned()).collect()
    }

    /// Whether a change affects only the values of this record.
    fn is_only_newer(&self, change: &Change, stage: &Stage<'_>) -> bool {
        let Some(RecordData::Txt(existing)) = change.existing().map(|existing| existing.data())
        else {
            return false;
        };
        let values: Vec<_> = self.values(stage).iter().map(|value| Txt::new(value)).collect();
        *change.record().name() == self.record_name
            && keys(values.iter().map(Txt::as_str)) == keys(existing.iter().map(Txt::as_str))
    }
}

#[async_trait]
impl Processor for Meta {
    fn id(&self) -> &str {
        &self.id
    }

    async fn source_and_target_zones(
        &self,
        desired: &mut Zone,
        _existing: &mut Zone,
        stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        let values: Vec<_> = self.values(stage).into_iter().map(Value::from).collect();
        let mut data = Map::new();
        data.insert("type", "TXT");
        data.insert("ttl", self.ttl);
        data.insert("values", values);
        // Lenient: there may be no values, and the extra values are up to the user.
        let mut context = LoadContext::new(desired.name(), stage.validators, stage.types);
        context.lenient = true;
        let name = Value::from(self.record_name.as_str().to_owned());
        let record = Record::load(&name, &Value::from(data), &context, stage.report);
        if let Some(record) = record
            && let Err(error) = desired.add(record.with_maker(&*self.id), AddOptions::default())
        {
            stage.report.push(error.to_diagnostic());
        }
        Ok(())
    }

    async fn plan(
        &self,
        plan: Option<Plan>,
        stage: &mut Stage<'_>,
    ) -> Result<Option<Plan>, ProviderError> {
        Ok(plan.filter(|plan| match &*plan.changes {
            [change] => !self.is_only_newer(change, stage),
            _ => true,
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn times_are_written_in_utc_with_microseconds() {
        for (micros, text) in [
            (1_767_323_045_678_901, "2026-01-02T03:04:05.678901+00:00"),
            (1_767_323_045_000_000, "2026-01-02T03:04:05.000000+00:00"),
        ] {
            let time = UNIX_EPOCH + Duration::from_micros(micros);
            assert_eq!(iso_8601(time).as_deref(), Some(text));
        }
    }
}
