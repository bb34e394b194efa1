//! `OwnershipProcessor`: changes only the records that it owns, which are marked by a TXT record.

use std::collections::HashSet;

use octodns_core::name::idna;
use octodns_core::processor::Stage;
use octodns_core::record::{LoadContext, Rdata, Txt};
use octodns_core::registry::{BuildError, Sourced};
use octodns_core::value::Map;
use octodns_core::value::truth;
use octodns_core::zone::AddOptions;
use octodns_core::{
    Change, Plan, Processor, ProviderError, Record, RecordData, Registry, Value, Zone, async_trait,
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::finding;
use crate::version::VERSION;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Options {
    /// The label that the names of markers start with. Default: `_owner`.
    txt_name: String,
    /// The value of markers, by which we know ours. Default: `*octodns*`.
    txt_value: String,
    /// The TTL of markers, in seconds. Default: 60.
    txt_ttl: i64,
    /// Whether a marker takes the place of a record of the same name and type. Default: false.
    #[serde(deserialize_with = "truth")]
    should_replace: bool,
    /// Whether records that the target has without a marker are taken over. Default: false.
    #[serde(deserialize_with = "truth")]
    allow_takeover: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            txt_name: "_owner".to_owned(),
            txt_value: "*octodns*".to_owned(),
            txt_ttl: 60,
            should_replace: false,
            allow_takeover: false,
        }
    }
}

/// Adds a marker to every desired record, and leaves records without its marker alone.
struct Ownership {
    id: String,
    options: Options,
    marker: Vec<Txt>,
}

/// Name and type of a record.
type Key = (String, String);

pub(crate) fn register(registry: &mut Registry) {
    let path = "octodns.processor.ownership.OwnershipProcessor";
    registry.processor(path, &["ownership"], VERSION, new);
}

fn new(id: &str, given: Sourced<Options>) -> Result<Ownership, BuildError> {
    let value = Value::from(given.options.txt_value.clone());
    let marker = Txt::read(&value)
        .map_err(|_| given.error("txt_value", "txt_value must be text").help("put it in quotes"))?;
    let txt_name = given.options.txt_name.clone();
    let name = idna::encode(&txt_name)
        .map_err(|error| given.error("txt_name", error.to_string()).help(error.problem.help()))?;
    let mut options = given.options;
    // As in names of records.
    options.txt_name = name.into_owned();
    Ok(Ownership { id: id.to_owned(), options, marker: vec![marker] })
}

impl Ownership {
    /// Whether a record has the name of a marker, of any owner.
    fn is_marker_name(&self, record: &Record) -> bool {
        matches!(record.data(), RecordData::Txt(_))
            && record.name().as_str().starts_with(&self.options.txt_name)
    }

    /// Whether a record is one of our markers.
    fn is_marker(&self, record: &Record) -> bool {
        self.is_marker_name(record)
            && matches!(record.data(), RecordData::Txt(values) if *values == self.marker)
    }

    /// The record that a marker belongs to.
    fn marked(&self, record: &Record) -> Option<Key> {
        let rest =
            record.name().as_str().strip_prefix(&self.options.txt_name)?.strip_prefix('.')?;
        let (record_type, name) = rest.split_once('.').unwrap_or((rest, ""));
        Some((name.replace("_wildcard", "*"), record_type.to_ascii_uppercase()))
    }

    fn marker_for(&self, record: &Record, zone: &Zone, stage: &mut Stage<'_>) -> Option<Record> {
        let (prefix, record_type) = (&self.options.txt_name, record.record_type());
        let name = if record.name().is_apex() {
            format!("{prefix}.{record_type}")
        } else {
            let name = record.name().as_str().replace('*', "_wildcard");
            format!("{prefix}.{record_type}.{name}")
        };
        let mut data = Map::new();
        data.insert("type", "TXT");
        data.insert("ttl", self.options.txt_ttl);
        data.insert("value", self.options.txt_value.clone());
        let context = LoadContext::new(zone.name(), stage.validators, stage.types);
        let marker = Record::load(&Value::from(name), &Value::from(data), &context, stage.report)?;
        Some(marker.with_maker(&*self.id).with_origin(record.origin().clone()))
    }

    /// The records that are owned by the markers of both sides.
    fn owned(&self, plan: &Plan) -> HashSet<Key> {
        let records = plan.existing.records().chain(plan.desired.records());
        records
            .filter(|record| self.is_marker(record))
            .filter_map(|record| self.marked(record))
            .collect()
    }

    /// Refuses to take over a record that has somebody else's marker.
    fn refuse_foreign(&self, plan: &Plan, owned: &HashSet<Key>, stage: &mut Stage<'_>) {
        if self.options.allow_takeover {
            return;
        }
        for record in plan.existing.records() {
            if !self.is_marker_name(record) || self.is_marker(record) {
                continue;
            }
            let Some(key) = self.marked(record).filter(|key| owned.contains(key)) else { continue };
            let (values, zone) = (record.plan_strings().join(", "), plan.existing.name());
            let message = format!(
                "it says that the {} record of \"{}\" belongs to somebody else: {values}",
                key.1, key.0,
            );
            let found = finding::about(record, zone, "ownership", &self.id, message);
            stage.report.push(found.help("set \"allow_takeover: true\" to take the record over"));
        }
    }
}

#[async_trait]
impl Processor for Ownership {
    fn id(&self) -> &str {
        &self.id
    }

    async fn source_zone(
        &self,
        desired: &mut Zone,
        stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        let mut markers = Vec::with_capacity(desired.len());
        // Markers have no markers of their own; an alias zone copies those of its original.
        for record in desired.records().filter(|record| !self.is_marker(record)) {
            markers.extend(self.marker_for(record, desired, stage));
        }
        // Lenient, since the marker of a delegation would belong to the sub-zone.
        let mut how = AddOptions::default();
        how.lenient = true;
        how.replace = self.options.should_replace;
        for marker in markers {
            // A source that was dumped from a target has the markers already.
            let known = desired.get(marker.name(), marker.record_type());
            if known.is_some_and(|known| self.is_marker(known)) {
                continue;
            }
            if let Err(error) = desired.add(marker, how) {
                stage.report.push(error.to_diagnostic());
            }
        }
        Ok(())
    }

    async fn plan(
        &self,
        plan: Option<Plan>,
        stage: &mut Stage<'_>,
    ) -> Result<Option<Plan>, ProviderError> {
        let Some(mut plan) = plan else { return Ok(None) };
        let owned = self.owned(&plan);
        self.refuse_foreign(&plan, &owned, stage);
        plan.changes.retain(|change: &Change| {
            let record = change.record();
            let name = record.name().as_str();
            let key = (name.to_owned(), record.record_type().as_str().to_ascii_uppercase());
            self.is_marker(record) || owned.contains(&key) || name == "octodns-meta"
        });
        let has_meta = plan.meta.as_ref().is_some_and(Value::is_truthy);
        Ok((has_meta || !plan.changes.is_empty()).then_some(plan))
    }
}
