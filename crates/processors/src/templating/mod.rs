//! `Templating`: fills in `{placeholders}` in the values of every record.

mod fields;
mod format;
mod spec;

use std::sync::Arc;

use octodns_core::processor::Stage;
use octodns_core::record::LoadContext;
use octodns_core::registry::{BuildError, Sourced};
use octodns_core::value::truth;
use octodns_core::value::{Kind, Map};
use octodns_core::{
    OwnedValue, Processor, ProviderError, Record, Registry, Report, Value, Zone, async_trait,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::finding;
use crate::options::{mapping, yes};
use crate::version::VERSION;

const CODE: &str = "templating";

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// Whether the names in `zone_name`, `record_fqdn` and the like end with a dot. Default: true.
    #[serde(default = "yes", deserialize_with = "truth")]
    trailing_dots: bool,
    /// Further names and what they stand for; they win over the built-in ones. Default: none.
    #[serde(default)]
    #[schemars(schema_with = "mapping")]
    #[expect(dead_code, reason = "used as it is written")]
    context: IgnoredAny,
}

/// Expands values like Python's `str.format`.
struct Templating {
    id: String,
    lenient: bool,
    trailing_dots: bool,
    context: Map<'static>,
}

pub(crate) fn register(registry: &mut Registry) {
    let path = "octodns.processor.templating.Templating";
    registry.processor(path, &["templating"], VERSION, |id, given| new(id, &given));
}

fn new(id: &str, given: &Sourced<Options>) -> Result<Templating, BuildError> {
    let Options { trailing_dots, .. } = given.options;
    // The context can contain any YAML, so it is not deserialized into a type.
    let context = match given.get("context").map(|context| &context.kind) {
        None => Map::new(),
        Some(Kind::Map(map)) => map.clone(),
        Some(_) => {
            let fault = given.error("context", "context must be a mapping");
            return Err(fault.help("write `name: value` lines, indented below it"));
        }
    };
    if let Some((key, _)) = context.iter().find(|(key, _)| key.as_str().is_none()) {
        let message = "the keys of the context must be text";
        return Err(BuildError::new(message, key.position).help("put them in quotes"));
    }
    Ok(Templating { id: id.to_owned(), lenient: given.lenient(), trailing_dots, context })
}

impl Templating {
    /// A name, with or without its final dot.
    fn name(&self, fqdn: &str) -> OwnedValue {
        let shown = if self.trailing_dots { fqdn } else { fqdn.strip_suffix('.').unwrap_or(fqdn) };
        Value::from(shown.to_owned())
    }

    fn zone_parameters(&self, zone: &Zone) -> Map<'static> {
        let mut parameters = Map::new();
        let count = i64::try_from(zone.len()).unwrap_or(i64::MAX);
        parameters.insert("zone_name", self.name(&zone.name().decoded()));
        parameters.insert("zone_decoded_name", self.name(&zone.name().decoded()));
        parameters.insert("zone_encoded_name", self.name(zone.name().as_str()));
        parameters.insert("zone_num_records", count);
        for (key, value) in &self.context {
            parameters.insert(key.as_str().unwrap_or_default().to_owned(), value.clone());
        }
        parameters
    }

    fn record_parameters(&self, record: &Record, zone: &Zone) -> Map<'static> {
        let mut parameters = Map::new();
        let name = record.name();
        let source = record.source().map(|source| Value::from(source.to_string()));
        parameters.insert("record_name", name.decoded().into_owned());
        parameters.insert("record_decoded_name", name.decoded().into_owned());
        parameters.insert("record_encoded_name", name.as_str().to_owned());
        parameters.insert("record_fqdn", self.name(&record.decoded_fqdn(zone.name())));
        parameters.insert("record_decoded_fqdn", self.name(&record.decoded_fqdn(zone.name())));
        parameters.insert("record_encoded_fqdn", self.name(&record.fqdn(zone.name())));
        parameters.insert("record_type", record.record_type().as_str().to_owned());
        parameters.insert("record_ttl", record.ttl());
        parameters.insert("record_source_id", source.unwrap_or(Value::NULL));
        parameters
    }

    /// The record with its templates expanded, as data; `None` if it has none.
    fn expand(
        &self,
        record: &Record,
        zone: &Zone,
        zone_parameters: &Map<'static>,
    ) -> Result<Option<OwnedValue>, String> {
        if !fields::may_have_templates(record.data()) {
            return Ok(None);
        }
        let mut data = record.to_value();
        let own = self.record_parameters(record, zone);
        let lookup = |name: &str| zone_parameters.get(name).or_else(|| own.get(name)).cloned();
        let expand = |text: &str| format::format(text, &lookup);
        if !fields::expand(record.record_type(), &mut data, &expand)? {
            return Ok(None);
        }
        if let Some(map) = data.as_map_mut() {
            map.insert("type", record.record_type().as_str().to_owned());
        }
        Ok(Some(data))
    }

    /// Parses the expanded data, by the rules for any record.
    fn load(
        &self,
        record: &Record,
        data: &OwnedValue,
        zone: &Zone,
        stage: &mut Stage<'_>,
    ) -> Option<Record> {
        let mut found = Report::new();
        let mut context = LoadContext::new(zone.name(), stage.validators, stage.types);
        context.source = record.source();
        context.lenient = self.lenient || stage.lenient;
        let name = Value::from(record.name().as_str().to_owned());
        let loaded = Record::load(&name, data, &context, &mut found);
        stage.report.extend(found.into_iter().map(|found| {
            if found.origin.is_known() { found } else { found.at(record.origin().clone()) }
        }));
        let maker = record.maker().cloned();
        let loaded = loaded.map(|loaded| loaded.with_origin(record.origin().clone()))?;
        Some(maker.into_iter().fold(loaded, Record::with_maker))
    }
}

#[async_trait]
impl Processor for Templating {
    fn id(&self) -> &str {
        &self.id
    }

    async fn source_and_target_zones(
        &self,
        desired: &mut Zone,
        _existing: &mut Zone,
        stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        let parameters = self.zone_parameters(desired);
        let mut changed: Vec<Arc<Record>> = Vec::new();
        for record in desired.records() {
            match self.expand(record, desired, &parameters) {
                Ok(None) => {}
                Ok(Some(data)) => {
                    changed.extend(self.load(record, &data, desired, stage).map(Arc::new));
                }
                Err(message) => {
                    let found = finding::about(record, desired.name(), CODE, &self.id, message);
                    stage.report.push(found.help("double literal braces: {{ }}"));
                }
            }
        }
        for record in changed {
            desired.set(record);
        }
        Ok(())
    }
}
